//! Rows cut into bins.

/// Rows of features, row by row, with one target and one weight each.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// Number of features of a row.
    pub width: usize,
    /// The features, row after row. A missing value is `NaN`.
    pub values: Vec<f32>,
    /// What is to be predicted.
    pub targets: Vec<f32>,
}

impl Rows {
    /// No rows yet, of `width` features each.
    pub fn of_width(width: usize) -> Rows {
        Rows {
            width,
            values: Vec::new(),
            targets: Vec::new(),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// The features of one row.
    pub fn row(&self, at: usize) -> &[f32] {
        &self.values[at * self.width..(at + 1) * self.width]
    }
}

/// Rows in bins. Bin 0 holds missing values, bin `b` the values from cut `b - 2` up to cut `b - 1`.
pub(super) struct Binned {
    pub width: usize,
    /// Bin numbers, row after row.
    pub bins: Vec<u8>,
    /// Ascending thresholds of each feature: `value < cut` goes left.
    pub cuts: Vec<Vec<f32>>,
}

/// Rows that cuts are chosen from: quantiles of more do not move.
const SAMPLE: usize = 40_000;

impl Binned {
    pub fn of(rows: &Rows, max_bins: usize) -> Binned {
        let cuts: Vec<Vec<f32>> = (0..rows.width)
            .map(|feature| cuts_of(rows, feature, max_bins.clamp(2, 255)))
            .collect();
        let mut bins = Vec::with_capacity(rows.values.len());
        for row in rows.values.chunks_exact(rows.width.max(1)) {
            bins.extend(row.iter().zip(&cuts).map(|(value, cuts)| bin(*value, cuts)));
        }
        Binned {
            width: rows.width,
            bins,
            cuts,
        }
    }

    pub fn row(&self, at: u32) -> &[u8] {
        let start = at as usize * self.width;
        &self.bins[start..start + self.width]
    }
}

fn bin(value: f32, cuts: &[f32]) -> u8 {
    if value.is_nan() {
        return 0;
    }
    // At most 254 cuts, so that this fits.
    1 + cuts.partition_point(|cut| *cut <= value) as u8
}

/// Midpoints between neighbours, at evenly spaced ranks.
fn cuts_of(rows: &Rows, feature: usize, max_bins: usize) -> Vec<f32> {
    let step = rows.len().div_ceil(SAMPLE).max(1);
    let mut values: Vec<f32> = (0..rows.len())
        .step_by(step)
        .map(|row| rows.values[row * rows.width + feature])
        .filter(|value| value.is_finite())
        .collect();
    values.sort_unstable_by(f32::total_cmp);
    let mut distinct: Vec<(f32, usize)> = Vec::new();
    for value in &values {
        match distinct.last_mut() {
            Some((last, count)) if last.total_cmp(value).is_eq() => *count += 1,
            _ => distinct.push((*value, 1)),
        }
    }
    let most = max_bins - 2;
    let per_bin = values.len() as f64 / (most + 1) as f64;
    let everything = distinct.len() <= most + 1;
    let mut cuts: Vec<f32> = Vec::new();
    let (mut seen, mut next) = (0usize, per_bin);
    for pair in distinct.windows(2) {
        seen += pair[0].1;
        if everything || seen as f64 >= next {
            let cut = middle(pair[0].0, pair[1].0);
            if cuts.last().is_none_or(|last| *last < cut) {
                cuts.push(cut);
            }
            while next <= seen as f64 {
                next += per_bin;
            }
        }
    }
    cuts.truncate(most);
    cuts
}

/// A number above `low` and not above `high`.
fn middle(low: f32, high: f32) -> f32 {
    let middle = low + (high - low) / 2.0;
    if middle > low && middle.is_finite() {
        middle
    } else {
        high
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_left_of_a_cut_exactly_when_its_bin_is() {
        let values: Vec<f32> = (0..500).map(|at| ((at * 37) % 211) as f32 / 7.0).collect();
        let rows = Rows {
            width: 1,
            targets: vec![0.0; values.len()],
            values: values.clone(),
        };
        let binned = Binned::of(&rows, 32);
        assert!(binned.cuts[0].len() <= 30);
        for (at, cut) in binned.cuts[0].iter().enumerate() {
            for (row, value) in values.iter().enumerate() {
                assert_eq!(value < cut, usize::from(binned.bins[row]) <= at + 1);
            }
        }
    }

    #[test]
    fn missing_and_infinite_values_have_a_bin() {
        let rows = Rows {
            width: 1,
            targets: vec![0.0; 4],
            values: vec![f32::NAN, f32::INFINITY, 1.0, 2.0],
        };
        let binned = Binned::of(&rows, 255);
        assert_eq!(binned.bins, vec![0, 2, 1, 2]);
    }
}
