//! The clock, and the time that it shows.

use std::{sync::mpsc, time::Duration};

use tokio::time::Instant;

use crate::clock::Clock;

/// A clock that moves with tokio's time: with `start_paused` only when a test advances it.
#[derive(Debug, Clone)]
pub struct FakeClock {
    origin_ms: u64,
    started: Instant,
}

impl FakeClock {
    /// Shows `origin_ms`, Unix milliseconds, now.
    pub fn new(origin_ms: u64) -> Self {
        Self { origin_ms, started: Instant::now() }
    }
}

impl Clock for FakeClock {
    fn now_ms(&self) -> u64 {
        self.origin_ms + self.started.elapsed().as_millis() as u64
    }
}

/// Stops tokio's paused time from advancing by itself for as long as it lives.
///
/// A paused runtime advances to its next timer whenever no task can run. A query runs on a thread of SQLite's, during which
/// no task can run either, so every query would let all timeouts expire. Tokio does not advance while a blocking task runs;
/// this is such a task.
#[derive(Debug)]
pub struct PausedTime {
    /// Dropping it ends the blocking task.
    _held: mpsc::Sender<()>,
}

impl PausedTime {
    /// Call it inside a runtime with paused time, before anything waits.
    pub fn hold() -> Self {
        let (held, end) = mpsc::channel::<()>();
        tokio::task::spawn_blocking(move || end.recv());
        Self { _held: held }
    }

    /// Advances time; timers that are due by then fire.
    pub async fn advance(&self, by: Duration) {
        tokio::time::advance(by).await;
    }
}
