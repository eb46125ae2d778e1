//! The clairvoyant optimum: the cheapest schedule that serves every step's demand, known in advance.
//!
//! Replicas are interchangeable and the last that was added is the first to be removed, so the schedule decomposes into
//! one question a replica: the k-th must serve where at least k are needed, and between two such times it may stay, at
//! the price of the gap, or be removed and started again, at the price of the start delay. The dynamic program over its
//! two states (present, absent) is then one comparison a gap, and the whole takes time proportional to how much the
//! need rises and falls.
//!
//! Demand that cannot be served is left out: what comes before a first replica can have started, and what exceeds the
//! maximum. Cooldown, step and money do not bind the optimum.

use super::{
    Autoscaler, Decision, Observation,
    setup::{Setup, lead, need},
};

/// Replicas ready or starting in each step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Optimum {
    present: Vec<u32>,
    /// The next step to answer for, as an autoscaler.
    step: usize,
}

/// The optimum for the mean demand of each step.
pub fn optimum(setup: &Setup, demand: &[f64]) -> Optimum {
    let (min, max) = (setup.bounds.min, setup.bounds.max.max(setup.bounds.min));
    let needs: Vec<u32> = demand.iter().map(|demand| need(*demand, setup.capacity).clamp(min, max)).collect();
    Optimum { present: schedule(&needs, lead(setup.delay, setup.step)), step: 0 }
}

/// The cheapest counts that have each step's need ready, when a replica serves `lead` steps after it was requested and
/// those of the first step exist from the start.
fn schedule(needs: &[u32], lead: usize) -> Vec<u32> {
    // How the count changes at the start of each step.
    let mut change = vec![0_i64; needs.len() + 1];
    // For each replica that was ever needed, the step after its last need.
    let mut done: Vec<usize> = Vec::new();
    let first = needs.first().copied().unwrap_or(0);
    let mut before = 0;
    for (step, need) in needs.iter().copied().enumerate() {
        // Only the first step's replicas can serve before the lead has passed.
        let need = if step < lead { need.min(first) } else { need };
        for replica in need..before {
            let replica = replica as usize;
            match done.get_mut(replica) {
                Some(end) => *end = step,
                None => done.push(step),
            }
        }
        for replica in before..need {
            let last = done.get(replica as usize).copied();
            if replica as usize >= done.len() {
                done.push(step);
            }
            match last {
                Some(end) if step - end <= lead => change_between(&mut change, end, step),
                _ if step == 0 => {}
                _ => change_between(&mut change, step - lead, step),
            }
        }
        change[step] += i64::from(need) - i64::from(before);
        before = need;
    }
    let mut present = 0;
    let counts = change[..needs.len()].iter().map(|change| {
        present += change;
        u32::try_from(present).unwrap_or_default()
    });
    counts.collect()
}

/// One replica more from one step to before another, beyond those that are needed.
fn change_between(change: &mut [i64], from: usize, to: usize) {
    change[from] += 1;
    change[to] -= 1;
}

impl Optimum {
    /// Its cost, in replicas times steps.
    pub fn cost(&self) -> u64 {
        self.present.iter().copied().map(u64::from).sum()
    }
}

impl Autoscaler for Optimum {
    fn decide(&mut self, seen: &Observation) -> Decision {
        let replicas = self.present.get(self.step).copied().unwrap_or_else(|| seen.present());
        self.step += 1;
        Decision { replicas, reason: format!("the clairvoyant schedule has {replicas} in step {}", self.step) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Bounds, setup, simulator};

    /// The cheapest way to go on from here, by trying every count in every step: `ages` says how long each replica has been
    /// starting, newest last; one of `lead` serves.
    fn brute(needs: &[u32], lead: usize, ages: &[usize], most: usize) -> Option<u64> {
        let Some((need, rest)) = needs.split_first() else { return Some(0) };
        let mut best = None;
        for count in 0..=most {
            let mut next: Vec<usize> = ages.iter().copied().take(count).collect();
            next.resize(count, 0);
            let ready = next.iter().filter(|age| **age >= lead).count();
            if ready < *need as usize {
                continue;
            }
            let older: Vec<usize> = next.iter().map(|age| (age + 1).min(lead)).collect();
            if let Some(cost) = brute(rest, lead, &older, most) {
                let cost = cost + count as u64;
                best = Some(best.map_or(cost, |best: u64| best.min(cost)));
            }
        }
        best
    }

    fn cost(needs: &[u32], lead: usize) -> u64 {
        schedule(needs, lead).iter().copied().map(u64::from).sum()
    }

    #[test]
    fn gaps_up_to_the_lead_are_stayed_through_and_longer_ones_left() {
        assert_eq!(schedule(&[2, 1, 1, 2], 2), [2, 2, 2, 2]);
        assert_eq!(schedule(&[2, 1, 1, 1, 2], 2), [2, 1, 2, 2, 2]);
        assert_eq!(schedule(&[0, 0, 0, 3], 1), [0, 0, 3, 3]);
        assert_eq!(schedule(&[1, 0, 1, 0], 0), [1, 0, 1, 0]);
        assert_eq!(schedule(&[], 3), Vec::<u32>::new());
    }

    #[test]
    fn what_cannot_have_started_is_left_out() {
        assert_eq!(schedule(&[1, 5, 5, 2], 2), [5, 5, 5, 2], "asked for at once, they serve the third step");
        assert_eq!(schedule(&[1, 5, 1], 2), [1, 1, 1], "the peak is over before they serve");
    }

    proptest! {
        #[test]
        fn it_costs_what_the_cheapest_of_all_schedules_costs(
            needs in prop::collection::vec(0_u32..=3, 1..8), lead in 0_usize..=3,
        ) {
            let first = needs[0];
            let servable: Vec<u32> =
                needs.iter().enumerate().map(|(step, need)| if step < lead { (*need).min(first) } else { *need }).collect();
            let ages = vec![lead; first as usize];
            prop_assert_eq!(Some(cost(&needs, lead)), brute(&servable, lead, &ages, 3));
        }

        #[test]
        fn in_the_simulator_it_serves_all_that_can_be_served(
            demand in prop::collection::vec(0.0..100.0_f64, 1..60), delay in 0.0..100.0_f64, min in 0_u32..3,
        ) {
            let mut setup = setup::tests::setup(10.0);
            setup.delay = delay;
            setup.bounds = Bounds::open(min, 8);
            let mut best = optimum(&setup, &demand);
            let cost = best.cost();
            let outcome = simulator::run(&setup, &demand, &mut best, |_| {});
            prop_assert_eq!(outcome.present.iter().copied().map(u64::from).sum::<u64>(), cost);
            let lead = lead(delay, setup.step);
            for (step, demand) in demand.iter().enumerate().skip(lead) {
                let need = need(*demand, setup.capacity).min(8);
                prop_assert!(outcome.ready[step] >= need, "step {}: {} of {}", step, outcome.ready[step], need);
            }
        }
    }
}
