//! Runs stages. It knows none of them by name.
//!
//! Each stage has a task of its own: wait for its period, its bell or the shutdown; run; write the outcome to the board.
//! A failed or panicked run doubles the pause before the next, up to a quarter of a minute; a bell cuts a normal pause
//! short, not a backoff. Shutdown lets a run finish.

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

/// What a run counted, by name: `{"applied": 3, "reverted": 0}`.
pub type Counts = BTreeMap<&'static str, u64>;

const LONGEST_BACKOFF: Duration = Duration::from_secs(15);

/// One of the seven words at work.
#[async_trait::async_trait]
pub trait Stage: Send + Sync + 'static {
    /// One of the seven words.
    fn name(&self) -> &'static str;

    /// The longest pause between two runs.
    fn period(&self) -> Duration;

    /// Looks at everything and does what is missing. Never retries inside.
    async fn run(&self) -> anyhow::Result<Counts>;
}

/// A signal without data: "look again". Rings are remembered until the stage wakes, and any number count as one.
#[derive(Clone, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    pub fn ring(&self) {
        self.0.notify_one();
    }

    /// Forgets rings so far: the run that begins now will see what they were about.
    fn clear(&self) {
        let _ = self.0.notified().now_or_never();
    }

    /// Waits for a ring, or for one that was not heard yet.
    pub async fn rung(&self) {
        self.0.notified().await;
    }
}

/// Why a run began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    Start,
    Period,
    Bell,
    Backoff,
}

/// The last run of a stage, as `/v1/status` shows it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    pub iteration: u64,
    pub reason: Reason,
    /// Unix milliseconds.
    pub started_at_ms: u64,
    pub took_ms: u64,
    pub counts: Counts,
    /// The whole chain of causes; none when the run succeeded.
    pub error: Option<String>,
    /// Runs that failed in a row, this one included.
    pub failures: u32,
}

/// Where each stage's last run stands to be read.
#[derive(Clone, Default)]
pub struct Board(Arc<Mutex<BTreeMap<&'static str, Run>>>);

impl Board {
    pub fn read(&self) -> BTreeMap<&'static str, Run> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn write(&self, stage: &'static str, run: Run) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(stage, run);
    }
}

/// Ends when `shutdown` becomes true and every run has finished.
pub async fn drive(stages: Vec<(Arc<dyn Stage>, Bell)>, board: Board, shutdown: watch::Receiver<bool>) {
    let mut tasks = JoinSet::new();
    for (stage, bell) in stages {
        tasks.spawn(repeat(stage, bell, board.clone(), shutdown.clone()));
    }
    while tasks.join_next().await.is_some() {}
}

async fn repeat(stage: Arc<dyn Stage>, bell: Bell, board: Board, mut shutdown: watch::Receiver<bool>) {
    let (mut iteration, mut failures, mut reason) = (0u64, 0u32, Reason::Start);
    loop {
        if *shutdown.borrow() {
            return;
        }
        iteration += 1;
        bell.clear();
        let run = once(stage.as_ref(), iteration, reason, failures).await;
        failures = run.failures;
        board.write(stage.name(), run);
        let pause = if failures == 0 { stage.period() } else { backoff(stage.period(), failures) };
        reason = tokio::select! {
            _ = shutdown.wait_for(|stop| *stop) => return,
            () = bell.rung(), if failures == 0 => Reason::Bell,
            () = tokio::time::sleep(pause) => if failures == 0 { Reason::Period } else { Reason::Backoff },
        };
    }
}

async fn once(stage: &dyn Stage, iteration: u64, reason: Reason, failures: u32) -> Run {
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
    Run { iteration, reason, started_at_ms, took_ms: took.as_millis() as u64, counts, error, failures }
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

    fn start(script: fn(u32) -> anyhow::Result<Counts>) -> (Arc<Scripted>, Bell, Board, watch::Sender<bool>) {
        let stage = Arc::new(Scripted { runs: AtomicU32::new(0), script });
        let (bell, board) = (Bell::default(), Board::default());
        let (stop, shutdown) = watch::channel(false);
        tokio::spawn(drive(vec![(stage.clone(), bell.clone())], board.clone(), shutdown));
        (stage, bell, board, stop)
    }

    async fn at(seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_stage_runs_at_start_each_period_and_when_rung() {
        let (stage, bell, board, _stop) = start(|_| Ok(Counts::from([("done", 1)])));
        at(1).await;
        assert_eq!(stage.runs.load(Ordering::SeqCst), 1);
        at(10).await;
        assert_eq!(stage.runs.load(Ordering::SeqCst), 2);
        assert_eq!(board.read()["scripted"].reason, Reason::Period);
        bell.ring();
        bell.ring();
        at(1).await;
        assert_eq!(stage.runs.load(Ordering::SeqCst), 3, "two rings before it wakes are one");
        assert_eq!(board.read()["scripted"].reason, Reason::Bell);
    }

    #[tokio::test(start_paused = true)]
    async fn failures_and_panics_back_off_and_recover() {
        let (stage, bell, board, _stop) = start(|run| match run {
            1 => Err(anyhow::anyhow!("inner").context("outer")),
            2 => panic!("boom"),
            _ => Ok(Counts::new()),
        });
        at(1).await;
        assert_eq!(board.read()["scripted"].error.as_deref(), Some("outer: inner"));
        bell.ring();
        at(1).await;
        assert_eq!(stage.runs.load(Ordering::SeqCst), 1, "a bell does not cut a backoff short");
        at(9).await;
        assert_eq!(board.read()["scripted"].error.as_deref(), Some("panicked: boom"));
        assert_eq!(board.read()["scripted"].failures, 2);
        at(30).await;
        assert_eq!(board.read()["scripted"].failures, 0);
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
