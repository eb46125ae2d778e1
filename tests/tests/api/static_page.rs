//! The page as it is served: its security headers, and which paths are not the page.

use std::collections::BTreeSet;

use reqwest::{Client, Response, StatusCode, header::ACCEPT};
use serde_json::Value;
use tests::world::World;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

#[tokio::test]
async fn a_page_is_guarded_and_the_api_stays_an_api() {
    let world = World::start().await.unwrap();
    let orchestrator = world.orchestrator().await.unwrap();
    let http = Client::new();
    let browse = async |path: &str| http.get(orchestrator.api.url(path)).header(ACCEPT, BROWSER).send().await.unwrap();

    let mut nonces = BTreeSet::new();
    for path in ["/", "/leases/0x12?tab=logs", "/deploy", "/"] {
        let answer = browse(path).await;
        // Without `make web` the program says so, under the same guards.
        assert!([StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE].contains(&answer.status()), "{path}");
        assert_eq!(header(&answer, "content-type"), "text/html; charset=utf-8");
        assert_eq!(header(&answer, "x-frame-options"), "DENY");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        assert_eq!(header(&answer, "referrer-policy"), "no-referrer");
        assert_eq!(header(&answer, "cross-origin-opener-policy"), "same-origin-allow-popups");
        assert_eq!(header(&answer, "cache-control"), "no-store");
        assert!(header(&answer, "permissions-policy").contains("camera=()"));
        let policy = header(&answer, "content-security-policy").to_owned();
        for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "object-src 'none'"] {
            assert!(policy.split("; ").any(|directive| directive == part), "{part}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        let html = answer.text().await.unwrap();
        assert!(html.contains(&nonce) && !html.contains("__CSP_NONCE__"), "{html}");
        assert!(nonces.insert(nonce), "a nonce came twice");
    }

    for path in ["/v1/nothing", "/v1", "/assets/gone.js", "/v1/leases/x/y"] {
        let answer = browse(path).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(header(&answer, "content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
        assert_eq!(answer.json::<Value>().await.unwrap()["code"], "not_found", "{path}");
    }
    let program = http.get(orchestrator.api.url("/deploy")).send().await.unwrap();
    assert_eq!(program.status(), StatusCode::NOT_FOUND, "a client that does not accept HTML gets no page");
    let posted = http.post(orchestrator.api.url("/deploy")).header(ACCEPT, BROWSER).send().await.unwrap();
    assert_eq!(posted.status(), StatusCode::NOT_FOUND);

    let config = orchestrator.api.get("/config.json").await.unwrap();
    let deployment = &world.devnet.deployment;
    assert_eq!(config["market"], deployment.market.to_string());
    assert_eq!((&config["chainId"], &config["block"]), (&31337.into(), &deployment.block.into()));
    assert_eq!(config["rpcUrl"], world.devnet.http_url(), "a loopback RPC is published, by HTTP");
    assert_eq!((&config["api"], &config["walletConnectProjectId"]), (&"".into(), &Value::Null));
    orchestrator.stop().await;
}

#[tokio::test]
async fn a_provider_may_serve_no_page() {
    let world = World::start().await.unwrap();
    let none = world.orchestrator_with(tests::world::engine(), |settings| settings.web.serve = false);
    let orchestrator = none.await.unwrap();
    let http = Client::new();
    for path in ["/", "/config.json"] {
        let answer = http.get(orchestrator.api.url(path)).header(ACCEPT, BROWSER).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
    orchestrator.stop().await;
}
