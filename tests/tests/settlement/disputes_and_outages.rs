//! Disputes, frauds and outages of a lease: the replayed lease agrees with the contract, the stages act by it, and an honest
//! orchestrator posts nothing by which it could be convicted.

use alloy::primitives::aliases::U104;
use lease::{
    Lease,
    physics::{self, Fraud, Stated},
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use solidity::{Market::Leaf, Statement, leaf};

use super::{money_functions::agree, *};

const ARBITERS: Actor = Actor::Arbiter(anvil::ArbiterNumber::One);

impl Settling {
    /// Sends a call of an actor's to the market and follows.
    async fn call(&self, actor: Actor, data: Vec<u8>, value: U256) -> anyhow::Result<()> {
        let provider = self.world.devnet.provider(actor).await?;
        let call = alloy::contract::CallBuilder::new_raw(&provider, data.into());
        let pending = call.to(self.world.devnet.deployment.market).value(value).send().await?;
        transactions::sent(pending.get_receipt().await?)?;
        self.follow().await;
        Ok(())
    }

    async fn lease(&self, id: B256) -> Lease {
        self.store().lease(id).await.unwrap().unwrap().lease
    }

    async fn dispute(&self, terms: &Terms) {
        let call = Market::disputeCall { terms: terms.clone(), evidence: B256::repeat_byte(1) };
        let deposit = U256::from(self.parameters().disputeDeposit);
        self.call(Actor::Tenant, call.abi_encode(), deposit).await.unwrap();
    }

    /// A refusal is fine.
    pub(super) async fn dispute_if_it_can(&self, terms: &Terms) {
        let call = Market::disputeCall { terms: terms.clone(), evidence: B256::repeat_byte(1) };
        let deposit = U256::from(self.parameters().disputeDeposit);
        drop(self.call(Actor::Tenant, call.abi_encode(), deposit).await);
    }

    /// Rules, or ends what was not ruled in time; a refusal is fine.
    pub(super) async fn rule_if_it_can(&self, terms: &Terms, for_tenant: bool) {
        let rule = Market::ruleCall { terms: terms.clone(), forTenant: for_tenant, slash: U256::ZERO };
        if self.call(ARBITERS, rule.abi_encode(), U256::ZERO).await.is_err() {
            let end = Market::endDisputeCall { terms: terms.clone() };
            drop(self.call(Actor::Stranger, end.abi_encode(), U256::ZERO).await);
        }
    }

    async fn rule(&self, terms: &Terms, for_tenant: bool) {
        let call = Market::ruleCall { terms: terms.clone(), forTenant: for_tenant, slash: U256::ZERO };
        self.call(ARBITERS, call.abi_encode(), U256::ZERO).await.unwrap();
    }

    async fn report_and_confirm(&self) {
        let provider = provider();
        self.pass(u32::from(self.parameters().missedEpochs) * self.parameters().epochLength).await;
        self.call(Actor::Stranger, Market::reportSilenceCall { provider }.abi_encode(), U256::ZERO).await.unwrap();
        self.world.devnet.mine(self.parameters().graceBlocks.into()).await.unwrap();
        self.pass(self.parameters().epochLength).await;
        self.call(Actor::Stranger, Market::confirmSilenceCall { provider }.abi_encode(), U256::ZERO).await.unwrap();
    }
}

#[tokio::test]
async fn a_disputed_lease_is_not_claimed_and_is_once_it_has_thawed() {
    let settling = Settling::sqlite().await;
    let (open, terms) = settling.take(1).await;
    let (closed, closed_terms) = settling.take(2).await;
    settling.follow().await;
    settling.meter(open, 8, false).await;
    settling.meter(closed, 8, false).await;
    settling.prove_and_claim().await;
    assert_eq!(settling.earned().await, U256::from(16));
    settling.dispute(&terms).await;
    settling.dispute(&closed_terms).await;
    settling
        .call(Actor::Tenant, Market::closeCall { terms: closed_terms.clone() }.abi_encode(), U256::ZERO)
        .await
        .unwrap();
    settling.meter(open, 15, false).await;
    settling.meter(closed, 12, true).await;
    for _ in 0..3 {
        settling.prove_and_claim().await;
        agree(&settling, open, "frozen").await;
        agree(&settling, closed, "closed and frozen").await;
    }
    let wanted = settling.store().recent_intents(IntentKind::Settle, 0).await.unwrap().len();
    assert_eq!((settling.earned().await, wanted), (U256::from(16), 1), "nothing is claimed meanwhile");
    // The closed one is stated again each time: the roots from before may be gone when the dispute ends.
    let epoch = settling.store().newest_epoch().await.unwrap();
    assert_eq!(settling.store().last_statement(closed).await.unwrap().is_some(), epoch.is_some());
    assert_eq!(settling.store().epoch_tree(epoch.unwrap()).await.unwrap().len(), 2);
    settling.rule(&terms, false).await;
    settling.rule(&closed_terms, false).await;
    settling.prove_and_claim().await;
    let deposits = U256::from(settling.parameters().disputeDeposit) * U256::from(2);
    assert_eq!(settling.earned().await, U256::from(15 + 12) + deposits);
    agree(&settling, open, "thawed").await;
    agree(&settling, closed, "closed and thawed").await;
}

#[tokio::test]
async fn the_fold_follows_rulings_and_frauds() {
    let settling = Settling::sqlite().await;
    let (lease, terms) = settling.take(1).await;
    settling.follow().await;
    settling.meter(lease, 8, false).await;
    settling.prove_and_claim().await;
    settling.pass(100).await;
    settling.dispute(&terms).await;
    assert!(settling.lease(lease).await.is_frozen());
    settling.rule(&terms, true).await;
    agree(&settling, lease, "ruled for the tenant").await;
    assert!(!settling.lease(lease).await.is_frozen());
    settling.meter(lease, 20, false).await;
    settling.prove_and_claim().await;
    agree(&settling, lease, "and settled again").await;

    // A dispute that is not ruled in time changes nothing but the time.
    let (other, terms) = settling.take(2).await;
    settling.follow().await;
    settling.dispute(&terms).await;
    settling.pass(settling.parameters().disputeWindow).await;
    settling
        .call(Actor::Stranger, Market::endDisputeCall { terms: terms.clone() }.abi_encode(), U256::ZERO)
        .await
        .unwrap();
    agree(&settling, other, "unruled").await;

    // A fraud.
    let time = settling.world.devnet.time().await.unwrap() as u32;
    let statement = Statement { time, memoryByteSeconds: 1, ..Statement::default() };
    let root = leaf(other, &statement);
    let epoch = settling.store().newest_root(provider(), u64::MAX).await.unwrap().unwrap().epoch + 1;
    let epoch = U256::from(epoch);
    settling.call(Actor::Provider, Market::postRootCall { epoch, root }.abi_encode(), U256::ZERO).await.unwrap();
    assert_eq!(physics::alone(&settling.lease(other).await, &statement, 10), Some(Fraud::Excess));
    let leaves = vec![Leaf { epoch, statement, path: vec![] }];
    let bond = settling.bond().await;
    let call = Market::proveFraudCall { terms, kind: Fraud::Excess as u8, leaves };
    settling.call(Actor::Stranger, call.abi_encode(), U256::ZERO).await.unwrap();
    agree(&settling, other, "convicted").await;
    let known = settling.store().provider(provider()).await.unwrap().unwrap();
    assert_eq!(known.bond, settling.bond().await);
    assert!(known.bond < bond);
}

#[tokio::test]
async fn the_fold_follows_outages_and_moves() {
    let mut all = Settling::each_database().await;
    all.extend(Settling::each_database().await);
    for (settling, settles) in all.into_iter().zip([true, true, false, false]) {
        let (credited, credited_terms) = settling.take(1).await;
        let (moved, moved_terms) = settling.take(2).await;
        let (moving, moving_terms) = settling.take(3).await;
        settling.follow().await;
        let offer =
            transactions::register(&settling.world.devnet, Actor::Deployer, "http://127.0.0.1:1").await.unwrap();
        let to = |terms: &Terms| {
            Market::moveToOfferCall { terms: terms.clone(), offer, maxRate: U104::MAX >> 8 }.abi_encode()
        };
        settling.pass(50).await;
        if settles {
            settling.meter(credited, 8, false).await;
            settling.prove_and_claim().await;
        }
        // While the provider posts roots, a move is an end like any other.
        settling.call(Actor::Tenant, to(&moving_terms), U256::ZERO).await.unwrap();
        agree(&settling, moving, "moved from a provider that posts").await;
        settling.pass(7).await;
        settling.report_and_confirm().await;
        let silence = settling.store().provider(provider()).await.unwrap().unwrap().silence.unwrap();
        assert!(silence.confirmed);
        let credit = Market::creditOutageCall { terms: credited_terms.clone() }.abi_encode();
        settling.call(Actor::Stranger, credit, U256::ZERO).await.unwrap();
        agree(&settling, credited, "credited").await;
        settling.pass(5).await;
        agree(&settling, credited, "and some seconds later").await;
        settling.call(Actor::Tenant, to(&moved_terms), U256::ZERO).await.unwrap();
        agree(&settling, moved, "moved from a silent provider").await;
        settling.call(Actor::Tenant, to(&credited_terms), U256::ZERO).await.unwrap();
        agree(&settling, credited, "moved after its credit").await;
    }
}

#[tokio::test]
async fn a_report_of_silence_is_answered_at_once_even_without_a_lease() {
    let mut settling = Settling::sqlite().await;
    settling.take(1).await;
    settling.follow().await;
    settling.pass(31).await;
    let report = Market::reportSilenceCall { provider: provider() }.abi_encode();
    settling.call(Actor::Stranger, report.clone(), U256::ZERO).await.unwrap();
    assert_eq!(counted(&settling.prove().await, "reported"), 1);
    settling.settle().await;
    let confirm = Market::confirmSilenceCall { provider: provider() }.abi_encode();
    settling.world.devnet.mine(10).await.unwrap();
    settling.pass(20).await;
    assert!(settling.call(Actor::Stranger, confirm.clone(), U256::ZERO).await.is_err(), "it was answered");

    // A provider that lost its memory has nothing to state of the lease, and answers all the same.
    settling.lose_database().await;
    settling.follow().await;
    settling.pass(40).await;
    settling.call(Actor::Stranger, report, U256::ZERO).await.unwrap();
    let counts = settling.prove().await;
    assert_eq!((counted(&counts, "epochs"), counted(&counts, "statements")), (1, 0));
    settling.settle().await;
    settling.follow().await;
    assert_eq!(counted(&settling.prove().await, "epochs"), 0, "once for a report");
    settling.pass(20).await;
    assert!(settling.call(Actor::Stranger, confirm, U256::ZERO).await.is_err());
}

#[tokio::test]
async fn an_honest_orchestrator_is_never_convictable() {
    for seed in 0..3 {
        let settling = Settling::sqlite().await;
        let mut random = StdRng::seed_from_u64(seed);
        let (id, terms) = settling.take(seed).await;
        settling.follow().await;
        let epoch_length = u64::from(settling.parameters().epochLength);
        let mut counted_seconds = 0;
        for turn in 0..25 {
            settling.pass(random.gen_range(1..60)).await;
            match random.gen_range(0..4) {
                // Its meters may see more than could be.
                0 => counted_seconds += random.gen_range(0..400),
                1 => {
                    let replicas = random.gen_range(0..=8);
                    let call = Market::scaleCall { terms: terms.clone(), replicas };
                    drop(settling.call(Actor::Tenant, call.abi_encode(), U256::ZERO).await);
                }
                2 if turn % 5 == 0 => settling.pass(4000).await,
                _ => counted_seconds += random.gen_range(0..100),
            }
            settling.follow().await;
            settling.meter(id, counted_seconds, false).await;
            // Every stage begins anew each time, as after a restart.
            settling.prove_and_claim().await;
            let lease = settling.lease(id).await;
            agree(&settling, id, &format!("seed {seed}, turn {turn}")).await;
            let stated = all_stated(&settling, id).await;
            for (i, later) in stated.iter().enumerate() {
                assert_eq!(physics::alone(&lease, &later.statement, epoch_length), None, "{later:?}");
                for earlier in &stated[..i] {
                    assert_eq!(physics::together(&lease, earlier, later, epoch_length), None, "{earlier:?} {later:?}");
                }
            }
        }
        // And the contract sees it alike, of the newest two.
        let leaves = newest_leaves(&settling, id).await;
        for kind in [Fraud::Growth, Fraud::Fall, Fraud::Utilization] {
            let call = Market::proveFraudCall { terms: terms.clone(), kind: kind as u8, leaves: leaves.clone() };
            assert!(settling.call(Actor::Stranger, call.abi_encode(), U256::ZERO).await.is_err(), "{kind:?}");
        }
    }
}

/// What was stated of a lease in each epoch, in their order.
async fn all_stated(settling: &Settling, lease: B256) -> Vec<Stated> {
    let mut stated = Vec::new();
    for epoch in 1..=settling.store().newest_epoch().await.unwrap().unwrap_or_default() {
        let tree = settling.store().epoch_tree(epoch).await.unwrap();
        stated.extend(tree.statement(lease).map(|own| Stated { epoch, statement: own.statement.clone() }));
    }
    stated
}

/// The leaves of a lease's newest two statements, the earlier first.
async fn newest_leaves(settling: &Settling, lease: B256) -> Vec<Leaf> {
    let stated = all_stated(settling, lease).await;
    let mut leaves = Vec::new();
    for Stated { epoch, statement } in stated[stated.len() - 2..].iter().cloned() {
        let path = settling.store().epoch_tree(epoch).await.unwrap().path(lease).unwrap();
        leaves.push(Leaf { epoch: U256::from(epoch), statement, path });
    }
    leaves
}
