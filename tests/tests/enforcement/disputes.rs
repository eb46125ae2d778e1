//! Disputes that are ruled each way, and one that nobody rules.

use alloy::primitives::utils::parse_ether;

use super::*;

#[tokio::test]
async fn a_dispute_is_ruled_for_either_side_or_for_none() {
    let scene = Scene::new().await;
    std::fs::write(scene.path("evidence"), "it never answered").unwrap();
    let evidence = scene.path("evidence");
    let deposit = parse_ether("0.1").unwrap();
    let mut leases = Vec::new();
    for salt in 0..3 {
        let (id, terms) = scene.take(salt).await;
        let opened = scene.answer(Actor::Tenant, &["dispute", &id.to_string(), "--evidence", &evidence]).await;
        assert_eq!(number(&opened["deposit"]), deposit);
        leases.push((id.to_string(), terms));
    }
    let [tenants, providers, nobodys] = &leases[..] else { unreachable!() };
    assert_eq!(
        scene.refused(Actor::Tenant, &["dispute", &tenants.0, "--evidence", &evidence]).await["name"],
        "DisputeRunning"
    );
    assert_eq!(scene.refused(Actor::Stranger, &["rule", &tenants.0, "--for", "tenant"]).await["name"], "NotArbiters");
    let bond = scene.bond().await;

    let slash = parse_ether("0.2").unwrap();
    scene.answer(ARBITERS, &["rule", &tenants.0, "--for", "tenant", "--slash", "0.2"]).await;
    assert_eq!(scene.bond().await, bond - slash);
    let share = slash * U256::from(3) / U256::from(4);
    assert_eq!(scene.earned(Actor::Tenant).await, share + deposit, "three quarters, and the deposit back");
    let market = scene.devnet.market(Actor::Stranger).await.unwrap();
    assert!(market.owed(tenants.1.clone()).call().await.unwrap() < U256::from(60), "nothing for what lies before");

    scene.answer(ARBITERS, &["rule", &providers.0, "--for", "provider"]).await;
    assert_eq!(scene.earned(Actor::Provider).await, deposit);

    let early = scene.refused(Actor::Stranger, &["dispute", "end", &nobodys.0]).await;
    assert_eq!(early["name"], "RulingAwaited");
    scene.pass(300).await;
    assert_eq!(scene.refused(ARBITERS, &["rule", &nobodys.0, "--for", "tenant"]).await["name"], "RulingLate");
    scene.answer(Actor::Stranger, &["dispute", "end", &nobodys.0]).await;
    assert_eq!(scene.earned(Actor::Tenant).await, share + deposit + deposit, "the deposit back");
    assert_eq!(scene.earned(Actor::Provider).await, deposit, "and nothing for the provider but its proofs");
}

#[tokio::test]
async fn a_provider_adds_to_its_bond_claims_attributes_and_leaves_when_due() {
    let scene = Scene::new().await;
    let bond = scene.bond().await;
    scene.answer(Actor::Provider, &["provider", "bond", "0.5"]).await;
    assert_eq!(scene.bond().await, bond + parse_ether("0.5").unwrap());
    scene.answer(Actor::Provider, &["provider", "attributes", "region=eu,tier=gold"]).await;
    let market = scene.devnet.market(Actor::Stranger).await.unwrap();
    let mut word = B256::ZERO;
    word[..9].copy_from_slice(b"region=eu");
    assert!(market.hasAttribute(Actor::Provider.address(), word).call().await.unwrap());
    let announced = scene.answer(Actor::Provider, &["provider", "exit"]).await;
    assert_eq!(announced["stage"], "announced");
    let early = scene.refused(Actor::Provider, &["provider", "exit"]).await;
    assert_eq!(early["name"], "ExitRunning");
    scene.pass(60).await;
    assert_eq!(scene.answer(Actor::Provider, &["provider", "exit"]).await["stage"], "left");
    assert_eq!(scene.earned(Actor::Provider).await, bond + parse_ether("0.5").unwrap());
}
