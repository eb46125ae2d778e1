//! Proposals and evidence that the provider keeps for others: who may write and read them, and what is refused.

use std::time::Duration;

use alloy::{
    hex,
    primitives::{Address, U256, keccak256},
    signers::SignerSync,
    sol_types::SolCall,
};
use anvil::{Actor, ApproverNumber};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use solidity::{
    Market::topUpCall,
    typed::{self, Action},
};
use tests::{
    api_session::ApiSession,
    transactions::sent,
    wait::until,
    world::{DEPOSIT, Orchestrator, World},
};

const APPROVERS: [Actor; 2] = [Actor::Approver(ApproverNumber::One), Actor::Approver(ApproverNumber::Two)];

/// An action of the tenant's, as a file of `--propose` has it.
fn action(world: &World, nonce: u64, expiry: u64) -> Value {
    let call = topUpCall { lease: keccak256("a lease"), currency: Address::ZERO, amount: U256::from(5) };
    let deployment = &world.devnet.deployment;
    let signed = Action {
        account: Actor::Tenant.address(),
        call: call.abi_encode().into(),
        value: U256::from(5),
        nonce: U256::from(nonce),
        expiry: U256::from(expiry),
        version: U256::from(1),
    };
    json!({
        "chainId": deployment.chain_id, "market": deployment.market, "account": signed.account,
        "says": ["add 5 wei"], "call": signed.call, "value": "5", "nonce": nonce.to_string(),
        "expiry": expiry.to_string(), "version": "1",
        "digest": signed.digest(&typed::domain(deployment.chain_id, deployment.market)), "consents": [],
    })
}

fn consent(action: &Value, approver: Actor) -> Value {
    let digest = action["digest"].as_str().unwrap().parse().unwrap();
    let signature = hex::encode_prefixed(approver.signer().sign_hash_sync(&digest).unwrap().as_bytes());
    json!({"approver": approver.address(), "signature": signature})
}

/// The tenant is bound to two approvers, one of whom has to consent.
async fn bind(world: &World, orchestrator: &Orchestrator) {
    let market = world.devnet.market(Actor::Tenant).await.unwrap();
    let mut approvers = APPROVERS.map(|approver| approver.address()).to_vec();
    approvers.sort();
    let call = market.bind(approvers, U256::from(1), vec![]);
    sent(call.send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    let path = format!("/v1/events?subject={}&name=AccountBound", Actor::Tenant.address());
    until("the binding", async || Ok((orchestrator.api.get(&path).await? != json!([])).then_some(()))).await.unwrap();
}

#[tokio::test]
async fn an_action_finds_its_approvers_and_nobody_else() {
    let world = World::start().await.unwrap();
    let orchestrator = world.orchestrator().await.unwrap();
    let sign_in = async |actor| ApiSession::sign_in(orchestrator.api.port, actor).await.unwrap();
    let (tenant, stranger) = (sign_in(Actor::Tenant).await, sign_in(Actor::Stranger).await);
    let (first, second) = (sign_in(APPROVERS[0]).await, sign_in(APPROVERS[1]).await);
    let post = async |who: &ApiSession, path: &str, body: &Value| {
        who.ask(Method::POST, path, Some(body.clone())).await.unwrap()
    };
    let time = world.devnet.deployment.block + 4_000_000_000;
    let sound = action(&world, 1, time);
    let far = post(&tenant, "/v1/proposals", &sound).await;
    assert_eq!(far.0, StatusCode::BAD_REQUEST, "a year at most: {}", far.1);
    let head = orchestrator.api.get("/v1/status").await.unwrap()["head"]["time"].as_u64().unwrap();
    let sound = action(&world, 1, head + 3600);
    let unbound = post(&tenant, "/v1/proposals", &sound).await;
    assert!(unbound.1["message"].as_str().unwrap().contains("not bound"), "{}", unbound.1);
    bind(&world, &orchestrator).await;

    // Refused: no session, a stranger, and an action whose call was changed.
    let nobody = ApiSession::anonymous(orchestrator.api.port).unwrap();
    assert_eq!(post(&nobody, "/v1/proposals", &sound).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(post(&stranger, "/v1/proposals", &sound).await.0, StatusCode::FORBIDDEN);
    for (field, value) in [
        ("value", json!("6")),
        ("call", action(&world, 2, head)["call"].as_str().unwrap().replace("05", "06").into()),
        ("nonce", json!("2")),
        ("account", json!(Actor::Stranger.address())),
        ("chainId", json!(1)),
        ("call", json!("0x12345678")),
        ("value", json!("0x5")),
        ("says", json!(["x".repeat(501)])),
        ("approvers", json!([Actor::Stranger.address()])),
        ("consents", json!([consent(&sound, Actor::Stranger)])),
        (
            "consents",
            json!([{"approver": APPROVERS[0].address(), "signature": consent(&sound, APPROVERS[1])["signature"]}]),
        ),
    ] {
        let mut changed = sound.clone();
        changed[field] = value;
        let refused = post(&tenant, "/v1/proposals", &changed).await;
        assert_eq!(refused.0, StatusCode::BAD_REQUEST, "{field}: {}", refused.1);
    }

    let kept = post(&tenant, "/v1/proposals", &sound).await;
    assert_eq!(kept.0, StatusCode::OK, "{}", kept.1);
    assert_eq!(kept.1["approvers"].as_array().unwrap().len(), 2, "all are asked");
    assert_eq!(kept.1["createdBy"], Actor::Tenant.address().to_string());
    let path = format!("/v1/proposals/{}", sound["digest"].as_str().unwrap());
    for who in [&tenant, &first, &second] {
        assert_eq!(who.get("/v1/proposals").await.unwrap().1.as_array().unwrap().len(), 1);
        assert_eq!(who.get(&path).await.unwrap().1["call"], sound["call"]);
    }
    assert_eq!(stranger.get("/v1/proposals").await.unwrap().1, json!([]));
    assert_eq!(stranger.get(&path).await.unwrap().0, StatusCode::NOT_FOUND);

    // Consents: of approvers, over this digest, handed in by anyone.
    let consents = format!("{path}/consents");
    let strangers = post(&first, &consents, &consent(&sound, Actor::Stranger)).await;
    assert_eq!(strangers.0, StatusCode::BAD_REQUEST, "{}", strangers.1);
    let others = consent(&action(&world, 9, head + 3600), APPROVERS[0]);
    assert_eq!(post(&first, &consents, &others).await.0, StatusCode::BAD_REQUEST);
    let given = post(&first, &consents, &consent(&sound, APPROVERS[0])).await;
    assert_eq!(
        (given.0, &given.1["consents"]),
        (
            StatusCode::OK,
            &json!([{
                "approver": APPROVERS[0].address().to_string(), "signature": consent(&sound, APPROVERS[0])["signature"],
            }])
        )
    );
    let again = post(&tenant, "/v1/proposals", &sound).await;
    assert_eq!(again.1["consents"].as_array().unwrap().len(), 1, "proposing it again loses nothing");

    assert_eq!(stranger.ask(Method::DELETE, &path, None).await.unwrap().0, StatusCode::NOT_FOUND);
    assert_eq!(first.ask(Method::DELETE, &path, None).await.unwrap().0, StatusCode::FORBIDDEN);
    assert_eq!(tenant.ask(Method::DELETE, &path, None).await.unwrap().0, StatusCode::NO_CONTENT);
    assert_eq!(tenant.get(&path).await.unwrap().0, StatusCode::NOT_FOUND);

    // An approver may propose; what is over is forgotten.
    assert_eq!(post(&second, "/v1/proposals", &action(&world, 3, head + 600)).await.0, StatusCode::OK);
    assert_eq!(tenant.get("/v1/proposals").await.unwrap().1.as_array().unwrap().len(), 1);
    world.devnet.warp(Duration::from_secs(700)).await.unwrap();
    until("the proposal to be forgotten", async || {
        Ok((tenant.get("/v1/proposals").await?.1 == json!([])).then_some(()))
    })
    .await
    .unwrap();
    orchestrator.stop().await;
}

#[tokio::test]
async fn an_address_has_room_for_fifty() {
    let world = World::start().await.unwrap();
    let orchestrator = world.orchestrator().await.unwrap();
    bind(&world, &orchestrator).await;
    let tenant = ApiSession::sign_in(orchestrator.api.port, Actor::Tenant).await.unwrap();
    let head = orchestrator.api.get("/v1/status").await.unwrap()["head"]["time"].as_u64().unwrap();
    for nonce in 0..51 {
        let action = action(&world, nonce, head + 3600);
        let (status, said) = tenant.ask(Method::POST, "/v1/proposals", Some(action)).await.unwrap();
        let wanted = if nonce < 50 { StatusCode::OK } else { StatusCode::TOO_MANY_REQUESTS };
        assert_eq!(status, wanted, "{nonce}: {said}");
    }
    orchestrator.stop().await;
}

#[tokio::test]
async fn evidence_is_what_an_open_dispute_names() {
    let world = World::start().await.unwrap();
    let orchestrator = world.orchestrator().await.unwrap();
    let (http, text) = (Client::new(), "<script>alert(1)</script> it never answered");
    let hash = keccak256(text);
    let url = orchestrator.api.url(&format!("/v1/evidence/{hash}"));
    let put = async |body: String| http.put(&url).body(body).send().await.unwrap().status();
    assert_eq!(put(text.to_owned()).await, StatusCode::NOT_FOUND, "there is no dispute");

    let (_, terms) = world.take(world.order("disputed", 1), DEPOSIT).await.unwrap();
    let market = world.devnet.market(Actor::Tenant).await.unwrap();
    let deposit = U256::from(world.devnet.deployment.parameters.disputeDeposit);
    let call = market.dispute(terms.clone(), hash).value(deposit);
    sent(call.send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    until(
        "the dispute",
        async || Ok((put("something else".to_owned()).await == StatusCode::BAD_REQUEST).then_some(())),
    )
    .await
    .unwrap();
    assert_eq!(put("x".repeat((1 << 20) + 1)).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(http.get(&url).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    assert_eq!(put(text.to_owned()).await, StatusCode::NO_CONTENT);

    let answer = http.get(&url).send().await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/octet-stream");
    assert!(header("content-disposition").starts_with("attachment; filename=\"evidence-"));
    assert!(header("content-security-policy").ends_with("; sandbox"));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(answer.text().await.unwrap(), text);
    orchestrator.stop().await;
}
