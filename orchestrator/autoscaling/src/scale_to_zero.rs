//! Scale to zero, around any autoscaler: a lease that may have no replicas has none while no requests come.
//!
//! A running replica is never quite idle, so utilization alone would keep the last one forever. Requests decide: after
//! `QUIET` start delays without one the wish is zero, and the first waiting request wakes the lease. Where requests
//! are not counted, or the lease must keep a replica, the inner autoscaler decides alone.

use super::{Autoscaler, Decision, Observation};

/// How long no request came before the last replica is removed, in start delays.
pub const QUIET: f64 = 5.0;

/// An autoscaler that goes to zero when no requests come.
pub struct Sleeper {
    inner: Box<dyn Autoscaler>,
    /// Since when no request came.
    quiet: Option<f64>,
}

pub fn sleeper(inner: Box<dyn Autoscaler>) -> Sleeper {
    Sleeper { inner, quiet: None }
}

impl Autoscaler for Sleeper {
    fn decide(&mut self, seen: &Observation) -> Decision {
        let decision = self.inner.decide(seen);
        let idle = seen.arrivals == Some(0.0) && seen.waiting <= 0.0;
        if !idle || seen.bounds.min > 0 || !seen.time.is_finite() {
            self.quiet = None;
            let wakes = seen.present() == 0 && seen.waiting > 0.0 && decision.replicas == 0 && seen.bounds.max > 0;
            return if wakes { wake(seen) } else { decision };
        }
        let since = *self.quiet.get_or_insert(seen.time);
        let (quiet, enough) = (seen.time - since, QUIET * seen.delay.max(0.0));
        if quiet < 0.0 {
            self.quiet = Some(seen.time);
        }
        if quiet >= enough || seen.present() == 0 {
            let reason = format!("no request for {quiet:.0} s: asleep until the next");
            return Decision { replicas: 0, reason };
        }
        Decision { replicas: decision.replicas.max(1), ..decision }
    }
}

fn wake(seen: &Observation) -> Decision {
    Decision { replicas: 1, reason: format!("{:.0} requests wait for a replica: awake", seen.waiting) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Bounds;

    struct Always(u32);

    impl Autoscaler for Always {
        fn decide(&mut self, _: &Observation) -> Decision {
            Decision { replicas: self.0, reason: String::new() }
        }
    }

    fn seen(time: f64, ready: u32, arrivals: f64, waiting: f64) -> Observation {
        Observation {
            time,
            ready,
            starting: 0,
            utilization: None,
            arrivals: Some(arrivals),
            waiting,
            latency: None,
            capacity: None,
            delay: 6.0,
            price: 1.0,
            bounds: Bounds::open(0, 4),
        }
    }

    #[test]
    fn the_last_replica_goes_when_nobody_asked_for_a_while_and_comes_with_the_next_request() {
        let mut autoscaler = sleeper(Box::new(Always(0)));
        assert_eq!(autoscaler.decide(&seen(0.0, 1, 3.0, 0.0)).replicas, 0, "what the inner autoscaler says");
        let quiet = [10.0, 20.0, 39.0, 40.0, 50.0].map(|time| autoscaler.decide(&seen(time, 1, 0.0, 0.0)).replicas);
        assert_eq!(quiet, [1, 1, 1, 0, 0]);
        assert_eq!(autoscaler.decide(&seen(60.0, 0, 0.0, 0.0)).replicas, 0);
        let woken = autoscaler.decide(&seen(61.0, 0, 0.5, 2.0));
        assert_eq!((woken.replicas, woken.reason.as_str()), (1, "2 requests wait for a replica: awake"));
        assert_eq!(autoscaler.decide(&seen(70.0, 1, 0.0, 0.0)).replicas, 1, "the wait begins anew");
    }

    #[test]
    fn where_a_replica_is_kept_or_nobody_counts_the_inner_autoscaler_decides() {
        let mut autoscaler = sleeper(Box::new(Always(3)));
        let kept = Observation { bounds: Bounds::open(1, 4), ..seen(1000.0, 1, 0.0, 0.0) };
        let blind = Observation { arrivals: None, ..seen(2000.0, 1, 0.0, 0.0) };
        for seen in [&kept, &blind, &Observation { time: 9000.0, ..kept.clone() }] {
            assert_eq!(autoscaler.decide(seen).replicas, 3);
        }
    }
}
