//! Q-learning (Watkins, 1989): the value of a choice is its reward plus the value of the best choice in the next
//! situation, whatever was chosen there.

use super::{ledger::Experience, situation::situation, table::QTable};

/// The discount of the future, a step.
pub const DISCOUNT: f64 = 0.3;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct QLearning {
    pub table: QTable,
}

impl QLearning {
    pub fn learn(&mut self, experience: &Experience) {
        let (here, there) = (situation(&experience.sensed), situation(&experience.next));
        let best = self.table.value(there, self.table.best(there));
        let wrong_by = experience.reward + DISCOUNT * best - self.table.value(here, experience.choice);
        self.table.visit(here, experience.choice);
        self.table.adjust(here, experience.choice, wrong_by);
    }
}
