//! What came in for one lease: its counts, its latency, its budget of retries, and whether it surges. It outlives the
//! routes to the lease's services, which are made anew with every look at the store.

use std::{
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use alloy::primitives::B256;

use super::latency::LatencyWindow;
use ports::demand::Demand;

/// Thousandths of a retry that each request earns: a fifth.
const EARNED: i64 = 200;
/// Thousandths that each second earns, however few requests there are.
const FLOOR: i64 = 10_000;
/// Retries that may be saved up.
const MOST_SAVED: i64 = 100_000;
const RETRY: i64 = 1_000;

/// Seconds for which a lease counts as asked for after a request.
const WARM: u32 = 60;

/// How often it is asked whether a lease surges.
pub(super) const PULSE: Duration = Duration::from_millis(250);

pub(super) struct LeaseTraffic {
    pub(super) lease: B256,
    arrived: AtomicU64,
    failed: AtomicU64,
    in_flight: AtomicU32,
    waiting: AtomicU32,
    /// Thousandths of retries.
    budget: AtomicI64,
    /// Seconds left until nobody is believed to ask.
    warm: AtomicU32,
    window: Mutex<LatencyWindow>,
    surge: Mutex<Surge>,
    /// Made with the first request.
    series: OnceLock<Series>,
}

/// The lease's metrics.
struct Series {
    requests: metrics::Counter,
    failed: metrics::Counter,
    retries: metrics::Counter,
    in_flight: metrics::Gauge,
    waiting: metrics::Gauge,
    seconds: metrics::Histogram,
}

/// Requests of one pulse, now and at the last wakeup.
#[derive(Default)]
struct Surge {
    arrived: u64,
    level: f64,
}

impl LeaseTraffic {
    pub(super) fn new(lease: B256) -> Self {
        Self {
            lease,
            arrived: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            in_flight: AtomicU32::new(0),
            waiting: AtomicU32::new(0),
            budget: AtomicI64::new(FLOOR),
            warm: AtomicU32::new(0),
            window: Mutex::new(LatencyWindow::new()),
            surge: Mutex::default(),
            series: OnceLock::new(),
        }
    }

    fn series(&self) -> &Series {
        self.series.get_or_init(|| {
            let lease = self.lease.to_string();
            Series {
                requests: metrics::counter!("tidemark_gateway_requests_total", "lease" => lease.clone()),
                failed: metrics::counter!("tidemark_gateway_failed_total", "lease" => lease.clone()),
                retries: metrics::counter!("tidemark_gateway_retries_total", "lease" => lease.clone()),
                in_flight: metrics::gauge!("tidemark_gateway_in_flight", "lease" => lease.clone()),
                waiting: metrics::gauge!("tidemark_gateway_waiting", "lease" => lease.clone()),
                seconds: metrics::histogram!("tidemark_gateway_seconds", "lease" => lease),
            }
        })
    }

    pub(super) fn arrived(&self) {
        self.arrived.fetch_add(1, Relaxed);
        if self.budget.fetch_add(EARNED, Relaxed) > MOST_SAVED {
            self.budget.store(MOST_SAVED, Relaxed);
        }
        self.series().requests.increment(1);
    }

    pub(super) fn failed(&self) {
        self.failed.fetch_add(1, Relaxed);
        self.series().failed.increment(1);
    }

    pub(super) fn answered(&self, now: Instant, took: Duration) {
        self.window.lock().unwrap_or_else(PoisonError::into_inner).record(now, took);
        self.series().seconds.record(took.as_secs_f64());
    }

    /// Takes a retry from the budget.
    pub(super) fn may_retry(&self) -> bool {
        let took = self.budget.fetch_update(Relaxed, Relaxed, |left| (left >= RETRY).then_some(left - RETRY)).is_ok();
        if took {
            self.series().retries.increment(1);
        }
        took
    }

    pub(super) fn enter(&self) {
        self.in_flight.fetch_add(1, Relaxed);
    }

    pub(super) fn leave(&self) {
        self.in_flight.fetch_sub(1, Relaxed);
    }

    pub(super) fn under_way(&self) -> u32 {
        self.in_flight.load(Relaxed)
    }

    pub(super) fn waiting(&self) -> u32 {
        self.waiting.load(Relaxed)
    }

    /// A place in the queue, when there is one.
    pub(super) fn queue(&self, places: u32) -> Option<Place<'_>> {
        let taken = self.waiting.fetch_add(1, Relaxed);
        let place = Place(self);
        (taken < places).then_some(place)
    }

    pub(super) fn demand(&self, now: Instant) -> Option<Demand> {
        let arrived = self.arrived.load(Relaxed);
        (arrived > 0).then(|| Demand {
            arrived,
            failed: self.failed.load(Relaxed),
            in_flight: self.in_flight.load(Relaxed),
            waiting: self.waiting.load(Relaxed),
            latency: self.window.lock().unwrap_or_else(PoisonError::into_inner).p99(now),
        })
    }

    /// Asked once a pulse: whether clearly more came in it than in the one at the last yes.
    pub(super) fn surges(&self) -> bool {
        let arrived = self.arrived.load(Relaxed);
        if let Some(series) = self.series.get() {
            series.in_flight.set(self.in_flight.load(Relaxed));
            series.waiting.set(self.waiting.load(Relaxed));
        }
        let mut surge = self.surge.lock().unwrap_or_else(PoisonError::into_inner);
        let came = arrived.saturating_sub(surge.arrived) as f64;
        surge.arrived = arrived;
        if came > 0.0 {
            self.warm.store(WARM, Relaxed);
        }
        // A third more, and more than chance brings: arrivals scatter by the root of their number.
        if came > 1.3 * surge.level + 2.0 * surge.level.sqrt() + 2.0 {
            surge.level = came;
            return true;
        }
        if came < surge.level {
            surge.level += 0.1 * (came - surge.level);
        }
        false
    }

    /// Whether a request came in the last minute.
    pub(super) fn is_asked_for(&self) -> bool {
        self.warm.load(Relaxed) > 0
    }

    /// Once a second.
    pub(super) fn earn(&self) {
        self.warm.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).ok();
        self.budget.fetch_update(Relaxed, Relaxed, |saved| Some((saved + FLOOR).min(MOST_SAVED.max(saved)))).ok();
    }
}

/// A request that waits; its place is free again when this is dropped.
pub(super) struct Place<'a>(&'a LeaseTraffic);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn pulse(traffic: &LeaseTraffic, requests: u32) -> bool {
        (0..requests).for_each(|_| traffic.arrived());
        traffic.surges()
    }

    #[test]
    fn a_surge_is_told_once_at_each_level() {
        let traffic = LeaseTraffic::new(B256::ZERO);
        assert!(!pulse(&traffic, 0) && !pulse(&traffic, 2), "two requests are no surge");
        assert!(pulse(&traffic, 100));
        assert!(!pulse(&traffic, 100) && !pulse(&traffic, 130), "chance");
        assert!(pulse(&traffic, 200));
        for _ in 0..40 {
            assert!(!pulse(&traffic, 20));
        }
        assert!(pulse(&traffic, 60), "the level has come down");
    }

    #[test]
    fn retries_are_a_fifth_of_the_requests_and_a_few_a_second() {
        let traffic = LeaseTraffic::new(B256::ZERO);
        let spend = || (0..1000).take_while(|_| traffic.may_retry()).count();
        assert_eq!(spend(), 10);
        (0..50).for_each(|_| traffic.arrived());
        assert_eq!(spend(), 10);
        traffic.earn();
        assert_eq!(spend(), 10);
        (0..10_000).for_each(|_| traffic.arrived());
        assert_eq!(spend(), 100, "not more than that is saved up");
    }

    #[test]
    fn a_lease_that_nobody_asked_for_has_no_demand() {
        let traffic = LeaseTraffic::new(B256::ZERO);
        assert_eq!(traffic.demand(Instant::now()), None);
        traffic.arrived();
        let place = traffic.queue(1).unwrap();
        assert!(traffic.queue(1).is_none());
        let demand = traffic.demand(Instant::now()).unwrap();
        assert_eq!((demand.arrived, demand.waiting, demand.latency), (1, 1, None));
        drop(place);
        assert!(traffic.queue(1).is_some());
    }
}
