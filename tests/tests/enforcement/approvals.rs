//! A bound tenant: within its limits alone, beyond them with two of three.

use solidity::typed;

use super::*;

/// A replica of the sample comes to 2.5 wei a second: rates are within the limit, the deposit is ten times beyond it.
const LIMIT: &str = "eth:0.000001/h:0.000001:0.001";

impl Scene {
    async fn bind(&self, actor: Actor, limits: &[&str]) {
        let approvers = APPROVERS.map(|approver| approver.address().to_string());
        let mut words = vec!["account", "bind", "--threshold", "2"];
        approvers.iter().for_each(|approver| words.extend(["--approver", approver.as_str()]));
        limits.iter().for_each(|limit| words.extend(["--limit", *limit]));
        self.answer(actor, &words).await;
    }

    /// Proposes, and collects the signatures of approvers; the files, the action's first.
    pub(super) async fn collect(&self, actor: Actor, words: &[&str], approvers: &[Actor]) -> Vec<String> {
        let mut files = vec![self.path(&format!("action-{}.json", rand::random::<u32>()))];
        let proposed = self.answer(actor, &[words, &["--propose", &files[0]]].concat()).await;
        assert!(!proposed["says"].as_array().unwrap().is_empty(), "{proposed}");
        for approver in approvers {
            let given = self.answer(*approver, &["consent", &files[0]]).await;
            assert_eq!(given["says"], proposed["says"], "what is signed is what was proposed");
            files.push(given["file"].as_str().unwrap().to_owned());
        }
        files
    }
}

fn with<'a>(words: &[&'a str], files: &[&'a str]) -> Vec<&'a str> {
    [words, &["--consents"], files].concat()
}

fn containers(shown: &Value) -> Vec<Value> {
    shown["atProvider"]["containers"].as_array().unwrap().iter().map(|seen| seen["container"].clone()).collect()
}

#[tokio::test]
async fn a_lease_beyond_the_limit_waits_for_two_of_three() {
    let scene = Scene::new().await;
    let _running = scene.run().await;
    scene.bind(Actor::Tenant, &[LIMIT]).await;
    let shown = scene.answer(Actor::Tenant, &["account", "show"]).await;
    assert_eq!((shown["bound"].as_bool(), shown["threshold"].as_u64()), (Some(true), Some(2)));

    let refused = scene.refused(Actor::Tenant, &DEPLOY).await;
    assert_eq!(refused["name"], "ConsentRequired");
    assert!(refused["message"].as_str().unwrap().contains("exceeds it by 0.000009 ETH"), "{refused}");
    assert!(!refused["remedy"].as_str().unwrap().is_empty());

    let files = scene.collect(Actor::Tenant, &DEPLOY, &APPROVERS).await;
    let [action, one, two, three] = &files[..] else { panic!("{files:?}") };
    // What they signed is what the contract asks for.
    let signed: Value = serde_json::from_str(&std::fs::read_to_string(one).unwrap()).unwrap();
    let market = scene.devnet.market(Actor::Stranger).await.unwrap();
    let call: alloy::primitives::Bytes = signed["call"].as_str().unwrap().parse().unwrap();
    let (value, nonce, expiry) = (number(&signed["value"]), number(&signed["nonce"]), number(&signed["expiry"]));
    let account = Actor::Tenant.address();
    let digest = market.actionOf(account, call.clone(), value, nonce, expiry).call().await.unwrap();
    assert_eq!(signed["digest"].as_str().unwrap(), digest.to_string());
    let version = number(&signed["version"]);
    let ours = typed::Action { account, call, value, nonce, expiry, version };
    assert_eq!(ours.digest(&typed::domain(scene.devnet.deployment.chain_id, scene.devnet.deployment.market)), digest);

    assert!(
        scene.refused(Actor::Stranger, &["consent", action]).await["message"].to_string().contains("not an approver")
    );
    scene.answer(APPROVERS[2], &["revoke", action]).await;
    let refused = scene.refused(Actor::Tenant, &with(&DEPLOY, &[one, three])).await;
    assert!(refused["message"].to_string().contains("1 of 2 required consents"), "{refused}");
    let dearer = [&DEPLOY[..5], &["0.00002"], &DEPLOY[6..]].concat();
    let refused = scene.refused(Actor::Tenant, &with(&dearer, &[one, two])).await;
    assert!(refused["message"].to_string().contains("the consents are for another action"), "{refused}");
    let deployed = scene.answer(Actor::Tenant, &with(&DEPLOY, &[one, two, three])).await;
    let lease = deployed["lease"].as_str().unwrap();
    assert!(!deployed["containers"].as_array().unwrap().is_empty(), "it runs");
    scene.refused(Actor::Tenant, &with(&DEPLOY, &[one, two])).await;

    // Within the limit alone; beyond it with consents by transaction.
    scene.answer(Actor::Tenant, &["topup", lease, "0.000001"]).await;
    let topup = ["topup", lease, "0.000002"];
    assert_eq!(scene.refused(Actor::Tenant, &topup).await["name"], "ConsentRequired");
    let files = scene.collect(Actor::Tenant, &topup, &[]).await;
    for approver in &APPROVERS[..2] {
        scene.answer(*approver, &["consent", &files[0], "--send"]).await;
    }
    scene.answer(Actor::Tenant, &with(&topup, &[&files[0]])).await;
    let shown = scene.answer(Actor::Tenant, &["account", "show"]).await;
    assert_eq!(number(&shown["limits"][0]["exposed"]), U256::from(13_000_000_000_000u64));

    // To be free takes consents too, and then nothing does.
    assert_eq!(scene.refused(Actor::Tenant, &["account", "free"]).await["name"], "ConsentRequired");
    let files = scene.collect(Actor::Tenant, &["account", "free"], &APPROVERS[1..]).await;
    scene.answer(Actor::Tenant, &with(&["account", "free"], &[&files[1], &files[2]])).await;
    assert_eq!(scene.answer(Actor::Tenant, &["account", "show"]).await["bound"], false);
    scene.answer(Actor::Tenant, &topup).await;
    scene.answer(Actor::Tenant, &["withdraw", lease, "0.000001"]).await;

    // A disputed lease runs on, and its provider has said nothing but what can be true.
    std::fs::write(scene.path("evidence"), "slow").unwrap();
    scene.answer(Actor::Tenant, &["dispute", lease, "--evidence", &scene.path("evidence")]).await;
    until("the provider to see the dispute", async || {
        let shown = scene.answer(Actor::Tenant, &["show", lease]).await;
        Ok((!shown["atProvider"]["disputedUntil"].is_null()).then_some(()))
    })
    .await
    .unwrap();
    let before = containers(&scene.answer(Actor::Tenant, &["show", lease]).await);
    until("another root", async || {
        let epoch = market.providerOf(Actor::Provider.address()).call().await?.epoch;
        Ok((epoch >= 2).then_some(()))
    })
    .await
    .unwrap();
    let shown = scene.answer(Actor::Tenant, &["show", lease]).await;
    assert_eq!(shown["atProvider"]["replicas"]["healthy"], 1, "{shown}");
    assert_eq!(containers(&shown), before);
    let seen = scene.answer(Actor::Stranger, &["watch"]).await;
    assert!(seen[0]["statements"].as_u64() >= Some(2), "{seen}");
    assert!(seen[0]["frauds"].as_array().unwrap().is_empty() && seen[0]["amiss"].as_array().unwrap().is_empty());
    scene.answer(ARBITERS, &["rule", lease, "--for", "provider"]).await;
    scene.answer(Actor::Tenant, &["close", lease, "--no-wait"]).await;
}

#[tokio::test]
async fn arbiters_are_bound_two_of_three_and_anybody_carries_their_ruling() {
    let scene = Scene::new().await;
    let (lease, _) = scene.take(1).await;
    let lease = lease.to_string();
    scene.bind(ARBITERS, &[]).await;
    std::fs::write(scene.path("evidence"), "it never answered").unwrap();
    scene.answer(Actor::Tenant, &["dispute", &lease, "--evidence", &scene.path("evidence")]).await;
    let rule = ["rule", &lease, "--for", "tenant", "--slash", "0.1"];
    assert_eq!(scene.refused(ARBITERS, &rule).await["name"], "NotArbiters", "its own key alone does not do");
    let files = scene.collect(Actor::Stranger, &rule, &APPROVERS[..2]).await;
    let refused = scene.refused(Actor::Stranger, &with(&rule, &[&files[1]])).await;
    assert!(refused["message"].to_string().contains("1 of 2 required consents"), "{refused}");
    let ruled = scene.answer(Actor::Stranger, &with(&rule, &[&files[1], &files[2]])).await;
    assert_eq!(number(&ruled["slashed"]), U256::from(100_000_000_000_000_000u64));

    let stop = ["intake", "stop"];
    let files = scene.collect(Actor::Stranger, &stop, &APPROVERS[1..]).await;
    scene.answer(Actor::Stranger, &with(&stop, &[&files[1], &files[2]])).await;
    let market = scene.devnet.market(Actor::Stranger).await.unwrap();
    assert!(!market.intakeOpen().call().await.unwrap());
}
