//! Orders that are won, lost, cancelled or declined.

use alloy::providers::Provider as _;
use alloy::{
    primitives::{Address, U256},
    rpc::types::Filter,
    sol_types::SolEvent,
};
use anvil::Actor;
use solidity::Market::LeaseOpened;
use tests::{wait::until, world::World};

use crate::{MANIFEST, id, market_world, open, state_attribute};

async fn bids(world: &World, order: &str, count: usize) -> serde_json::Value {
    until("the bids", async || {
        let shown = world.cli(Actor::Tenant, &["order", "show", order]).await?;
        Ok((shown["bids"].as_array().map(Vec::len) == Some(count)).then_some(shown))
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn the_cheapest_bid_wins_and_the_loser_has_everything_back() {
    let world = market_world().await;
    let cheap = world.another_provider(Actor::Provider, 10_000, &[]).await.unwrap();
    let dear = world.another_provider(Actor::Stranger, 10_000, &[("TIDEMARK_MARGIN", "50")]).await.unwrap();
    let file = world.write("manifest.yaml", MANIFEST).unwrap();
    let opened = world.cli(Actor::Tenant, &open(&file, &["--max", "3"])).await.unwrap();
    let order = id(&opened["order"]);
    let name = order.to_string();
    let shown = bids(&world, &name, 2).await;
    let rates: Vec<_> =
        shown["bids"].as_array().unwrap().iter().map(|bid| bid["rate"].as_str().unwrap().to_owned()).collect();
    assert_eq!(rates, ["1000000000000", "1500000000000"], "the cheapest first, the other with its margin");
    for seller in [&cheap, &dear] {
        seller.decided(order, "placed").await.unwrap();
        until("the reservation to go, because the chain holds it now", async || {
            let decision = seller.decision(order).await?.unwrap_or_default();
            Ok((decision["reserved"] == false).then_some(()))
        })
        .await
        .unwrap();
        assert_eq!(world.capacity(seller.address).await.unwrap().heldMillicores, 300, "for the highest count");
    }
    let listed = world.cli(Actor::Tenant, &["order", "ls"]).await.unwrap();
    assert_eq!(listed[0]["order"], name);

    let accepted = world.cli(Actor::Tenant, &["order", "accept", &name, "--manifest", &file]).await.unwrap();
    assert_eq!(accepted["running"][0]["provider"], cheap.address.to_string().to_lowercase());
    let lease = id(&accepted["leases"][0]);
    let won = cheap.decided(order, "won").await.unwrap();
    assert_eq!(won["lease"], lease.to_string());
    dear.decided(order, "released").await.unwrap();
    dear.is_free(&world).await.unwrap();
    let deposit = U256::from(world.devnet.deployment.parameters.bidDeposit);
    assert_eq!(world.earnings(dear.address).await.unwrap(), deposit, "its deposit came back");
    assert!(world.earnings(cheap.address).await.unwrap() >= deposit, "the winner's too");
    assert_eq!(world.capacity(cheap.address).await.unwrap().heldMillicores, 300, "what the bid held is the lease's");
    let view = cheap.api.shows(lease, |view| view.summary.replicas.healthy == 1).await.unwrap();
    let clearing = view.timeline.iter().find(|step| step.stage == "clearing").unwrap();
    assert!(clearing.detail.contains(&name), "{}", clearing.detail);
}

#[tokio::test]
async fn two_orders_are_accepted_at_once_though_one_winner_was_killed() {
    let world = market_world().await;
    let first = world.another_provider(Actor::Provider, 10_000, &[]).await.unwrap();
    let mut second = world.another_provider(Actor::Stranger, 10_000, &[]).await.unwrap();
    for (provider, attribute) in [(Actor::Provider, "zone=a"), (Actor::Stranger, "zone=b")] {
        state_attribute(&world, provider, attribute).await;
    }
    let file = world.write("manifest.yaml", MANIFEST).unwrap();
    let a = world.cli(Actor::Tenant, &open(&file, &["--attribute", "zone=a"])).await.unwrap();
    let b = world.cli(Actor::Tenant, &open(&file, &["--attribute", "zone=b"])).await.unwrap();
    let (a, b) = (id(&a["order"]), id(&b["order"]));
    first.decided(a, "placed").await.unwrap();
    second.decided(b, "placed").await.unwrap();
    let declined = first.decided(b, "declined").await.unwrap();
    assert!(declined["reason"].as_str().unwrap().contains("does not claim zone=b"), "{declined}");

    second.kill().await.unwrap();
    let both = format!("{a},{b}");
    let words = ["order", "accept", &both, "--manifest", &file];
    let accepting = world.cli(Actor::Tenant, &words);
    let reviving = async {
        // Its bid binds it while it is away: the leases open, both in one transaction or none.
        let provider = world.devnet.provider(Actor::Stranger).await.unwrap();
        let market = world.devnet.deployment.market;
        let filter = Filter::new().address(market).event_signature(LeaseOpened::SIGNATURE_HASH).from_block(0);
        let logs = until("both leases to open", async || {
            let logs = provider.get_logs(&filter).await?;
            Ok((logs.len() == 2).then_some(logs))
        })
        .await
        .unwrap();
        assert_eq!(logs[0].transaction_hash, logs[1].transaction_hash);
        second.start(&world).await.unwrap();
    };
    let (accepted, ()) = tokio::join!(accepting, reviving);
    let accepted = accepted.unwrap();
    let leases: Vec<_> = accepted["leases"].as_array().unwrap().iter().map(id).collect();
    for (seller, lease, order) in [(&first, leases[0], a), (&second, leases[1], b)] {
        seller.api.shows(lease, |view| view.summary.replicas.healthy == 1).await.unwrap();
        assert_eq!(seller.decided(order, "won").await.unwrap()["lease"], lease.to_string());
    }
}

#[tokio::test]
async fn a_cancelled_order_gives_everybody_back_what_was_held() {
    let world = market_world().await;
    let seller = world.another_provider(Actor::Provider, 10_000, &[("TIDEMARK_BID_HOLD", "1s")]).await.unwrap();
    let file = world.write("manifest.yaml", MANIFEST).unwrap();
    let market = world.devnet.market(Actor::Stranger).await.unwrap();
    let opened = world.cli(Actor::Tenant, &open(&file, &[])).await.unwrap();
    let order = id(&opened["order"]);
    let placed = seller.decided(order, "placed").await.unwrap();
    assert_eq!(placed["bid"]["expiry"], opened["bidUntil"], "it holds no longer than it has to");
    let cancelled = world.cli(Actor::Tenant, &["order", "cancel", &order.to_string()]).await.unwrap();
    assert_eq!(cancelled["returned"], "100000000000000");
    seller.decided(order, "released").await.unwrap();
    seller.is_free(&world).await.unwrap();
    assert_eq!(market.earnings(Actor::Tenant.address(), Address::ZERO).call().await.unwrap(), U256::ZERO);
    let refused =
        world.cli_output(Actor::Tenant, &["order", "accept", &order.to_string(), "--manifest", &file]).await.unwrap();
    assert!(refused.stderr.contains("was accepted or cancelled"), "{}", refused.stderr);
}

#[tokio::test]
async fn no_bid_comes_with_its_reasons() {
    let world = market_world().await;
    let mut seller = world.another_provider(Actor::Provider, 10_000, &[]).await.unwrap();
    let file = world.write("manifest.yaml", MANIFEST).unwrap();
    let tight = ["order", "open", &file, "--max-rate", "0.000000000000001/h", "--deposit", "0.0001", "--cpus", "0.1"];
    for (words, reasons) in [
        (open(&file, &["--max", "101"]), vec!["10000 millicores are free where 10100 are asked: ask for 100 fewer"]),
        (
            tight.to_vec(),
            vec!["the highest rate would be 1000000000000, 722222222223 above the budget of 277777777777"],
        ),
        (
            open(&file, &["--attribute", "zone=mars", "--attribute", "gpu=yes", "--max", "200"]),
            vec!["does not claim zone=mars", "does not claim gpu=yes", "20000 are asked", "MiB of memory are free"],
        ),
    ] {
        let opened = world.cli(Actor::Tenant, &words).await.unwrap();
        let declined = seller.decided(id(&opened["order"]), "declined").await.unwrap();
        let told = declined["reason"].as_str().unwrap();
        assert!(reasons.iter().all(|reason| told.contains(reason)), "{told}");
    }
    assert_eq!(world.capacity(seller.address).await.unwrap().heldMillicores, 0);
    seller.restart(&world, &[("TIDEMARK_DRAIN", "true")]).await.unwrap();
    let opened = world.cli(Actor::Tenant, &open(&file, &[])).await.unwrap();
    let declined = seller.decided(id(&opened["order"]), "declined").await.unwrap();
    assert!(declined["reason"].as_str().unwrap().contains("drains"), "{declined}");
    // What was lacking comes: the order is looked at again.
    seller.restart(&world, &[]).await.unwrap();
    seller.decided(id(&opened["order"]), "placed").await.unwrap();
}

/// Both kinds of answer to one question, at one provider.
#[tokio::test]
async fn one_order_after_another_fills_the_machine_and_no_further() {
    let world = market_world().await;
    let seller = world.another_provider(Actor::Provider, 250, &[]).await.unwrap();
    let file = world.write("manifest.yaml", MANIFEST).unwrap();
    let mut orders = Vec::new();
    for _ in 0..4 {
        orders.push(id(&world.cli(Actor::Tenant, &open(&file, &[])).await.unwrap()["order"]));
    }
    let standings = until("every order to be answered", async || {
        let mut standings = Vec::new();
        for order in &orders {
            let decision = seller.decision(*order).await?.unwrap_or_default();
            standings.push(decision["standing"].as_str().unwrap_or_default().to_owned());
        }
        standings.sort();
        Ok((!standings.iter().any(|word| word == "bidding" || word == "open" || word.is_empty())).then_some(standings))
    })
    .await
    .unwrap();
    assert_eq!(standings, ["declined", "declined", "placed", "placed"]);
    assert_eq!(world.capacity(seller.address).await.unwrap().heldMillicores, 200);
}
