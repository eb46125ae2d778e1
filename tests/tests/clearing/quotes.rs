//! Which offers match an order, and why the others do not; the command line and the provider answer the same.

use alloy::primitives::aliases::U80;
use anvil::Actor;
use solidity::PriceList;
use tests::{transactions, wait::until};

use crate::{MANIFEST, SHAPE, market_world, state_attribute};

#[tokio::test]
async fn every_offer_is_quoted_with_its_price_or_its_reasons() {
    let world = market_world().await;
    let big = world.another_provider(Actor::Provider, 10_000, &[]).await.unwrap();
    let small = world.another_provider(Actor::Stranger, 150, &[]).await.unwrap();
    state_attribute(&world, Actor::Provider, "zone=a").await;
    // A second, dearer offer of the first provider's, in the test token.
    let market = world.devnet.market(Actor::Provider).await.unwrap();
    let dear = PriceList { millicore: U80::from(30_000_000_000u64), ..transactions::prices() };
    let call = market.listOffer(world.devnet.token, dear);
    transactions::sent(call.send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    let file = world.write("manifest.yaml", MANIFEST).unwrap();
    let mut words = vec!["quote", &file];
    words.extend(SHAPE);

    let said = world.cli(Actor::Tenant, &words).await.unwrap();
    assert_eq!(said["matches"], 3, "{said}");
    let rates: Vec<_> = said["offers"].as_array().unwrap().iter().map(|offer| offer["rate"].clone()).collect();
    assert_eq!(rates, ["1000000000000", "1000000000000", "3000000000000"]);
    assert_eq!(said["offers"][0]["perHour"], "0.0000000000000036 ETH/h");

    let mut two = words.clone();
    two.extend(["--max", "2", "--attribute", "zone=a", "--currency", "0x0000000000000000000000000000000000000000"]);
    let said = world.cli(Actor::Tenant, &two).await.unwrap();
    assert_eq!(said["matches"], 1, "{said}");
    assert_eq!((said["offers"][0]["offer"].as_u64(), said["offers"][0]["matches"].as_bool()), (Some(1), Some(true)));
    assert_eq!(said["offers"][0]["highestRate"], "2000000000000");
    let errors = |offer: u64| -> Vec<String> {
        let offers = said["offers"].as_array().unwrap();
        let found = offers.iter().find(|found| found["offer"] == offer).unwrap();
        let reasons = found["reasons"].as_array().unwrap();
        reasons.iter().map(|reason| reason["error"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(errors(u64::from(small.offer)), ["CapacityExceeded", "AttributeMissing"]);
    assert_eq!(errors(3), ["OtherCurrency"]);

    let mut none = words.clone();
    none.extend(["--max-rate", "0.000000000000001/h", "--deposit", "0.00000000000000001"]);
    let said = world.cli_output(Actor::Tenant, &none).await.unwrap();
    assert_eq!(said.status.code(), Some(3), "nothing matches: {said:?}");
    assert_eq!(said.json()["matches"], 0);
    let reasons = &said.json()["offers"][0]["reasons"];
    assert_eq!(
        (&reasons[0]["error"], &reasons[1]["error"]),
        (&"RateTooHigh".into(), &"InsufficientFunds".into()),
        "{reasons}"
    );

    // The provider answers the same about its own.
    let path = "/v1/screen?millicores=100&memoryMiB=64&diskMiB=64&max=2&attributes=zone=a";
    let own = until("the attribute to be read", async || {
        let own = big.api.get(path).await?;
        Ok((own["matches"] == 2).then_some(own))
    })
    .await
    .unwrap();
    assert_eq!(own["offers"][0]["highestRate"], "2000000000000");
    let own = small.api.get(path).await.unwrap();
    assert_eq!(
        own["offers"][0]["reasons"][0]["message"],
        "150 millicores are free where 200 are asked: ask for 50 fewer"
    );
    for bad in [
        "millicores=x&memoryMiB=1",
        "millicores=1&memoryMiB=1&maxRate=-1",
        "millicores=1&memoryMiB=1&attributes=a%20b",
        "memoryMiB=1",
    ] {
        let refused = big.api.get(&format!("/v1/screen?{bad}")).await.unwrap_err().to_string();
        assert!(refused.contains("400"), "{bad}: {refused}");
    }
}
