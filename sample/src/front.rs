//! The public service.
//!
//! | request | answer |
//! |---|---|
//! | `GET /` | who it is, how often it was visited, and what the back says; 502 when a back is configured and silent |
//! | `GET /health` | 200, or 503 after `/fail?health=1` |
//! | `GET /bytes?n=` | that many bytes, all the same: as cheap an answer as there is |
//! | `GET /ticks?n=&ms=` | so many events of server-sent events, that far apart; also a slow answer of any length |
//! | `GET /echo` | a WebSocket that says what it hears |
//! | `POST /sink` | how many bytes came |
//! | `GET /burn?ms=&threads=` | burns that many milliseconds of CPU time on each thread (1 unless told) |
//! | `GET /hold?mib=&ms=` | holds that much memory for that long |
//! | `GET /fail?code=` | answers, then ends the process with that status (1 unless told) |
//! | `GET /fail?health=1` | turns unhealthy and stays up; `health=0` turns well again |
//!
//! Settings, all from the environment: `LISTEN` (an address and port), `BACK_URL` (the back, such as
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

use crate::visits::Visits;
use crate::{client, load, serve, wire};

/// The port when `LISTEN` names none.
pub const PORT: u16 = 8080;

/// No request may keep the process busy for longer than ten minutes, or on more threads than these.
const LONGEST_MS: u64 = 600_000;
const MOST_THREADS: usize = 32;

/// How long the answer to `/fail` has to leave before the process does.
const LAST_WORDS: Duration = Duration::from_millis(50);

type Answer = (StatusCode, Json<Value>);

struct Front {
    host: String,
    started: Instant,
    greeting: String,
    back: Option<String>,
    visits: Visits,
    unhealthy: AtomicBool,
}

/// Serves until SIGTERM.
pub async fn serve() -> Result<()> {
    let front = Arc::new(Front {
        host: serve::host(),
        started: Instant::now(),
        greeting: env::var("GREETING").unwrap_or_else(|_| "hello".to_owned()),
        back: env::var("BACK_URL").ok().filter(|url| !url.is_empty()),
        visits: Visits::find(env::var_os("DATA").map(Into::into)),
        unhealthy: AtomicBool::new(false),
    });
    let router = Router::new()
        .route("/", get(greet))
        .route("/health", get(health))
        .route("/bytes", get(wire::bytes))
        .route("/ticks", get(wire::ticks))
        .route("/echo", get(wire::echo))
        .route("/sink", post(wire::sink))
        .route("/burn", get(burn))
        .route("/hold", get(hold))
        .route("/fail", get(fail))
        .with_state(front);
    serve::http("front", PORT, router).await
}

async fn greet(State(front): State<Arc<Front>>) -> Answer {
    let visitor = Arc::clone(&front);
    let visits = match tokio::task::spawn_blocking(move || visitor.visits.add()).await {
        Ok(Ok(count)) => json!({ "count": count, "kept": front.visits.are_kept() }),
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
        serde_json::from_slice(&body).with_context(|| format!("{url} did not answer in JSON"))
    }
}

async fn health(State(front): State<Arc<Front>>) -> Answer {
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

async fn burn(Query(Burn { ms, threads }): Query<Burn>) -> Answer {
    let threads = threads.unwrap_or(1);
    if ms > LONGEST_MS || !(1..=MOST_THREADS).contains(&threads) {
        return refuse(format!("at most {LONGEST_MS} ms, on 1 to {MOST_THREADS} threads"));
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

async fn hold(Query(Hold { mib, ms }): Query<Hold>) -> Answer {
    if ms > LONGEST_MS {
        return refuse(format!("at most {LONGEST_MS} ms"));
    }
    match load::hold(mib, Duration::from_millis(ms)).await {
        Ok(()) => (StatusCode::OK, Json(json!({ "heldMib": mib, "ms": ms }))),
        Err(error) => broken(&error),
    }
}

#[derive(Deserialize)]
struct Fail {
    health: Option<u8>,
    /// Never 0: to end well is not to fail.
    code: Option<NonZeroU8>,
}

async fn fail(State(front): State<Arc<Front>>, Query(Fail { health, code }): Query<Fail>) -> Answer {
    if let Some(health) = health {
        let unhealthy = health != 0;
        front.unhealthy.store(unhealthy, Ordering::Relaxed);
        return (StatusCode::OK, Json(json!({ "healthy": !unhealthy })));
    }
    let code = code.map_or(1, NonZeroU8::get);
    tokio::spawn(async move {
        tokio::time::sleep(LAST_WORDS).await;
        eprintln!("front ends with status {code}, as it was asked to");
        process::exit(code.into());
    });
    (StatusCode::OK, Json(json!({ "exitCode": code })))
}

fn refuse(why: String) -> Answer {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": why })))
}

fn broken(error: &anyhow::Error) -> Answer {
    (StatusCode::INSUFFICIENT_STORAGE, Json(json!({ "error": format!("{error:#}") })))
}

/// Whole milliseconds; a process does not live long enough to overflow them.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
