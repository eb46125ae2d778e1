//! The reward of decisions, computed from later observations: each is charged the cost of its replicas, and the
//! shortages that they would have left.
//!
//! A decision is judged by its own wish and not by what was ready, so that it is not charged for other decisions: what
//! is learned about a choice does not depend on the choices around it. It answers for the steps until replicas that are
//! requested one step later would serve.

use std::collections::VecDeque;

use super::sense::Sensed;
use crate::Observation;

/// The cost of a step short of capacity, in units of the cost of a step at the usual demand: learning minimizes the
/// cost ratio and this many times the share of violations. At 100, one violation in a thousand steps is as bad as a
/// tenth more money.
pub const SHORTAGE: f64 = 100.0;
/// The factor of the charge for a shortage. A decision that removes replicas for a moment leaves more steps short than
/// its own, because they are back only after the start delay.
pub const BLAME: f64 = 2.0;
/// The most steps that a decision answers for.
const LONGEST: usize = 80;
/// The tolerance of a whole number of replicas, for floating point error.
const SLACK: f64 = 1e-9;

/// One step of experience.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Experience {
    pub sensed: Sensed,
    /// The index of the choice.
    pub choice: usize,
    pub reward: f64,
    pub next: Sensed,
    /// The index of the next choice.
    pub then: usize,
}

#[derive(Debug, Clone, Copy)]
struct LedgerEntry {
    sensed: Sensed,
    choice: usize,
    wish: f64,
    /// Steps since then, and those of them whose demand exceeded the wish.
    steps: usize,
    short: usize,
}

/// Decisions whose consequences are not all known.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    entries: VecDeque<LedgerEntry>,
}

impl Ledger {
    /// Records the step since the last decision. An unknown demand counts as no shortage.
    pub fn close_step(&mut self, seen: &Observation) {
        let demand = seen.demand().unwrap_or(0.0) * (1.0 - SLACK);
        for entry in &mut self.entries {
            entry.steps += 1;
            entry.short += usize::from(demand > entry.wish);
        }
    }

    /// Records a decision.
    pub fn write(&mut self, sensed: Sensed, choice: usize, wish: u32) {
        self.entries.push_back(LedgerEntry { sensed, choice, wish: f64::from(wish), steps: 0, short: 0 });
    }

    /// The oldest decision whose consequences are all known, when replicas serve this many steps after their
    /// request.
    pub fn take(&mut self, lead: usize) -> Option<Experience> {
        let within = lead.min(LONGEST) + 1;
        let (first, second) = (*self.entries.front()?, *self.entries.get(1)?);
        if first.steps < within {
            return None;
        }
        self.entries.pop_front();
        let short = first.short as f64 / first.steps as f64;
        Some(Experience {
            sensed: first.sensed,
            choice: first.choice,
            reward: -first.wish / first.sensed.usual - BLAME * SHORTAGE * short,
            next: second.sensed,
            then: second.choice,
        })
    }
}
