//! A real load on a real engine: the replica count follows it, and each step is justified by a statement under a root on chain.

use std::time::Duration;

use alloy::primitives::{B256, U256};
use anvil::Actor;
use autoscaling::{
    Bounds,
    shield::{By, grant},
};
use cli::demo::load_generator::LoadGenerator;
use serde_json::Value;
use solidity::{LeasePolicy, Market::StepProven, leaf, tree::climb};
use tests::{
    running_lease::RunningLease,
    scaled_lease::{self, BURN, POLICY, SERVICE},
    wait::until,
    world::DEPOSIT,
};

/// Checks that the step's statement is under the root of its epoch, and justifies the step.
async fn check(running: &RunningLease, step: &StepProven, policy: &LeasePolicy) {
    let path = format!("/v1/leases/{}/proofs/{}", running.lease, step.epoch);
    let proof = running.orchestrator.api.get(&path).await.unwrap();
    let path = proof["path"].as_array().unwrap().iter().map(|node| node.as_str().unwrap().parse().unwrap());
    let root = climb(leaf(running.lease, &step.usage), &path.collect::<Vec<B256>>());
    let market = running.world.devnet.market(Actor::Stranger).await.unwrap();
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

fn counts(steps: &[StepProven]) -> Vec<(u64, u64)> {
    steps.iter().map(|step| (step.from.to(), step.to.to())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn capacity_rises_and_falls_with_the_load_and_no_request_fails() {
    let running = scaled_lease::start(POLICY, DEPOSIT).await.unwrap();
    let load = LoadGenerator::on(&running.url(SERVICE, BURN), 4.0).unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    load.set_rate(40.0);
    running.replicas("a tenfold load to be served by more replicas", |_, healthy| healthy >= 3).await.unwrap();
    load.set_rate(4.0);
    running.replicas("replicas to go with the load", |wanted, _| wanted < 3).await.unwrap();
    running.replicas("all but one to go with it", |wanted, healthy| (wanted, healthy) == (1, 1)).await.unwrap();
    let tally = load.stop().await;
    assert!(tally.failed.is_empty() && tally.answered > 100, "{tally:?}");

    let steps = running.steps().await.unwrap();
    let moves = counts(&steps);
    assert_eq!((moves.first().map(|step| step.0), moves.last().map(|step| step.1)), (Some(1), Some(1)), "{moves:?}");
    assert!(moves.windows(2).all(|pair| pair[0].1 == pair[1].0), "only the provider moved it: {moves:?}");
    // Each is explained by a ruling that leans on the same statement.
    let said = running.scaling().await.unwrap();
    for step in &steps {
        check(&running, step, &POLICY).await;
        let told = said["rulings"].as_array().unwrap().iter().any(|ruling| {
            ruling["outcome"] == "stepping"
                && ruling["evidence"]["epoch"].as_u64().map(U256::from) == Some(step.epoch)
                && ruling["granted"].as_u64() == Some(step.to.to())
        });
        assert!(told, "{step:?}\n{said:#}");
    }
    assert!(said["compared"]["watched"].as_f64().unwrap() > 10.0, "{said:#}");
    running.stop().await;
}

/// A quiet lease sleeps where its policy lets it, and the request that comes next is held until it is awake.
#[tokio::test(flavor = "multi_thread")]
async fn a_lease_sleeps_when_nobody_asks_and_the_next_request_wakes_it() {
    let policy = LeasePolicy { minReplicas: 0, ..POLICY };
    let running = scaled_lease::start(policy.clone(), DEPOSIT).await.unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    assert!(http.get(running.url(SERVICE, BURN)).send().await.unwrap().status().is_success());
    running.replicas("the lease to sleep", |wanted, healthy| (wanted, healthy) == (0, 0)).await.unwrap();

    let answer = http.get(running.url(SERVICE, BURN)).send().await.unwrap();
    let status = answer.status();
    assert!(status.is_success(), "{status} {}", answer.text().await.unwrap());
    running.replicas("the lease to be awake", |wanted, healthy| (wanted, healthy) == (1, 1)).await.unwrap();
    let steps = running.steps().await.unwrap();
    assert_eq!(counts(&steps)[..2], [(1, 0), (0, 1)]);
    for step in &steps {
        check(&running, step, &policy).await;
    }
    running.stop().await;
}

/// What the money does not cover is not requested, and the reason says so; a top-up lets it go.
#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_the_money_does_not_cover_waits_and_says_why() {
    // A replica reserves two wei a second, a notice period has thirty of them, and the lease has no two minutes.
    let running = scaled_lease::start(POLICY, 230).await.unwrap();
    let load = LoadGenerator::on(&running.url(SERVICE, BURN), 40.0).unwrap();
    let is_held = |said: &Value| said["bound"].as_str().is_some_and(|bound| bound.contains("the lease's money covers"));
    let held = running.decided("the money to stand in the way", is_held).await.unwrap();
    assert!(held["wish"].as_u64() > held["bounds"]["affordable"].as_u64(), "{held:#}");
    assert!(held["granted"].as_u64() <= held["bounds"]["affordable"].as_u64().max(Some(1)), "{held:#}");
    running.world.top_up(running.lease, DEPOSIT).await.unwrap();
    running.replicas("what is paid for now", |_, healthy| healthy >= 3).await.unwrap();
    drop(load);
    running.stop().await;
}

/// A restarted orchestrator continues where the one before was: it has the demand that was seen, and follows the load.
#[tokio::test(flavor = "multi_thread")]
async fn an_orchestrator_that_begins_anew_still_knows_what_was_seen() {
    let running = scaled_lease::start(POLICY, DEPOSIT).await.unwrap();
    let path = format!("/v1/leases/{}/demand?since=0", running.lease);
    // Who signed in before is signed in after.
    let mut tenant = running.session(Actor::Tenant).await.unwrap();
    let seen = until("demand to be kept", async || {
        let (_, seen) = tenant.get(&path).await?;
        Ok(seen.as_array().is_some_and(|seen| seen.len() >= 2).then_some(seen))
    });
    let before = seen.await.unwrap();
    let running = running.restart().await.unwrap();
    tenant.port = running.orchestrator.api.port;
    let (_, after) = tenant.get(&path).await.unwrap();
    let count = before.as_array().unwrap().len();
    assert_eq!(after.as_array().unwrap()[..count], before.as_array().unwrap()[..]);
    let load = LoadGenerator::on(&running.url(SERVICE, BURN), 40.0).unwrap();
    running.replicas("the load to be followed again", |_, healthy| healthy >= 2).await.unwrap();
    drop(load);
    running.stop().await;
}
