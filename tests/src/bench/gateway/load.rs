//! A client that sends requests over kept-alive connections and counts the answers.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use futures::{SinkExt, StreamExt, future::try_join_all};
use hdrhistogram::Histogram;
use http_body_util::{BodyExt, Empty};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1::{self, SendRequest},
    header::HOST,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_tungstenite::{client_async, tungstenite::Message};

/// The server that is measured, and its name.
#[derive(Clone)]
pub struct Side {
    pub name: &'static str,
    /// Connections are spread over them.
    pub addresses: Vec<SocketAddr>,
    pub host: String,
}

#[derive(Debug)]
pub struct Measured {
    /// Answers a second.
    pub rate: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub failed: u64,
}

/// One connection's part.
struct Count {
    micros: Histogram<u64>,
    failed: u64,
}

impl Count {
    fn new() -> anyhow::Result<Self> {
        Ok(Self { micros: Histogram::new_with_bounds(1, 60_000_000, 3)?, failed: 0 })
    }

    fn add(&mut self, took: Duration) {
        self.micros.saturating_record((took.as_micros() as u64).max(1));
    }
}

impl Side {
    async fn connect(&self, index: usize) -> anyhow::Result<SendRequest<Empty<Bytes>>> {
        let stream = TcpStream::connect(self.addresses[index % self.addresses.len()]).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }

    async fn ask(&self, sender: &mut SendRequest<Empty<Bytes>>, path: &str) -> anyhow::Result<()> {
        sender.ready().await?;
        let request = Request::get(path).header(HOST, &self.host).body(Empty::new())?;
        let answer = sender.send_request(request).await?;
        ensure!(answer.status() == StatusCode::OK, "{} answered {}", self.name, answer.status());
        let mut body = answer.into_body();
        while let Some(frame) = body.frame().await {
            frame?;
        }
        Ok(())
    }
}

/// Sends one request.
pub async fn answers(side: &Side) -> anyhow::Result<()> {
    let mut sender = side.connect(0).await?;
    side.ask(&mut sender, "/bytes?n=1").await
}

/// Each connection sends its next request as soon as it has its answer.
pub async fn closed(side: &Side, path: &str, connections: usize, duration: Duration) -> anyhow::Result<Measured> {
    let began = Instant::now();
    let part = |index: usize, side: Side, path: String| async move {
        let mut count = Count::new()?;
        let mut sender = side.connect(index).await?;
        while began.elapsed() < duration {
            let at = Instant::now();
            match side.ask(&mut sender, &path).await {
                Ok(()) => count.add(at.elapsed()),
                Err(_) => {
                    count.failed += 1;
                    sender = side.connect(index).await?;
                }
            }
        }
        Ok(count)
    };
    sum(each(connections, |index| part(index, side.clone(), path.to_owned())).await?, began)
}

/// So many requests a second in all, each due at its time whatever became of the one before.
pub async fn paced(
    side: &Side,
    path: &str,
    connections: usize,
    rate: u32,
    duration: Duration,
) -> anyhow::Result<Measured> {
    let began = Instant::now();
    let gap = Duration::from_secs_f64(connections as f64 / f64::from(rate));
    let part = |index: usize, side: Side, path: String| async move {
        let mut count = Count::new()?;
        let mut sender = side.connect(index).await?;
        let mut due = began + gap.mul_f64(index as f64 / connections as f64);
        while due < began + duration {
            // Being woken late is not the other side's doing; being late because of its last answer is.
            let at = if Instant::now() < due {
                tokio::time::sleep_until(due.into()).await;
                Instant::now()
            } else {
                due
            };
            match side.ask(&mut sender, &path).await {
                Ok(()) => count.add(at.elapsed()),
                Err(_) => {
                    count.failed += 1;
                    sender = side.connect(index).await?;
                }
            }
            due += gap;
        }
        Ok(count)
    };
    sum(each(connections, |index| part(index, side.clone(), path.to_owned())).await?, began)
}

/// Each WebSocket sends its next message as soon as it has received the last one back.
pub async fn echo(side: &Side, connections: usize, duration: Duration) -> anyhow::Result<Measured> {
    let began = Instant::now();
    let part = |index: usize, side: Side| async move {
        let mut count = Count::new()?;
        let stream = TcpStream::connect(side.addresses[index % side.addresses.len()]).await?;
        stream.set_nodelay(true)?;
        let (mut socket, _) = client_async(format!("ws://{}/echo", side.host), stream).await?;
        let text = "x".repeat(64);
        while began.elapsed() < duration {
            let at = Instant::now();
            socket.send(Message::text(text.clone())).await?;
            let heard = socket.next().await.context("the socket ended")??;
            ensure!(heard.to_text()? == text, "{} does not say what it heard", side.name);
            count.add(at.elapsed());
        }
        socket.close(None).await?;
        Ok(count)
    };
    sum(each(connections, |index| part(index, side.clone())).await?, began)
}

/// One task a connection.
async fn each<F>(connections: usize, part: impl Fn(usize) -> F) -> anyhow::Result<Vec<Count>>
where
    F: Future<Output = anyhow::Result<Count>> + Send + 'static,
{
    let tasks = (0..connections).map(|index| tokio::spawn(part(index)));
    try_join_all(tasks).await?.into_iter().collect()
}

fn sum(parts: Vec<Count>, began: Instant) -> anyhow::Result<Measured> {
    let took = began.elapsed().as_secs_f64();
    let mut all = Count::new()?;
    for part in parts {
        all.micros.add(&part.micros)?;
        all.failed += part.failed;
    }
    let at = |share| all.micros.value_at_quantile(share) as f64 / 1000.0;
    Ok(Measured { rate: all.micros.len() as f64 / took, p50_ms: at(0.5), p99_ms: at(0.99), failed: all.failed })
}
