//! The proof, against the real contract: what it accepts, and everything near it that it refuses.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use alloy::{
    contract::Error,
    primitives::{B256, U256, aliases::U96, keccak256},
    signers::SignerSync,
};
use anvil::{Actor, Devnet, Mining, Options};
use solidity::{Claim, Market::MarketErrors, Statement, Terms, leaf, tree::Tree, typed};
use tests::transactions;

struct Scene {
    devnet: Devnet,
    lease: B256,
    terms: Terms,
    /// Another lease of the same tenant and provider.
    other: Terms,
    statement: Statement,
    tree: Tree,
}

/// A lease that ran 100 s with one healthy replica; its statement stands among others under the root of epoch 1.
async fn scene() -> Scene {
    let devnet = Devnet::start(Options { mining: Mining::OnDemand, ..Default::default() }).await.unwrap();
    let offer = transactions::register(&devnet, Actor::Provider, "http://127.0.0.1:1").await.unwrap();
    let hash = keccak256("a manifest");
    let (lease, terms) = transactions::take(&devnet, offer, transactions::order(hash, 1, 1), 10_000).await.unwrap();
    let (_, other) = transactions::take(&devnet, offer, transactions::order(hash, 1, 2), 10_000).await.unwrap();
    devnet.warp(Duration::from_secs(100)).await.unwrap();
    let statement = Statement {
        time: devnet.time().await.unwrap().try_into().unwrap(),
        replicaSeconds: 90,
        cpuNanos: U96::from(1),
        memoryByteSeconds: 2,
        networkBytes: U96::from(3),
        utilization: 4,
    };
    let mut leaves: Vec<B256> = (0..6u8).map(|i| keccak256([i])).collect();
    leaves.push(leaf(lease, &statement));
    let tree = Tree::new(leaves).unwrap();
    let market = devnet.market(Actor::Provider).await.unwrap();
    market.postRoot(U256::from(1), tree.root()).send().await.unwrap().get_receipt().await.unwrap();
    Scene { devnet, lease, terms, other, statement, tree }
}

impl Scene {
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
        let market = self.devnet.market(Actor::Stranger).await.unwrap();
        let claim = self.claim(terms, statement);
        let call = market.settle(terms.provider, terms.currency, U256::from(epoch), claim, path);
        call.call().await.map(drop).map_err(refusal)
    }

    fn claim(&self, terms: &Terms, statement: &Statement) -> Claim {
        let deployment = &self.devnet.deployment;
        solidity::claim(deployment.chain_id, deployment.market, terms, statement)
    }

    /// Sends the true proof, as a stranger.
    async fn settle_truly(&self) {
        let market = self.devnet.market(Actor::Stranger).await.unwrap();
        let (terms, claim) = (&self.terms, self.claim(&self.terms, &self.statement));
        let call = market.settle(terms.provider, terms.currency, U256::from(1), claim, self.path());
        transactions::sent(call.send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    }

    async fn mature(&self) {
        self.devnet.warp(Duration::from_secs(4)).await.unwrap();
    }
}

fn refusal(error: Error) -> MarketErrors {
    error.as_decoded_interface_error::<MarketErrors>().unwrap_or_else(|| panic!("not a refusal: {error}"))
}

#[tokio::test]
async fn a_matured_proof_pays_what_was_proven_whoever_sends_it() {
    let scene = scene().await;
    assert!(matches!(
        scene.settle(&scene.terms, &scene.statement, 1, scene.path()).await,
        Err(MarketErrors::RootImmature(_))
    ));
    scene.mature().await;
    let market = scene.devnet.market(Actor::Stranger).await.unwrap();
    scene.settle_truly().await;
    let earned = market.earnings(Actor::Provider.address(), scene.terms.currency).call().await.unwrap();
    assert_eq!(earned, U256::from(90), "90 healthy replica-seconds at a wei each");
    scene.settle_truly().await;
    assert_eq!(market.earnings(Actor::Provider.address(), scene.terms.currency).call().await.unwrap(), earned);
}

#[tokio::test]
async fn every_near_miss_is_refused() {
    let scene = scene().await;
    scene.mature().await;
    let (terms, statement, path) = (&scene.terms, &scene.statement, scene.path());
    scene.settle(terms, statement, 1, path.clone()).await.expect("the true proof holds");

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
        let said = scene.settle(terms, &statement, 1, path.clone()).await;
        assert!(matches!(said, Err(MarketErrors::BadPath(_))), "{field}: {said:?}");
    }

    let mut flipped = path.clone();
    flipped[0].0[31] ^= 1;
    let mut longer = path.clone();
    longer.push(B256::ZERO);
    let shorter = path[1..].to_vec();
    let inner = vec![path[path.len() - 1]];
    for path in [flipped, longer, shorter, inner, vec![]] {
        let said = scene.settle(terms, statement, 1, path).await;
        assert!(matches!(said, Err(MarketErrors::BadPath(_))), "{said:?}");
    }
    // 65 is in the ring's slot of 1, and what is found there is still a root of this provider: it would pay.
    for epoch in [0, 2, 66] {
        let said = scene.settle(terms, statement, epoch, path.clone()).await;
        assert!(matches!(said, Err(MarketErrors::RootUnknown(_))), "epoch {epoch}: {said:?}");
    }
    let said = scene.settle(&scene.other, statement, 1, path.clone()).await;
    assert!(matches!(said, Err(MarketErrors::BadPath(_))), "another lease: {said:?}");
    let mut forged = terms.clone();
    forged.rates.replicaSecond *= alloy::primitives::aliases::U104::from(2);
    let said = scene.settle(&forged, statement, 1, path).await;
    assert!(matches!(said, Err(MarketErrors::BadPath(_))), "dearer terms: {said:?}");
}

#[tokio::test]
async fn a_stranger_can_neither_scale_nor_close_nor_post_for_the_provider() {
    let scene = scene().await;
    let market = scene.devnet.market(Actor::Stranger).await.unwrap();
    let said = refusal(market.scale(scene.terms.clone(), 2).call().await.map(drop).unwrap_err());
    assert!(matches!(said, MarketErrors::NotAllowed(_)), "{said:?}");
    let said = refusal(market.close(scene.terms.clone()).call().await.map(drop).unwrap_err());
    assert!(matches!(said, MarketErrors::NotAllowed(_)), "{said:?}");
    let said = refusal(market.postRoot(U256::from(2), scene.tree.root()).call().await.map(drop).unwrap_err());
    assert!(matches!(said, MarketErrors::NotRegistered(_)), "{said:?}");
}

#[tokio::test]
async fn a_countersigned_statement_settles_at_once_and_only_so() {
    let scene = scene().await;
    let market = scene.devnet.market(Actor::Provider).await.unwrap();
    let domain = typed::domain(31337, scene.devnet.deployment.market);
    let digest = typed::Statement::new(scene.lease, &scene.statement).digest(&domain);
    assert_eq!(market.statementDigest(scene.lease, scene.statement.clone()).call().await.unwrap(), digest);

    let stranger = Actor::Stranger.signer().sign_hash_sync(&digest).unwrap().as_bytes();
    let call = market.settleSigned(scene.terms.clone(), scene.statement.clone(), stranger.into());
    assert!(matches!(refusal(call.call().await.map(drop).unwrap_err()), MarketErrors::BadSignature(_)));
    let tenant = Actor::Tenant.signer().sign_hash_sync(&digest).unwrap().as_bytes();
    let mut more = scene.statement.clone();
    more.replicaSeconds += 1;
    let call = market.settleSigned(scene.terms.clone(), more, tenant.into());
    assert!(matches!(refusal(call.call().await.map(drop).unwrap_err()), MarketErrors::BadSignature(_)));

    let call = market.settleSigned(scene.terms.clone(), scene.statement.clone(), tenant.into());
    transactions::sent(call.send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    let earned = market.earnings(Actor::Provider.address(), scene.terms.currency).call().await.unwrap();
    assert_eq!(earned, U256::from(90));
}

#[tokio::test]
async fn rust_and_the_contract_agree_on_ids_and_leaves() {
    let scene = scene().await;
    let market = scene.devnet.market(Actor::Stranger).await.unwrap();
    assert_eq!(market.idOf(scene.terms.clone()).call().await.unwrap(), scene.lease);
    assert_eq!(solidity::lease_id(31337, scene.devnet.deployment.market, &scene.terms), scene.lease);
    let ours = leaf(scene.lease, &scene.statement);
    assert_eq!(market.leafOf(scene.lease, scene.statement.clone()).call().await.unwrap(), ours);
}
