//! Runs stages: the loop around every stage, and nothing about any of them.
//!
//! A `Stage` is a reconciler without input. `drive` gives each stage a task of its own, which runs the stage at start and
//! then after its period or a `Wakeup`, and records the outcome of each run in `StageStatuses`. A run that fails or
//! panics is not retried inside: the next run is the retry. Each failure in a row doubles the pause before the next run, up
//! to `LONGEST_BACKOFF`; a wakeup shortens the normal pause and never a backoff. At shutdown a run that has begun
//! finishes first.
//!
//! The crate may know the async runtime, tracing and metrics. It depends on no stage, no store and no port.

use std::{
    collections::BTreeMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use futures::FutureExt;
use serde::Serialize;
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
};
use tracing::Instrument;

/// What one run counted, by name: `{"applied": 3, "reverted": 0}`.
pub type Counts = BTreeMap<&'static str, u64>;

/// The longest pause after failed runs.
pub const LONGEST_BACKOFF: Duration = Duration::from_secs(15);

/// A reconciler that [`drive`] runs again and again.
#[async_trait::async_trait]
pub trait Stage: Send + Sync + 'static {
    /// The stage's name in statuses, logs and metrics, for example `chain`.
    fn name(&self) -> &'static str;

    /// The pause after a successful run, unless a wakeup ends it earlier.
    fn period(&self) -> Duration;

    /// Compares all desired with all observed state and does what is missing. Idempotent; never retries within a run.
    ///
    /// # Errors
    /// Any error fails the run as a whole: the driver logs it, shows it as the stage's status and backs off.
    async fn run(&self) -> anyhow::Result<Counts>;
}

/// A signal without data that starts a stage's next run early. A notification is kept until the stage waits for it, and any
/// number of notifications before that count as one.
#[derive(Clone, Default)]
pub struct Wakeup(Arc<Notify>);

impl Wakeup {
    pub fn notify(&self) {
        self.0.notify_one();
    }

    /// Discards a pending notification: the run that begins now observes what caused it.
    fn clear(&self) {
        let _ = self.0.notified().now_or_never();
    }

    /// Waits for a notification; returns at once if one is pending.
    pub async fn notified(&self) {
        self.0.notified().await;
    }
}

/// Why a run began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RunReason {
    Start,
    Period,
    /// `bell` is its name in `/v1/status`.
    #[serde(rename = "bell")]
    Wakeup,
    Backoff,
}

/// The last run of a stage, as `/v1/status` shows it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StageStatus {
    pub iteration: u64,
    pub reason: RunReason,
    /// Unix milliseconds.
    pub started_at_ms: u64,
    pub took_ms: u64,
    pub counts: Counts,
    /// The error with its chain of causes; none when the run succeeded.
    pub error: Option<String>,
    /// Failed runs in a row, this one included.
    pub failures: u32,
}

/// The last run of every stage, shared between the driver, which writes it, and the API, which reads it.
#[derive(Clone, Default)]
pub struct StageStatuses(Arc<Mutex<BTreeMap<&'static str, StageStatus>>>);

impl StageStatuses {
    pub fn read(&self) -> BTreeMap<&'static str, StageStatus> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn write(&self, stage: &'static str, status: StageStatus) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(stage, status);
    }
}

/// Runs the stages until `shutdown` becomes true and every run that had begun has finished.
pub async fn drive(stages: Vec<(Arc<dyn Stage>, Wakeup)>, statuses: StageStatuses, shutdown: watch::Receiver<bool>) {
    let mut tasks = JoinSet::new();
    for (stage, wakeup) in stages {
        tasks.spawn(repeat(stage, wakeup, statuses.clone(), shutdown.clone()));
    }
    while tasks.join_next().await.is_some() {}
}

async fn repeat(stage: Arc<dyn Stage>, wakeup: Wakeup, statuses: StageStatuses, mut shutdown: watch::Receiver<bool>) {
    let (mut iteration, mut failures, mut reason) = (0u64, 0u32, RunReason::Start);
    loop {
        if *shutdown.borrow() {
            return;
        }
        iteration += 1;
        wakeup.clear();
        let status = once(stage.as_ref(), iteration, reason, failures).await;
        failures = status.failures;
        statuses.write(stage.name(), status);
        let pause = if failures == 0 { stage.period() } else { backoff(stage.period(), failures) };
        reason = tokio::select! {
            _ = shutdown.wait_for(|stop| *stop) => return,
            () = wakeup.notified(), if failures == 0 => RunReason::Wakeup,
            () = tokio::time::sleep(pause) => if failures == 0 { RunReason::Period } else { RunReason::Backoff },
        };
    }
}

async fn once(stage: &dyn Stage, iteration: u64, reason: RunReason, failures: u32) -> StageStatus {
    let name = stage.name();
    let started = Instant::now();
    let started_at_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64;
    let span = tracing::info_span!("run", stage = name, iteration);
    let outcome = AssertUnwindSafe(stage.run()).catch_unwind().instrument(span.clone()).await;
    let took = started.elapsed();
    let result = outcome.unwrap_or_else(|panic| Err(anyhow::anyhow!("panicked: {}", panic_text(&*panic))));
    metrics::histogram!("tidemark_stage_run_seconds", "stage" => name).record(took.as_secs_f64());
    let (counts, error, failures) = match result {
        Ok(counts) => {
            for (what, count) in &counts {
                metrics::counter!("tidemark_stage_counts_total", "stage" => name, "what" => *what).increment(*count);
            }
            (counts, None, 0)
        }
        Err(error) => {
            metrics::counter!("tidemark_stage_failures_total", "stage" => name).increment(1);
            let error = format!("{error:#}");
            span.in_scope(|| tracing::warn!(%error, failures = failures + 1, "the run failed; the next is the retry"));
            (Counts::new(), Some(error), failures + 1)
        }
    };
    StageStatus { iteration, reason, started_at_ms, took_ms: took.as_millis() as u64, counts, error, failures }
}

fn backoff(period: Duration, failures: u32) -> Duration {
    let base = period.clamp(Duration::from_millis(250), Duration::from_secs(5));
    base.saturating_mul(1 << failures.min(8)).min(LONGEST_BACKOFF)
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    struct Scripted {
        runs: AtomicU32,
        script: fn(u32) -> anyhow::Result<Counts>,
    }

    #[async_trait::async_trait]
    impl Stage for Scripted {
        fn name(&self) -> &'static str {
            "scripted"
        }
        fn period(&self) -> Duration {
            Duration::from_secs(10)
        }
        async fn run(&self) -> anyhow::Result<Counts> {
            (self.script)(self.runs.fetch_add(1, Ordering::SeqCst) + 1)
        }
    }

    fn start(script: fn(u32) -> anyhow::Result<Counts>) -> (Arc<Scripted>, Wakeup, StageStatuses, watch::Sender<bool>) {
        let stage = Arc::new(Scripted { runs: AtomicU32::new(0), script });
        let (wakeup, statuses) = (Wakeup::default(), StageStatuses::default());
        let (stop, shutdown) = watch::channel(false);
        tokio::spawn(drive(vec![(stage.clone(), wakeup.clone())], statuses.clone(), shutdown));
        (stage, wakeup, statuses, stop)
    }

    async fn at(seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_stage_runs_at_start_each_period_and_when_notified() {
        let (stage, wakeup, statuses, _stop) = start(|_| Ok(Counts::from([("done", 1)])));
        at(1).await;
        assert_eq!(stage.runs.load(Ordering::SeqCst), 1);
        at(10).await;
        assert_eq!(stage.runs.load(Ordering::SeqCst), 2);
        assert_eq!(statuses.read()["scripted"].reason, RunReason::Period);
        wakeup.notify();
        wakeup.notify();
        at(1).await;
        assert_eq!(stage.runs.load(Ordering::SeqCst), 3, "two notifications before it wakes count as one");
        assert_eq!(statuses.read()["scripted"].reason, RunReason::Wakeup);
    }

    #[tokio::test(start_paused = true)]
    async fn failures_and_panics_back_off_and_recover() {
        let (stage, wakeup, statuses, _stop) = start(|run| match run {
            1 => Err(anyhow::anyhow!("inner").context("outer")),
            2 => panic!("boom"),
            _ => Ok(Counts::new()),
        });
        at(1).await;
        assert_eq!(statuses.read()["scripted"].error.as_deref(), Some("outer: inner"));
        wakeup.notify();
        at(1).await;
        assert_eq!(stage.runs.load(Ordering::SeqCst), 1, "a wakeup does not cut a backoff short");
        at(9).await;
        assert_eq!(statuses.read()["scripted"].error.as_deref(), Some("panicked: boom"));
        assert_eq!(statuses.read()["scripted"].failures, 2);
        at(30).await;
        assert_eq!(statuses.read()["scripted"].failures, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn shutdown_ends_the_drive() {
        let (stage, _bell, _board, stop) = start(|_| Ok(Counts::new()));
        at(1).await;
        stop.send(true).unwrap();
        at(100).await;
        assert_eq!(stage.runs.load(Ordering::SeqCst), 1);
    }
}
