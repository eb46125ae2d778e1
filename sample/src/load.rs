//! CPU and memory load in exact amounts, so that metered usage can be compared with actual usage.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use cpu_time::ThreadTime;

/// The size of a memory page; writing one byte to a page makes the kernel allocate it.
const PAGE: usize = 4096;

/// Uses `cpu` of CPU time on each of `threads` threads. Returns the measured CPU time (the sum, never less than requested) and
/// the wall time. Stops early when the returned future is dropped.
pub async fn burn(cpu: Duration, threads: usize) -> Result<(Duration, Duration)> {
    let started = Instant::now();
    let stop_on_drop = StopOnDrop::default();
    let burning: Vec<_> = (0..threads)
        .map(|_| {
            let stop = Arc::clone(&stop_on_drop.0);
            tokio::task::spawn_blocking(move || burn_thread(cpu, &stop))
        })
        .collect();
    let mut burnt = Duration::ZERO;
    for thread in burning {
        burnt += thread.await.context("a load thread failed")?;
    }
    Ok((burnt, started.elapsed()))
}

/// Holds `mib` MiB of allocated memory for `time`. Frees it early when the returned future is dropped.
pub async fn hold(mib: usize, time: Duration) -> Result<()> {
    let Some(size) = mib.checked_mul(1024 * 1024) else { bail!("{mib} MiB exceeds the address space") };
    let held = tokio::task::spawn_blocking(move || {
        let mut memory: Vec<u8> = Vec::new();
        memory.try_reserve_exact(size)?;
        memory.resize(size, 0);
        // Zeroed memory may be one shared page until it is written to.
        memory.iter_mut().step_by(PAGE).for_each(|byte| *byte = 1);
        Ok::<_, std::collections::TryReserveError>(memory)
    })
    .await
    .context("the allocating thread failed")?
    .with_context(|| format!("{mib} MiB cannot be allocated"))?;
    tokio::time::sleep(time).await;
    drop(black_box(held));
    Ok(())
}

fn burn_thread(cpu: Duration, stop: &AtomicBool) -> Duration {
    let charged = ThreadTime::now();
    loop {
        let burnt = charged.elapsed();
        if burnt >= cpu || stop.load(Ordering::Relaxed) {
            return burnt;
        }
        // Some microseconds of work between two reads of the clock.
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..10_000 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
        }
        black_box(state);
    }
}

#[derive(Default)]
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn uses_the_requested_cpu_time_and_little_more() -> Result<()> {
        let (burnt, wall) = burn(Duration::from_millis(60), 2).await?;
        assert!(burnt >= Duration::from_millis(120), "{burnt:?}");
        assert!(burnt < Duration::from_millis(150), "{burnt:?}");
        assert!(wall >= Duration::from_millis(60), "{wall:?}");
        Ok(())
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn stops_when_the_caller_disconnects() {
        let before = Instant::now();
        let waited = tokio::time::timeout(Duration::from_millis(50), burn(Duration::from_secs(600), 1)).await;
        assert!(waited.is_err());
        // Dropping the runtime at the end of this test waits for the thread.
        assert!(before.elapsed() < Duration::from_secs(10));
    }

    #[tokio::test]
    async fn memory_beyond_the_address_space_is_refused() {
        assert!(hold(usize::MAX / 2, Duration::ZERO).await.is_err());
        assert!(hold(usize::MAX / 1024 / 1024, Duration::ZERO).await.is_err());
    }
}
