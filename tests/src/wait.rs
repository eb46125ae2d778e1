//! Polling for a condition, with a timeout.

use std::time::{Duration, Instant};

use anyhow::ensure;

/// The longest wait for anything; generous, because the machine that runs the tests may be busy.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Polls until the condition returns a value; an error after [`PATIENCE`].
pub async fn until<T>(what: &str, mut poll: impl AsyncFnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
    let timeout = Timeout::new(what);
    loop {
        match poll().await? {
            Some(found) => return Ok(found),
            None => timeout.pause().await?,
        }
    }
}

/// The end of a wait, and what is waited for.
pub(crate) struct Timeout {
    what: String,
    end: Instant,
}

impl Timeout {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), end: Instant::now() + PATIENCE }
    }

    /// Sleeps until the next poll; an error once the time is up.
    pub(crate) async fn pause(&self) -> anyhow::Result<()> {
        ensure!(Instant::now() < self.end, "waited {PATIENCE:?} for {}", self.what);
        tokio::time::sleep(Duration::from_millis(50)).await;
        Ok(())
    }
}
