//! From statements to earnings, and from exhausted leases to closed ones.

use lease::{accrual, reconcile::WorkloadStatus};
use store::container::LeaseProgress;

use super::*;

#[tokio::test]
async fn many_leases_are_paid_in_one_transaction_and_each_for_what_it_proved() {
    for world in World::each().await {
        let mut leases = Vec::new();
        for salt in 0..5 {
            leases.push(world.take(salt).await);
        }
        world.follow().await;
        for (number, (lease, _)) in leases.iter().enumerate() {
            world.meter(*lease, number as u64, false).await;
        }
        world.prove_and_claim().await;
        assert_eq!(world.earned().await, U256::from(1 + 2 + 3 + 4));
        let claims = world.store.recent_intents(IntentKind::Settle, 0).await.unwrap();
        assert_eq!(claims.len(), 1, "one transaction for all: {claims:?}");
        for (number, (lease, _)) in leases.iter().enumerate() {
            let row = world.store.lease(*lease).await.unwrap().unwrap();
            assert_eq!(row.lease.paid, U256::from(number));
        }
        // The next epoch pays what was added, and nothing twice.
        world.meter(leases[0].0, 9, false).await;
        world.prove_and_claim().await;
        assert_eq!(world.earned().await, U256::from(10 + 9));
    }
}

#[tokio::test]
async fn a_lease_is_paid_to_its_end_and_the_rest_goes_back() {
    let world = World::on_demand().await;
    let (lease, terms) = world.take(1).await;
    world.follow().await;
    world.meter(lease, 8, false).await;
    world.prove_and_claim().await;
    assert_eq!(world.earned().await, U256::from(8));
    let market = world.devnet.market(Actor::Tenant).await.unwrap();
    world.meter(lease, 12, false).await;
    world.pass(20).await;
    transactions::sent(market.close(terms.clone()).send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    world.follow().await;
    let kept = market.accountOf(lease, Address::ZERO).call().await.unwrap().balance;
    assert!(!kept.is_zero(), "what may be owed stays until it is settled");
    // No statement before the counters are final.
    world.pass(world.parameters.epochLength).await;
    assert_eq!(counted(&world.prove().await, "statements"), 0);
    world.meter(lease, 13, true).await;
    world.prove_and_claim().await;
    assert_eq!(world.earned().await, U256::from(13));
    let refund = market.refund(terms).send().await.unwrap().get_receipt().await.unwrap();
    transactions::sent(refund).unwrap();
    world.follow().await;
    let lease = world.store.lease(lease).await.unwrap().unwrap().lease;
    assert_eq!(lease.balance(), U256::ZERO);
    assert_eq!(lease.deposited, lease.paid + lease.returned);
}

#[tokio::test]
async fn what_was_not_proven_is_not_paid() {
    let world = World::on_demand().await;
    let (lease, terms) = world.take(1).await;
    world.follow().await;
    // A thousand seconds were reserved; the replica was healthy for three of them.
    world.meter(lease, 3, false).await;
    world.pass(1000).await;
    world.prove_and_claim().await;
    assert_eq!(world.earned().await, U256::from(3));
    let market = world.devnet.market(Actor::Tenant).await.unwrap();
    let free = market.withdrawable(terms).call().await.unwrap();
    assert!(free > U256::from(DEPOSIT - 3 - 60), "the unproven thousand seconds are the tenant's again: {free}");
}

#[tokio::test]
async fn a_lease_without_money_is_closed_after_the_grace_period() {
    let world = World::on_demand().await;
    // As little as the contract takes: the notice period's money.
    let order = transactions::order(B256::ZERO, 1, 1);
    let (lease, _) = transactions::take(&world.devnet, world.offer, order, 30).await.unwrap();
    let market = world.devnet.market(Actor::Stranger).await.unwrap();
    let capacity = market.capacityOf(provider());
    assert_eq!(capacity.call().await.unwrap().heldMillicores, 800);
    world.pass(40).await;
    world.follow().await;
    let exhausted_at = world.store.head().await.unwrap().unwrap().time;
    let paused = LeaseProgress {
        standing: WorkloadStatus::Paused,
        reason: None,
        found_at_ms: 0,
        running_at_ms: None,
        exhausted_at: Some(exhausted_at),
    };
    world.store.record_containers(lease, &[], &paused).await.unwrap();
    world.pass(30).await;
    world.follow().await;
    assert_eq!(counted(&world.settlement().run().await.unwrap(), "closes"), 0, "the grace period is a minute");
    world.pass(40).await;
    world.follow().await;
    world.settle().await;
    world.follow().await;
    assert!(world.store.lease(lease).await.unwrap().unwrap().lease.closed_at.is_some());
    assert_eq!(capacity.call().await.unwrap().heldMillicores, 0, "what it held can be sold again");
}

#[tokio::test]
async fn a_provider_that_lost_its_memory_claims_nothing_that_it_might_contradict() {
    let mut world = World::on_demand().await;
    let (old, _) = world.take(1).await;
    world.follow().await;
    world.meter(old, 9, false).await;
    world.prove_and_claim().await;
    world.forget().await;
    world.follow().await;
    world.pass(world.parameters.epochLength).await;
    world.meter(old, 1, false).await;
    let counts = world.prove().await;
    assert_eq!((counted(&counts, "forgotten"), counted(&counts, "epochs")), (1, 0));
    // New leases are served as ever, under the chain's next epoch.
    let (new, _) = world.take(2).await;
    world.follow().await;
    world.meter(new, 5, false).await;
    world.prove_and_claim().await;
    assert_eq!(world.earned().await, U256::from(9 + 5));
    let tree = world.store.epoch_tree(2).await.unwrap();
    assert_eq!(tree.statements().map(|statement| statement.lease).collect::<Vec<_>>(), [new]);
}

#[tokio::test]
async fn a_claim_that_fails_alone_does_not_hold_up_the_others() {
    let world = World::on_demand().await;
    let (first, _) = world.take(1).await;
    let (second, _) = world.take(2).await;
    world.follow().await;
    world.meter(first, 4, false).await;
    world.meter(second, 5, false).await;
    world.pass(world.parameters.epochLength).await;
    world.prove().await;
    world.settle().await;
    world.follow().await;
    world.pass(world.parameters.challengeWindow).await;
    world.follow().await;
    // A stranger settles one of them before the provider does: its statement pays nothing any more, and the batch holds.
    let statement = world.store.last_statement(first).await.unwrap().unwrap();
    let path = world.store.epoch_tree(1).await.unwrap().path(first).unwrap();
    let stranger = world.devnet.market(Actor::Stranger).await.unwrap();
    let terms = world.store.lease(first).await.unwrap().unwrap().lease.terms;
    let claim = solidity::claim(31337, world.devnet.deployment.market, &terms, &statement.statement);
    let call = stranger.settle(provider(), Address::ZERO, U256::from(1), claim, path);
    world.settlement().run().await.unwrap();
    transactions::sent(call.send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    world.settle().await;
    assert_eq!(world.earned().await, U256::from(9));
}

#[tokio::test]
async fn the_price_in_rust_is_the_contract_s() {
    let world = World::on_demand().await;
    let (lease, _) = world.take(1).await;
    world.follow().await;
    world.meter(lease, 7, false).await;
    world.prove_and_claim().await;
    let row = world.store.lease(lease).await.unwrap().unwrap();
    let usage = world.store.last_statement(lease).await.unwrap().unwrap().statement;
    assert_eq!(accrual::price(&row.lease.terms.rates, &usage), row.lease.paid);
}
