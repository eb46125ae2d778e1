//! One replica of a service: its address, its requests in flight, its health, and its pool of idle connections.
//!
//! # Ejection
//!
//! A replica that refuses a connection is ejected at once. So is one with five failures in a row: it broke off, responded too
//! late, or responded with a 5xx status. The first ejection lasts a second, each further one twice as long, up to half a
//! minute. A replica that was ejected because it refused connections returns as soon as a health check connects.
//! `super::route::Route::select` bounds how many replicas it avoids at a time.

use std::{
    net::SocketAddr,
    sync::{
        LazyLock, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use super::connection::UpstreamConnection;

/// Consecutive failures that eject a replica.
const MAX_FAILURES: u32 = 5;
const FIRST_EJECTION_MS: u64 = 1_000;
const MAX_EJECTION_MS: u64 = 30_000;
/// Idle connections in the pool, and how long one stays there.
const MAX_IDLE: usize = 256;
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

pub(super) struct Upstream {
    /// The engine's id of the container. A container with a new address after a restart is a new upstream.
    pub(super) container: String,
    pub(super) replica: u16,
    pub(super) address: SocketAddr,
    in_flight: AtomicU32,
    /// Notified when the last request in flight ends.
    drained: Notify,
    /// This and the times below are milliseconds of [`monotonic_ms`].
    drained_until: AtomicU64,
    ejected_until: AtomicU64,
    /// Whether it is ejected because it refuses connections.
    unreachable: AtomicBool,
    /// Consecutive.
    failures: AtomicU32,
    ejections: AtomicU32,
    responded_at: AtomicU64,
    idle: Mutex<Vec<(UpstreamConnection, Instant)>>,
}

impl Upstream {
    pub(super) fn new(container: String, replica: u16, address: SocketAddr) -> Self {
        Self {
            container,
            replica,
            address,
            in_flight: AtomicU32::new(0),
            drained: Notify::new(),
            drained_until: AtomicU64::new(0),
            ejected_until: AtomicU64::new(0),
            unreachable: AtomicBool::new(false),
            failures: AtomicU32::new(0),
            ejections: AtomicU32::new(0),
            responded_at: AtomicU64::new(0),
            idle: Mutex::default(),
        }
    }

    pub(super) fn in_flight(&self) -> u32 {
        self.in_flight.load(Relaxed)
    }

    pub(super) fn is_draining(&self, now_ms: u64) -> bool {
        self.drained_until.load(SeqCst) > now_ms
    }

    pub(super) fn is_ejected(&self, now_ms: u64) -> bool {
        self.ejected_until.load(Relaxed) > now_ms
    }

    /// Counts a request in, unless the replica has `limit` of them or is draining. The caller must call [`Self::leave`] in the end.
    pub(super) fn try_enter(&self, limit: u32, now_ms: u64) -> bool {
        // The count precedes the check for draining. Draining sets its time before it reads the count, so one of the two
        // always sees the other.
        let entered = self.in_flight.fetch_add(1, SeqCst) < limit && !self.is_draining(now_ms);
        if !entered {
            self.leave();
        }
        entered
    }

    pub(super) fn leave(&self) {
        if self.in_flight.fetch_sub(1, SeqCst) == 1 {
            self.drained.notify_waiters();
        }
    }

    /// Admits no requests for this time.
    pub(super) fn drain(&self, duration: Duration) {
        self.drained_until.store(monotonic_ms() + duration.as_millis() as u64, SeqCst);
    }

    /// Returns once no request is in flight.
    pub(super) async fn drained(&self) {
        loop {
            let drained = self.drained.notified();
            tokio::pin!(drained);
            drained.as_mut().enable();
            if self.in_flight.load(SeqCst) == 0 {
                return;
            }
            drained.await;
        }
    }

    /// The replica responded with a status below 500.
    pub(super) fn record_success(&self, now_ms: u64) {
        self.responded_at.store(now_ms, Relaxed);
        if self.failures.load(Relaxed) != 0 {
            self.failures.store(0, Relaxed);
        }
    }

    /// The replica broke off, responded too late, or responded with a 5xx status.
    pub(super) fn record_failure(&self) {
        if self.failures.fetch_add(1, Relaxed) + 1 >= MAX_FAILURES {
            self.eject();
        }
    }

    /// The replica refused a connection.
    pub(super) fn record_unreachable(&self) {
        self.unreachable.store(true, Relaxed);
        self.close_idle();
        if !self.is_ejected(monotonic_ms()) {
            self.eject();
        }
    }

    fn eject(&self) {
        self.failures.store(0, Relaxed);
        let earlier = self.ejections.fetch_add(1, Relaxed).min(5);
        let pause = (FIRST_EJECTION_MS << earlier).min(MAX_EJECTION_MS);
        self.ejected_until.store(monotonic_ms() + pause, Relaxed);
        tracing::debug!(address = %self.address, pause, "a replica is ejected");
    }

    /// The replica accepted a connection. An ejection for refusing one ends.
    pub(super) fn record_reachable(&self) {
        if self.unreachable.swap(false, Relaxed) {
            self.ejected_until.store(0, Relaxed);
        }
    }

    /// Whether the replica is ejected, or its last response is older than a second.
    pub(super) fn needs_probe(&self, now_ms: u64) -> bool {
        self.is_ejected(now_ms) || self.responded_at.load(Relaxed) + 1_000 < now_ms
    }

    /// Runs once a second: a healthy replica's next ejection gets shorter, and expired idle connections close.
    pub(super) fn maintain(&self, now_ms: u64) {
        if !self.is_ejected(now_ms) && self.responded_at.load(Relaxed) + 2_000 > now_ms {
            self.ejections.fetch_update(Relaxed, Relaxed, |count| count.checked_sub(1)).ok();
        }
        let old = |since: &Instant| since.elapsed() > IDLE_TIMEOUT;
        self.connections().retain(|(_, since)| !old(since));
    }

    /// Takes an idle connection that still works from the pool.
    pub(super) fn idle_connection(&self) -> Option<UpstreamConnection> {
        loop {
            let (mut connection, _) = self.connections().pop()?;
            if connection.is_ready() {
                return Some(connection);
            }
        }
    }

    /// Returns a connection to the pool.
    pub(super) fn return_connection(&self, connection: UpstreamConnection) {
        let mut idle = self.connections();
        if idle.len() < MAX_IDLE {
            idle.push((connection, Instant::now()));
        }
    }

    fn close_idle(&self) {
        let idle = std::mem::take(&mut *self.connections());
        drop(idle);
    }

    fn connections(&self) -> std::sync::MutexGuard<'_, Vec<(UpstreamConnection, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Milliseconds of the monotonic clock since the first call in this process, plus one, so that 0 is always in the past.
pub(super) fn monotonic_ms() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_millis() as u64 + 1
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn upstream() -> Upstream {
        Upstream::new("c".to_owned(), 0, ([127, 0, 0, 1], 1).into())
    }

    #[test]
    fn consecutive_failures_eject_and_a_success_between_them_resets_the_count() {
        let upstream = upstream();
        for _ in 0..20 {
            (1..MAX_FAILURES).for_each(|_| upstream.record_failure());
            upstream.record_success(monotonic_ms());
        }
        assert!(!upstream.is_ejected(monotonic_ms()));
        (0..MAX_FAILURES).for_each(|_| upstream.record_failure());
        assert!(upstream.is_ejected(monotonic_ms()) && !upstream.is_ejected(monotonic_ms() + 1_001));
        (0..MAX_FAILURES).for_each(|_| upstream.record_failure());
        assert!(upstream.is_ejected(monotonic_ms() + 1_500), "longer each time");
        upstream.record_reachable();
        assert!(upstream.is_ejected(monotonic_ms()), "a connection says nothing about responses");
    }

    #[test]
    fn an_unreachable_replica_is_ejected_until_a_probe_connects() {
        let upstream = upstream();
        upstream.record_unreachable();
        assert!(upstream.is_ejected(monotonic_ms()));
        upstream.record_reachable();
        assert!(!upstream.is_ejected(monotonic_ms()));
    }

    #[tokio::test]
    async fn a_draining_replica_admits_no_request_and_drains() {
        let upstream = Arc::new(upstream());
        assert!(upstream.try_enter(1, monotonic_ms()));
        assert!(!upstream.try_enter(1, monotonic_ms()), "full");
        upstream.drain(Duration::from_secs(60));
        assert!(!upstream.try_enter(9, monotonic_ms()));
        let waits = tokio::spawn({
            let upstream = upstream.clone();
            async move { upstream.drained().await }
        });
        tokio::task::yield_now().await;
        assert!(!waits.is_finished());
        upstream.leave();
        assert!(waits.await.is_ok());
    }
}
