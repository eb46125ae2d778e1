//! A tenant with a spending policy: alone within its limits, with two of three consents beyond them.

use solidity::typed;

use super::*;

/// A replica of the sample comes to 2.5 wei a second: rates are within the limit, the deposit is ten times beyond it.
const LIMIT: &str = "eth:0.000001/h:0.000001:0.001";

async fn bind(world: &World, actor: Actor, limits: &[&str]) {
    let approvers = APPROVERS.map(|approver| approver.address().to_string());
    let mut words = vec!["account", "bind", "--threshold", "2"];
    approvers.iter().for_each(|approver| words.extend(["--approver", approver.as_str()]));
    limits.iter().for_each(|limit| words.extend(["--limit", *limit]));
    answer(world, actor, &words).await;
}

/// Proposes an action and collects consents; the paths of the files, the action's first.
async fn collect(world: &World, actor: Actor, words: &[&str], approvers: &[Actor]) -> Vec<String> {
    let action = world.path(&format!("action-{}.json", rand::random::<u32>()));
    let mut files = vec![action.display().to_string()];
    let proposed = answer(world, actor, &[words, &["--propose", &files[0]]].concat()).await;
    assert!(!proposed["says"].as_array().unwrap().is_empty(), "{proposed}");
    for approver in approvers {
        let given = answer(world, *approver, &["consent", &files[0]]).await;
        assert_eq!(given["says"], proposed["says"], "what is signed is what was proposed");
        files.push(given["file"].as_str().unwrap().to_owned());
    }
    files
}

fn with<'a>(words: &[&'a str], files: &[&'a str]) -> Vec<&'a str> {
    [words, &["--consents"], files].concat()
}

fn containers(shown: &Value) -> Vec<Value> {
    shown["atProvider"]["containers"].as_array().unwrap().iter().map(|seen| seen["container"].clone()).collect()
}

#[tokio::test]
async fn a_lease_beyond_the_limit_waits_for_two_of_three() {
    let world = world().await;
    let _running = world.provider_program(CLAIM_OFTEN).await.unwrap();
    bind(&world, Actor::Tenant, &[LIMIT]).await;
    let shown = answer(&world, Actor::Tenant, &["account", "show"]).await;
    assert_eq!((shown["bound"].as_bool(), shown["threshold"].as_u64()), (Some(true), Some(2)));

    let refusal = refused(&world, Actor::Tenant, &DEPLOY).await;
    assert_eq!(refusal["name"], "ConsentRequired");
    assert!(refusal["message"].as_str().unwrap().contains("exceeds it by 0.000009 ETH"), "{refusal}");
    assert!(!refusal["remedy"].as_str().unwrap().is_empty());

    let files = collect(&world, Actor::Tenant, &DEPLOY, &APPROVERS).await;
    let [action, one, two, three] = &files[..] else { panic!("{files:?}") };
    // What they signed is what the contract requires.
    let signed: Value = serde_json::from_str(&std::fs::read_to_string(one).unwrap()).unwrap();
    let market = world.devnet.market(Actor::Stranger).await.unwrap();
    let call: alloy::primitives::Bytes = signed["call"].as_str().unwrap().parse().unwrap();
    let (value, nonce, expiry) = (number(&signed["value"]), number(&signed["nonce"]), number(&signed["expiry"]));
    let account = Actor::Tenant.address();
    let digest = market.actionOf(account, call.clone(), value, nonce, expiry).call().await.unwrap();
    assert_eq!(signed["digest"].as_str().unwrap(), digest.to_string());
    let version = number(&signed["version"]);
    let ours = typed::Action { account, call, value, nonce, expiry, version };
    assert_eq!(ours.digest(&typed::domain(world.devnet.deployment.chain_id, world.devnet.deployment.market)), digest);

    assert!(
        refused(&world, Actor::Stranger, &["consent", action]).await["message"].to_string().contains("not an approver")
    );
    answer(&world, APPROVERS[2], &["revoke", action]).await;
    let refusal = refused(&world, Actor::Tenant, &with(&DEPLOY, &[one, three])).await;
    assert!(refusal["message"].to_string().contains("1 of 2 required consents"), "{refusal}");
    let dearer = [&DEPLOY[..5], &["0.00002"], &DEPLOY[6..]].concat();
    let refusal = refused(&world, Actor::Tenant, &with(&dearer, &[one, two])).await;
    assert!(refusal["message"].to_string().contains("the consents are for another action"), "{refusal}");
    let deployed = answer(&world, Actor::Tenant, &with(&DEPLOY, &[one, two, three])).await;
    let lease = deployed["lease"].as_str().unwrap();
    assert!(!deployed["containers"].as_array().unwrap().is_empty(), "it runs");
    refused(&world, Actor::Tenant, &with(&DEPLOY, &[one, two])).await;

    // Within the limit alone; beyond it with consents by transaction.
    answer(&world, Actor::Tenant, &["topup", lease, "0.000001"]).await;
    let topup = ["topup", lease, "0.000002"];
    assert_eq!(refused(&world, Actor::Tenant, &topup).await["name"], "ConsentRequired");
    let files = collect(&world, Actor::Tenant, &topup, &[]).await;
    for approver in &APPROVERS[..2] {
        answer(&world, *approver, &["consent", &files[0], "--send"]).await;
    }
    answer(&world, Actor::Tenant, &with(&topup, &[&files[0]])).await;
    let shown = answer(&world, Actor::Tenant, &["account", "show"]).await;
    assert_eq!(number(&shown["limits"][0]["exposed"]), U256::from(13_000_000_000_000u64));

    // To be free takes consents too, and then nothing does.
    assert_eq!(refused(&world, Actor::Tenant, &["account", "free"]).await["name"], "ConsentRequired");
    let files = collect(&world, Actor::Tenant, &["account", "free"], &APPROVERS[1..]).await;
    answer(&world, Actor::Tenant, &with(&["account", "free"], &[&files[1], &files[2]])).await;
    assert_eq!(answer(&world, Actor::Tenant, &["account", "show"]).await["bound"], false);
    answer(&world, Actor::Tenant, &topup).await;
    answer(&world, Actor::Tenant, &["withdraw", lease, "0.000001"]).await;

    // A disputed lease runs on, and its provider has said nothing but what can be true.
    let evidence = world.write("evidence", "slow").unwrap();
    answer(&world, Actor::Tenant, &["dispute", lease, "--evidence", &evidence]).await;
    until("the provider to see the dispute", async || {
        let shown = answer(&world, Actor::Tenant, &["show", lease]).await;
        Ok((!shown["atProvider"]["disputedUntil"].is_null()).then_some(()))
    })
    .await
    .unwrap();
    let before = containers(&answer(&world, Actor::Tenant, &["show", lease]).await);
    until("another root", async || {
        let epoch = market.providerOf(Actor::Provider.address()).call().await?.epoch;
        Ok((epoch >= 2).then_some(()))
    })
    .await
    .unwrap();
    let shown = answer(&world, Actor::Tenant, &["show", lease]).await;
    assert_eq!(shown["atProvider"]["replicas"]["healthy"], 1, "{shown}");
    assert_eq!(containers(&shown), before);
    let seen = answer(&world, Actor::Stranger, &["watch"]).await;
    assert!(seen[0]["statements"].as_u64() >= Some(2), "{seen}");
    assert!(seen[0]["frauds"].as_array().unwrap().is_empty() && seen[0]["amiss"].as_array().unwrap().is_empty());
    answer(&world, ARBITERS, &["rule", lease, "--for", "provider"]).await;
    answer(&world, Actor::Tenant, &["close", lease, "--no-wait"]).await;
}

#[tokio::test]
async fn arbiters_are_bound_two_of_three_and_anybody_carries_their_ruling() {
    let world = world().await;
    let (lease, _) = take(&world, 1).await;
    let lease = lease.to_string();
    bind(&world, ARBITERS, &[]).await;
    let evidence = world.write("evidence", "it never answered").unwrap();
    answer(&world, Actor::Tenant, &["dispute", &lease, "--evidence", &evidence]).await;
    let rule = ["rule", &lease, "--for", "tenant", "--slash", "0.1"];
    assert_eq!(refused(&world, ARBITERS, &rule).await["name"], "NotArbiters", "its own key alone does not do");
    let files = collect(&world, Actor::Stranger, &rule, &APPROVERS[..2]).await;
    let refusal = refused(&world, Actor::Stranger, &with(&rule, &[&files[1]])).await;
    assert!(refusal["message"].to_string().contains("1 of 2 required consents"), "{refusal}");
    let ruled = answer(&world, Actor::Stranger, &with(&rule, &[&files[1], &files[2]])).await;
    assert_eq!(number(&ruled["slashed"]), U256::from(100_000_000_000_000_000u64));

    let stop = ["intake", "stop"];
    let files = collect(&world, Actor::Stranger, &stop, &APPROVERS[1..]).await;
    answer(&world, Actor::Stranger, &with(&stop, &[&files[1], &files[2]])).await;
    let market = world.devnet.market(Actor::Stranger).await.unwrap();
    assert!(!market.intakeOpen().call().await.unwrap());
}
