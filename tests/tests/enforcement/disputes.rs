//! Disputes that are ruled for either side, and one that is not ruled in time.

use alloy::primitives::utils::parse_ether;

use super::*;

#[tokio::test]
async fn a_dispute_is_ruled_for_either_side_or_for_none() {
    let world = world().await;
    let evidence = world.write("evidence", "it never answered").unwrap();
    let deposit = parse_ether("0.1").unwrap();
    let mut leases = Vec::new();
    for salt in 0..3 {
        let (id, terms) = take(&world, salt).await;
        let opened = answer(&world, Actor::Tenant, &["dispute", &id.to_string(), "--evidence", &evidence]).await;
        assert_eq!(number(&opened["deposit"]), deposit);
        leases.push((id.to_string(), terms));
    }
    let [tenants, providers, nobodys] = &leases[..] else { unreachable!() };
    assert_eq!(
        refused(&world, Actor::Tenant, &["dispute", &tenants.0, "--evidence", &evidence]).await["name"],
        "DisputeRunning"
    );
    assert_eq!(refused(&world, Actor::Stranger, &["rule", &tenants.0, "--for", "tenant"]).await["name"], "NotArbiters");
    let before = bond(&world).await;

    let slash = parse_ether("0.2").unwrap();
    answer(&world, ARBITERS, &["rule", &tenants.0, "--for", "tenant", "--slash", "0.2"]).await;
    assert_eq!(bond(&world).await, before - slash);
    let share = slash * U256::from(3) / U256::from(4);
    assert_eq!(earned(&world, Actor::Tenant).await, share + deposit, "three quarters, and the deposit back");
    let market = world.devnet.market(Actor::Stranger).await.unwrap();
    assert!(market.owed(tenants.1.clone()).call().await.unwrap() < U256::from(60), "nothing for what lies before");

    answer(&world, ARBITERS, &["rule", &providers.0, "--for", "provider"]).await;
    assert_eq!(earned(&world, Actor::Provider).await, deposit);

    let early = refused(&world, Actor::Stranger, &["dispute", "end", &nobodys.0]).await;
    assert_eq!(early["name"], "RulingAwaited");
    pass(&world, 300).await;
    assert_eq!(refused(&world, ARBITERS, &["rule", &nobodys.0, "--for", "tenant"]).await["name"], "RulingLate");
    answer(&world, Actor::Stranger, &["dispute", "end", &nobodys.0]).await;
    assert_eq!(earned(&world, Actor::Tenant).await, share + deposit + deposit, "the deposit back");
    assert_eq!(earned(&world, Actor::Provider).await, deposit, "and nothing for the provider but its proofs");
}

#[tokio::test]
async fn a_provider_adds_to_its_bond_claims_attributes_and_leaves_when_due() {
    let world = world().await;
    let before = bond(&world).await;
    answer(&world, Actor::Provider, &["provider", "bond", "0.5"]).await;
    assert_eq!(bond(&world).await, before + parse_ether("0.5").unwrap());
    answer(&world, Actor::Provider, &["provider", "attributes", "region=eu,tier=gold"]).await;
    let market = world.devnet.market(Actor::Stranger).await.unwrap();
    let mut word = B256::ZERO;
    word[..9].copy_from_slice(b"region=eu");
    assert!(market.hasAttribute(Actor::Provider.address(), word).call().await.unwrap());
    let announced = answer(&world, Actor::Provider, &["provider", "exit"]).await;
    assert_eq!(announced["stage"], "announced");
    let early = refused(&world, Actor::Provider, &["provider", "exit"]).await;
    assert_eq!(early["name"], "ExitRunning");
    pass(&world, 60).await;
    assert_eq!(answer(&world, Actor::Provider, &["provider", "exit"]).await["stage"], "left");
    assert_eq!(earned(&world, Actor::Provider).await, before + parse_ether("0.5").unwrap());
}
