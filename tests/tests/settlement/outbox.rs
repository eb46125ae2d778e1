//! Each intent takes effect exactly once: across crashes, delays, reorgs and foreign transactions.

use std::sync::Arc;

use alloy::{network::TransactionBuilder, providers::Provider, rpc::types::TransactionRequest};
use tests::killable_ethereum::{KillableEthereum, LastCall};

use super::*;

#[tokio::test]
async fn a_process_that_dies_between_any_two_calls_loses_and_repeats_nothing() {
    let settling = Settling::sqlite().await;
    for last_call in [LastCall::NotSent, LastCall::NotAnswered] {
        let (mut calls, mut survived) = (0, false);
        while !survived {
            let (bond, nonce) = (settling.bond().await, settling.nonce().await);
            let key = format!("{last_call:?} {calls}");
            settling.want(&settling.one_wei(&key)).await;
            let ethereum = Arc::new(KillableEthereum::new(settling.process.ethereum.clone(), calls, last_call));
            let stage = settling.settlement_over(ethereum.clone());
            // Two runs: to send it, and to see that it was mined.
            for _ in 0..2 {
                let died = stage.run().await.is_err();
                assert_eq!(died, ethereum.was_killed(), "a run that went wrong says so");
                if died {
                    break;
                }
                settling.world.devnet.mine(1).await.unwrap();
            }
            survived = !ethereum.was_killed();
            settling.settle().await;
            assert_eq!(settling.state(&key).await, IntentState::Final, "{key}");
            assert_eq!(settling.bond().await, bond + U256::from(1), "{key}: its effect, once");
            assert_eq!(settling.nonce().await, nonce + 1, "{key}: one nonce");
            calls += 1;
        }
        assert!(calls > 8, "the runs made only {calls} calls: the deaths were not between the steps");
    }
}

#[tokio::test]
async fn many_intents_go_in_the_order_in_which_they_were_wanted() {
    for settling in Settling::each_database().await {
        let nonce = settling.nonce().await;
        for number in 0..50 {
            settling.want(&settling.one_wei(&format!("{number:02}"))).await;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        settling.settle().await;
        for number in 0..50 {
            let row = settling.store().intent(named(&format!("{number:02}"))).await.unwrap().unwrap();
            assert_eq!((row.state, row.nonce), (IntentState::Final, Some(nonce + number)));
        }
        assert_eq!(settling.nonce().await, nonce + 50);
    }
}

#[tokio::test]
async fn what_waits_too_long_is_replaced_by_what_pays_more() {
    let settling = Settling::sqlite().await;
    let provider_connection = settling.world.devnet.provider(Actor::Provider).await.unwrap();
    settling.world.devnet.automine(false).await.unwrap();
    let bond = settling.bond().await;
    settling.want(&settling.one_wei("slow")).await;
    let mut stage = settling.process.settlement();
    stage.run().await.unwrap();
    stage.replace_after = Duration::from_millis(1);
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(counted(&stage.run().await.unwrap(), "replaced"), 1);
    let open = settling.store().open_intents().await.unwrap().remove(0);
    let [first, second] = &open.sendings[..] else { panic!("{open:?}") };
    assert!(second.max_fee >= first.max_fee + first.max_fee / 8, "nodes demand an eighth more");
    let waiting = provider_connection.get_transaction_by_hash(second.tx).await.unwrap();
    assert!(waiting.is_some(), "the node has the replacement");
    settling.world.devnet.mine(1).await.unwrap();
    settling.world.devnet.automine(true).await.unwrap();
    settling.settle().await;
    assert_eq!(settling.bond().await, bond + U256::from(1));
    assert_eq!(settling.store().intent(named("slow")).await.unwrap().unwrap().tx, Some(second.tx));
}

#[tokio::test]
async fn what_a_reorg_takes_back_is_sent_again() {
    for settling in Settling::each_database().await {
        let (bond, nonce) = (settling.bond().await, settling.nonce().await);
        settling.want(&settling.one_wei("reorged")).await;
        let stage = settling.process.settlement();
        settling.world.devnet.automine(false).await.unwrap();
        stage.run().await.unwrap();
        settling.world.devnet.mine(1).await.unwrap();
        assert_eq!(counted(&stage.run().await.unwrap(), "mined"), 1);
        settling.world.devnet.reorg(1, vec![]).await.unwrap();
        settling.world.devnet.automine(true).await.unwrap();
        assert_eq!(settling.bond().await, bond);
        assert_eq!(counted(&stage.run().await.unwrap(), "reorged"), 1);
        settling.settle().await;
        assert_eq!(settling.bond().await, bond + U256::from(1));
        assert_eq!(settling.nonce().await, nonce + 1);
    }
}

#[tokio::test]
async fn a_foreign_transaction_takes_a_nonce_and_not_the_intent() {
    let settling = Settling::sqlite().await;
    let bond = settling.bond().await;
    settling.world.devnet.automine(false).await.unwrap();
    settling.want(&settling.one_wei("ours")).await;
    let mut stage = settling.process.settlement();
    stage.run().await.unwrap();
    // The provider's key is used by hand, under the same nonce and for more.
    let by_hand = settling.world.devnet.provider(Actor::Provider).await.unwrap();
    let request = TransactionRequest::default()
        .with_to(Actor::Stranger.address())
        .with_nonce(settling.nonce().await)
        .with_gas_limit(21_000)
        .with_max_fee_per_gas(100_000_000_000)
        .with_max_priority_fee_per_gas(50_000_000_000);
    let sent = by_hand.send_transaction(request).await.unwrap();
    settling.world.devnet.mine(1).await.unwrap();
    settling.world.devnet.automine(true).await.unwrap();
    assert!(sent.get_receipt().await.unwrap().status());
    assert_eq!(settling.bond().await, bond);
    stage.confirmations = 1;
    settling.world.devnet.mine(2).await.unwrap();
    assert_eq!(counted(&stage.run().await.unwrap(), "foreign"), 1);
    settling.settle().await;
    assert_eq!(settling.bond().await, bond + U256::from(1));
}

#[tokio::test]
async fn one_that_can_only_fail_holds_up_no_other_and_costs_nothing() {
    for settling in Settling::each_database().await {
        let (bond, nonce) = (settling.bond().await, settling.nonce().await);
        settling.want(&settling.refused("a")).await;
        settling.want(&settling.one_wei("b")).await;
        settling.settle().await;
        let row = settling.store().intent(named("a")).await.unwrap().unwrap();
        assert_eq!(row.state, IntentState::Failed);
        assert!(row.error.as_deref().unwrap().starts_with("OfferClosed"), "{row:?}");
        assert_eq!((settling.bond().await, settling.nonce().await), (bond + U256::from(1), nonce + 1));
    }
}

#[tokio::test]
async fn beyond_the_hour_s_gas_transactions_wait() {
    let settling = Settling::sqlite().await;
    let bond = settling.bond().await;
    for key in ["a", "b", "c"] {
        settling.want(&settling.one_wei(key)).await;
    }
    let mut stage = settling.process.settlement();
    stage.gas_per_hour = 1;
    let counts = stage.run().await.unwrap();
    assert_eq!(
        (counted(&counts, "signed"), counted(&counts, "budget_waits")),
        (1, 2),
        "one goes when the hour is empty"
    );
    assert!(counted(&stage.run().await.unwrap(), "budget_waits") >= 2);
    settling.world.devnet.mine(1).await.unwrap();
    assert_eq!(settling.bond().await, bond + U256::from(1));
    stage.gas_per_hour = 10_000_000;
    stage.run().await.unwrap();
    settling.settle().await;
    assert_eq!(settling.bond().await, bond + U256::from(3));
}
