//! One tree.

/// A node: a split or a leaf.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Node {
    /// `row[feature] < threshold`, or a missing value, goes to `left`.
    Split {
        /// Which feature.
        feature: u32,
        /// Compared in single precision.
        threshold: f32,
        /// Index of the left child.
        left: u32,
        /// Index of the right child.
        right: u32,
        /// How much the loss fell.
        gain: f32,
        /// Where a missing value goes.
        missing_left: bool,
    },
    /// Adds this to the margin.
    Leaf(f32),
}

/// A tree, its root first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tree {
    /// The nodes; children stand behind their parent.
    pub nodes: Vec<Node>,
}

impl Tree {
    /// What the tree adds to the margin of a row.
    pub fn value(&self, row: &[f32]) -> f32 {
        let mut at = 0usize;
        loop {
            match self.nodes.get(at) {
                Some(Node::Leaf(weight)) => return *weight,
                Some(Node::Split {
                    feature,
                    threshold,
                    left,
                    right,
                    missing_left,
                    ..
                }) => {
                    let value = row.get(*feature as usize).copied().unwrap_or(f32::NAN);
                    let goes_left = if value.is_nan() {
                        *missing_left
                    } else {
                        value < *threshold
                    };
                    at = if goes_left { *left } else { *right } as usize;
                }
                None => return 0.0,
            }
        }
    }
}
