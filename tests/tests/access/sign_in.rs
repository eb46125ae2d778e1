//! Signing in: what opens a session, and every way in which it is refused.

use std::time::{Duration, SystemTime};

use alloy::{
    hex,
    primitives::{Address, Bytes, address, eip191_hash_message},
    providers::ext::AnvilApi,
    signers::SignerSync,
};
use anvil::Actor;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tests::{
    api_session::{ApiSession, SignInMessage},
    world::{Orchestrator, World},
};

const PAGE: &str = "https://tidemark.example.org";

async fn start() -> (World, Orchestrator, ApiSession) {
    let world = World::start().await.unwrap();
    let set = |settings: &mut cli::settings::OrchestratorSettings| settings.web_origins = vec![PAGE.to_owned()];
    let orchestrator = world.orchestrator_with(tests::world::engine(), set).await.unwrap();
    let nobody = ApiSession::anonymous(orchestrator.api.port).unwrap();
    (world, orchestrator, nobody)
}

fn signed(actor: Actor, text: &str) -> String {
    hex::encode_prefixed(actor.signer().sign_message_sync(text.as_bytes()).unwrap().as_bytes())
}

#[tokio::test]
async fn a_signature_opens_a_session_that_can_be_ended() {
    let (_world, _orchestrator, nobody) = start().await;
    assert_eq!(nobody.get("/v1/session").await.unwrap().0, StatusCode::UNAUTHORIZED);
    let visitor = ApiSession::sign_in(nobody.port, Actor::Tenant).await.unwrap();
    let (status, said) = visitor.get("/v1/session").await.unwrap();
    assert_eq!((status, said["address"].as_str()), (StatusCode::OK, Some(&*visitor.address.to_string())));
    assert!(said.get("token").is_none(), "the token is sent only once: {said}");
    let lasts = said["expiresAt"].as_u64().unwrap() - tests::api_session::now();
    assert!((3500..=3600).contains(&lasts), "{lasts}");
    assert_eq!(visitor.ask(Method::DELETE, "/v1/session", None).await.unwrap().0, StatusCode::NO_CONTENT);
    assert_eq!(visitor.get("/v1/session").await.unwrap().0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_does_not_sign_in_is_told_why() {
    let (_world, _orchestrator, nobody) = start().await;
    let tenant = Actor::Tenant.address();
    let (now, minute) = (SystemTime::now(), Duration::from_secs(60));
    type Change = Box<dyn Fn(&mut SignInMessage)>;
    let cases: Vec<(&str, Change)> = vec![
        ("no page of this provider", Box::new(|w| w.domain = "evil.example.org".to_owned())),
        ("no page of this provider", Box::new(|w| w.domain = "127.0.0.1:2".to_owned())),
        ("no page of this provider", Box::new(|w| w.domain = "127.0.0.1".to_owned())),
        ("not below its domain", Box::new(|w| w.uri = "http://evil.example.org/".to_owned())),
        ("for chain 1", Box::new(|w| w.chain_id = 1)),
        ("more than five minutes old", Box::new(move |w| w.issued_at = now - 6 * minute)),
        ("not valid yet", Box::new(move |w| w.issued_at = now + 5 * minute)),
        ("not valid yet", Box::new(move |w| w.not_before = Some(now + minute))),
        ("has expired", Box::new(move |w| w.expires_at = Some(now - minute))),
        ("the nonce was used", Box::new(|w| w.nonce = "abcdefgh12345678".to_owned())),
        ("is not that of", Box::new(|w| w.address = Actor::Stranger.address())),
    ];
    for (why, change) in cases {
        let mut words = nobody.sign_in_message(tenant).await.unwrap();
        change(&mut words);
        let text = words.text();
        let (status, said) = nobody.sign_in_with(&text, &signed(Actor::Tenant, &text), true).await.unwrap();
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{why}: {said}");
        assert!(said["message"].as_str().unwrap().contains(why), "{why}: {said}");
    }
    // Signed well, and changed afterwards.
    let text = nobody.sign_in_message(tenant).await.unwrap().text();
    let signature = signed(Actor::Tenant, &text);
    let tampered = text.replace("Let me in.", "Let me in!");
    assert_eq!(nobody.sign_in_with(&tampered, &signature, true).await.unwrap().0, StatusCode::UNAUTHORIZED);
    for garbage in ["0x", "0x00", &"0x11".repeat(65)] {
        assert_ne!(nobody.sign_in_with(&text, garbage, true).await.unwrap().0, StatusCode::OK, "{garbage}");
    }
    for garbage in ["", "hello", &text.replace("Nonce", "Once"), &"x".repeat(1 << 20)] {
        let (status, said) = nobody.sign_in_with(garbage, &signature, true).await.unwrap();
        assert_eq!((status, said["code"].as_str()), (StatusCode::BAD_REQUEST, Some("bad_request")), "{said}");
    }
    // None of it used the nonce up, one sign-in does, and for good.
    assert_eq!(nobody.sign_in_with(&text, &signature, true).await.unwrap().0, StatusCode::OK);
    let (status, said) = nobody.sign_in_with(&text, &signature, true).await.unwrap();
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(said["message"].as_str().unwrap().contains("nonce was used"), "{said}");
}

#[tokio::test]
async fn one_nonce_opens_one_session_however_many_hand_it_in_at_once() {
    let (_world, _orchestrator, nobody) = start().await;
    let text = nobody.sign_in_message(Actor::Tenant.address()).await.unwrap().text();
    let signature = signed(Actor::Tenant, &text);
    let all = futures::future::join_all((0..16).map(|_| nobody.sign_in_with(&text, &signature, true))).await;
    let opened = all.into_iter().filter(|answer| answer.as_ref().unwrap().0 == StatusCode::OK).count();
    assert_eq!(opened, 1);
}

#[tokio::test]
async fn a_page_that_relays_a_signature_cannot_use_it_whatever_host_it_names() {
    let (_world, _orchestrator, nobody) = start().await;
    let mut words = nobody.sign_in_message(Actor::Tenant.address()).await.unwrap();
    words.domain = "evil.example.org".to_owned();
    words.uri = "https://evil.example.org".to_owned();
    let text = words.text();
    let body = json!({"message": text, "signature": signed(Actor::Tenant, &text), "token": true});
    let request = nobody.request(Method::POST, "/v1/session").json(&body);
    let answer = request.header("host", "evil.example.org").header("origin", "https://evil.example.org").send().await;
    assert_eq!(answer.unwrap().status(), StatusCode::UNAUTHORIZED);
    // A page that the provider named may.
    words.domain = "tidemark.example.org".to_owned();
    words.uri = format!("{PAGE}/leases");
    let text = words.text();
    let (status, said) = nobody.sign_in_with(&text, &signed(Actor::Tenant, &text), true).await.unwrap();
    assert_eq!(status, StatusCode::OK, "{said}");
}

#[tokio::test]
async fn a_contract_signs_in_by_its_own_word() {
    /// A contract that takes a digest for its own signature of it, by EIP-1271: if the first word is that of the bytes, the
    /// function's selector, else nothing.
    const SIGNS_BY_DIGEST: &str = "600435606435146316 26ba7e0260e01b60005260206000f3";
    const WALLET: Address = address!("0x00000000000000000000000000000000000A11ce");
    let (world, _orchestrator, nobody) = start().await;
    let code: Bytes = hex::decode(SIGNS_BY_DIGEST.replace(' ', "")).unwrap().into();
    world.devnet.provider(Actor::Deployer).await.unwrap().anvil_set_code(WALLET, code).await.unwrap();
    let text = nobody.sign_in_message(WALLET).await.unwrap().text();
    let wrong = hex::encode_prefixed([7; 32]);
    assert_eq!(nobody.sign_in_with(&text, &wrong, true).await.unwrap().0, StatusCode::UNAUTHORIZED);
    let own = signed(Actor::Tenant, &text);
    assert_eq!(nobody.sign_in_with(&text, &own, true).await.unwrap().0, StatusCode::UNAUTHORIZED);
    let right = hex::encode_prefixed(eip191_hash_message(&text));
    let (status, said) = nobody.sign_in_with(&text, &right, true).await.unwrap();
    assert_eq!((status, said["address"].as_str()), (StatusCode::OK, Some(&*WALLET.to_string())), "{said}");
}

/// Signs in as a page does; the cookie's name and value.
async fn cookie(nobody: &ApiSession, origin: &str) -> String {
    let text = nobody.sign_in_message(Actor::Tenant.address()).await.unwrap().text();
    let body = json!({"message": text, "signature": signed(Actor::Tenant, &text)});
    let request = nobody.request(Method::POST, "/v1/session").json(&body).header("origin", origin);
    let answer = request.send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    for part in ["; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=3600"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "the page is at http: {cookie}");
    let said: Value = answer.json().await.unwrap();
    assert!(said.get("token").is_none(), "a page's scripts never see it: {said}");
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_cookie_works_for_pages_of_the_provider_alone() {
    let (_world, _orchestrator, nobody) = start().await;
    let own = format!("http://127.0.0.1:{}", nobody.port);
    let cookie = cookie(&nobody, &own).await;
    let ask = |method: Method, origin: Option<&str>| {
        let request = nobody.request(method, "/v1/session").header("cookie", &cookie);
        let request = if let Some(origin) = origin { request.header("origin", origin) } else { request };
        async move { request.send().await.unwrap().status() }
    };
    assert_eq!(ask(Method::GET, None).await, StatusCode::OK);
    assert_eq!(ask(Method::GET, Some(&own)).await, StatusCode::OK);
    for foreign in ["https://evil.example.org", "http://127.0.0.1:2", "null", "http://localhost"] {
        assert_eq!(ask(Method::GET, Some(foreign)).await, StatusCode::FORBIDDEN, "{foreign}");
        assert_eq!(ask(Method::DELETE, Some(foreign)).await, StatusCode::FORBIDDEN, "{foreign}");
    }
    assert_eq!(
        ask(Method::DELETE, None).await,
        StatusCode::FORBIDDEN,
        "a browser names the origin of what changes something"
    );
    assert_eq!(ask(Method::DELETE, Some(PAGE)).await, StatusCode::NO_CONTENT);
    assert_eq!(ask(Method::GET, None).await, StatusCode::UNAUTHORIZED);
    // Nor is a stranger's page given one, nor answered with credentials.
    let text = nobody.sign_in_message(Actor::Tenant.address()).await.unwrap().text();
    let body = json!({"message": text, "signature": signed(Actor::Tenant, &text)});
    let request = nobody.request(Method::POST, "/v1/session").json(&body).header("origin", "https://evil.example.org");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert!(!answer.headers().contains_key("access-control-allow-credentials"));
}

#[tokio::test]
async fn a_session_ends_by_itself_and_outlives_the_process() {
    let world = World::start().await.unwrap();
    let short = |settings: &mut cli::settings::OrchestratorSettings| settings.session_for = Duration::from_secs(8);
    let first = world.orchestrator_with(tests::world::engine(), short).await.unwrap();
    let mut visitor = ApiSession::sign_in(first.api.port, Actor::Tenant).await.unwrap();
    first.stop().await;
    let second = world.orchestrator().await.unwrap();
    visitor.port = second.api.port;
    assert_eq!(visitor.get("/v1/session").await.unwrap().0, StatusCode::OK);
    tokio::time::sleep(Duration::from_secs(8)).await;
    assert_eq!(visitor.get("/v1/session").await.unwrap().0, StatusCode::UNAUTHORIZED);
}
