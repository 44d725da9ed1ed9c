//! Training.

use super::Booster;
use super::bins::{Binned, Rows};
use super::tree::{Node, Tree};
use puente_core::{Cancel, Cancelled};

/// What is minimised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Loss {
    /// Squared error.
    Squared,
    /// Tweedie deviance with a logarithmic link; the power is between 1 (Poisson) and 2 (Gamma).
    Tweedie(f32),
}

impl Loss {
    pub(super) fn margin(self, output: f32) -> f32 {
        match self {
            Loss::Squared => output,
            Loss::Tweedie(_) => output.max(1e-6).ln(),
        }
    }

    pub(super) fn output(self, margin: f32) -> f32 {
        match self {
            Loss::Squared => margin,
            // e^30 is beyond any demand, and finite.
            Loss::Tweedie(_) => margin.min(30.0).exp(),
        }
    }

    /// First and second derivative by the margin.
    fn gradient(self, target: f32, margin: f32) -> (f32, f32) {
        match self {
            Loss::Squared => (margin - target, 1.0),
            Loss::Tweedie(power) => {
                let one = ((1.0 - power) * margin).exp();
                // e^((2 - p) m) is e^((1 - p) m) times e^m.
                let two = one * margin.min(30.0).exp();
                let gradient = two - target * one;
                let curvature = (2.0 - power) * two - target * (1.0 - power) * one;
                (gradient, curvature.max(1e-6))
            }
        }
    }
}

/// How trees are grown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// What is minimised.
    pub loss: Loss,
    /// Number of trees.
    pub trees: usize,
    /// Splits from the root to a leaf, at most.
    pub depth: usize,
    /// Learning rate, 0 to 1.
    pub eta: f32,
    /// L2 penalty of leaf weights.
    pub lambda: f64,
    /// Least sum of second derivatives of a child.
    pub min_child_weight: f64,
    /// Share of the rows that each tree sees, 0 to 1.
    pub rows: f64,
    /// Share of the features that each tree sees, 0 to 1.
    pub columns: f64,
    /// Bins of a feature, at most 255.
    pub max_bins: usize,
    /// For the choice of rows and features.
    pub seed: u64,
}

/// Trains a booster. The same rows and settings give the same booster on every machine with the same
/// exponential function.
///
/// # Errors
/// [`Cancelled`], asked for between trees.
pub fn train(rows: &Rows, settings: Settings, cancel: &Cancel) -> Result<Booster, Cancelled> {
    let base_score = mean(&rows.targets);
    let mut booster = Booster {
        loss: settings.loss,
        base_score,
        features: rows.width,
        trees: Vec::with_capacity(settings.trees),
    };
    if rows.is_empty() {
        return Ok(booster);
    }
    let binned = Binned::of(rows, settings.max_bins);
    let mut margins = vec![settings.loss.margin(base_score); rows.len()];
    let mut gradients = vec![(0.0f32, 0.0f32); rows.len()];
    let mut dice = Dice::new(settings.seed);
    for _ in 0..settings.trees {
        cancel.check()?;
        for ((gradient, margin), target) in gradients.iter_mut().zip(&margins).zip(&rows.targets) {
            *gradient = settings.loss.gradient(*target, *margin);
        }
        let chosen = choose_rows(rows.len(), settings.rows, &mut dice);
        let features = choose_features(rows.width, settings.columns, &mut dice);
        let (tree, binary) = Grower::new(&binned, &gradients, settings, features).grow(chosen);
        for (at, margin) in margins.iter_mut().enumerate() {
            *margin += value_of(&tree, &binary, binned.row(at as u32));
        }
        booster.trees.push(tree);
    }
    Ok(booster)
}

fn mean(targets: &[f32]) -> f32 {
    if targets.is_empty() {
        return 0.0;
    }
    let sum: f64 = targets.iter().map(|target| f64::from(*target)).sum();
    (sum / targets.len() as f64) as f32
}

fn choose_rows(count: usize, share: f64, dice: &mut Dice) -> Vec<u32> {
    if share >= 1.0 {
        return (0..count as u32).collect();
    }
    let below = (share.max(0.01) * f64::from(u32::MAX)) as u32;
    let chosen: Vec<u32> = (0..count as u32)
        .filter(|_| dice.next_u32() < below)
        .collect();
    if chosen.is_empty() {
        (0..count as u32).collect()
    } else {
        chosen
    }
}

fn choose_features(width: usize, share: f64, dice: &mut Dice) -> Vec<u32> {
    let mut all: Vec<u32> = (0..width as u32).collect();
    let wanted = ((width as f64 * share).ceil() as usize).clamp(1, width.max(1));
    for at in 0..wanted.min(width) {
        let other = at + dice.next_u32() as usize % (width - at);
        all.swap(at, other);
    }
    all.truncate(wanted);
    all.sort_unstable();
    all
}

/// SplitMix64, from its public description by Steele, Lea and Flood (2014).
pub(crate) struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    pub fn next_u32(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 32) as u32
    }
}

/// Sums of gradients and curvatures.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    g: f64,
    h: f64,
}

impl Sum {
    fn score(self, lambda: f64) -> f64 {
        self.g * self.g / (self.h + lambda)
    }
}

struct Grower<'a> {
    binned: &'a Binned,
    gradients: &'a [(f32, f32)],
    settings: Settings,
    features: Vec<u32>,
    stride: usize,
}

struct Open {
    node: usize,
    start: usize,
    end: usize,
    depth: usize,
    sums: Vec<Sum>,
    total: Sum,
}

struct Split {
    feature: u32,
    /// Bins up to this one go left.
    bin: u8,
    gain: f64,
    left: Sum,
}

impl<'a> Grower<'a> {
    fn new(
        binned: &'a Binned,
        gradients: &'a [(f32, f32)],
        settings: Settings,
        features: Vec<u32>,
    ) -> Grower<'a> {
        let most = binned.cuts.iter().map(Vec::len).max().unwrap_or(0);
        Grower {
            binned,
            gradients,
            settings,
            features,
            stride: most + 2,
        }
    }

    /// The tree, and for each node the bin that its threshold stands for.
    fn grow(&self, mut rows: Vec<u32>) -> (Tree, Vec<u8>) {
        let mut tree = Tree {
            nodes: vec![Node::Leaf(0.0)],
        };
        let mut bins = vec![0u8];
        let total = self.total(&rows);
        let mut open = vec![Open {
            node: 0,
            start: 0,
            end: rows.len(),
            depth: 0,
            sums: self.histogram(&rows),
            total,
        }];
        while let Some(mut at) = open.pop() {
            let split = (at.depth < self.settings.depth)
                .then(|| self.best(&at))
                .flatten();
            let Some(split) = split else {
                tree.nodes[at.node] = Node::Leaf(self.weight(at.total));
                continue;
            };
            let middle = self.partition(&mut rows, at.start, at.end, &split);
            let (left, right) = (tree.nodes.len(), tree.nodes.len() + 1);
            tree.nodes.extend([Node::Leaf(0.0), Node::Leaf(0.0)]);
            bins.extend([0, 0]);
            bins[at.node] = split.bin;
            let cuts = &self.binned.cuts[split.feature as usize];
            tree.nodes[at.node] = Node::Split {
                feature: split.feature,
                threshold: cuts[usize::from(split.bin) - 1],
                left: left as u32,
                right: right as u32,
                gain: split.gain as f32,
                missing_left: true,
            };
            let right_total = Sum {
                g: at.total.g - split.left.g,
                h: at.total.h - split.left.h,
            };
            let (mut left_sums, mut right_sums) = (Vec::new(), Vec::new());
            if at.depth + 1 < self.settings.depth {
                let left_is_small = middle - at.start <= at.end - middle;
                let small = if left_is_small {
                    at.start..middle
                } else {
                    middle..at.end
                };
                let sums = self.histogram(&rows[small]);
                for (all, part) in at.sums.iter_mut().zip(&sums) {
                    all.g -= part.g;
                    all.h -= part.h;
                }
                (left_sums, right_sums) = if left_is_small {
                    (sums, at.sums)
                } else {
                    (at.sums, sums)
                };
            }
            for (node, start, end, sums, total) in [
                (right, middle, at.end, right_sums, right_total),
                (left, at.start, middle, left_sums, split.left),
            ] {
                open.push(Open {
                    node,
                    start,
                    end,
                    depth: at.depth + 1,
                    sums,
                    total,
                });
            }
        }
        (tree, bins)
    }

    fn weight(&self, total: Sum) -> f32 {
        (-total.g / (total.h + self.settings.lambda)) as f32 * self.settings.eta
    }

    fn total(&self, rows: &[u32]) -> Sum {
        rows.iter().fold(Sum::default(), |mut sum, row| {
            let (g, h) = self.gradients[*row as usize];
            sum.g += f64::from(g);
            sum.h += f64::from(h);
            sum
        })
    }

    fn histogram(&self, rows: &[u32]) -> Vec<Sum> {
        let mut sums = vec![Sum::default(); self.features.len() * self.stride];
        for row in rows {
            let (g, h) = self.gradients[*row as usize];
            let (g, h) = (f64::from(g), f64::from(h));
            let bins = self.binned.row(*row);
            for (place, feature) in sums.chunks_exact_mut(self.stride).zip(&self.features) {
                let cell = &mut place[usize::from(bins[*feature as usize])];
                cell.g += g;
                cell.h += h;
            }
        }
        sums
    }

    fn best(&self, open: &Open) -> Option<Split> {
        let (lambda, least) = (self.settings.lambda, self.settings.min_child_weight);
        let parent = open.total.score(lambda);
        let mut best: Option<Split> = None;
        for (place, feature) in open.sums.chunks_exact(self.stride).zip(&self.features) {
            let mut left = place[0];
            let cuts = self.binned.cuts[*feature as usize].len();
            for (bin, sum) in place.iter().enumerate().take(cuts + 1).skip(1) {
                left.g += sum.g;
                left.h += sum.h;
                let right = Sum {
                    g: open.total.g - left.g,
                    h: open.total.h - left.h,
                };
                if left.h < least || right.h < least {
                    continue;
                }
                let gain = left.score(lambda) + right.score(lambda) - parent;
                if gain > 1e-6 && best.as_ref().is_none_or(|best| gain > best.gain) {
                    best = Some(Split {
                        feature: *feature,
                        bin: bin as u8,
                        gain,
                        left,
                    });
                }
            }
        }
        best
    }

    /// Puts those that go left first; gives where the others begin. Both keep their order.
    fn partition(&self, rows: &mut [u32], start: usize, end: usize, split: &Split) -> usize {
        let part = &mut rows[start..end];
        let (mut kept, mut right) = (0, Vec::new());
        for at in 0..part.len() {
            let row = part[at];
            if self.binned.row(row)[split.feature as usize] <= split.bin {
                part[kept] = row;
                kept += 1;
            } else {
                right.push(row);
            }
        }
        part[kept..].copy_from_slice(&right);
        start + kept
    }
}

/// What the tree adds for a row in bins.
fn value_of(tree: &Tree, bins: &[u8], row: &[u8]) -> f32 {
    let mut at = 0usize;
    loop {
        match tree.nodes[at] {
            Node::Leaf(weight) => return weight,
            Node::Split {
                feature,
                left,
                right,
                ..
            } => {
                let goes_left = row[feature as usize] <= bins[at];
                at = if goes_left { left } else { right } as usize;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(loss: Loss) -> Settings {
        Settings {
            loss,
            trees: 60,
            depth: 4,
            eta: 0.2,
            lambda: 1.0,
            min_child_weight: 1.0,
            rows: 1.0,
            columns: 1.0,
            max_bins: 64,
            seed: 7,
        }
    }

    fn rows() -> Rows {
        let mut rows = Rows::of_width(2);
        for at in 0..2_000u32 {
            let (a, b) = ((at % 37) as f32, (at % 11) as f32);
            rows.values
                .extend([if at % 97 == 0 { f32::NAN } else { a }, b]);
            rows.targets.push(if a > 18.0 { 10.0 + b } else { 2.0 });
        }
        rows
    }

    #[test]
    fn a_step_is_learned_with_either_loss() {
        for loss in [Loss::Squared, Loss::Tweedie(1.3)] {
            let booster = train(&rows(), settings(loss), &Cancel::new()).unwrap();
            let (low, high) = (booster.predict(&[3.0, 4.0]), booster.predict(&[30.0, 4.0]));
            assert!(
                (low - 2.0).abs() < 0.3 && (high - 14.0).abs() < 0.6,
                "{loss:?} {low} {high}"
            );
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_trees() {
        let some = Settings {
            rows: 0.6,
            columns: 0.5,
            ..settings(Loss::Tweedie(1.3))
        };
        let first = train(&rows(), some, &Cancel::new()).unwrap();
        assert_eq!(first, train(&rows(), some, &Cancel::new()).unwrap());
    }

    #[test]
    fn no_rows_and_a_cancel_end_well() {
        let none = train(&Rows::of_width(3), settings(Loss::Squared), &Cancel::new()).unwrap();
        assert!(none.trees.is_empty() && none.predict(&[0.0; 3]).abs() < 1e-9);
        let cancel = Cancel::new();
        cancel.cancel();
        assert!(train(&rows(), settings(Loss::Squared), &cancel).is_err());
    }
}
