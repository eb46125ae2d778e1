//! What only moves bytes: for whoever measures or tests what stands between a client and this service.

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

/// All of `/bytes`; an answer is a piece of it, so that none is ever made.
static BYTES: [u8; MOST_BYTES] = [b'~'; MOST_BYTES];
const MOST_BYTES: usize = 4 << 20;
const MOST_TICKS: u64 = 100_000;
const LONGEST_MS: u64 = 60_000;

#[derive(Deserialize)]
pub struct Size {
    n: usize,
}

pub async fn bytes(Query(Size { n }): Query<Size>) -> Response {
    match BYTES.get(..n) {
        Some(bytes) => {
            ([(header::CONTENT_TYPE, "application/octet-stream")], Bytes::from_static(bytes)).into_response()
        }
        None => (StatusCode::BAD_REQUEST, format!("at most {MOST_BYTES} bytes")).into_response(),
    }
}

#[derive(Deserialize)]
pub struct Pace {
    n: u64,
    ms: u64,
}

pub async fn ticks(Query(Pace { n, ms }): Query<Pace>) -> Response {
    if n > MOST_TICKS || ms > LONGEST_MS {
        let why = format!("at most {MOST_TICKS} ticks, {LONGEST_MS} ms apart");
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
    upgrade.on_upgrade(say_again)
}

async fn say_again(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        let spoken = matches!(message, Message::Text(_) | Message::Binary(_));
        if spoken && socket.send(message).await.is_err() {
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
