//! The maximum of the posterior.
//!
//! For a given noise it is a regression with ridges on all columns but the changes of the trend, whose Laplace
//! prior makes most of them exactly zero. Which are not is found by the search of Lee, Battle, Raina and Ng,
//! "Efficient sparse coding algorithms" (2006): solve for the signs that are assumed, stop where one turns, let in
//! the change that gains most. Noise and weights alternate until neither moves. A general optimiser, which
//! Python's Prophet uses, stops a little before this maximum.

use super::design::{CHANGE_WIDTH, Columns, Design, SEASON_WIDTH, WIDE};

/// Alternations of noise and weights, at most.
const TURNS: usize = 400;
/// Steps of the search in one turn, at most.
const STEPS: usize = 200;
/// The noise has settled when its variance moves by less than this part.
const SETTLED: f64 = 1e-7;

/// The weights of the columns. `y` is scaled to at most 1.
pub(super) fn maximum(design: &Design, y: &[f64]) -> Vec<f64> {
    let columns = design.columns();
    let mut product = vec![0.0; columns.all];
    for (row, value) in design.rows.iter().zip(y) {
        for (sum, column) in product.iter_mut().zip(row) {
            *sum += column * value;
        }
    }
    let mut search = Search {
        gram: &design.gram,
        product,
        columns,
        weights: vec![0.0; columns.all],
        signs: vec![0.0; columns.all],
    };
    let mut variance = 0.05f64;
    for _ in 0..TURNS {
        search.run(variance);
        let before = variance;
        variance = variance_of(design, y, &search.weights);
        if (variance - before).abs() < SETTLED * before {
            break;
        }
    }
    search.weights
}

/// The search for the changes that are not zero.
struct Search<'a> {
    /// Its lower triangle.
    gram: &'a [f64],
    product: Vec<f64>,
    columns: Columns,
    weights: Vec<f64>,
    /// Of the changes: 0 for those that are zero.
    signs: Vec<f64>,
}

impl Search<'_> {
    fn run(&mut self, variance: f64) {
        let pull = variance / CHANGE_WIDTH;
        for _ in 0..STEPS {
            let active: Vec<usize> = (0..self.columns.all)
                .filter(|at| !self.is_change(*at) || self.signs[*at] != 0.0)
                .collect();
            let found = self.solve(&active, variance, pull);
            if self.step(&active, &found) && !self.let_in(pull) {
                return;
            }
        }
    }

    fn is_change(&self, at: usize) -> bool {
        (2..self.columns.trend).contains(&at)
    }

    fn solve(&self, active: &[usize], variance: f64, pull: f64) -> Vec<f64> {
        let size = active.len();
        let mut matrix = vec![0.0; size * size];
        let mut right = Vec::with_capacity(size);
        for (row, a) in active.iter().enumerate() {
            for (column, b) in active[..=row].iter().enumerate() {
                matrix[row * size + column] = self.gram[a * self.columns.all + b];
            }
            let width = if *a < 2 { WIDE } else { SEASON_WIDTH };
            let ridge = if self.is_change(*a) {
                0.0
            } else {
                variance / (width * width)
            };
            matrix[row * size + row] += ridge + 1e-12;
            right.push(self.product[*a] - pull * self.signs[*a]);
        }
        solve(&mut matrix, &right, size)
    }

    /// Goes to what was found, or to where the first sign turns: that change is zero from there on. Whether it
    /// went all the way.
    fn step(&mut self, active: &[usize], found: &[f64]) -> bool {
        let mut first: Option<(f64, usize)> = None;
        for (at, value) in active.iter().zip(found) {
            if self.is_change(*at) && value * self.signs[*at] < 0.0 {
                let here = self.weights[*at];
                let part = here / (here - value);
                if first.is_none_or(|(least, _)| part < least) {
                    first = Some((part, *at));
                }
            }
        }
        let part = first.map_or(1.0, |(part, _)| part.clamp(0.0, 1.0));
        for (at, value) in active.iter().zip(found) {
            self.weights[*at] += part * (value - self.weights[*at]);
        }
        if let Some((_, at)) = first {
            self.weights[at] = 0.0;
            self.signs[at] = 0.0;
        }
        first.is_none()
    }

    /// Lets in the change whose slope most outweighs its prior. Whether there was one.
    fn let_in(&mut self, pull: f64) -> bool {
        let all = self.columns.all;
        let mut best: Option<(f64, usize)> = None;
        for at in (2..self.columns.trend).filter(|at| self.signs[*at] == 0.0) {
            let fitted: f64 = (0..all)
                .map(|other| self.gram[at.max(other) * all + at.min(other)] * self.weights[other])
                .sum();
            let slope = self.product[at] - fitted;
            // What rounding leaves is no slope.
            let outweighs = slope.abs() > pull * (1.0 + 1e-6) + 1e-12;
            if outweighs && best.is_none_or(|(most, _)| slope.abs() > most.abs()) {
                best = Some((slope, at));
            }
        }
        if let Some((slope, at)) = best {
            self.signs[at] = slope.signum();
        }
        best.is_some()
    }
}

/// The variance of most probability: n ln s + e / (2 s^2) + 2 s^2, with the half normal prior of width 0.5.
fn variance_of(design: &Design, y: &[f64], weights: &[f64]) -> f64 {
    let count = y.len() as f64;
    let errors: f64 = design
        .rows
        .iter()
        .zip(y)
        .map(|(row, value)| {
            let fitted: f64 = row.iter().zip(weights).map(|(a, b)| a * b).sum();
            (value - fitted).powi(2)
        })
        .sum();
    // Written so that nothing cancels when the errors are small.
    let root = (count * count + 16.0 * errors).sqrt();
    (2.0 * errors / (count + root)).max(1e-10)
}

/// Solves a positive definite system whose lower triangle is given, by Cholesky's decomposition in place.
fn solve(matrix: &mut [f64], right: &[f64], size: usize) -> Vec<f64> {
    for column in 0..size {
        for row in column..size {
            let (head, tail) = matrix.split_at(row * size);
            let (of_row, of_column): (&[f64], &[f64]) = if row == column {
                (&tail[..column], &tail[..column])
            } else {
                (
                    &tail[..column],
                    &head[column * size..column * size + column],
                )
            };
            let sum: f64 = of_row.iter().zip(of_column).map(|(a, b)| a * b).sum();
            let value = matrix[row * size + column] - sum;
            matrix[row * size + column] = if row == column {
                value.max(1e-14).sqrt()
            } else {
                value / matrix[column * size + column]
            };
        }
    }
    let mut x = right.to_vec();
    for row in 0..size {
        let known: f64 = (0..row).map(|at| matrix[row * size + at] * x[at]).sum();
        x[row] = (x[row] - known) / matrix[row * size + row];
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size)
            .map(|at| matrix[at * size + row] * x[at])
            .sum();
        x[row] = (x[row] - known) / matrix[row * size + row];
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_system_is_solved() {
        let mut matrix = vec![4.0, 0.0, 0.0, 2.0, 5.0, 0.0, 1.0, 3.0, 6.0];
        let x = solve(&mut matrix, &[11.0, 21.0, 25.0], 3);
        for (found, wanted) in x.iter().zip([1.0, 2.0, 3.0]) {
            assert!((found - wanted).abs() < 1e-9, "{x:?}");
        }
    }
}
