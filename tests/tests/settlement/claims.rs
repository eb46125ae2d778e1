//! From statements to earnings, and from exhausted leases to closed ones.

use lease::{accrual, reconcile::WorkloadStatus};
use store::container::LeaseProgress;

use super::*;

#[tokio::test]
async fn many_leases_are_paid_in_one_transaction_and_each_for_what_it_proved() {
    for settling in Settling::each_database().await {
        let mut leases = Vec::new();
        for salt in 0..5 {
            leases.push(settling.take(salt).await);
        }
        settling.follow().await;
        for (number, (lease, _)) in leases.iter().enumerate() {
            settling.meter(*lease, number as u64, false).await;
        }
        settling.prove_and_claim().await;
        assert_eq!(settling.earned().await, U256::from(1 + 2 + 3 + 4));
        let claims = settling.store().recent_intents(IntentKind::Settle, 0).await.unwrap();
        assert_eq!(claims.len(), 1, "one transaction for all: {claims:?}");
        for (number, (lease, _)) in leases.iter().enumerate() {
            let row = settling.store().lease(*lease).await.unwrap().unwrap();
            assert_eq!(row.lease.paid, U256::from(number));
        }
        // The next epoch pays what was added, and nothing twice.
        settling.meter(leases[0].0, 9, false).await;
        settling.prove_and_claim().await;
        assert_eq!(settling.earned().await, U256::from(10 + 9));
    }
}

#[tokio::test]
async fn a_lease_is_paid_to_its_end_and_the_rest_goes_back() {
    let settling = Settling::sqlite().await;
    let (lease, terms) = settling.take(1).await;
    settling.follow().await;
    settling.meter(lease, 8, false).await;
    settling.prove_and_claim().await;
    assert_eq!(settling.earned().await, U256::from(8));
    let market = settling.world.devnet.market(Actor::Tenant).await.unwrap();
    settling.meter(lease, 12, false).await;
    settling.pass(20).await;
    transactions::sent(market.close(terms.clone()).send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    settling.follow().await;
    let kept = market.accountOf(lease, Address::ZERO).call().await.unwrap().balance;
    assert!(!kept.is_zero(), "what may be owed stays until it is settled");
    // No statement before the counters are final.
    settling.pass(settling.parameters().epochLength).await;
    assert_eq!(counted(&settling.prove().await, "statements"), 0);
    settling.meter(lease, 13, true).await;
    settling.prove_and_claim().await;
    assert_eq!(settling.earned().await, U256::from(13));
    let refund = market.refund(terms).send().await.unwrap().get_receipt().await.unwrap();
    transactions::sent(refund).unwrap();
    settling.follow().await;
    let lease = settling.store().lease(lease).await.unwrap().unwrap().lease;
    assert_eq!(lease.balance(), U256::ZERO);
    assert_eq!(lease.deposited, lease.paid + lease.returned);
}

#[tokio::test]
async fn what_was_not_proven_is_not_paid() {
    let settling = Settling::sqlite().await;
    let (lease, terms) = settling.take(1).await;
    settling.follow().await;
    // A thousand seconds were reserved; the replica was healthy for three of them.
    settling.meter(lease, 3, false).await;
    settling.pass(1000).await;
    settling.prove_and_claim().await;
    assert_eq!(settling.earned().await, U256::from(3));
    let market = settling.world.devnet.market(Actor::Tenant).await.unwrap();
    let free = market.withdrawable(terms).call().await.unwrap();
    assert!(free > U256::from(DEPOSIT - 3 - 60), "the unproven thousand seconds are the tenant's again: {free}");
}

#[tokio::test]
async fn a_lease_without_money_is_closed_after_the_grace_period() {
    let settling = Settling::sqlite().await;
    // As little as the contract takes: the notice period's money.
    let order = transactions::order(B256::ZERO, 1, 1);
    let (lease, _) = settling.world.take(order, 30).await.unwrap();
    let market = settling.world.devnet.market(Actor::Stranger).await.unwrap();
    let capacity = market.capacityOf(provider());
    assert_eq!(capacity.call().await.unwrap().heldMillicores, 800);
    settling.pass(40).await;
    settling.follow().await;
    let exhausted_at = settling.store().head().await.unwrap().unwrap().time;
    let paused = LeaseProgress {
        standing: WorkloadStatus::Paused,
        reason: None,
        found_at_ms: 0,
        running_at_ms: None,
        exhausted_at: Some(exhausted_at),
    };
    settling.store().record_containers(lease, &[], &paused).await.unwrap();
    settling.pass(30).await;
    settling.follow().await;
    assert_eq!(
        counted(&settling.process.settlement().run().await.unwrap(), "closes"),
        0,
        "the grace period is a minute"
    );
    settling.pass(40).await;
    settling.follow().await;
    settling.settle().await;
    settling.follow().await;
    assert!(settling.store().lease(lease).await.unwrap().unwrap().lease.closed_at.is_some());
    assert_eq!(capacity.call().await.unwrap().heldMillicores, 0, "what it held can be sold again");
}

#[tokio::test]
async fn a_provider_that_lost_its_memory_claims_nothing_that_it_might_contradict() {
    let mut settling = Settling::sqlite().await;
    let (old, _) = settling.take(1).await;
    settling.follow().await;
    settling.meter(old, 9, false).await;
    settling.prove_and_claim().await;
    settling.lose_database().await;
    settling.follow().await;
    settling.pass(settling.parameters().epochLength).await;
    settling.meter(old, 1, false).await;
    let counts = settling.prove().await;
    assert_eq!((counted(&counts, "forgotten"), counted(&counts, "epochs")), (1, 0));
    // New leases are served as ever, under the chain's next epoch.
    let (new, _) = settling.take(2).await;
    settling.follow().await;
    settling.meter(new, 5, false).await;
    settling.prove_and_claim().await;
    assert_eq!(settling.earned().await, U256::from(9 + 5));
    let tree = settling.store().epoch_tree(2).await.unwrap();
    assert_eq!(tree.statements().map(|statement| statement.lease).collect::<Vec<_>>(), [new]);
}

#[tokio::test]
async fn a_claim_that_fails_alone_does_not_hold_up_the_others() {
    let settling = Settling::sqlite().await;
    let (first, _) = settling.take(1).await;
    let (second, _) = settling.take(2).await;
    settling.follow().await;
    settling.meter(first, 4, false).await;
    settling.meter(second, 5, false).await;
    settling.pass(settling.parameters().epochLength).await;
    settling.prove().await;
    settling.settle().await;
    settling.follow().await;
    settling.pass(settling.parameters().challengeWindow).await;
    settling.follow().await;
    // A stranger settles one of them before the provider does: its statement pays nothing any more, and the batch holds.
    let statement = settling.store().last_statement(first).await.unwrap().unwrap();
    let path = settling.store().epoch_tree(1).await.unwrap().path(first).unwrap();
    let stranger = settling.world.devnet.market(Actor::Stranger).await.unwrap();
    let terms = settling.store().lease(first).await.unwrap().unwrap().lease.terms;
    let claim = solidity::claim(31337, settling.world.devnet.deployment.market, &terms, &statement.statement);
    let call = stranger.settle(provider(), Address::ZERO, U256::from(1), claim, path);
    settling.process.settlement().run().await.unwrap();
    transactions::sent(call.send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    settling.settle().await;
    assert_eq!(settling.earned().await, U256::from(9));
}

#[tokio::test]
async fn the_price_in_rust_is_the_contract_s() {
    let settling = Settling::sqlite().await;
    let (lease, _) = settling.take(1).await;
    settling.follow().await;
    settling.meter(lease, 7, false).await;
    settling.prove_and_claim().await;
    let row = settling.store().lease(lease).await.unwrap().unwrap();
    let usage = settling.store().last_statement(lease).await.unwrap().unwrap().statement;
    assert_eq!(accrual::price(&row.lease.terms.rates, &usage), row.lease.paid);
}
