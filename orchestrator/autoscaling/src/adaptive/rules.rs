//! The rules among which the adaptive autoscaler chooses.

use std::collections::VecDeque;

use crate::setup::need;

/// Spreads above the forecast, ascending.
pub const ROOM: [f64; 12] = [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0, 11.0, 15.0];
/// Shares above the demand just seen, ascending.
const MARGIN: [f64; 9] = [0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5];
/// Seconds for which replicas that are no longer needed are kept. Each value of `ROOM` and `MARGIN` is tried with each.
const KEEP: [f64; 3] = [0.0, 120.0, 300.0];
/// Spreads within which each reference is bounded; the higher ones are in `ROOM`.
const BETWEEN: [(f64, f64); 8] =
    [(0.0, 3.0), (0.0, 4.0), (0.0, 6.0), (1.0, 4.0), (1.0, 6.0), (2.0, 5.0), (2.0, 8.0), (3.0, 11.0)];
/// Values of `ROOM` and `MARGIN`.
const EACH: usize = ROOM.len() + MARGIN.len();

/// How many replicas a rule wants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Above {
    /// This many spreads above the forecast, in all steps that a decision now is for.
    Forecast(f64),
    /// This share above the demand just seen.
    Seen(f64),
    /// As many as this reference has, but within this many spreads of the forecast.
    Between(usize, f64, f64),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarginRule {
    pub above: Above,
    /// Seconds for which replicas that were needed are kept.
    pub keep: f64,
    /// The rule of the same kind with the next smaller value of `ROOM`.
    pub lower: Option<usize>,
}

/// The highest of the recent counts.
#[derive(Debug, Clone, Default)]
struct Highest {
    falling: VecDeque<(f64, u32)>,
}

/// All rules, and what each wishes now.
#[derive(Debug)]
pub struct MarginRules {
    pub all: Vec<MarginRule>,
    recent: Vec<Highest>,
    pub wishes: Vec<u32>,
}

impl MarginRules {
    /// All rules for this many references.
    pub fn new(references: usize) -> Self {
        let above = || ROOM.map(Above::Forecast).into_iter().chain(MARGIN.map(Above::Seen)).enumerate();
        let mut all = Vec::new();
        for keep in KEEP {
            let start = all.len();
            all.extend(above().map(|(index, above)| {
                let lowest = index == 0 || index == ROOM.len();
                MarginRule { above, keep, lower: (!lowest).then(|| start + index - 1) }
            }));
        }
        for reference in 0..references {
            all.extend(BETWEEN.map(|(low, high)| {
                let above = ROOM.iter().position(|room| *room == high);
                MarginRule { above: Above::Between(reference, low, high), keep: 0.0, lower: above }
            }));
        }
        let count = all.len();
        Self { all, recent: vec![Highest::default(); count], wishes: vec![0; count] }
    }

    /// The rule that leaves this margin above the demand seen, kept for two minutes.
    pub fn seen(&self, margin: f64) -> usize {
        let wanted = |rule: &MarginRule| rule.above == Above::Seen(margin) && rule.keep == KEEP[1];
        self.all.iter().position(wanted).unwrap_or(0)
    }

    /// Computes every rule's wish from the demand just seen, the forecast's means and spreads, and the references'
    /// counts.
    pub fn wish(&mut self, time: f64, seen: f64, ahead: &[(f64, f64)], references: &[u32]) {
        let upper = |room: f64| need(ahead.iter().map(|(mean, spread)| mean + room * spread).fold(0.0, f64::max), 1.0);
        for (index, rule) in self.all.iter().enumerate() {
            let count = match rule.above {
                Above::Between(reference, low, high) => references[reference].min(upper(high)).max(upper(low)),
                // Computed with the first keeping time.
                _ if index >= EACH => self.recent[index % EACH].newest(),
                Above::Forecast(room) => upper(room),
                Above::Seen(margin) => need(seen * (1.0 + margin), 1.0),
            };
            self.wishes[index] = self.recent[index].push(time, count, rule.keep);
        }
    }
}

impl MarginRule {
    /// The prior of a rule: its cost over demand, and the share missed.
    pub fn prior(&self) -> (f64, f64) {
        let kept = 1.0 + self.keep / 6000.0;
        match self.above {
            Above::Forecast(room) => ((1.0 + 0.03 * room) * kept, 0.08 * (-room).exp()),
            Above::Seen(margin) => ((1.0 + 1.05 * margin) * kept, 0.08 * (-20.0 * margin).exp()),
            Above::Between(_, low, high) => (1.1 + 0.01 * (low + high), 0.08 * (-high).exp()),
        }
    }

    /// A description, with the references' names.
    pub fn words(&self, names: &[&str]) -> String {
        let above = match self.above {
            Above::Forecast(room) => format!("{room} spreads above the forecast"),
            Above::Seen(margin) => format!("{:.0} % above what was seen", 100.0 * margin),
            Above::Between(reference, low, high) => {
                let name = names.get(reference).copied().unwrap_or("a reference");
                format!("as {name}, but {low} to {high} spreads above the forecast")
            }
        };
        if self.keep > 0.0 { format!("{above}, kept {} s", self.keep) } else { above }
    }
}

impl Highest {
    fn newest(&self) -> u32 {
        self.falling.back().map_or(0, |(_, count)| *count)
    }

    /// Adds a count and returns the highest within the time.
    fn push(&mut self, time: f64, count: u32, keep: f64) -> u32 {
        while self.falling.back().is_some_and(|(_, old)| *old <= count) {
            self.falling.pop_back();
        }
        self.falling.push_back((time, count));
        while self.falling.front().is_some_and(|(at, _)| *at < time - keep - 1e-6) {
            self.falling.pop_front();
        }
        self.falling.front().map_or(count, |(_, count)| *count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_needed_is_kept_for_its_time() {
        let mut highest = Highest::default();
        let kept: Vec<u32> = [5, 3, 4, 2, 2, 2]
            .into_iter()
            .zip(0..)
            .map(|(count, step)| highest.push(f64::from(step) * 15.0, count, 30.0))
            .collect();
        assert_eq!(kept, [5, 5, 5, 4, 4, 2]);
    }

    #[test]
    fn each_rule_wishes_what_it_says() {
        let mut rules = MarginRules::new(2);
        rules.wish(0.0, 10.0, &[(10.0, 0.0), (12.0, 1.0)], &[20, 13]);
        let wish = |above| {
            let index = rules.all.iter().position(|rule| rule.above == above && rule.keep == 0.0).expect("a rule");
            rules.wishes[index]
        };
        assert_eq!(wish(Above::Forecast(4.0)), 16);
        assert_eq!(wish(Above::Seen(0.25)), 13);
        assert_eq!(wish(Above::Between(0, 0.0, 4.0)), 16, "the first has more than is safe");
        assert_eq!(wish(Above::Between(1, 0.0, 4.0)), 13);
        assert_eq!(wish(Above::Between(1, 2.0, 5.0)), 14, "the second has less than is lean");
        let lower = rules.all.iter().filter_map(|rule| rule.lower);
        assert!(lower.zip(0..).all(|(lower, _)| matches!(rules.all[lower].above, Above::Forecast(_) | Above::Seen(_))));
    }
}
