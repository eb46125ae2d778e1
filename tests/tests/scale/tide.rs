//! A real load on a real engine: replicas follow it, and each step stands on a statement under a root on chain.

use std::time::Duration;

use alloy::primitives::{B256, U256};
use anvil::{Actor, Devnet, Mining, Options};
use reqwest::StatusCode;
use solidity::{Market::StepProven, Order, Policy, Shape, leaf, tree::climb};
use tests::{
    orchestrator::Orchestrator,
    provider::{self, Provider, until},
    tenancy,
};
use tidemark::{
    cli::load::Load,
    lease::label,
    scaling::{
        Bounds,
        shield::{By, grant},
    },
};

/// Two tenths of a CPU serve twenty requests of ten CPU milliseconds a second.
const MANIFEST: &str = r#"
services:
  front:
    image: tidemark-sample:latest
    command: ["front"]
    ports: ["8080"]
    healthcheck: { test: ["CMD", "/sample", "health", "http://127.0.0.1:8080/health"], interval: 2s, timeout: 10s }
x-tidemark:
  scaling: { policy: default, shadow: hpa-80 }
"#;

const POLICY: Policy =
    Policy { minReplicas: 1, maxReplicas: 4, target: 60, up: 70, down: 50, cooldown: 5, step: 3, headroom: 1 };

/// A provider whose blocks come every second, its orchestrator, and a lease that runs.
struct Scene {
    provider: Provider,
    orchestrator: Orchestrator,
    lease: B256,
}

impl Scene {
    async fn with(policy: Policy, deposit: u64) -> Self {
        let devnet = Devnet::start(Options { mining: Mining::Every(1), ..Options::default() }).await.unwrap();
        let provider = Provider::on(devnet, "http://127.0.0.1:1").await.unwrap();
        let orchestrator = Orchestrator::start(&provider).await.unwrap();
        let order = provider.order(MANIFEST, 1);
        let shape = Shape { millicores: 200, ..order.shape };
        let order = Order { policy, shape, ..order };
        let (lease, _) = tenancy::take(&provider.devnet, provider.offer, order, deposit).await.unwrap();
        until("the manifest to be taken", async || {
            let (status, _) = orchestrator.api.put(&provider, lease, MANIFEST, Actor::Tenant).await?;
            Ok((status == StatusCode::NO_CONTENT).then_some(()))
        })
        .await
        .unwrap();
        orchestrator.api.shows(lease, |view| view.summary.replicas.healthy == 1).await.unwrap();
        Self { provider, orchestrator, lease }
    }

    /// Burns ten milliseconds of CPU time at whichever replica the gateway chooses.
    fn url(&self) -> String {
        format!("http://{}/{}/burn?ms=10", self.orchestrator.gateway, label::served("front", self.lease))
    }

    /// The rulings in order, for a failure's message.
    async fn rulings(&self) -> String {
        let said = self.orchestrator.api.get(&format!("/v1/leases/{}/scaling?limit=100", self.lease)).await;
        let said = said.unwrap_or_default();
        let mut lines = Vec::new();
        for ruling in said["rulings"].as_array().into_iter().flatten().rev().chain([&said["newest"]]) {
            let what = ["present", "wish", "granted", "outcome", "bound", "reason", "evidence", "seen"];
            let parts = what.map(|what| format!("{what} {}", ruling[what]));
            lines.push(format!("{} {}", ruling["atMs"].as_u64().unwrap_or_default() % 1_000_000, parts.join(", ")));
        }
        lines.join("\n")
    }

    async fn until(&self, what: &str, wanted: impl Fn(u16, u16) -> bool) {
        let seen = self.orchestrator.api.shows(self.lease, |view| {
            let replicas = &view.summary.replicas;
            wanted(replicas.wanted, replicas.healthy)
        });
        if let Err(error) = seen.await {
            panic!("{what}: {error}\n{}", self.rulings().await);
        }
    }

    async fn steps(&self) -> Vec<StepProven> {
        let market = self.provider.devnet.market(Actor::Stranger).await.unwrap();
        let filter = market.StepProven_filter().topic1(self.lease).from_block(0);
        filter.query().await.unwrap().into_iter().map(|(step, _)| step).collect()
    }

    /// The step's statement stands under the root of its epoch, and justifies the step.
    async fn check(&self, step: &StepProven, policy: &Policy) {
        let market = self.provider.devnet.market(Actor::Stranger).await.unwrap();
        let proof = self.orchestrator.api.get(&format!("/v1/leases/{}/proofs/{}", self.lease, step.epoch)).await;
        let proof = proof.unwrap();
        let path = proof["path"].as_array().unwrap().iter().map(|node| node.as_str().unwrap().parse().unwrap());
        let root = climb(leaf(self.lease, &step.usage), &path.collect::<Vec<B256>>());
        let posted = market.RootPosted_filter().topic2(step.epoch).from_block(0).query().await.unwrap();
        assert_eq!(posted[0].0.root, root, "{step:?}");
        let bounds = Bounds {
            step: policy.step.into(),
            target: policy.target.into(),
            up: policy.up.into(),
            down: policy.down.into(),
            headroom: policy.headroom.into(),
            ..Bounds::open(policy.minReplicas.into(), policy.maxReplicas.into())
        };
        let (from, to): (u32, u32) = (step.from.to(), step.to.to());
        let by = By::Proof(step.usage.utilization.into());
        assert_eq!(grant(&bounds, from, to, f64::INFINITY, by).replicas, to, "{step:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn capacity_rises_and_falls_with_the_load_and_no_request_fails() {
    let scene = Scene::with(POLICY, provider::DEPOSIT).await;
    let load = Load::on(&scene.url(), 4.0).unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    load.set_rate(40.0);
    scene.until("a tenfold load to be served by more replicas", |_, healthy| healthy >= 3).await;
    load.set_rate(4.0);
    scene.until("the replicas to go with the load", |wanted, healthy| (wanted, healthy) == (1, 1)).await;
    let tally = load.stop().await;
    assert!(tally.failed.is_empty() && tally.answered > 100, "{tally:?}");

    let steps = scene.steps().await;
    let counts: Vec<(u64, u64)> = steps.iter().map(|step| (step.from.to(), step.to.to())).collect();
    assert_eq!((counts.first().map(|step| step.0), counts.last().map(|step| step.1)), (Some(1), Some(1)), "{counts:?}");
    assert!(counts.windows(2).all(|pair| pair[0].1 == pair[1].0), "only the provider moved it: {counts:?}");
    for step in &steps {
        scene.check(step, &POLICY).await;
    }
    // Each step is explained by a ruling that leans on the same statement.
    let said = scene.orchestrator.api.get(&format!("/v1/leases/{}/scaling?limit=100", scene.lease)).await.unwrap();
    for step in &steps {
        let told = said["rulings"].as_array().unwrap().iter().any(|ruling| {
            ruling["outcome"] == "stepping"
                && U256::from(ruling["evidence"]["epoch"].as_u64().unwrap()) == step.epoch
                && ruling["granted"].as_u64() == Some(step.to.to())
        });
        assert!(told, "{step:?}\n{said:#}");
    }
    assert!(said["compared"]["watched"].as_f64().unwrap() > 10.0, "{said:#}");
    scene.orchestrator.stop().await;
}
