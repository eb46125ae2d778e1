//! The interval at which demand is measured.

use std::collections::VecDeque;

/// Runs of equal values from which the interval is estimated, and the minimum number of them.
const RUNS: usize = 16;
const LEAST_RUNS: usize = 3;

/// Estimates how many steps a reading lasts.
#[derive(Debug, Clone, Default)]
pub struct Cadence {
    last: Option<f64>,
    /// Steps in which the newest value was seen.
    age: usize,
    runs: VecDeque<usize>,
    /// Steps of a reading; 1 until it is known to be more.
    grain: usize,
    /// Every run was a whole number of readings.
    regular: bool,
}

impl Cadence {
    /// Takes the value of one more step. Returns whether a new reading begins with it.
    pub fn see(&mut self, value: f64) -> bool {
        let new = self.last != Some(value);
        if new {
            if self.last.is_some() {
                self.runs.push_back(self.age);
                if self.runs.len() > RUNS {
                    self.runs.pop_front();
                }
                // The first run may have begun before the first observation.
                let shortest = self.runs.iter().copied().min().unwrap_or(1);
                self.grain = if self.known() { shortest } else { 1 };
                self.regular = self.runs.iter().all(|run| run % self.grain == 0);
            }
            self.age = 0;
            self.last = Some(value);
        }
        self.age += 1;
        new || (self.age - 1).is_multiple_of(self.grain())
    }

    /// Whether enough was seen to estimate the interval.
    pub fn known(&self) -> bool {
        self.runs.len() >= LEAST_RUNS
    }

    /// Steps of a reading.
    pub fn grain(&self) -> usize {
        self.grain.max(1)
    }

    /// Steps of a reading, or the minimum length of the first ones.
    pub fn at_least(&self) -> usize {
        if self.known() { self.grain() } else { self.age.max(self.runs.iter().copied().max().unwrap_or(1)) }
    }

    /// How many readings lie between the newest and the step that comes `ahead` steps after the newest seen; 0 is the newest.
    pub fn readings(&self, ahead: usize) -> usize {
        let grain = self.grain();
        if self.regular || grain == 1 {
            let into = (self.age.max(1) - 1) % grain;
            (into + ahead) / grain
        } else if self.age + ahead <= grain {
            0
        } else {
            1 + (self.age.max(grain) + ahead - grain - 1) / grain
        }
    }
}
