//! Endpoints that only transfer bytes, to measure and test proxies between a client and this service.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use serde::Deserialize;

/// The source of `/bytes`; responses are slices of it, so that none is allocated.
static BYTES: [u8; MAX_BYTES] = [b'~'; MAX_BYTES];
const MAX_BYTES: usize = 4 << 20;
const MAX_TICKS: u64 = 100_000;
const MAX_MS: u64 = 60_000;

#[derive(Deserialize)]
pub struct BytesQuery {
    n: usize,
}

pub async fn bytes(Query(BytesQuery { n }): Query<BytesQuery>) -> Response {
    match BYTES.get(..n) {
        Some(bytes) => {
            ([(header::CONTENT_TYPE, "application/octet-stream")], Bytes::from_static(bytes)).into_response()
        }
        None => (StatusCode::BAD_REQUEST, format!("at most {MAX_BYTES} bytes")).into_response(),
    }
}

#[derive(Deserialize)]
pub struct TickQuery {
    n: u64,
    ms: u64,
}

pub async fn ticks(Query(TickQuery { n, ms }): Query<TickQuery>) -> Response {
    if n > MAX_TICKS || ms > MAX_MS {
        let why = format!("at most {MAX_TICKS} ticks, {MAX_MS} ms apart");
        return (StatusCode::BAD_REQUEST, why).into_response();
    }
    let pace = Duration::from_millis(ms);
    let ticks = futures_util::stream::unfold(0, move |tick| async move {
        if tick == n {
            return None;
        }
        if tick > 0 {
            tokio::time::sleep(pace).await;
        }
        let event = Bytes::from(format!("data: {tick}\n\n"));
        Some((Ok::<_, Infallible>(Frame::data(event)), tick + 1))
    });
    let body = Body::new(StreamBody::new(ticks));
    ([(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-cache")], body).into_response()
}

pub async fn echo(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(send_back)
}

async fn send_back(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        let is_data = matches!(message, Message::Text(_) | Message::Binary(_));
        if is_data && socket.send(message).await.is_err() {
            return;
        }
    }
}

pub async fn sink(request: Request) -> Response {
    let mut body = request.into_body();
    let mut count = 0;
    loop {
        match body.frame().await {
            Some(Ok(frame)) => count += frame.data_ref().map_or(0, Bytes::len),
            Some(Err(error)) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
            None => return count.to_string().into_response(),
        }
    }
}
