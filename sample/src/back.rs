//! The private service: named counters in memory.
//!
//! `GET /counters/{name}` reads a counter, `POST /counters/{name}` increments it and returns the total. `GET /health` is the
//! health check. The front reaches this service under its service name on the lease's private network.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::serve;

/// The default port, without `LISTEN`.
pub const PORT: u16 = 8081;

/// Limits that bound the memory.
const MAX_COUNTERS: usize = 1024;
const MAX_NAME: usize = 64;

#[derive(Default)]
struct Back {
    host: String,
    counters: Mutex<HashMap<String, u64>>,
}

/// Serves until SIGTERM.
pub async fn serve() -> Result<()> {
    let back = Arc::new(Back { host: serve::host(), ..Back::default() });
    let router = Router::new()
        .route("/health", get(|| async { Json(json!({ "healthy": true })) }))
        .route("/counters/{name}", get(read).post(add))
        .with_state(back);
    serve::http("back", PORT, router).await
}

async fn read(State(back): State<Arc<Back>>, Path(name): Path<String>) -> (StatusCode, Json<Value>) {
    let counters = back.counters.lock().unwrap_or_else(PoisonError::into_inner);
    match counters.get(&name) {
        Some(count) => (StatusCode::OK, back.answer(&name, *count)),
        None => refuse(StatusCode::NOT_FOUND, "there is no counter with this name"),
    }
}

async fn add(State(back): State<Arc<Back>>, Path(name): Path<String>) -> (StatusCode, Json<Value>) {
    if name.len() > MAX_NAME {
        return refuse(StatusCode::BAD_REQUEST, "the name of a counter has at most 64 bytes");
    }
    let mut counters = back.counters.lock().unwrap_or_else(PoisonError::into_inner);
    if counters.len() == MAX_COUNTERS && !counters.contains_key(&name) {
        return refuse(StatusCode::INSUFFICIENT_STORAGE, "there are 1024 counters already");
    }
    let count = counters.entry(name.clone()).or_default();
    *count += 1;
    (StatusCode::OK, back.answer(&name, *count))
}

impl Back {
    fn answer(&self, name: &str, count: u64) -> Json<Value> {
        Json(json!({ "service": "back", "host": self.host, "counter": name, "count": count }))
    }
}

fn refuse(status: StatusCode, why: &str) -> (StatusCode, Json<Value>) {
    (status, Json(json!({ "error": why })))
}
