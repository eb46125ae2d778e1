//! The provider's own pricing program: a price, a refusal, a timeout, invalid output.

use std::{fs, os::unix::fs::PermissionsExt};

use anvil::Actor;

use crate::{MANIFEST, SHAPE, id, market_world};

/// Tells orders apart by their deposits.
const PRICER: &str = r#"#!/bin/sh
read -r question
case "$question" in
  *'"deposit":"1000000000000000"'*)
    echo '{"rates":{"reserved":"7000000000000","replicaSecond":"7000000000000","cpuSecond":"0","memoryMiBSecond":"0","networkMiB":"0"}}' ;;
  *'"deposit":"2000000000000000"'*) echo '{"decline":"not on a Wednesday"}' ;;
  *'"deposit":"3000000000000000"'*) sleep 600 ;;
  *) echo 'seven' ;;
esac
"#;

#[tokio::test]
async fn a_price_is_taken_and_everything_else_is_no_bid_with_its_reason() {
    let world = market_world().await;
    let path = world.path("pricer");
    fs::write(&path, PRICER).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let settings = [("TIDEMARK_PRICER", path.to_str().unwrap()), ("TIDEMARK_PRICER_PATIENCE", "1s")];
    let seller = world.another_provider(Actor::Provider, 10_000, &settings).await.unwrap();
    let file = world.write("manifest.yaml", MANIFEST).unwrap();
    for (deposit, told) in [
        ("0.002", "declined: not on a Wednesday"),
        ("0.003", "did not answer within 1s and was killed"),
        ("0.004", "not understood"),
    ] {
        let mut words = vec!["order", "open", &file, "--max-rate", "1/h", "--bidding", "60s", "--deposit", deposit];
        words.extend(SHAPE);
        let order = id(&world.cli(Actor::Tenant, &words).await.unwrap()["order"]);
        let declined = seller.decided(order, "declined").await.unwrap();
        assert!(declined["reason"].as_str().unwrap().contains(told), "{declined}");
    }
    let mut words = vec!["order", "open", &file, "--max-rate", "1/h", "--bidding", "60s", "--deposit", "0.001"];
    words.extend(SHAPE);
    let order = id(&world.cli(Actor::Tenant, &words).await.unwrap()["order"]);
    let placed = seller.decided(order, "placed").await.unwrap();
    assert_eq!(placed["bid"]["rates"]["reserved"], "7000000000000", "{placed}");
}
