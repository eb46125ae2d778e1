//! Q-learning (Watkins, 1989): a choice is worth its reward and what the best choice of the next situation is worth,
//! whatever was chosen there.

use super::{ledger::Experience, situation::situation, table::QTable};

/// What the future is worth a step from now.
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
