//! Requests to leases on a real chain and a real engine: where they go, and that none is lost.
#![allow(clippy::unwrap_used)]

mod protocols;
mod replica_changes;
mod routing;

use std::{net::SocketAddr, time::Duration};

use alloy::primitives::B256;
use anvil::Actor;
use http_body_util::{BodyExt, Empty};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    client::conn::http1,
    header::HOST,
};
use hyper_util::rt::TokioIo;
use lease::label;
use solidity::Terms;
use tests::{
    orchestrator::Orchestrator,
    provider::{DEPOSIT, Provider, until},
    transactions,
};
use tokio::net::TcpStream;

/// The sample's front: it stops within two seconds, and is checked.
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

/// A provider whose gateway serves a lease of the sample's front.
struct Scene {
    provider: Provider,
    orchestrator: Orchestrator,
    lease: B256,
    terms: Terms,
}

impl Scene {
    async fn new(replicas: u16) -> Self {
        let provider = Provider::start().await.unwrap();
        let orchestrator = Orchestrator::start(&provider).await.unwrap();
        let order = provider.order(FRONT, replicas);
        let (lease, terms) = transactions::take(&provider.devnet, provider.offer, order, DEPOSIT).await.unwrap();
        until("the manifest to be taken", async || {
            let (status, _) = orchestrator.api.put(&provider, lease, FRONT, Actor::Tenant).await?;
            Ok((status.as_u16() == 204).then_some(()))
        })
        .await
        .unwrap();
        orchestrator.api.shows(lease, |view| view.summary.replicas.healthy == replicas).await.unwrap();
        let scene = Self { provider, orchestrator, lease, terms };
        until("the gateway to serve", async || Ok((scene.get("/health").await.0 == StatusCode::OK).then_some(())))
            .await
            .unwrap();
        scene
    }

    fn at(&self) -> SocketAddr {
        self.orchestrator.gateway()
    }

    fn host(&self) -> String {
        format!("{}.localhost", label::served("web", self.lease))
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        get(self.at(), &self.host(), path).await.unwrap()
    }

    /// The tenant wants so many replicas, and they are healthy.
    async fn scale(&self, replicas: u16) {
        self.want(replicas).await;
        let scaled = |view: &api_types::LeaseView| {
            let count = &view.summary.replicas;
            (count.wanted, count.healthy, count.running) == (replicas, replicas, replicas)
        };
        self.orchestrator.api.shows(self.lease, scaled).await.unwrap();
    }

    async fn want(&self, replicas: u16) {
        self.provider.scale(&self.terms, replicas).await.unwrap();
    }

    async fn end(self) {
        self.orchestrator.stop().await;
    }
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
