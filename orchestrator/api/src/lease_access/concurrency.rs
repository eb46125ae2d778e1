//! The limit of concurrent streams and shells of a lease.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use alloy::primitives::B256;
use tokio::sync::Notify;

use super::super::error::{Error, Result};

/// The most streams of one kind, and the most shells, of a lease.
const STREAMS: usize = 32;
const SHELLS: usize = 4;

/// The open streams of each lease.
#[derive(Debug, Clone, Default)]
pub struct OpenStreams(Arc<StreamCounts>);

#[derive(Debug, Default)]
struct StreamCounts {
    taken: Mutex<HashMap<(B256, &'static str), usize>>,
    freed: Notify,
}

/// One open stream; dropping it releases its place.
#[derive(Debug)]
pub struct StreamPermit {
    streams: OpenStreams,
    key: (B256, &'static str),
}

impl OpenStreams {
    pub fn sit(&self, lease: B256, what: &'static str) -> Result<StreamPermit> {
        let most = if what == "shell" { SHELLS } else { STREAMS };
        let key = (lease, what);
        let mut taken = self.taken();
        let count = taken.entry(key).or_default();
        if *count >= most {
            return Err(Error::Busy(format!("{most} of this are open for the lease, which is the most: close one")));
        }
        *count += 1;
        Ok(StreamPermit { streams: self.clone(), key })
    }

    /// Waits until no stream is open, at most for this time.
    pub async fn empty(&self, patience: Duration) {
        let emptied = async {
            loop {
                let freed = self.0.freed.notified();
                if self.taken().is_empty() {
                    return;
                }
                freed.await;
            }
        };
        // The next process ends the shells that are left.
        let _ = tokio::time::timeout(patience, emptied).await;
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<(B256, &'static str), usize>> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for StreamPermit {
    fn drop(&mut self) {
        let mut taken = self.streams.taken();
        if let Some(count) = taken.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.key);
            }
        }
        self.streams.0.freed.notify_one();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn seats_are_counted_and_free_when_dropped() {
        let (streams, lease) = (OpenStreams::default(), B256::ZERO);
        let mut seats: Vec<_> = (0..SHELLS).map(|_| streams.sit(lease, "shell").unwrap()).collect();
        assert!(matches!(streams.sit(lease, "shell"), Err(Error::Busy(_))));
        streams.sit(B256::repeat_byte(1), "shell").unwrap();
        streams.sit(lease, "live").unwrap();
        seats.pop();
        seats.push(streams.sit(lease, "shell").unwrap());
        let waiting = tokio::spawn({
            let streams = streams.clone();
            async move { streams.empty(Duration::from_secs(60)).await }
        });
        drop(seats);
        waiting.await.unwrap();
        assert!(streams.taken().is_empty());
    }
}
