//! The public service.
//!
//! | request | answer |
//! |---|---|
//! | `GET /` | the host, the count of visits and the answer of the back; 502 when a configured back does not answer |
//! | `GET /health` | 200, or 503 after `/fail?health=1` |
//! | `GET /bytes?n=` | `n` constant bytes, from memory |
//! | `GET /ticks?n=&ms=` | `n` server-sent events, `ms` apart; also a slow response of any length |
//! | `GET /echo` | a WebSocket that echoes its messages |
//! | `POST /sink` | the number of bytes received |
//! | `GET /burn?ms=&threads=` | uses `ms` milliseconds of CPU time on each of `threads` threads (default: 1) |
//! | `GET /hold?mib=&ms=` | holds `mib` MiB of memory for `ms` milliseconds |
//! | `GET /fail?code=` | answers, then exits with that status (default: 1) |
//! | `GET /fail?health=1` | becomes unhealthy and keeps running; `health=0` becomes healthy again |
//!
//! Settings, all from the environment: `LISTEN` (an address and port), `BACK_URL` (the URL of the back, such as
//! `http://back:8081`), `GREETING`, `DATA` (the folder for the count of visits; otherwise the volume at `/data`).

use std::env;
use std::num::NonZeroU8;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use axum::extract::{Query, State};
use axum::http::{Method, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::visits::VisitCount;
use crate::{client, load, serve, transfer};

/// The default port, without `LISTEN`.
pub const PORT: u16 = 8080;

/// The limits of one request: ten minutes, and this number of threads.
const MAX_MS: u64 = 600_000;
const MAX_THREADS: usize = 32;

/// How long the process waits for the response to `/fail` to be sent before it exits.
const EXIT_DELAY: Duration = Duration::from_millis(50);

type JsonResponse = (StatusCode, Json<Value>);

struct Front {
    host: String,
    started: Instant,
    greeting: String,
    back: Option<String>,
    visits: VisitCount,
    unhealthy: AtomicBool,
}

/// Serves until SIGTERM.
pub async fn serve() -> Result<()> {
    let front = Arc::new(Front {
        host: serve::host(),
        started: Instant::now(),
        greeting: env::var("GREETING").unwrap_or_else(|_| "hello".to_owned()),
        back: env::var("BACK_URL").ok().filter(|url| !url.is_empty()),
        visits: VisitCount::find(env::var_os("DATA").map(Into::into)),
        unhealthy: AtomicBool::new(false),
    });
    let router = Router::new()
        .route("/", get(greet))
        .route("/health", get(health))
        .route("/bytes", get(transfer::bytes))
        .route("/ticks", get(transfer::ticks))
        .route("/echo", get(transfer::echo))
        .route("/sink", post(transfer::sink))
        .route("/burn", get(burn))
        .route("/hold", get(hold))
        .route("/fail", get(fail))
        .with_state(front);
    serve::http("front", PORT, router).await
}

async fn greet(State(front): State<Arc<Front>>) -> JsonResponse {
    let visitor = Arc::clone(&front);
    let visits = match tokio::task::spawn_blocking(move || visitor.visits.add()).await {
        Ok(Ok(count)) => json!({ "count": count, "kept": front.visits.are_persistent() }),
        Ok(Err(error)) => json!({ "error": error.to_string() }),
        Err(error) => json!({ "error": error.to_string() }),
    };
    let (status, back) = match front.ask_back().await {
        Ok(answer) => (StatusCode::OK, answer),
        Err(error) => (StatusCode::BAD_GATEWAY, json!({ "error": format!("{error:#}") })),
    };
    let answer = json!({
        "service": "front",
        "host": front.host,
        "greeting": front.greeting,
        "uptimeMs": millis(front.started.elapsed()),
        "visits": visits,
        "back": back,
    });
    (status, Json(answer))
}

impl Front {
    /// Null when no back is configured.
    async fn ask_back(&self) -> Result<Value> {
        let Some(url) = &self.back else {
            return Ok(Value::Null);
        };
        let url = format!("{}/counters/visits", url.trim_end_matches('/'));
        let (status, body) = client::send(Method::POST, &url).await?;
        anyhow::ensure!(status.is_success(), "{url} answered {status}");
        serde_json::from_slice(&body).with_context(|| format!("{url} did not answer with JSON"))
    }
}

async fn health(State(front): State<Arc<Front>>) -> JsonResponse {
    if front.unhealthy.load(Ordering::Relaxed) {
        (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "healthy": false })))
    } else {
        (StatusCode::OK, Json(json!({ "healthy": true })))
    }
}

#[derive(Deserialize)]
struct Burn {
    ms: u64,
    threads: Option<usize>,
}

async fn burn(Query(Burn { ms, threads }): Query<Burn>) -> JsonResponse {
    let threads = threads.unwrap_or(1);
    if ms > MAX_MS || !(1..=MAX_THREADS).contains(&threads) {
        return refuse(format!("at most {MAX_MS} ms, on 1 to {MAX_THREADS} threads"));
    }
    match load::burn(Duration::from_millis(ms), threads).await {
        Ok((cpu, wall)) => (StatusCode::OK, Json(json!({ "cpuMs": millis(cpu), "wallMs": millis(wall) }))),
        Err(error) => broken(&error),
    }
}

#[derive(Deserialize)]
struct Hold {
    mib: usize,
    ms: u64,
}

async fn hold(Query(Hold { mib, ms }): Query<Hold>) -> JsonResponse {
    if ms > MAX_MS {
        return refuse(format!("at most {MAX_MS} ms"));
    }
    match load::hold(mib, Duration::from_millis(ms)).await {
        Ok(()) => (StatusCode::OK, Json(json!({ "heldMib": mib, "ms": ms }))),
        Err(error) => broken(&error),
    }
}

#[derive(Deserialize)]
struct Fail {
    health: Option<u8>,
    /// Not 0, which would mean success.
    code: Option<NonZeroU8>,
}

async fn fail(State(front): State<Arc<Front>>, Query(Fail { health, code }): Query<Fail>) -> JsonResponse {
    if let Some(health) = health {
        let unhealthy = health != 0;
        front.unhealthy.store(unhealthy, Ordering::Relaxed);
        return (StatusCode::OK, Json(json!({ "healthy": !unhealthy })));
    }
    let code = code.map_or(1, NonZeroU8::get);
    tokio::spawn(async move {
        tokio::time::sleep(EXIT_DELAY).await;
        eprintln!("front exits with status {code}, as requested");
        process::exit(code.into());
    });
    (StatusCode::OK, Json(json!({ "exitCode": code })))
}

fn refuse(why: String) -> JsonResponse {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": why })))
}

fn broken(error: &anyhow::Error) -> JsonResponse {
    (StatusCode::INSUFFICIENT_STORAGE, Json(json!({ "error": format!("{error:#}") })))
}

/// Whole milliseconds, saturating.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
