//! Capacity follows a real load on a real engine: 1 → N → 1, each step by a statement under a root on chain.
#![allow(clippy::unwrap_used)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use alloy::primitives::{B256, keccak256};
use anvil::{Devnet, Mining, Options};
use solidity::{Market::StepProven, Order, Policy};
use tests::{
    api::Api,
    orchestrator::Orchestrator,
    provider::{self, Provider, until},
    tenancy,
};

const MANIFEST: &str = r#"
services:
  front:
    image: tidemark-sample:latest
    command: ["front"]
    ports: ["8080"]
    healthcheck: { test: ["CMD", "/sample", "health", "http://127.0.0.1:8080/health"], interval: 2s }
x-tidemark:
  scaling: { policy: threshold, shadow: hpa-80 }
"#;

/// So many requests a second, each of so many CPU milliseconds, spread over the replicas that run.
struct Load {
    rate: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
}

impl Load {
    fn on(port: u16, lease: B256) -> Self {
        let load = Self { rate: Default::default(), stop: Default::default(), answered: Default::default() };
        let (rate, stop, answered) = (load.rate.clone(), load.stop.clone(), load.answered.clone());
        tokio::spawn(async move {
            let http = reqwest::Client::builder().no_proxy().build().unwrap();
            let api = Api::at(port).unwrap();
            let mut turn = 0usize;
            let mut addresses: Vec<String> = Vec::new();
            let mut looked = Instant::now() - Duration::from_secs(9);
            while !stop.load(Ordering::Relaxed) {
                if looked.elapsed() > Duration::from_millis(300) {
                    looked = Instant::now();
                    let view = api.get(&format!("/v1/leases/{lease}")).await.unwrap();
                    let containers = view["containers"].as_array().unwrap();
                    let healthy = containers.iter().filter(|container| container["health"] == "healthy");
                    let port =
                        |container: &serde_json::Value| container["ports"]["8080/tcp"].as_str().map(str::to_owned);
                    addresses = healthy.filter_map(port).collect();
                }
                let rate = rate.load(Ordering::Relaxed).max(1);
                if let Some(address) = addresses.get(turn % addresses.len().max(1)) {
                    let (request, answered) = (http.get(format!("http://{address}/burn?ms=10")), answered.clone());
                    tokio::spawn(async move {
                        if request.send().await.is_ok() {
                            answered.fetch_add(1, Ordering::Relaxed);
                        }
                    });
                }
                turn += 1;
                tokio::time::sleep(Duration::from_micros(1_000_000 / rate)).await;
            }
        });
        load
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn capacity_rises_and_falls_with_the_load() {
    let devnet = Devnet::start(Options { mining: Mining::Every(1), ..Options::default() }).await.unwrap();
    let provider = Provider::on(devnet, "http://127.0.0.1:1").await.unwrap();
    let orchestrator = Orchestrator::start(&provider).await.unwrap();
    let order = provider.order(MANIFEST, 1);
    let policy =
        Policy { minReplicas: 1, maxReplicas: 4, target: 60, up: 70, down: 30, cooldown: 5, step: 3, headroom: 0 };
    let shape = solidity::Shape { millicores: 200, ..order.shape.clone() };
    let order = Order { policy, shape, ..order };
    let (lease, _) = tenancy::take(&provider.devnet, provider.offer, order, provider::DEPOSIT).await.unwrap();
    until("the manifest to be taken", async || {
        let (status, _) = orchestrator.api.put(&provider, lease, MANIFEST, anvil::Actor::Tenant).await?;
        Ok((status == reqwest::StatusCode::NO_CONTENT).then_some(()))
    })
    .await
    .unwrap();
    orchestrator.api.shows(lease, |view| view.summary.replicas.healthy == 1).await.unwrap();
    let _ = keccak256(MANIFEST);

    let load = Load::on(orchestrator.api.port, lease);
    load.rate.store(2, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(5)).await;
    let started = Instant::now();
    load.rate.store(40, Ordering::Relaxed);
    let rose = orchestrator.api.shows(lease, |view| view.summary.replicas.healthy >= 3).await;
    println!("three after {:?}", started.elapsed());
    load.rate.store(2, Ordering::Relaxed);
    let started = Instant::now();
    let fell = orchestrator.api.shows(lease, |view| view.summary.replicas.wanted == 1).await;
    if rose.is_err() || fell.is_err() {
        load.stop.store(true, Ordering::Relaxed);
        orchestrator.stop().await;
        let store = tidemark::store::Store::open(&provider.database.url).await.unwrap();
        let mut all = store.rulings(lease, 200).await.unwrap();
        all.reverse();
        for r in all {
            println!(
                "{} present {} ready {} wish {} granted {} {:?} util {:?} ev {:?} because {} bound {:?}",
                r.at_ms % 1000000,
                r.present,
                r.seen.ready,
                r.wish,
                r.granted,
                r.outcome,
                r.seen.utilization,
                r.evidence.as_ref().map(|e| (e.epoch, e.utilization)),
                r.reason,
                r.bound
            );
        }
        panic!();
    }
    println!("one after {:?}", started.elapsed());
    load.stop.store(true, Ordering::Relaxed);

    let market = provider.devnet.market(anvil::Actor::Stranger).await.unwrap();
    let steps = market.StepProven_filter().from_block(0).query().await.unwrap();
    for (StepProven { from, to, usage, epoch, .. }, _) in &steps {
        println!("{from} → {to} by epoch {epoch} at {} bp", usage.utilization);
    }
    assert!(steps.len() >= 2);
    orchestrator.stop().await;
}
