//! The provider's account at the API, compared with the contract.

use alloy::primitives::{Address, B256, U256};
use anvil::{Actor, ArbiterNumber};
use serde_json::json;
use tests::{
    transactions::sent,
    wait::until,
    world::{DEPOSIT, World},
};

const MANIFEST: &str = "services:\n  web: { image: \"tidemark-sample:latest\", command: [back] }\n";

#[tokio::test]
async fn books_say_what_the_contract_says() {
    let world = World::start().await.unwrap();
    let orchestrator = world.orchestrator().await.unwrap();
    let (api, market) = (&orchestrator.api, world.devnet.market(Actor::Provider).await.unwrap());
    let own = Actor::Provider.address();
    let lease = api.run(&world, MANIFEST, 1).await.unwrap();
    // A moment in which blocks come, as on a chain that is used.
    let proofs = until("two proofs", async || {
        world.devnet.mine(1).await?;
        let proofs = api.get(&format!("/v1/leases/{lease}/proofs")).await?;
        Ok((proofs.as_array().unwrap().len() >= 2).then_some(proofs))
    })
    .await
    .unwrap();
    let newest = &proofs[0];
    let epoch = newest["epoch"].as_u64().unwrap();
    let whole = api.get(&format!("/v1/leases/{lease}/proofs/{epoch}")).await.unwrap();
    for field in ["root", "postedAt", "rootTx", "usage"] {
        assert_eq!(newest[field], whole[field], "{field}");
    }
    let before = api.get(&format!("/v1/leases/{lease}/proofs?before={epoch}&limit=1")).await.unwrap();
    assert_eq!(before[0]["epoch"], epoch - 1);
    assert_eq!(before.as_array().unwrap().len(), 1);

    let capacity = market.capacityOf(own).call().await.unwrap();
    let held = json!({
        "millicores": capacity.heldMillicores, "memoryMiB": capacity.heldMemoryMiB,
        "diskMiB": capacity.heldDiskMiB, "gpus": capacity.heldGpus,
    });
    assert_eq!(held["millicores"], 800, "eight replicas may come");
    let shown = api.get("/v1/providers").await.unwrap();
    assert_eq!(shown[0]["held"], held);
    assert!(shown[0]["provenEpochs"].as_u64().unwrap() >= 2, "{shown}");
    assert_eq!(shown[0]["epochs"], shown[0]["provenEpochs"], "none was missed");
    assert_eq!(shown[0]["faults"], json!([]));

    let books = until("a claim", async || {
        world.devnet.mine(1).await?;
        let books = api.get("/v1/provider").await?;
        Ok((!books["claims"].as_array().unwrap().is_empty() && !books["wallet"].is_null()).then_some(books))
    })
    .await
    .unwrap();
    assert_eq!((&books["address"], &books["held"]), (&json!(own.to_string()), &held));
    assert_eq!(books["capacity"]["millicores"], 10_000);
    assert_eq!(books["claims"][0]["lease"], lease.to_string());
    let root = &books["roots"][0];
    assert!(root["gas"].as_u64().unwrap() > 20_000 && root["leaves"] == 1, "{root}");
    let gas = &books["gas"];
    assert!(gas["lastDay"].as_u64() >= gas["lastHour"].as_u64() && gas["lastHour"].as_u64() > Some(0), "{gas}");
    assert!(gas["byKind"].as_array().unwrap().iter().any(|spent| spent["kind"] == "post_root"), "{gas}");
    assert!(gas["feesLastDay"].as_str().unwrap().parse::<u128>().unwrap() > 0);
    assert!(books["stages"]["proof"]["iteration"].as_u64() > Some(0));
    assert!(books["intents"].as_array().unwrap().iter().any(|intents| intents["state"] == "final"), "{books}");
    let quiet = books["alarms"].as_array().unwrap();
    assert!(quiet.is_empty(), "nothing is wrong: {quiet:?}");

    sent(market.withdrawEarnings(Address::ZERO, own, U256::MAX).send().await.unwrap().get_receipt().await.unwrap())
        .unwrap();
    let paid = until("the payout", async || {
        let books = api.get("/v1/provider").await?;
        Ok((!books["payouts"].as_array().unwrap().is_empty()).then_some(books))
    })
    .await
    .unwrap();
    assert_eq!(paid["payouts"][0]["amount"], paid["earnings"][0]["withdrawn"]);
    orchestrator.stop().await;

    // The arbiters take the bond: what is left does not cover the capacity, and anyone can see why.
    let tenant = world.devnet.market(Actor::Tenant).await.unwrap();
    let order = world.order("disputed", 1);
    let (_, terms) = world.take(order, DEPOSIT).await.unwrap();
    let deposit = U256::from(world.devnet.deployment.parameters.disputeDeposit);
    let call = tenant.dispute(terms.clone(), B256::repeat_byte(7)).value(deposit);
    sent(call.send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    let arbiters = world.devnet.market(Actor::Arbiter(ArbiterNumber::One)).await.unwrap();
    let ruling = arbiters.rule(terms, true, U256::from(1_000_000));
    sent(ruling.send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    let draining = world.orchestrator_with(tests::world::engine(), |settings| settings.drain = true);
    let orchestrator = draining.await.unwrap();
    let alarms = until("the alarms", async || {
        let books = orchestrator.api.get("/v1/provider").await?;
        let kinds: Vec<_> = books["alarms"].as_array().unwrap().iter().map(|alarm| alarm["kind"].clone()).collect();
        Ok((kinds.contains(&json!("bond")) && kinds.contains(&json!("draining"))).then_some(books["alarms"].clone()))
    })
    .await
    .unwrap();
    for alarm in alarms.as_array().unwrap() {
        assert!(alarm["message"].as_str().unwrap().len() > 10 && alarm["remedy"].as_str().unwrap().len() > 10);
    }
    let shown = orchestrator.api.get("/v1/providers").await.unwrap();
    let fault = &shown[0]["faults"][0];
    assert_eq!((&fault["name"], &fault["amount"]), (&json!("Slashed"), &json!("1000000")));
    orchestrator.stop().await;
}
