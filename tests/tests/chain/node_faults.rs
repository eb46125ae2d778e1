//! Nodes that are unreachable, answer wrongly or with limits, or serve another chain.

use std::time::Duration;

use adapters::ethereum::AlloyEthereum;
use anvil::{Devnet, Mining, Options};
use driver::Stage;
use ports::ethereum::Ethereum;
use stages::chain::ChainSettings;
use store::LeaseFilter;
use tests::{
    faulty_node::{FaultyNode, NodeFault},
    world::counted,
};

use super::{ids, sqlite, stage, take};

#[tokio::test]
async fn another_chain_undoes_nothing() {
    let (world, process) = sqlite().await;
    let lease = take(&world, 1).await;
    stage(&world, &process).run().await.unwrap();
    let other = Devnet::start(Options { mining: Mining::OnDemand, ..Options::default() }).await.unwrap();
    other.mine(30).await.unwrap();
    let error = process.chain_over(&other.ws_url(), ChainSettings::default()).unwrap().run().await.unwrap_err();
    assert!(error.to_string().contains("another chain"), "{error}");
    assert_eq!(ids(&process).await, [lease]);
}

#[tokio::test]
async fn events_of_other_contracts_are_ignored() {
    let (world, process) = sqlite().await;
    let node = FaultyNode::start(world.devnet.http_url()).await.unwrap();
    node.set_fault(NodeFault::ForeignLogs);
    let lease = take(&world, 1).await;
    world.devnet.mine(3).await.unwrap();
    let counts = process.chain_over(&node.url, ChainSettings::default()).unwrap().run().await.unwrap();
    assert_eq!((counted(&counts, "applied"), counted(&counts, "foreign")), (3, 3));
    assert_eq!(ids(&process).await, [lease]);
    assert_eq!(process.store.events(lease).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_node_that_is_away_or_talks_nonsense_loses_nothing() {
    let (world, process) = sqlite().await;
    let lease = take(&world, 1).await;
    let node = FaultyNode::start(world.devnet.http_url()).await.unwrap();
    let stage = process.chain_over(&node.url, ChainSettings::default()).unwrap();
    for (fault, says) in [
        (NodeFault::Down, "does not answer"),
        (NodeFault::NotJson, "not Ethereum's"),
        (NodeFault::WrongShape, "not Ethereum's"),
    ] {
        node.set_fault(fault.clone());
        let error = format!("{:#}", stage.run().await.unwrap_err());
        assert!(error.contains(says), "{fault:?}: {error}");
        assert!(!error.contains(&node.url), "the URL may be secret: {error}");
        node.set_fault(NodeFault::None);
        stage.run().await.unwrap();
        assert_eq!(ids(&process).await, [lease]);
    }
}

#[tokio::test]
async fn a_node_that_limits_ranges_and_tells_no_times_is_enough() {
    let (world, process) = sqlite().await;
    let node = FaultyNode::start(world.devnet.http_url()).await.unwrap();
    node.set_fault(NodeFault::RangeLimit(7));
    for salt in 0..4 {
        take(&world, salt).await;
        world.devnet.mine(20).await.unwrap();
        world.devnet.warp(Duration::from_secs(100)).await.unwrap();
    }
    process.chain_over(&node.url, ChainSettings::default()).unwrap().run().await.unwrap();
    let rows = process.store.leases(LeaseFilter::default()).await.unwrap();
    assert_eq!(rows.len(), 4);
    assert!(rows.windows(2).all(|pair| pair[1].lease.opened_at >= pair[0].lease.opened_at + 100));
}

#[tokio::test]
async fn a_websocket_wakes_and_survives_the_node() {
    let (world, _process) = sqlite().await;
    let deployment = &world.devnet.deployment;
    let ethereum =
        AlloyEthereum::connect(&world.devnet.ws_url(), deployment.chain_id, deployment.market, None).unwrap();
    ethereum.head().await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    ethereum.changed().await;
    let started = std::time::Instant::now();
    let (_, mined) = tokio::join!(ethereum.changed(), world.devnet.mine(1));
    mined.unwrap();
    assert!(started.elapsed() < Duration::from_secs(2), "pushed, not polled");
}
