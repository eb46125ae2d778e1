//! An autoscaler that runs beside the one in charge, without effect, and what following it would have cost.
//!
//! It has simulated replicas of its own, which start as late as the real ones and serve the demand that was observed,
//! and it observes *their* state. Where CPU is fully used and requests are not counted, the demand beyond that is not
//! observed, and the comparison favors the one with fewer replicas.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{
    Autoscaler, Observation,
    shield::{By, grant},
};

/// An interval longer than this, in seconds, was not observed and is not counted.
const LONGEST: f64 = 300.0;

/// The results of the autoscaler in charge and of the shadow over the same time. Times in seconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    pub policy: String,
    pub watched: f64,
    /// Replicas × seconds, including those that start.
    pub replica_seconds: f64,
    pub shadow_replica_seconds: f64,
    /// For how long the demand was more than the ready replicas could serve.
    pub short: f64,
    pub shadow_short: f64,
    /// The count that the shadow would have now.
    pub shadow_replicas: u32,
    pub shadow_reason: String,
}

pub struct Shadow {
    autoscaler: Box<dyn Autoscaler>,
    account: Account,
    ready: u32,
    /// When the next replicas serve, and how many.
    starting: VecDeque<(f64, u32)>,
    stepped_at: f64,
    seen_at: Option<f64>,
}

impl Account {
    /// The share of its cost that the autoscaler in charge spent more than the shadow; negative when it spent less.
    pub fn regret(&self) -> f64 {
        if self.replica_seconds > 0.0 { 1.0 - self.shadow_replica_seconds / self.replica_seconds } else { 0.0 }
    }
}

impl Shadow {
    /// `before`: the results so far, when the same shadow ran before.
    pub fn new(name: &str, autoscaler: Box<dyn Autoscaler>, before: Option<Account>) -> Self {
        let account = before.filter(|before| before.policy == name);
        let account = account.unwrap_or_else(|| Account { policy: name.to_owned(), ..Account::default() });
        let (ready, starting) = (account.shadow_replicas, VecDeque::new());
        Self { autoscaler, account, ready, starting, stepped_at: f64::NEG_INFINITY, seen_at: None }
    }

    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Advances to an observation.
    pub fn see(&mut self, seen: &Observation) {
        let Some(before) = self.seen_at.replace(seen.time) else {
            self.ready = if self.account.watched > 0.0 { self.ready } else { seen.present() };
            return;
        };
        let seconds = seen.time - before;
        while let Some((_, count)) = self.starting.pop_front_if(|(at, _)| *at <= seen.time) {
            self.ready = self.ready.saturating_add(count);
        }
        if (0.0..=LONGEST).contains(&seconds) {
            self.count(seen, seconds);
        }
        self.decide(seen);
    }

    fn count(&mut self, seen: &Observation, seconds: f64) {
        let (account, demand) = (&mut self.account, seen.demand().unwrap_or_default());
        let starting: u32 = self.starting.iter().map(|(_, count)| count).sum();
        account.watched += seconds;
        account.replica_seconds += f64::from(seen.present()) * seconds;
        account.shadow_replica_seconds += f64::from(self.ready.saturating_add(starting)) * seconds;
        account.short += if demand > f64::from(seen.ready) { seconds } else { 0.0 };
        account.shadow_short += if demand > f64::from(self.ready) { seconds } else { 0.0 };
    }

    fn decide(&mut self, seen: &Observation) {
        let starting: u32 = self.starting.iter().map(|(_, count)| count).sum();
        let ready = f64::from(self.ready);
        let utilization = seen.demand().filter(|_| self.ready > 0).map(|demand| (demand / ready).min(1.0));
        let world = Observation { ready: self.ready, starting, utilization, ..seen.clone() };
        let present = world.present();
        let decision = self.autoscaler.decide(&world);
        let wish = grant(&seen.bounds, present, decision.replicas, seen.time - self.stepped_at, By::Tenant).replicas;
        if wish > present {
            self.starting.push_back((seen.time + seen.delay.max(0.0), wish - present));
        }
        for _ in wish..present {
            match self.starting.back_mut() {
                Some((_, count)) if *count > 1 => *count -= 1,
                Some(_) => drop(self.starting.pop_back()),
                None => self.ready -= 1,
            }
        }
        if wish != present {
            self.stepped_at = seen.time;
        }
        (self.account.shadow_replicas, self.account.shadow_reason) = (wish, decision.reason);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bounds, Decision};

    /// Wants a fixed count, whatever it observes.
    struct Always(u32);

    impl Autoscaler for Always {
        fn decide(&mut self, _: &Observation) -> Decision {
            Decision { replicas: self.0, reason: format!("always {}", self.0) }
        }
    }

    fn seen(time: f64, ready: u32, demand: f64) -> Observation {
        Observation {
            time,
            ready,
            starting: 0,
            utilization: Some((demand / f64::from(ready)).min(1.0)),
            arrivals: Some(demand * 10.0),
            waiting: 0.0,
            latency: None,
            capacity: Some(10.0),
            delay: 30.0,
            price: 1.0,
            bounds: Bounds::open(0, 10),
        }
    }

    #[test]
    fn its_replicas_start_as_late_and_serve_the_same_demand() {
        let mut shadow = Shadow::new("always", Box::new(Always(3)), None);
        for step in 0..=6 {
            shadow.see(&seen(f64::from(step) * 15.0, 1, 2.5));
        }
        let account = shadow.account();
        assert_eq!((account.watched, account.replica_seconds, account.short), (90.0, 90.0, 90.0));
        // It begins with the existing replica, requests two more at 15 s, and has them from 45 s on.
        assert_eq!(account.shadow_replica_seconds, 15.0 + 75.0 * 3.0);
        assert_eq!(account.shadow_short, 30.0);
        assert_eq!((account.shadow_replicas, account.shadow_reason.as_str()), (3, "always 3"));
        assert!(account.regret() < 0.0, "the one in charge spent less");
    }

    #[test]
    fn what_was_counted_goes_on_for_the_same_policy_alone() {
        let before = Account { policy: "always".to_owned(), watched: 50.0, shadow_replicas: 2, ..Account::default() };
        let again = Shadow::new("always", Box::new(Always(2)), Some(before.clone()));
        assert_eq!(again.account().watched, 50.0);
        assert_eq!(Shadow::new("other", Box::new(Always(2)), Some(before)).account().watched, 0.0);
    }

    #[test]
    fn time_that_nobody_watched_or_that_goes_back_counts_for_nobody() {
        let mut shadow = Shadow::new("always", Box::new(Always(1)), None);
        for time in [0.0, 15.0, 5000.0, 10.0, f64::NAN, 25.0] {
            shadow.see(&seen(time, 1, 0.5));
        }
        assert_eq!(shadow.account().watched, 15.0);
    }
}
