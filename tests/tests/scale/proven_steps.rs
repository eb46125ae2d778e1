//! Steps by proof on a real Anvil: what the contract grants a provider, and what it refuses.

use alloy::{
    contract::Error,
    primitives::{B256, U256, aliases::U96, keccak256},
};
use anvil::Actor;
use solidity::{
    LeasePolicy,
    Market::{MarketErrors, StepProven, StepRefused},
    Statement, Step, Terms, leaf,
    tree::Tree,
};
use tests::{
    transactions,
    world::{DEPOSIT, Process, World},
};

/// Two replicas of up to eight; target 70, up above 80, down below 40, two at a step, headroom one, ten seconds apart.
struct ElasticLease {
    process: Process,
    lease: B256,
    terms: Terms,
    world: World,
}

impl ElasticLease {
    async fn new() -> Self {
        Self::under(|_| ()).await
    }

    /// The same under a policy that differs.
    async fn under(differ: impl FnOnce(&mut LeasePolicy)) -> Self {
        let world = Box::pin(World::builder().without_containers().start()).await.unwrap();
        let mut order = transactions::elastic(B256::ZERO, 2, 1);
        differ(&mut order.policy);
        let (lease, terms) = world.take(order, DEPOSIT).await.unwrap();
        let process = world.process().await.unwrap();
        let elastic = Self { process, lease, terms, world };
        elastic.pass(60).await;
        elastic
    }

    async fn pass(&self, seconds: u64) {
        self.world.pass(seconds).await.unwrap();
    }

    /// What the database makes of the chain, which the chain stage also compares with the contract.
    async fn folded(&self) -> lease::Lease {
        let counts = self.process.follow().await.unwrap();
        assert_eq!(counts.get("mismatches"), None, "the fold differs from the contract");
        self.process.store.lease(self.lease).await.unwrap().unwrap().lease
    }

    /// A statement of a utilization in basis points, now, among others, and the step to a count that it is to justify.
    async fn stated(&self, utilization: u16, replicas: u16) -> (B256, Step) {
        let time = self.world.devnet.time().await.unwrap() as u32;
        let statement =
            Statement { time, replicaSeconds: 20, cpuNanos: U96::from(1), utilization, ..Statement::default() };
        let own = leaf(self.lease, &statement);
        let mut leaves: Vec<B256> = (0..9u8).map(|i| keccak256([i])).collect();
        leaves.push(own);
        let tree = Tree::new(leaves).unwrap();
        let deployment = &self.world.devnet.deployment;
        let claim = solidity::claim(deployment.chain_id, deployment.market, &self.terms, &statement);
        let path = tree.path(own).unwrap();
        (tree.root(), Step { currency: self.terms.currency, replicas, claim, path })
    }

    /// Posts a root over that statement and takes the step.
    async fn step(&self, utilization: u16, replicas: u16) -> Result<StepProven, MarketErrors> {
        self.pass(2).await;
        let (root, step) = self.stated(utilization, replicas).await;
        let market = self.world.devnet.market(Actor::Provider).await.unwrap();
        let epoch = self.next_epoch().await;
        transactions::sent(market.postRoot(epoch, root).send().await.unwrap().get_receipt().await.unwrap()).unwrap();
        let call = market.scaleByProof(step);
        let pending = call.send().await.map_err(refusal)?;
        let receipt = transactions::sent(pending.get_receipt().await.unwrap()).unwrap();
        Ok(receipt.decoded_log::<StepProven>().unwrap().data)
    }

    async fn next_epoch(&self) -> U256 {
        let market = self.world.devnet.market(Actor::Stranger).await.unwrap();
        U256::from(market.providerOf(self.terms.provider).call().await.unwrap().epoch + 1)
    }
}

fn refusal(error: Error) -> MarketErrors {
    error.as_decoded_interface_error::<MarketErrors>().unwrap_or_else(|| panic!("not a refusal: {error}"))
}

#[tokio::test]
async fn replicas_follow_proven_demand_out_and_in() {
    let elastic = ElasticLease::new().await;
    // ⌈2 × 100 / 70⌉ + 1 = 4
    let proven = elastic.step(10_000, 4).await.unwrap();
    assert_eq!((proven.from, proven.to, proven.usage.utilization), (U256::from(2), U256::from(4), 10_000));
    assert_eq!(elastic.folded().await.replicas, 4);
    elastic.pass(10).await;
    // ⌈4 × 30 / 70⌉ = 2
    elastic.step(3_000, 2).await.unwrap();
    let lease = elastic.folded().await;
    assert_eq!(lease.replicas, 2);
    let market = elastic.world.devnet.market(Actor::Stranger).await.unwrap();
    let reservation = market.reservationOf(elastic.lease).call().await.unwrap();
    assert_eq!(U256::from(reservation.integral), lease.integral, "exact across both steps");
}

#[tokio::test]
async fn beyond_what_demand_justifies_the_contract_refuses() {
    let elastic = ElasticLease::new().await;
    for (utilization, replicas, told) in [
        (8_000, 3, "DemandTooLow"),
        (4_000, 1, "DemandTooHigh"),
        (8_100, 5, "StepTooLarge"),
        (10_000, 2, "SameReplicas"),
        (3_900, 0, "BeyondDemand"),
    ] {
        let refused = elastic.step(utilization, replicas).await.unwrap_err();
        assert!(format!("{refused:?}").starts_with(told), "{utilization} → {replicas}: {refused:?}");
    }
    assert_eq!(elastic.folded().await.replicas, 2);
    elastic.step(10_000, 4).await.unwrap();
    let refused = elastic.step(10_000, 6).await.unwrap_err();
    assert!(matches!(refused, MarketErrors::CooldownRunning(_)), "{refused:?}");
    elastic.pass(10).await;
    elastic.step(10_000, 6).await.unwrap();
    elastic.pass(10).await;
    elastic.step(10_000, 8).await.unwrap();
    elastic.pass(10).await;
    let refused = elastic.step(10_000, 9).await.unwrap_err();
    assert!(matches!(refused, MarketErrors::ReplicasOutOfBounds(_)), "{refused:?}");
    assert_eq!(elastic.folded().await.replicas, 8);
}

/// The policy's headroom is the tenant's word that its provider may wake so many: nothing runs that could prove demand.
#[tokio::test]
async fn a_lease_at_zero_wakes_to_its_headroom_and_no_further() {
    let elastic = ElasticLease::under(|policy| policy.step = 4).await;
    elastic.step(0, 0).await.unwrap();
    assert_eq!(elastic.folded().await.replicas, 0);
    let refused = elastic.step(0, 1).await.unwrap_err();
    assert!(matches!(refused, MarketErrors::CooldownRunning(_)), "{refused:?}");
    elastic.pass(10).await;
    let refused = elastic.step(10_000, 2).await.unwrap_err();
    assert!(matches!(&refused, MarketErrors::BeyondDemand(beyond) if beyond.limit == U256::ONE), "{refused:?}");
    let proven = elastic.step(0, 1).await.unwrap();
    assert_eq!((proven.from, proven.to, proven.usage.utilization), (U256::ZERO, U256::ONE, 0));
    elastic.pass(10).await;
    // awake, it needs demand again
    let refused = elastic.step(8_000, 2).await.unwrap_err();
    assert!(matches!(refused, MarketErrors::DemandTooLow(_)), "{refused:?}");
    elastic.step(10_000, 3).await.unwrap();
    let lease = elastic.folded().await;
    assert_eq!(lease.replicas, 3);
    let market = elastic.world.devnet.market(Actor::Stranger).await.unwrap();
    let reservation = market.reservationOf(elastic.lease).call().await.unwrap();
    assert_eq!(U256::from(reservation.integral), lease.integral, "exact across the sleep");
}

#[tokio::test]
async fn without_headroom_the_tenant_alone_wakes_a_lease() {
    let elastic = ElasticLease::under(|policy| policy.headroom = 0).await;
    elastic.step(0, 0).await.unwrap();
    elastic.pass(10).await;
    for utilization in [0, 10_000] {
        let refused = elastic.step(utilization, 1).await.unwrap_err();
        assert!(matches!(&refused, MarketErrors::BeyondDemand(beyond) if beyond.limit == U256::ZERO), "{refused:?}");
    }
    let tenant = elastic.world.devnet.market(Actor::Tenant).await.unwrap();
    let call = tenant.scale(elastic.terms.clone(), 1);
    transactions::sent(call.send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    assert_eq!(elastic.folded().await.replicas, 1);
}

#[tokio::test]
async fn a_root_and_the_steps_by_it_are_one_transaction() {
    let elastic = ElasticLease::new().await;
    let market = elastic.world.devnet.market(Actor::Provider).await.unwrap();
    let (root, step) = elastic.stated(9_000, 4).await;
    let again = step.clone();
    let call = market.postRootAndScale(elastic.next_epoch().await, root, vec![step, again]);
    let receipt = transactions::sent(call.send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    assert!(receipt.decoded_log::<StepProven>().is_some());
    let refused = receipt.decoded_log::<StepRefused>().expect("one statement justifies one step");
    assert_eq!(refused.lease, elastic.lease);
    assert_eq!(elastic.folded().await.replicas, 4);
}

#[tokio::test]
async fn the_tenant_s_policy_binds_from_the_block_in_which_it_is_set() {
    let elastic = ElasticLease::new().await;
    let tenant = elastic.world.devnet.market(Actor::Tenant).await.unwrap();
    let policy =
        LeasePolicy { minReplicas: 2, maxReplicas: 3, target: 50, up: 60, down: 10, cooldown: 0, step: 1, headroom: 0 };
    let call = tenant.setPolicy(elastic.terms.clone(), policy.clone());
    transactions::sent(call.send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    assert_eq!(elastic.folded().await.policy, policy);
    elastic.step(10_000, 3).await.unwrap();
    let refused = elastic.step(10_000, 4).await.unwrap_err();
    assert!(matches!(refused, MarketErrors::ReplicasOutOfBounds(_)), "{refused:?}");
    let stranger = elastic.world.devnet.market(Actor::Stranger).await.unwrap();
    let refused = stranger.setPolicy(elastic.terms.clone(), policy).call().await.err().map(refusal).unwrap();
    assert!(matches!(refused, MarketErrors::NotAllowed(_)), "{refused:?}");
    let capacity = stranger.capacityOf(elastic.terms.provider).call().await.unwrap();
    assert_eq!(capacity.heldMillicores, 300, "three replicas at the most are held");
}
