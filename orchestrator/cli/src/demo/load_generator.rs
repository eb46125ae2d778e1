//! Requests at a given rate, whatever becomes of them: the load under which a lease's capacity is seen to move.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use serde::Serialize;
use tokio::task::{JoinHandle, JoinSet};

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Requests under way at a time; beyond them the load falls behind its rate, and says so.
const MOST: usize = 2_000;
/// The longest time that the histogram holds apart, in microseconds.
const LONGEST: u64 = 120_000_000;

/// A load that goes on until it is stopped.
pub struct LoadGenerator {
    /// Requests in a thousand seconds.
    rate: Arc<AtomicU64>,
    tally: Arc<Mutex<Count>>,
    task: JoinHandle<()>,
}

/// What became of the requests so far. Times in milliseconds to the end of an answer.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestTally {
    pub sent: u64,
    pub answered: u64,
    /// Those without an answer, or with one of 500 and above, by what went wrong.
    pub failed: BTreeMap<String, u64>,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
}

struct Count {
    sent: u64,
    failed: BTreeMap<String, u64>,
    micros: Histogram<u64>,
}

impl LoadGenerator {
    /// GETs a URL, so many times a second, evenly spaced.
    pub fn on(url: &str, rate: f64) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
        let micros = Histogram::new_with_bounds(1, LONGEST, 3)?;
        let tally = Arc::new(Mutex::new(Count { sent: 0, failed: BTreeMap::new(), micros }));
        let rate = Arc::new(AtomicU64::new(thousandths(rate)));
        let task = tokio::spawn(press(http, url.to_owned(), rate.clone(), tally.clone()));
        Ok(Self { rate, tally, task })
    }

    pub fn set_rate(&self, rate: f64) {
        self.rate.store(thousandths(rate), Ordering::Relaxed);
    }

    pub fn tally(&self) -> RequestTally {
        let count = lock(&self.tally);
        let millis = |micros: u64| micros as f64 / 1000.0;
        RequestTally {
            sent: count.sent,
            answered: count.micros.len(),
            failed: count.failed.clone(),
            p50_ms: millis(count.micros.value_at_quantile(0.5)),
            p99_ms: millis(count.micros.value_at_quantile(0.99)),
            max_ms: millis(count.micros.max()),
        }
    }

    /// Sends no more, waits for what is under way, and tells what became of all.
    pub async fn stop(mut self) -> RequestTally {
        self.set_rate(0.0);
        let _ = (&mut self.task).await;
        self.tally()
    }
}

impl Drop for LoadGenerator {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Ends when the rate is 0 and every request has.
async fn press(http: reqwest::Client, url: String, rate: Arc<AtomicU64>, tally: Arc<Mutex<Count>>) {
    let mut under_way = JoinSet::new();
    let mut next = Instant::now();
    loop {
        let rate = rate.load(Ordering::Relaxed);
        if rate == 0 {
            break;
        }
        // A rate that rose counts from now, not from when the next request would have been at the old one.
        let pause = Duration::from_nanos(1_000_000_000_000 / rate);
        next = next.min(Instant::now() + pause);
        tokio::time::sleep_until(next.into()).await;
        next = (next + pause).max(Instant::now() - Duration::from_millis(100));
        while under_way.try_join_next().is_some() {}
        lock(&tally).sent += 1;
        if under_way.len() >= MOST {
            *lock(&tally).failed.entry(format!("{MOST} requests are under way already")).or_default() += 1;
            continue;
        }
        under_way.spawn(once(http.get(&url), tally.clone()));
    }
    while under_way.join_next().await.is_some() {}
}

async fn once(request: reqwest::RequestBuilder, tally: Arc<Mutex<Count>>) {
    let started = Instant::now();
    let outcome = async {
        let answer = request.send().await?;
        let status = answer.status();
        let body = answer.bytes().await?;
        anyhow::Ok((status, body))
    };
    let failed = match outcome.await {
        Ok((status, body)) if status.is_server_error() => {
            Some(format!("{status}: {}", String::from_utf8_lossy(&body[..body.len().min(200)])))
        }
        Ok(_) => None,
        Err(error) => Some(format!("{error:#}")),
    };
    let mut count = lock(&tally);
    match failed {
        Some(why) => *count.failed.entry(why).or_default() += 1,
        None => count.micros.saturating_record(started.elapsed().as_micros() as u64),
    }
}

fn thousandths(rate: f64) -> u64 {
    (rate * 1000.0).round() as u64
}

fn lock(count: &Mutex<Count>) -> std::sync::MutexGuard<'_, Count> {
    count.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use axum::{Router, http::StatusCode, routing::get};

    use super::*;

    #[tokio::test]
    async fn every_request_is_counted_with_what_became_of_it() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/well", get(async || "well"))
            .route("/ill", get(async || (StatusCode::BAD_GATEWAY, "nobody there")));
        tokio::spawn(async { axum::serve(listener, router).await });

        let load = LoadGenerator::on(&format!("{url}/well"), 1.0).unwrap();
        load.set_rate(200.0);
        tokio::time::sleep(Duration::from_millis(300)).await;
        let tally = load.stop().await;
        assert!(tally.sent > 10 && tally.answered == tally.sent && tally.failed.is_empty(), "{tally:?}");
        assert!(tally.p50_ms > 0.0 && tally.p50_ms <= tally.p99_ms && tally.p99_ms <= tally.max_ms, "{tally:?}");

        let load = LoadGenerator::on(&format!("{url}/ill"), 100.0).unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        let tally = load.stop().await;
        assert_eq!(tally.failed.keys().collect::<Vec<_>>(), ["502 Bad Gateway: nobody there"]);
        assert_eq!(tally.failed.values().sum::<u64>(), tally.sent);
    }
}
