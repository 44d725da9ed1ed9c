//! The maximum of the posterior.

use super::design::{CHANGE_WIDTH, Design, SEASON_WIDTH, WIDE};

const TURNS: usize = 120;
/// A change below this is zero for the ridge that stands for its Laplace prior.
const TINY: f64 = 1e-6;
const SETTLED: f64 = 1e-7;

/// The weights of the columns. `y` is scaled to at most 1.
pub(super) fn maximum(design: &Design, y: &[f64]) -> Vec<f64> {
    let columns = design.columns();
    let all = columns.all;
    let mut product = vec![0.0; all];
    for (row, value) in design.rows.iter().zip(y) {
        for (sum, column) in product.iter_mut().zip(row) {
            *sum += column * value;
        }
    }
    let mut weights = vec![0.0; all];
    let mut sizes = vec![CHANGE_WIDTH; all];
    let mut variance = 0.05f64;
    let mut matrix = vec![0.0; all * all];
    for _ in 0..TURNS {
        matrix.copy_from_slice(&design.gram);
        for at in 0..all {
            let precision = if at < 2 {
                1.0 / (WIDE * WIDE)
            } else if at < columns.trend {
                // |d| / w touches d^2 / (2 w s) + s / (2 w) from below where s = |d|.
                1.0 / (CHANGE_WIDTH * sizes[at].max(TINY))
            } else {
                1.0 / (SEASON_WIDTH * SEASON_WIDTH)
            };
            matrix[at * all + at] += variance * precision + 1e-12;
        }
        let next = solve(&mut matrix, &product, all);
        let moved = next
            .iter()
            .zip(&weights)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f64::max);
        weights = next;
        for (size, weight) in sizes.iter_mut().zip(&weights) {
            *size = weight.abs();
        }
        let before = variance;
        variance = variance_of(design, y, &weights);
        if moved < SETTLED && (variance - before).abs() < SETTLED * before {
            break;
        }
    }
    weights
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
