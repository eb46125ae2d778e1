//! Proofs against the real contract: what it accepts, and which near misses it refuses.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use alloy::{
    contract::Error,
    primitives::{B256, U256, aliases::U96, keccak256},
    signers::SignerSync,
};
use anvil::Actor;
use solidity::{Claim, Market::MarketErrors, Statement, Terms, leaf, tree::Tree, typed};
use tests::{transactions, world::World};

struct ProvenLease {
    world: World,
    lease: B256,
    terms: Terms,
    /// Another lease of the same tenant and provider.
    other: Terms,
    statement: Statement,
    tree: Tree,
}

/// A lease that ran 100 s with one healthy replica; its statement is among others under the root of epoch 1.
async fn proven() -> ProvenLease {
    let world = Box::pin(World::builder().without_containers().start()).await.unwrap();
    let hash = keccak256("a manifest");
    let (lease, terms) = world.take(transactions::order(hash, 1, 1), 10_000).await.unwrap();
    let (_, other) = world.take(transactions::order(hash, 1, 2), 10_000).await.unwrap();
    world.devnet.warp(Duration::from_secs(100)).await.unwrap();
    let statement = Statement {
        time: world.devnet.time().await.unwrap().try_into().unwrap(),
        replicaSeconds: 90,
        cpuNanos: U96::from(1),
        memoryByteSeconds: 2,
        networkBytes: U96::from(3),
        utilization: 4,
    };
    let mut leaves: Vec<B256> = (0..6u8).map(|i| keccak256([i])).collect();
    leaves.push(leaf(lease, &statement));
    let tree = Tree::new(leaves).unwrap();
    let market = world.devnet.market(Actor::Provider).await.unwrap();
    market.postRoot(U256::from(1), tree.root()).send().await.unwrap().get_receipt().await.unwrap();
    ProvenLease { world, lease, terms, other, statement, tree }
}

impl ProvenLease {
    fn path(&self) -> Vec<B256> {
        self.tree.path(leaf(self.lease, &self.statement)).unwrap()
    }

    /// What the contract says to a settlement, without sending it.
    async fn settle(
        &self,
        terms: &Terms,
        statement: &Statement,
        epoch: u64,
        path: Vec<B256>,
    ) -> Result<(), MarketErrors> {
        let market = self.world.devnet.market(Actor::Stranger).await.unwrap();
        let claim = self.claim(terms, statement);
        let call = market.settle(terms.provider, terms.currency, U256::from(epoch), claim, path);
        call.call().await.map(drop).map_err(refusal)
    }

    fn claim(&self, terms: &Terms, statement: &Statement) -> Claim {
        let deployment = &self.world.devnet.deployment;
        solidity::claim(deployment.chain_id, deployment.market, terms, statement)
    }

    /// Sends the true proof, as a stranger.
    async fn settle_truly(&self) {
        let market = self.world.devnet.market(Actor::Stranger).await.unwrap();
        let (terms, claim) = (&self.terms, self.claim(&self.terms, &self.statement));
        let call = market.settle(terms.provider, terms.currency, U256::from(1), claim, self.path());
        transactions::sent(call.send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    }

    async fn mature(&self) {
        self.world.devnet.warp(Duration::from_secs(4)).await.unwrap();
    }
}

fn refusal(error: Error) -> MarketErrors {
    error.as_decoded_interface_error::<MarketErrors>().unwrap_or_else(|| panic!("not a refusal: {error}"))
}

#[tokio::test]
async fn a_matured_proof_pays_what_was_proven_whoever_sends_it() {
    let proven = proven().await;
    assert!(matches!(
        proven.settle(&proven.terms, &proven.statement, 1, proven.path()).await,
        Err(MarketErrors::RootImmature(_))
    ));
    proven.mature().await;
    let market = proven.world.devnet.market(Actor::Stranger).await.unwrap();
    proven.settle_truly().await;
    let earned = market.earnings(Actor::Provider.address(), proven.terms.currency).call().await.unwrap();
    assert_eq!(earned, U256::from(90), "90 healthy replica-seconds at a wei each");
    proven.settle_truly().await;
    assert_eq!(market.earnings(Actor::Provider.address(), proven.terms.currency).call().await.unwrap(), earned);
}

#[tokio::test]
async fn every_near_miss_is_refused() {
    let proven = proven().await;
    proven.mature().await;
    let (terms, statement, path) = (&proven.terms, &proven.statement, proven.path());
    proven.settle(terms, statement, 1, path.clone()).await.expect("the true proof holds");

    type Change = fn(&mut Statement);
    let changed: [(&str, Change); 6] = [
        ("time", |statement| statement.time -= 1),
        ("replicaSeconds", |statement| statement.replicaSeconds += 1),
        ("cpuNanos", |statement| statement.cpuNanos += U96::from(1)),
        ("memoryByteSeconds", |statement| statement.memoryByteSeconds += 1),
        ("networkBytes", |statement| statement.networkBytes += U96::from(1)),
        ("utilization", |statement| statement.utilization += 1),
    ];
    for (field, change) in changed {
        let mut statement = statement.clone();
        change(&mut statement);
        let said = proven.settle(terms, &statement, 1, path.clone()).await;
        assert!(matches!(said, Err(MarketErrors::BadPath(_))), "{field}: {said:?}");
    }

    let mut flipped = path.clone();
    flipped[0].0[31] ^= 1;
    let mut longer = path.clone();
    longer.push(B256::ZERO);
    let shorter = path[1..].to_vec();
    let inner = vec![path[path.len() - 1]];
    for path in [flipped, longer, shorter, inner, vec![]] {
        let said = proven.settle(terms, statement, 1, path).await;
        assert!(matches!(said, Err(MarketErrors::BadPath(_))), "{said:?}");
    }
    // 65 is in the ring's slot of 1, and what is found there is still a root of this provider: it would pay.
    for epoch in [0, 2, 66] {
        let said = proven.settle(terms, statement, epoch, path.clone()).await;
        assert!(matches!(said, Err(MarketErrors::RootUnknown(_))), "epoch {epoch}: {said:?}");
    }
    let said = proven.settle(&proven.other, statement, 1, path.clone()).await;
    assert!(matches!(said, Err(MarketErrors::BadPath(_))), "another lease: {said:?}");
    let mut forged = terms.clone();
    forged.rates.replicaSecond *= alloy::primitives::aliases::U104::from(2);
    let said = proven.settle(&forged, statement, 1, path).await;
    assert!(matches!(said, Err(MarketErrors::BadPath(_))), "dearer terms: {said:?}");
}

#[tokio::test]
async fn a_stranger_can_neither_scale_nor_close_nor_post_for_the_provider() {
    let proven = proven().await;
    let market = proven.world.devnet.market(Actor::Stranger).await.unwrap();
    let said = refusal(market.scale(proven.terms.clone(), 2).call().await.map(drop).unwrap_err());
    assert!(matches!(said, MarketErrors::NotAllowed(_)), "{said:?}");
    let said = refusal(market.close(proven.terms.clone()).call().await.map(drop).unwrap_err());
    assert!(matches!(said, MarketErrors::NotAllowed(_)), "{said:?}");
    let said = refusal(market.postRoot(U256::from(2), proven.tree.root()).call().await.map(drop).unwrap_err());
    assert!(matches!(said, MarketErrors::NotRegistered(_)), "{said:?}");
}

#[tokio::test]
async fn a_countersigned_statement_settles_at_once_and_only_so() {
    let proven = proven().await;
    let market = proven.world.devnet.market(Actor::Provider).await.unwrap();
    let domain = typed::domain(31337, proven.world.devnet.deployment.market);
    let digest = typed::Statement::new(proven.lease, &proven.statement).digest(&domain);
    assert_eq!(market.statementDigest(proven.lease, proven.statement.clone()).call().await.unwrap(), digest);

    let stranger = Actor::Stranger.signer().sign_hash_sync(&digest).unwrap().as_bytes();
    let call = market.settleSigned(proven.terms.clone(), proven.statement.clone(), stranger.into());
    assert!(matches!(refusal(call.call().await.map(drop).unwrap_err()), MarketErrors::BadSignature(_)));
    let tenant = Actor::Tenant.signer().sign_hash_sync(&digest).unwrap().as_bytes();
    let mut more = proven.statement.clone();
    more.replicaSeconds += 1;
    let call = market.settleSigned(proven.terms.clone(), more, tenant.into());
    assert!(matches!(refusal(call.call().await.map(drop).unwrap_err()), MarketErrors::BadSignature(_)));

    let call = market.settleSigned(proven.terms.clone(), proven.statement.clone(), tenant.into());
    transactions::sent(call.send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    let earned = market.earnings(Actor::Provider.address(), proven.terms.currency).call().await.unwrap();
    assert_eq!(earned, U256::from(90));
}

#[tokio::test]
async fn rust_and_the_contract_agree_on_ids_and_leaves() {
    let proven = proven().await;
    let market = proven.world.devnet.market(Actor::Stranger).await.unwrap();
    assert_eq!(market.idOf(proven.terms.clone()).call().await.unwrap(), proven.lease);
    assert_eq!(solidity::lease_id(31337, proven.world.devnet.deployment.market, &proven.terms), proven.lease);
    let ours = leaf(proven.lease, &proven.statement);
    assert_eq!(market.leafOf(proven.lease, proven.statement.clone()).call().await.unwrap(), ours);
}
