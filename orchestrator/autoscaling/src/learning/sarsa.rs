//! Sarsa(λ) (Rummery and Niranjan, 1994): the value of a choice is its reward plus the value of the choice made next.
//! What is learned in one step is passed to the steps before it with decay (replacing traces: Singh and Sutton, 1996).

use super::{ledger::Experience, situation::situation, table::QTable};

/// The discount of the future, a step.
pub const DISCOUNT: f64 = 0.3;
/// λ: how much of what is learned is passed one step back.
pub const TRACE: f64 = 0.5;
/// A trace below this is dropped.
const FAINT: f64 = 0.01;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sarsa {
    pub table: QTable,
    /// Recent situations and choices, with their share in what is learned.
    traces: Vec<(usize, usize, f64)>,
}

impl Sarsa {
    pub fn with(table: QTable) -> Self {
        Self { table, traces: Vec::new() }
    }

    pub fn learn(&mut self, experience: &Experience) {
        let (here, there) = (situation(&experience.sensed), situation(&experience.next));
        let next = self.table.value(there, experience.then);
        let wrong_by = experience.reward + DISCOUNT * next - self.table.value(here, experience.choice);
        self.table.visit(here, experience.choice);
        self.traces.retain(|(situation, choice, _)| (*situation, *choice) != (here, experience.choice));
        self.traces.push((here, experience.choice, 1.0));
        for (situation, choice, share) in &mut self.traces {
            self.table.adjust(*situation, *choice, *share * wrong_by);
            *share *= DISCOUNT * TRACE;
        }
        self.traces.retain(|(_, _, share)| *share >= FAINT);
    }

    /// Ends an episode: what follows is independent of what was.
    pub fn end(&mut self) {
        self.traces.clear();
    }
}
