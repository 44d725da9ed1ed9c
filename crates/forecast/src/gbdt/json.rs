//! XGBoost's JSON model format, as `Booster.save_model("x.json")` of XGBoost 3 writes it.
//!
//! Every number of a float array carries a decimal point, `base_score` is a text of an array in the unit of
//! the output, and the parent of the root is 2^31 - 1.

use super::Booster;
use super::boost::Loss;
use super::tree::{Node, Tree};
use serde_json::{Value, json};

/// A text is no model that this program can use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a usable XGBoost model: {0}")]
pub struct JsonError(String);

/// The version that the format is of.
const VERSION: [u32; 3] = [3, 2, 0];
const NO_PARENT: i64 = 2_147_483_647;

/// Writes the model, with the names of its features (as many as it has, or none).
pub fn to_json(booster: &Booster, names: &[&str]) -> Value {
    let trees: Vec<Value> = booster
        .trees
        .iter()
        .enumerate()
        .map(|(id, tree)| tree_json(id, tree, booster.features))
        .collect();
    let objective = match booster.loss {
        Loss::Squared => json!({
            "name": "reg:squarederror",
            "reg_loss_param": { "scale_pos_weight": "1" },
        }),
        Loss::Tweedie(power) => json!({
            "name": "reg:tweedie",
            "tweedie_regression_param": { "tweedie_variance_power": power.to_string() },
        }),
    };
    let types = vec!["float"; names.len()];
    json!({
        "version": VERSION,
        "learner": {
            "attributes": {},
            "feature_names": names,
            "feature_types": types,
            "gradient_booster": {
                "name": "gbtree",
                "model": {
                    "cats": { "enc": [], "feature_segments": [], "sorted_idx": [] },
                    "gbtree_model_param": {
                        "num_parallel_tree": "1",
                        "num_trees": trees.len().to_string(),
                    },
                    "iteration_indptr": (0..=trees.len()).collect::<Vec<_>>(),
                    "tree_info": vec![0; trees.len()],
                    "trees": trees,
                },
            },
            "learner_model_param": {
                "base_score": format!("[{:E}]", booster.base_score),
                "boost_from_average": "1",
                "num_class": "0",
                "num_feature": booster.features.to_string(),
                "num_target": "1",
            },
            "objective": objective,
        },
    })
}

fn tree_json(id: usize, tree: &Tree, features: usize) -> Value {
    let count = tree.nodes.len();
    let (mut left, mut right) = (vec![-1i64; count], vec![-1i64; count]);
    let mut parents = vec![NO_PARENT; count];
    let (mut conditions, mut gains) = (vec![0f32; count], vec![0f32; count]);
    let (mut indices, mut defaults) = (vec![0u32; count], vec![0u8; count]);
    for (at, node) in tree.nodes.iter().enumerate() {
        match *node {
            Node::Leaf(weight) => conditions[at] = weight,
            Node::Split {
                feature,
                threshold,
                left: low,
                right: high,
                gain,
                missing_left,
            } => {
                left[at] = i64::from(low);
                right[at] = i64::from(high);
                for child in [low, high] {
                    if let Some(parent) = parents.get_mut(child as usize) {
                        *parent = at as i64;
                    }
                }
                conditions[at] = threshold;
                gains[at] = gain;
                indices[at] = feature;
                defaults[at] = u8::from(missing_left);
            }
        }
    }
    json!({
        "id": id,
        "base_weights": conditions,
        "categories": [], "categories_nodes": [], "categories_segments": [], "categories_sizes": [],
        "default_left": defaults,
        "left_children": left,
        "right_children": right,
        "parents": parents,
        "loss_changes": gains,
        "split_conditions": conditions,
        "split_indices": indices,
        "split_type": vec![0; count],
        "sum_hessian": vec![0.0f32; count],
        "tree_param": {
            "num_deleted": "0",
            "num_feature": features.to_string(),
            "num_nodes": count.to_string(),
            "size_leaf_vector": "1",
        },
    })
}

/// Reads a model that [`to_json`] or XGBoost wrote: numeric splits, squared or Tweedie loss.
///
/// # Errors
/// [`JsonError`] for anything else, and for trees whose indices lead nowhere or in a circle.
pub fn from_json(model: &Value) -> Result<Booster, JsonError> {
    let learner = &model["learner"];
    let parameters = &learner["learner_model_param"];
    let features: usize = text(&parameters["num_feature"], "num_feature")?
        .parse()
        .map_err(|_| bad("num_feature"))?;
    let base_score: f32 = text(&parameters["base_score"], "base_score")?
        .trim_matches(['[', ']'])
        .parse()
        .map_err(|_| bad("base_score"))?;
    let objective = &learner["objective"];
    let loss = match text(&objective["name"], "objective")? {
        "reg:squarederror" => Loss::Squared,
        "reg:tweedie" => {
            let power = &objective["tweedie_regression_param"]["tweedie_variance_power"];
            let power = text(power, "tweedie_variance_power")?;
            Loss::Tweedie(power.parse().map_err(|_| bad("tweedie_variance_power"))?)
        }
        other => return Err(JsonError(format!("objective {other}"))),
    };
    let trees = list(&learner["gradient_booster"]["model"]["trees"], "trees")?
        .iter()
        .map(|tree| read_tree(tree, features))
        .collect::<Result<_, _>>()?;
    if !base_score.is_finite() {
        return Err(bad("base_score"));
    }
    Ok(Booster {
        loss,
        base_score,
        features,
        trees,
    })
}

fn read_tree(tree: &Value, features: usize) -> Result<Tree, JsonError> {
    let left = list(&tree["left_children"], "left_children")?;
    let right = list(&tree["right_children"], "right_children")?;
    let conditions = list(&tree["split_conditions"], "split_conditions")?;
    let indices = list(&tree["split_indices"], "split_indices")?;
    let defaults = list(&tree["default_left"], "default_left")?;
    let gains = list(&tree["loss_changes"], "loss_changes")?;
    let count = left.len();
    let mut nodes = Vec::with_capacity(count);
    for at in 0..count {
        let condition = number(conditions.get(at), "split_conditions")?;
        let child = |of: &[Value]| {
            of.get(at)
                .and_then(Value::as_i64)
                .ok_or_else(|| bad("children"))
        };
        let (low, high) = (child(left)?, child(right)?);
        if low < 0 {
            nodes.push(Node::Leaf(condition));
            continue;
        }
        // Children behind their parent: no walk goes in a circle.
        let within = |to: i64| to > at as i64 && to < count as i64;
        let feature = indices
            .get(at)
            .and_then(Value::as_u64)
            .ok_or_else(|| bad("split_indices"))?;
        if !within(low) || !within(high) || feature >= features as u64 {
            return Err(bad("children"));
        }
        nodes.push(Node::Split {
            feature: feature as u32,
            threshold: condition,
            left: low as u32,
            right: high as u32,
            gain: number(gains.get(at), "loss_changes")?,
            missing_left: defaults.get(at).and_then(Value::as_u64) != Some(0),
        });
    }
    if nodes.is_empty() {
        return Err(bad("trees"));
    }
    Ok(Tree { nodes })
}

fn bad(what: &str) -> JsonError {
    JsonError(what.to_owned())
}

fn text<'a>(value: &'a Value, what: &str) -> Result<&'a str, JsonError> {
    value.as_str().ok_or_else(|| bad(what))
}

fn list<'a>(value: &'a Value, what: &str) -> Result<&'a [Value], JsonError> {
    value.as_array().map(Vec::as_slice).ok_or_else(|| bad(what))
}

fn number(value: Option<&Value>, what: &str) -> Result<f32, JsonError> {
    match value.and_then(Value::as_f64) {
        Some(number) if number.is_finite() => Ok(number as f32),
        Some(_) | None => Err(bad(what)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gbdt::{Rows, Settings, train};
    use puente_core::Cancel;

    fn booster() -> Booster {
        let mut rows = Rows::of_width(2);
        for at in 0..300u32 {
            rows.values.extend([(at % 17) as f32, (at % 5) as f32]);
            rows.targets.push((at % 17) as f32 * 1.5);
        }
        let settings = Settings {
            loss: Loss::Tweedie(1.3),
            trees: 12,
            depth: 3,
            eta: 0.3,
            lambda: 1.0,
            min_child_weight: 1.0,
            rows: 1.0,
            columns: 1.0,
            max_bins: 64,
            seed: 1,
        };
        train(&rows, settings, &Cancel::new()).unwrap()
    }

    #[test]
    fn a_model_survives_its_file() {
        let booster = booster();
        let text = to_json(&booster, &["a", "b"]).to_string();
        let back = from_json(&serde_json::from_str(&text).unwrap()).unwrap();
        assert_eq!(back, booster);
    }

    #[test]
    fn whole_numbers_keep_their_point() {
        let text = to_json(&booster(), &[]).to_string();
        assert!(
            text.contains("\"sum_hessian\":[0.0,"),
            "XGBoost refuses an integer there"
        );
    }

    #[test]
    fn a_damaged_model_is_refused() {
        for (pointer, value) in [
            ("/learner/objective/name", json!("rank:ndcg")),
            (
                "/learner/gradient_booster/model/trees/0/left_children/0",
                json!(0),
            ),
            (
                "/learner/gradient_booster/model/trees/0/right_children/0",
                json!(9_999),
            ),
            (
                "/learner/gradient_booster/model/trees/0/split_conditions/0",
                json!("x"),
            ),
            ("/learner/learner_model_param/base_score", json!("[NaN]")),
        ] {
            let mut model = to_json(&booster(), &[]);
            *model.pointer_mut(pointer).unwrap() = value;
            assert!(from_json(&model).is_err(), "{pointer}");
        }
        assert!(from_json(&Value::Null).is_err());
    }
}
