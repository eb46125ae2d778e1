//! The traffic of one lease: its counters and metrics, its latency, its retry budget, and the detection of surges. It outlives
//! the lease's routes, which every refresh of the table makes anew.

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

/// The retry budget in thousandths of a retry. Each request adds a fifth of a retry.
const PER_REQUEST: i64 = 200;
/// Each second adds this much, at any rate of requests.
const PER_SECOND: i64 = 10_000;
/// The budget's maximum.
const MAX_BUDGET: i64 = 100_000;
const RETRY: i64 = 1_000;

/// Seconds for which a lease counts as active after a request.
const RECENT_SECONDS: u32 = 60;

/// The period of the surge detection.
pub(super) const SURGE_PERIOD: Duration = Duration::from_millis(250);

pub(super) struct LeaseTraffic {
    pub(super) lease: B256,
    arrived: AtomicU64,
    failed: AtomicU64,
    in_flight: AtomicU32,
    waiting: AtomicU32,
    /// Thousandths of a retry.
    budget: AtomicI64,
    /// Seconds until the lease counts as inactive.
    recent: AtomicU32,
    window: Mutex<LatencyWindow>,
    surge: Mutex<SurgeBaseline>,
    /// Registered with the first request, so that an unused lease has no series.
    metrics: OnceLock<TrafficMetrics>,
}

/// The lease's metrics.
struct TrafficMetrics {
    requests: metrics::Counter,
    failed: metrics::Counter,
    retries: metrics::Counter,
    in_flight: metrics::Gauge,
    waiting: metrics::Gauge,
    seconds: metrics::Histogram,
}

/// The requests of one period that the next periods are compared with.
#[derive(Default)]
struct SurgeBaseline {
    /// All requests until the last period.
    arrived: u64,
    /// Requests of one period; decays while fewer arrive.
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
            budget: AtomicI64::new(PER_SECOND),
            recent: AtomicU32::new(0),
            window: Mutex::new(LatencyWindow::new()),
            surge: Mutex::default(),
            metrics: OnceLock::new(),
        }
    }

    fn metrics(&self) -> &TrafficMetrics {
        self.metrics.get_or_init(|| {
            let lease = self.lease.to_string();
            TrafficMetrics {
                requests: metrics::counter!("tidemark_gateway_requests_total", "lease" => lease.clone()),
                failed: metrics::counter!("tidemark_gateway_failed_total", "lease" => lease.clone()),
                retries: metrics::counter!("tidemark_gateway_retries_total", "lease" => lease.clone()),
                in_flight: metrics::gauge!("tidemark_gateway_in_flight", "lease" => lease.clone()),
                waiting: metrics::gauge!("tidemark_gateway_waiting", "lease" => lease.clone()),
                seconds: metrics::histogram!("tidemark_gateway_seconds", "lease" => lease),
            }
        })
    }

    pub(super) fn record_request(&self) {
        self.arrived.fetch_add(1, Relaxed);
        if self.budget.fetch_add(PER_REQUEST, Relaxed) > MAX_BUDGET {
            self.budget.store(MAX_BUDGET, Relaxed);
        }
        self.metrics().requests.increment(1);
    }

    pub(super) fn record_failure(&self) {
        self.failed.fetch_add(1, Relaxed);
        self.metrics().failed.increment(1);
    }

    pub(super) fn record_response(&self, now: Instant, took: Duration) {
        self.window.lock().unwrap_or_else(PoisonError::into_inner).record(now, took);
        self.metrics().seconds.record(took.as_secs_f64());
    }

    /// Takes a retry from the budget. False when the budget is spent.
    pub(super) fn take_retry(&self) -> bool {
        let took = self.budget.fetch_update(Relaxed, Relaxed, |left| (left >= RETRY).then_some(left - RETRY)).is_ok();
        if took {
            self.metrics().retries.increment(1);
        }
        took
    }

    pub(super) fn enter(&self) {
        self.in_flight.fetch_add(1, Relaxed);
    }

    pub(super) fn leave(&self) {
        self.in_flight.fetch_sub(1, Relaxed);
    }

    pub(super) fn in_flight(&self) -> u32 {
        self.in_flight.load(Relaxed)
    }

    pub(super) fn waiting(&self) -> u32 {
        self.waiting.load(Relaxed)
    }

    /// Counts a request as queued until the permit is dropped. None when `limit` requests are queued.
    pub(super) fn try_queue(&self, limit: u32) -> Option<QueuePermit<'_>> {
        let taken = self.waiting.fetch_add(1, Relaxed);
        let permit = QueuePermit(self);
        (taken < limit).then_some(permit)
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

    /// Runs once a period: whether clearly more requests arrived in it than the baseline.
    pub(super) fn surges(&self) -> bool {
        let arrived = self.arrived.load(Relaxed);
        if let Some(metrics) = self.metrics.get() {
            metrics.in_flight.set(self.in_flight.load(Relaxed));
            metrics.waiting.set(self.waiting.load(Relaxed));
        }
        let mut surge = self.surge.lock().unwrap_or_else(PoisonError::into_inner);
        let came = arrived.saturating_sub(surge.arrived) as f64;
        surge.arrived = arrived;
        if came > 0.0 {
            self.recent.store(RECENT_SECONDS, Relaxed);
        }
        // A third more than before, and more than random variation explains: a Poisson count varies by its square root.
        if came > 1.3 * surge.level + 2.0 * surge.level.sqrt() + 2.0 {
            surge.level = came;
            return true;
        }
        if came < surge.level {
            surge.level += 0.1 * (came - surge.level);
        }
        false
    }

    /// Whether a request arrived in the last minute.
    pub(super) fn is_recent(&self) -> bool {
        self.recent.load(Relaxed) > 0
    }

    /// Runs once a second.
    pub(super) fn refill(&self) {
        self.recent.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).ok();
        self.budget.fetch_update(Relaxed, Relaxed, |saved| Some((saved + PER_SECOND).min(MAX_BUDGET.max(saved)))).ok();
    }
}

/// One queued request.
pub(super) struct QueuePermit<'a>(&'a LeaseTraffic);

impl Drop for QueuePermit<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn period(traffic: &LeaseTraffic, requests: u32) -> bool {
        (0..requests).for_each(|_| traffic.record_request());
        traffic.surges()
    }

    #[test]
    fn a_surge_is_reported_once_per_level() {
        let traffic = LeaseTraffic::new(B256::ZERO);
        assert!(!period(&traffic, 0) && !period(&traffic, 2), "two requests are no surge");
        assert!(period(&traffic, 100));
        assert!(!period(&traffic, 100) && !period(&traffic, 130), "random variation");
        assert!(period(&traffic, 200));
        for _ in 0..40 {
            assert!(!period(&traffic, 20));
        }
        assert!(period(&traffic, 60), "the level decayed");
    }

    #[test]
    fn the_retry_budget_is_a_fifth_of_the_requests_plus_ten_a_second() {
        let traffic = LeaseTraffic::new(B256::ZERO);
        let spend = || (0..1000).take_while(|_| traffic.take_retry()).count();
        assert_eq!(spend(), 10);
        (0..50).for_each(|_| traffic.record_request());
        assert_eq!(spend(), 10);
        traffic.refill();
        assert_eq!(spend(), 10);
        (0..10_000).for_each(|_| traffic.record_request());
        assert_eq!(spend(), 100, "the budget has a maximum");
    }

    #[test]
    fn a_lease_without_requests_has_no_demand() {
        let traffic = LeaseTraffic::new(B256::ZERO);
        assert_eq!(traffic.demand(Instant::now()), None);
        traffic.record_request();
        let permit = traffic.try_queue(1).unwrap();
        assert!(traffic.try_queue(1).is_none());
        let demand = traffic.demand(Instant::now()).unwrap();
        assert_eq!((demand.arrived, demand.waiting, demand.latency), (1, 1, None));
        drop(permit);
        assert!(traffic.try_queue(1).is_some());
    }
}
