//! Values of choices in situations, as a table shared by Q-learning and Sarsa.

use super::situation::{CHOICES, SITUATIONS};

/// Visits below which a value is not trusted.
const BELIEVED: u32 = 1500;
/// The choice where no value is trusted: the largest recent error over the peak of five minutes.
const CAREFUL: usize = 10;
/// The step size falls with the number of visits to this power, as far as [`SLOWEST`]: so values become averages.
const SLOWING: f64 = 0.85;
const SLOWEST: f64 = 0.0005;

/// One row a situation, one column a choice.
#[derive(Debug, Clone, PartialEq)]
pub struct QTable {
    pub rows: Vec<QRow>,
}

/// The values of one situation.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct QRow {
    pub values: [f64; CHOICES.len()],
    pub visits: [u32; CHOICES.len()],
}

impl Default for QTable {
    fn default() -> Self {
        Self { rows: vec![QRow::default(); SITUATIONS] }
    }
}

impl QTable {
    /// The choice of the highest value among those with enough visits.
    pub fn best(&self, situation: usize) -> usize {
        let row = &self.rows[situation];
        let believed = (0..CHOICES.len()).filter(|choice| row.visits[*choice] >= BELIEVED);
        believed.max_by(|a, b| row.values[*a].total_cmp(&row.values[*b])).unwrap_or(CAREFUL)
    }

    pub fn value(&self, situation: usize, choice: usize) -> f64 {
        self.rows[situation].values[choice]
    }

    pub fn visit(&mut self, situation: usize, choice: usize) {
        let visits = &mut self.rows[situation].visits[choice];
        *visits = visits.saturating_add(1);
    }

    /// Moves a value by a part of its error; the part decreases with the visits.
    pub fn adjust(&mut self, situation: usize, choice: usize, wrong_by: f64) {
        let row = &mut self.rows[situation];
        let rate = f64::from(row.visits[choice].max(1)).powf(-SLOWING).max(SLOWEST);
        row.values[choice] += rate * wrong_by;
    }
}
