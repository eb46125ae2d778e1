//! Each intent has its effect once: whatever dies, waits, disappears or comes in between.

use std::sync::Arc;

use alloy::{network::TransactionBuilder, providers::Provider, rpc::types::TransactionRequest};
use tests::killable_ethereum::{KillableEthereum, LastCall};

use super::*;

#[tokio::test]
async fn a_process_that_dies_between_any_two_calls_loses_and_repeats_nothing() {
    let world = World::on_demand().await;
    for last_call in [LastCall::NotSent, LastCall::NotAnswered] {
        let (mut calls, mut survived) = (0, false);
        while !survived {
            let (bond, nonce) = (world.bond().await, world.nonce().await);
            let key = format!("{last_call:?} {calls}");
            world.want(&world.one_wei(&key)).await;
            let ethereum = Arc::new(KillableEthereum::new(world.ethereum(), calls, last_call));
            let stage = world.settlement_over(ethereum.clone());
            // Two runs: to send it, and to see that it was mined.
            for _ in 0..2 {
                let died = stage.run().await.is_err();
                assert_eq!(died, ethereum.was_killed(), "a run that went wrong says so");
                if died {
                    break;
                }
                world.devnet.mine(1).await.unwrap();
            }
            survived = !ethereum.was_killed();
            world.settle().await;
            assert_eq!(world.state(&key).await, IntentState::Final, "{key}");
            assert_eq!(world.bond().await, bond + U256::from(1), "{key}: its effect, once");
            assert_eq!(world.nonce().await, nonce + 1, "{key}: one nonce");
            calls += 1;
        }
        assert!(calls > 8, "the runs made only {calls} calls: the deaths were not between the steps");
    }
}

#[tokio::test]
async fn many_intents_go_in_the_order_in_which_they_were_wanted() {
    for world in World::each().await {
        let nonce = world.nonce().await;
        for number in 0..50 {
            world.want(&world.one_wei(&format!("{number:02}"))).await;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        world.settle().await;
        for number in 0..50 {
            let row = world.store.intent(named(&format!("{number:02}"))).await.unwrap().unwrap();
            assert_eq!((row.state, row.nonce), (IntentState::Final, Some(nonce + number)));
        }
        assert_eq!(world.nonce().await, nonce + 50);
    }
}

#[tokio::test]
async fn what_waits_too_long_is_replaced_by_what_pays_more() {
    let world = World::on_demand().await;
    let provider_connection = world.devnet.provider(Actor::Provider).await.unwrap();
    world.devnet.automine(false).await.unwrap();
    let bond = world.bond().await;
    world.want(&world.one_wei("slow")).await;
    let mut stage = world.settlement();
    stage.run().await.unwrap();
    stage.replace_after = Duration::from_millis(1);
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(counted(&stage.run().await.unwrap(), "replaced"), 1);
    let open = world.store.open_intents().await.unwrap().remove(0);
    let [first, second] = &open.sendings[..] else { panic!("{open:?}") };
    assert!(second.max_fee >= first.max_fee + first.max_fee / 8, "nodes demand an eighth more");
    let waiting = provider_connection.get_transaction_by_hash(second.tx).await.unwrap();
    assert!(waiting.is_some(), "the node has the replacement");
    world.devnet.mine(1).await.unwrap();
    world.devnet.automine(true).await.unwrap();
    world.settle().await;
    assert_eq!(world.bond().await, bond + U256::from(1));
    assert_eq!(world.store.intent(named("slow")).await.unwrap().unwrap().tx, Some(second.tx));
}

#[tokio::test]
async fn what_a_reorg_takes_back_is_sent_again() {
    for world in World::each().await {
        let (bond, nonce) = (world.bond().await, world.nonce().await);
        world.want(&world.one_wei("reorged")).await;
        let stage = world.settlement();
        world.devnet.automine(false).await.unwrap();
        stage.run().await.unwrap();
        world.devnet.mine(1).await.unwrap();
        assert_eq!(counted(&stage.run().await.unwrap(), "mined"), 1);
        world.devnet.reorg(1, vec![]).await.unwrap();
        world.devnet.automine(true).await.unwrap();
        assert_eq!(world.bond().await, bond);
        assert_eq!(counted(&stage.run().await.unwrap(), "reorged"), 1);
        world.settle().await;
        assert_eq!(world.bond().await, bond + U256::from(1));
        assert_eq!(world.nonce().await, nonce + 1);
    }
}

#[tokio::test]
async fn a_foreign_transaction_takes_a_nonce_and_not_the_intent() {
    let world = World::on_demand().await;
    let bond = world.bond().await;
    world.devnet.automine(false).await.unwrap();
    world.want(&world.one_wei("ours")).await;
    let mut stage = world.settlement();
    stage.run().await.unwrap();
    // Somebody uses the provider's key by hand, under the same nonce and for more.
    let by_hand = world.devnet.provider(Actor::Provider).await.unwrap();
    let request = TransactionRequest::default()
        .with_to(Actor::Stranger.address())
        .with_nonce(world.nonce().await)
        .with_gas_limit(21_000)
        .with_max_fee_per_gas(100_000_000_000)
        .with_max_priority_fee_per_gas(50_000_000_000);
    let sent = by_hand.send_transaction(request).await.unwrap();
    world.devnet.mine(1).await.unwrap();
    world.devnet.automine(true).await.unwrap();
    assert!(sent.get_receipt().await.unwrap().status());
    assert_eq!(world.bond().await, bond);
    stage.confirmations = 1;
    world.devnet.mine(2).await.unwrap();
    assert_eq!(counted(&stage.run().await.unwrap(), "foreign"), 1);
    world.settle().await;
    assert_eq!(world.bond().await, bond + U256::from(1));
}

#[tokio::test]
async fn one_that_can_only_fail_holds_up_no_other_and_costs_nothing() {
    for world in World::each().await {
        let (bond, nonce) = (world.bond().await, world.nonce().await);
        world.want(&world.refused("a")).await;
        world.want(&world.one_wei("b")).await;
        world.settle().await;
        let row = world.store.intent(named("a")).await.unwrap().unwrap();
        assert_eq!(row.state, IntentState::Failed);
        assert!(row.error.as_deref().unwrap().starts_with("OfferClosed"), "{row:?}");
        assert_eq!((world.bond().await, world.nonce().await), (bond + U256::from(1), nonce + 1));
    }
}

#[tokio::test]
async fn beyond_the_hour_s_gas_transactions_wait() {
    let world = World::on_demand().await;
    let bond = world.bond().await;
    for key in ["a", "b", "c"] {
        world.want(&world.one_wei(key)).await;
    }
    let mut stage = world.settlement();
    stage.gas_per_hour = 1;
    let counts = stage.run().await.unwrap();
    assert_eq!(
        (counted(&counts, "signed"), counted(&counts, "budget_waits")),
        (1, 2),
        "one goes when the hour is empty"
    );
    assert!(counted(&stage.run().await.unwrap(), "budget_waits") >= 2);
    world.devnet.mine(1).await.unwrap();
    assert_eq!(world.bond().await, bond + U256::from(1));
    stage.gas_per_hour = 10_000_000;
    stage.run().await.unwrap();
    world.settle().await;
    assert_eq!(world.bond().await, bond + U256::from(3));
}
