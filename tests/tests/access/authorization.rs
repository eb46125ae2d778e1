//! Which endpoints of a lease are public, which need the tenant or a grant, and what the protected ones answer.

use std::time::{Duration, Instant};

use anvil::Actor;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use tests::api_session::ApiSession;

use super::TalkingLease;

const INSIDE: [&str; 7] = ["/usage", "/demand", "/series", "/live", "/manifest", "/logs", "/accesses"];
const PUBLIC: [&str; 3] = ["", "/scaling", "/proofs/latest"];

#[tokio::test]
async fn strangers_see_what_is_public_and_nothing_else() {
    let talking = TalkingLease::new(1).await;
    let (nobody, stranger) = (ApiSession::anonymous(talking.orchestrator.api.port).unwrap(), talking.stranger().await);
    // The provider's own wallet is a stranger too.
    let host = talking.session(Actor::Provider).await.unwrap();
    for path in INSIDE.iter().chain(&["/grants"]) {
        let path = talking.path(path);
        let (status, said) = nobody.get(&path).await.unwrap();
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}");
        assert!(said["message"].as_str().unwrap().contains("/v1/session"), "{said}");
        for who in [&stranger, &host] {
            let (status, said) = who.get(&path).await.unwrap();
            assert_eq!((status, said["code"].as_str()), (StatusCode::FORBIDDEN, Some("forbidden")), "{path}: {said}");
            assert!(said["message"].as_str().unwrap().contains(&Actor::Tenant.address().to_string()), "{said}");
        }
    }
    for path in PUBLIC {
        let (status, _) = nobody.get(&talking.path(path)).await.unwrap();
        assert_ne!(status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let shell = talking.path("/shell");
    assert_eq!(nobody.socket_with(&shell, &[]).await.unwrap().unwrap_err(), StatusCode::UNAUTHORIZED);
    assert_eq!(stranger.socket(&shell).await.unwrap().unwrap_err(), StatusCode::FORBIDDEN);
    let (status, _) = stranger
        .ask(Method::DELETE, &talking.path("/grants/0x00000000000000000000000000000000000a11ce"), None)
        .await
        .unwrap();
    assert_eq!(status, StatusCode::FORBIDDEN);
    let unknown = format!("/v1/leases/0x{}/usage", "ab".repeat(32));
    assert_eq!(stranger.get(&unknown).await.unwrap().0, StatusCode::NOT_FOUND);
    assert!(talking.accesses("logs").await.is_empty(), "who was not let in has seen nothing");
    talking.stop().await;
}

#[tokio::test]
async fn the_tenant_sees_everything_and_that_it_did() {
    let talking = TalkingLease::new(1).await;
    let tenant = talking.tenant().await;
    let manifest = tenant.request(Method::GET, &talking.path("/manifest")).send().await.unwrap();
    assert_eq!(manifest.headers()["content-type"], "application/yaml");
    assert!(manifest.text().await.unwrap().starts_with("services:\n  talk:"));
    for path in ["/usage", "/demand", "/series", "/logs?tail=1"] {
        let (status, said) = tenant.get(&talking.path(path)).await.unwrap();
        assert_eq!(status, StatusCode::OK, "{path}: {said}");
    }
    for what in ["manifest", "usage", "demand", "series", "logs"] {
        let accesses = talking.accesses(what).await;
        assert_eq!(accesses.len(), 1, "{what}");
        assert_eq!(accesses[0]["who"], tenant.address.to_string());
    }
    assert_eq!(tenant.get(&talking.path("/series?step=0")).await.unwrap().0, StatusCode::BAD_REQUEST);
    assert_eq!(tenant.get(&talking.path("/logs?tail=all")).await.unwrap().0, StatusCode::BAD_REQUEST);
    talking.stop().await;
}

#[tokio::test]
async fn what_is_used_is_seen_as_it_is_sampled_and_afterwards() {
    let talking = TalkingLease::new(2).await;
    let tenant = talking.tenant().await;
    let mut live = tenant.events(&talking.path("/live")).await.unwrap();
    let mut seen = Vec::new();
    while seen.len() < 5 {
        let (name, data) = live.next().await.unwrap().unwrap();
        assert_eq!(name, "live");
        seen.push(data);
    }
    let times: Vec<u64> = seen.iter().map(|seen| seen["atMs"].as_u64().unwrap()).collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
    let last = seen.last().unwrap();
    assert!(last["memoryBytes"].as_f64().unwrap() > 0.0 && last["cpu"].as_f64().unwrap() >= 0.0, "{last}");
    assert!((1.5..=2.1).contains(&last["replicas"].as_f64().unwrap()), "{last}");
    assert!(last["requests"].is_null(), "it has no port, so nothing comes through the gateway: {last}");
    let (_, series) = tenant.get(&talking.path(&format!("/series?since={}", times[0]))).await.unwrap();
    let told: Vec<u64> = series["atMs"].as_array().unwrap().iter().map(|at| at.as_u64().unwrap()).collect();
    assert_eq!(told[..4], times[1..], "the same samples: {series}");
    assert_eq!(series["cpu"][3], last["cpu"]);
    drop(live);
    tests::wait::until("the end of the visit to be written down", async || {
        let accesses = talking.accesses("live").await;
        Ok((accesses.len() == 2).then_some(accesses))
    })
    .await
    .unwrap();
    let ended = talking.accesses("live").await;
    assert!(ended[0]["detail"].as_str().unwrap().starts_with("ended after"), "{ended:?}");
    // A session that is ended ends what it watches.
    let mut live = tenant.events(&talking.path("/live")).await.unwrap();
    live.next().await.unwrap().unwrap();
    tenant.ask(Method::DELETE, "/v1/session", None).await.unwrap();
    let reason = loop {
        match live.next().await.unwrap() {
            Some((name, data)) if name == "end" => break data["reason"].as_str().unwrap().to_owned(),
            Some(_) => {}
            None => panic!("it ended without a word"),
        }
    };
    assert_eq!(reason, "the session was ended");
    assert!(live.next().await.unwrap().is_none());
    talking.stop().await;
}

#[tokio::test]
async fn a_day_at_a_second_is_one_answer() {
    let talking = TalkingLease::new(1).await;
    let tenant = talking.tenant().await;
    let now = tests::api_session::now();
    let mut connection = AnyConnection::connect(&talking.world.database.url).await.unwrap();
    let sql = format!(
        "INSERT INTO samples (lease, at_ms, replica_millis, cpu_nanos, memory_byte_seconds, network_bytes) \
         WITH RECURSIVE t (s) AS (SELECT 1 UNION ALL SELECT s + 1 FROM t WHERE s < 86400) \
         SELECT '{:#x}', ({now} - 86500 + s) * 1000, s * 1000, s * 123456789, CAST(s * 50000000 AS TEXT), s * 1234 FROM t",
        talking.lease
    );
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
    connection.close().await.unwrap();
    for (step, least) in [(1, 86_000), (60, 1_400)] {
        let began = Instant::now();
        let path = talking.path(&format!("/series?since={}&step={step}", (now - 86_500) * 1000));
        let answer = tenant.request(Method::GET, &path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let body = answer.bytes().await.unwrap();
        let took = began.elapsed();
        eprintln!("a day of a series at {step} s: {took:?}, {} bytes", body.len());
        assert!(took < Duration::from_secs(8), "it has ten seconds: {took:?}");
        let series: Value = serde_json::from_slice(&body).unwrap();
        let values = series["cpu"].as_array().unwrap();
        assert!(values.len() >= least && values[..1_000].iter().all(|cpu| cpu == 0.1235), "{}", values.len());
    }
    talking.stop().await;
}
