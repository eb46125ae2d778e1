//! An open-loop load generator: it sends requests at a given rate, independent of the responses.

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

/// The timeout of one request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// The maximum number of concurrent requests. A request beyond it is not sent and counts as failed.
const MAX_IN_FLIGHT: usize = 2_000;
/// The highest value that the histogram distinguishes, in microseconds.
const MAX_MICROS: u64 = 120_000_000;

/// A load that runs until it is stopped or dropped.
pub struct LoadGenerator {
    /// Requests per thousand seconds.
    rate: Arc<AtomicU64>,
    tally: Arc<Mutex<Count>>,
    task: JoinHandle<()>,
}

/// The outcomes of the requests so far. Latencies are in milliseconds, to the end of the response.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestTally {
    pub sent: u64,
    pub answered: u64,
    /// Requests without a response, or with a status of 500 and above, by their error.
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
    /// Starts to GET a URL at a rate in requests a second, evenly spaced.
    pub fn on(url: &str, rate: f64) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(REQUEST_TIMEOUT).build()?;
        let micros = Histogram::new_with_bounds(1, MAX_MICROS, 3)?;
        let tally = Arc::new(Mutex::new(Count { sent: 0, failed: BTreeMap::new(), micros }));
        let rate = Arc::new(AtomicU64::new(thousandths(rate)));
        let task = tokio::spawn(generate(http, url.to_owned(), rate.clone(), tally.clone()));
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

    /// Stops sending, waits for the requests in flight, and returns the outcomes.
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

/// Sends requests until the rate is 0, then waits for those in flight.
async fn generate(http: reqwest::Client, url: String, rate: Arc<AtomicU64>, tally: Arc<Mutex<Count>>) {
    let mut in_flight = JoinSet::new();
    let mut next = Instant::now();
    loop {
        let rate = rate.load(Ordering::Relaxed);
        if rate == 0 {
            break;
        }
        // After a rise of the rate, the next request must not wait for its time at the old rate.
        let pause = Duration::from_nanos(1_000_000_000_000 / rate);
        next = next.min(Instant::now() + pause);
        tokio::time::sleep_until(next.into()).await;
        next = (next + pause).max(Instant::now() - Duration::from_millis(100));
        while in_flight.try_join_next().is_some() {}
        lock(&tally).sent += 1;
        if in_flight.len() >= MAX_IN_FLIGHT {
            *lock(&tally).failed.entry(format!("{MAX_IN_FLIGHT} requests are already in flight")).or_default() += 1;
            continue;
        }
        in_flight.spawn(send(http.get(&url), tally.clone()));
    }
    while in_flight.join_next().await.is_some() {}
}

async fn send(request: reqwest::RequestBuilder, tally: Arc<Mutex<Count>>) {
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
    async fn every_request_is_counted_with_its_outcome() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/ok", get(async || "ok"))
            .route("/error", get(async || (StatusCode::BAD_GATEWAY, "no upstream")));
        tokio::spawn(async { axum::serve(listener, router).await });

        let load = LoadGenerator::on(&format!("{url}/ok"), 1.0).unwrap();
        load.set_rate(200.0);
        tokio::time::sleep(Duration::from_millis(300)).await;
        let tally = load.stop().await;
        assert!(tally.sent > 10 && tally.answered == tally.sent && tally.failed.is_empty(), "{tally:?}");
        assert!(tally.p50_ms > 0.0 && tally.p50_ms <= tally.p99_ms && tally.p99_ms <= tally.max_ms, "{tally:?}");

        let load = LoadGenerator::on(&format!("{url}/error"), 100.0).unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        let tally = load.stop().await;
        assert_eq!(tally.failed.keys().collect::<Vec<_>>(), ["502 Bad Gateway: no upstream"]);
        assert_eq!(tally.failed.values().sum::<u64>(), tally.sent);
    }
}
