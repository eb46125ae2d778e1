//! `tidemark provider run` with a faulty node, and beside another orchestrator on the same database or port.

use std::{process::Stdio, time::Instant};

use anvil::Actor;
use serde_json::Value;
use tests::{
    api_client::ApiClient,
    database::Database,
    faulty_node::{FaultyNode, NodeFault},
    transactions::{self, DEPLOY},
    wait::{PATIENCE, until},
    world::CommandOutput,
};

use super::{tenant, world};

#[tokio::test]
async fn a_node_may_be_away_at_the_start_go_away_and_talk_nonsense() {
    let world = world().await;
    let endpoint = format!("http://127.0.0.1:{}", world.port);
    transactions::register(&world.devnet, Actor::Provider, &endpoint).await.unwrap();
    let node = FaultyNode::start(world.devnet.http_url()).await.unwrap();
    node.set_fault(NodeFault::Down);
    let mut running = world.provider_program(&[("TIDEMARK_RPC_URL", &node.url)]).await.unwrap();
    let api = ApiClient::at(world.port).unwrap();
    // The API answers, and names the cause.
    until("the status to name the node", async || {
        let status = api.get("/v1/status").await.ok();
        let error = status.and_then(|status| status["stages"]["chain"]["error"].as_str().map(str::to_owned));
        Ok(error.filter(|error| error.contains("check that the node runs")))
    })
    .await
    .unwrap();
    node.set_fault(NodeFault::None);
    let deployed = tenant(&world, &DEPLOY).await;
    let containers = |shown: &Value| {
        let all = shown["containers"].as_array().cloned().unwrap_or_default();
        all.into_iter().map(|seen| (seen["container"].to_string(), seen["state"].to_string())).collect::<Vec<_>>()
    };
    let lease: Value = deployed["lease"].clone();
    let path = format!("/v1/leases/{}", lease.as_str().unwrap());
    let before = containers(&api.get(&path).await.unwrap());
    assert!(!before.is_empty());
    for fault in [NodeFault::Down, NodeFault::NotJson, NodeFault::WrongShape] {
        node.set_fault(fault.clone());
        let failing = async || {
            let status = api.get("/v1/status").await?;
            Ok((status["stages"]["chain"]["failures"].as_u64() >= Some(2)).then_some(()))
        };
        until("the chain stage to fail twice", failing).await.unwrap();
        let now = containers(&api.get(&path).await.unwrap());
        assert_eq!(now, before, "{fault:?}: unreachable is not gone");
        node.set_fault(NodeFault::None);
        until("the chain stage to be well", async || {
            let status = api.get("/v1/status").await?;
            Ok(status["stages"]["chain"]["error"].is_null().then_some(()))
        })
        .await
        .unwrap();
    }
    // And the chain is still followed.
    let started = Instant::now();
    tenant(&world, &["close", lease.as_str().unwrap()]).await;
    until("the containers to be gone", async || {
        let now = containers(&api.get(&path).await?);
        Ok(now.is_empty().then_some(()))
    })
    .await
    .unwrap();
    assert!(started.elapsed() < PATIENCE * 3);
    running.terminate().await.unwrap();
}

#[tokio::test]
async fn a_second_orchestrator_on_the_same_database_or_port_is_refused_and_the_first_goes_on() {
    let world = world().await;
    let mut first = world.provider_program(&[]).await.unwrap();
    let other = Database::sqlite().unwrap();
    for (name, value, told) in [
        ("TIDEMARK_LISTEN", "127.0.0.1:0", "another orchestrator uses"),
        ("TIDEMARK_DATABASE_URL", &other.url, "is another orchestrator running?"),
    ] {
        let mut second = first.command(&world).unwrap();
        let output = CommandOutput::of(second.env(name, value).stderr(Stdio::piped())).await.unwrap();
        assert!(!output.status.success() && output.stderr.contains(told), "{}", output.stderr);
    }
    let api = ApiClient::at(world.port).unwrap();
    let iteration = async || api.get("/v1/status").await.map(|status| status["stages"]["chain"]["iteration"].as_u64());
    let before = iteration().await.unwrap();
    until("the first to go on", async || Ok((iteration().await? > before).then_some(()))).await.unwrap();
    first.terminate().await.unwrap();
}
