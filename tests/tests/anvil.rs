//! The devnet itself, which the other tests depend on.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use alloy::{primitives::U256, providers::Provider};
use anvil::{Actor, Devnet, Mining, Options};

#[tokio::test]
async fn a_devnet_has_the_market_and_funded_actors() {
    let devnet = Devnet::start(Options::default()).await.unwrap();
    let market = devnet.market(Actor::Stranger).await.unwrap();
    assert_eq!(market.parameters().call().await.unwrap().epochLength, 10);
    let token = devnet.token(Actor::Tenant).await.unwrap();
    assert_eq!(token.balanceOf(Actor::Tenant.address()).call().await.unwrap(), U256::from(1_000_000_000_000u64));
    assert_eq!(token.allowance(Actor::Tenant.address(), devnet.deployment.market).call().await.unwrap(), U256::MAX);
    devnet.deployment.check(&devnet.provider(Actor::Stranger).await.unwrap()).await.unwrap();
}

#[tokio::test]
async fn time_jumps_and_blocks_come_on_demand() {
    let devnet = Devnet::start(Options { mining: Mining::OnDemand, ..Default::default() }).await.unwrap();
    let provider = devnet.provider(Actor::Stranger).await.unwrap();
    let (block, time) = (provider.get_block_number().await.unwrap(), devnet.time().await.unwrap());
    devnet.warp(Duration::from_secs(1000)).await.unwrap();
    assert_eq!(provider.get_block_number().await.unwrap(), block + 1);
    assert!(devnet.time().await.unwrap() >= time + 1000);
}

#[tokio::test]
async fn a_reorg_takes_back_what_happened() {
    let devnet = Devnet::start(Options { mining: Mining::OnDemand, ..Default::default() }).await.unwrap();
    let token = devnet.token(Actor::Tenant).await.unwrap();
    let before = token.balanceOf(Actor::Tenant.address()).call().await.unwrap();
    token.mint(Actor::Tenant.address(), U256::from(5)).send().await.unwrap().get_receipt().await.unwrap();
    devnet.reorg(1, vec![]).await.unwrap();
    assert_eq!(token.balanceOf(Actor::Tenant.address()).call().await.unwrap(), before);
}

#[tokio::test]
async fn a_foreign_contract_is_not_taken_for_the_market() {
    let devnet = Devnet::start(Options { mining: Mining::OnDemand, ..Default::default() }).await.unwrap();
    let provider = devnet.provider(Actor::Stranger).await.unwrap();
    let mut wrong = devnet.deployment.clone();
    wrong.market = devnet.token;
    assert!(wrong.check(&provider).await.unwrap_err().to_string().contains("is not of Tidemark's market"));
    wrong.market = Actor::Stranger.address();
    assert!(wrong.check(&provider).await.unwrap_err().to_string().contains("no contract"));
    wrong.chain_id = 1;
    assert!(wrong.check(&provider).await.unwrap_err().to_string().contains("this is chain 31337"));
}
