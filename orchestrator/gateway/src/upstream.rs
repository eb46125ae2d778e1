//! One replica of a service as the gateway sees it: where it is reached, what is under way there, and whether it is to be
//! spared.
//!
//! # Ejection
//!
//! A replica that does not take a connection is ejected at once; one that breaks off, answers late or answers with a
//! server's error five times in a row, too. An ejection lasts a second, and twice as long each further time, up to half a
//! minute; a replica that had not taken connections returns as soon as it does. How many may be ejected at a time is up to
//! who chooses.

use std::{
    net::SocketAddr,
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use super::{connection::UpstreamConnection, route::Route};

/// Failures in a row after which a replica is spared.
const MOST_FAILURES: u32 = 5;
const FIRST_EJECTION_MS: u64 = 1_000;
const LONGEST_EJECTION_MS: u64 = 30_000;
/// Connections that are kept open for the next request, and how long.
const MOST_IDLE: usize = 256;
const IDLE: Duration = Duration::from_secs(20);

pub(super) struct Upstream {
    /// The engine's id of the container. A container that starts again may have another address, and is another upstream.
    pub(super) container: String,
    pub(super) replica: u16,
    pub(super) address: SocketAddr,
    in_flight: AtomicU32,
    /// Notified when nothing is in flight any more.
    emptied: Notify,
    /// Times are milliseconds of [`now_ms`].
    drained_until: AtomicU64,
    ejected_until: AtomicU64,
    /// Whether it is ejected because it takes no connections.
    unreachable: AtomicBool,
    /// In a row.
    failures: AtomicU32,
    ejections: AtomicU32,
    answered_at: AtomicU64,
    idle: Mutex<Vec<(UpstreamConnection, Instant)>>,
}

impl Upstream {
    pub(super) fn new(container: String, replica: u16, address: SocketAddr) -> Self {
        Self {
            container,
            replica,
            address,
            in_flight: AtomicU32::new(0),
            emptied: Notify::new(),
            drained_until: AtomicU64::new(0),
            ejected_until: AtomicU64::new(0),
            unreachable: AtomicBool::new(false),
            failures: AtomicU32::new(0),
            ejections: AtomicU32::new(0),
            answered_at: AtomicU64::new(0),
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

    /// Enters a request, unless the replica is full or drains.
    pub(super) fn enter(&self, most: u32, now_ms: u64) -> bool {
        // First the count, then the look: who drains does it the other way round, so one of the two sees the other.
        let entered = self.in_flight.fetch_add(1, SeqCst) < most && !self.is_draining(now_ms);
        if !entered {
            self.leave();
        }
        entered
    }

    fn leave(&self) {
        if self.in_flight.fetch_sub(1, SeqCst) == 1 {
            self.emptied.notify_waiters();
        }
    }

    /// Takes no new requests for so long.
    pub(super) fn close(&self, duration: Duration) {
        self.drained_until.store(now_ms() + duration.as_millis() as u64, SeqCst);
    }

    /// Returns when nothing is under way.
    pub(super) async fn emptied(&self) {
        loop {
            let emptied = self.emptied.notified();
            tokio::pin!(emptied);
            emptied.as_mut().enable();
            if self.in_flight.load(SeqCst) == 0 {
                return;
            }
            emptied.await;
        }
    }

    /// It answered, and not with a server's error.
    pub(super) fn answered(&self, now_ms: u64) {
        self.answered_at.store(now_ms, Relaxed);
        if self.failures.load(Relaxed) != 0 {
            self.failures.store(0, Relaxed);
        }
    }

    /// It broke off, was late or answered with a server's error.
    pub(super) fn failed(&self) {
        if self.failures.fetch_add(1, Relaxed) + 1 >= MOST_FAILURES {
            self.eject();
        }
    }

    /// It takes no connection.
    pub(super) fn unreachable(&self) {
        self.unreachable.store(true, Relaxed);
        self.clear();
        if !self.is_ejected(now_ms()) {
            self.eject();
        }
    }

    fn eject(&self) {
        self.failures.store(0, Relaxed);
        let before = self.ejections.fetch_add(1, Relaxed).min(5);
        let pause = (FIRST_EJECTION_MS << before).min(LONGEST_EJECTION_MS);
        self.ejected_until.store(now_ms() + pause, Relaxed);
        tracing::debug!(address = %self.address, pause, "a replica is ejected");
    }

    /// It takes connections. What was ejected for that is back.
    pub(super) fn reachable(&self) {
        if self.unreachable.swap(false, Relaxed) {
            self.ejected_until.store(0, Relaxed);
        }
    }

    /// Whether nothing is known of its health but what is older than a second.
    pub(super) fn is_to_be_checked(&self, now_ms: u64) -> bool {
        self.is_ejected(now_ms) || self.answered_at.load(Relaxed) + 1_000 < now_ms
    }

    /// Once a second: a replica that stays well is forgiven, and connections that nobody used are closed.
    pub(super) fn tidy(&self, now_ms: u64) {
        if !self.is_ejected(now_ms) && self.answered_at.load(Relaxed) + 2_000 > now_ms {
            self.ejections.fetch_update(Relaxed, Relaxed, |count| count.checked_sub(1)).ok();
        }
        let old = |since: &Instant| since.elapsed() > IDLE;
        self.connections().retain(|(_, since)| !old(since));
    }

    /// A connection that is open and idle.
    pub(super) fn connection(&self) -> Option<UpstreamConnection> {
        loop {
            let (mut connection, _) = self.connections().pop()?;
            if connection.is_ready() {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection for the next request.
    pub(super) fn keep(&self, connection: UpstreamConnection) {
        let mut idle = self.connections();
        if idle.len() < MOST_IDLE {
            idle.push((connection, Instant::now()));
        }
    }

    fn clear(&self) {
        let idle = std::mem::take(&mut *self.connections());
        drop(idle);
    }

    fn connections(&self) -> std::sync::MutexGuard<'_, Vec<(UpstreamConnection, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request at one replica; it has left when this is dropped.
pub(super) struct Ticket {
    pub(super) route: Arc<Route>,
    pub(super) upstream: Arc<Upstream>,
}

impl Ticket {
    /// For a request that has entered the upstream.
    pub(super) fn new(route: Arc<Route>, upstream: Arc<Upstream>) -> Self {
        route.traffic.enter();
        Self { route, upstream }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.upstream.leave();
        self.route.traffic.leave();
        if self.route.traffic.waiting() > 0 {
            self.route.freed.notify_one();
        }
    }
}

/// Milliseconds since the first call in this process, and one: 0 is always past.
pub(super) fn now_ms() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_millis() as u64 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upstream() -> Upstream {
        Upstream::new("c".to_owned(), 0, ([127, 0, 0, 1], 1).into())
    }

    #[test]
    fn failures_in_a_row_eject_and_an_answer_between_them_does_not() {
        let upstream = upstream();
        for _ in 0..20 {
            (1..MOST_FAILURES).for_each(|_| upstream.failed());
            upstream.answered(now_ms());
        }
        assert!(!upstream.is_ejected(now_ms()));
        (0..MOST_FAILURES).for_each(|_| upstream.failed());
        assert!(upstream.is_ejected(now_ms()) && !upstream.is_ejected(now_ms() + 1_001));
        (0..MOST_FAILURES).for_each(|_| upstream.failed());
        assert!(upstream.is_ejected(now_ms() + 1_500), "longer each time");
        upstream.reachable();
        assert!(upstream.is_ejected(now_ms()), "that it can be reached says nothing about its answers");
    }

    #[test]
    fn what_cannot_be_reached_is_ejected_until_it_can() {
        let upstream = upstream();
        upstream.unreachable();
        assert!(upstream.is_ejected(now_ms()));
        upstream.reachable();
        assert!(!upstream.is_ejected(now_ms()));
    }

    #[tokio::test]
    async fn a_drained_replica_lets_nothing_in_and_is_empty_in_the_end() {
        let upstream = Arc::new(upstream());
        assert!(upstream.enter(1, now_ms()));
        assert!(!upstream.enter(1, now_ms()), "full");
        upstream.close(Duration::from_secs(60));
        assert!(!upstream.enter(9, now_ms()));
        let waits = tokio::spawn({
            let upstream = upstream.clone();
            async move { upstream.emptied().await }
        });
        tokio::task::yield_now().await;
        assert!(!waits.is_finished());
        upstream.leave();
        assert!(waits.await.is_ok());
    }
}
