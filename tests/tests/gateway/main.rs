//! Requests to leases through the gateway, on a real chain and a real engine: how they are routed, and that none is lost.
#![allow(clippy::unwrap_used)]

mod protocols;
mod replica_changes;
mod routing;

use std::{net::SocketAddr, time::Duration};

use http_body_util::{BodyExt, Empty};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    client::conn::http1,
    header::HOST,
};
use hyper_util::rt::TokioIo;
use tests::{
    running_lease::RunningLease,
    wait::until,
    world::{DEPOSIT, World},
};
use tokio::net::TcpStream;

/// The sample's front, with a health check and a stop within two seconds.
const FRONT: &str = r#"
services:
  web:
    image: "tidemark-sample:latest"
    command: [front]
    ports: ["8080"]
    stop_grace_period: 2s
    healthcheck:
      test: ["CMD", "/sample", "health", "http://127.0.0.1:8080/health"]
      interval: 1s
      start_period: 5s
"#;

/// A lease of the sample's front that the gateway serves.
async fn front(replicas: u16) -> RunningLease {
    let world = World::start().await.unwrap();
    let order = world.order(FRONT, replicas);
    let running = RunningLease::start(world, FRONT, order, DEPOSIT, |_| {}).await.unwrap();
    until("the gateway to serve", async || Ok((ask(&running, "/health").await.0 == StatusCode::OK).then_some(())))
        .await
        .unwrap();
    running
}

/// The answer of the front at the gateway.
async fn ask(running: &RunningLease, path: &str) -> (StatusCode, String) {
    get(running.gateway(), &running.host("web"), path).await.unwrap()
}

/// The tenant sets the replica count, and that many become healthy.
async fn scale(running: &RunningLease, replicas: u16) {
    running.scale(replicas).await.unwrap();
    let scaled = |view: &api_types::leases::LeaseView| {
        let count = &view.summary.replicas;
        (count.wanted, count.healthy, count.running) == (replicas, replicas, replicas)
    };
    running.orchestrator.api.shows(running.lease, scaled).await.unwrap();
}

async fn get(at: SocketAddr, host: &str, path: &str) -> anyhow::Result<(StatusCode, String)> {
    let answer = send(at, host, path).await?;
    let status = answer.status();
    let body = answer.into_body().collect().await?.to_bytes();
    Ok((status, String::from_utf8(body.to_vec())?))
}

async fn send(at: SocketAddr, host: &str, path: &str) -> anyhow::Result<Response<Incoming>> {
    let stream = TcpStream::connect(at).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get(path).header(HOST, host).body(Empty::<Bytes>::new())?;
    Ok(tokio::time::timeout(Duration::from_secs(70), sender.send_request(request)).await??)
}
