//! The names under which services are reached, and the answers for unknown names and closed leases.

use hyper::StatusCode;
use lease::label;
use serde_json::Value;

use crate::{ask, front, get};

#[tokio::test]
async fn a_service_is_reached_by_host_and_by_path_and_its_address_is_told() {
    let running = front(2).await;
    let said: Value = serde_json::from_str(&ask(&running, "/").await.1).unwrap();
    assert_eq!(said["service"], "front", "{said}");
    let label = label::served("web", running.lease);
    let (status, _) = get(running.gateway(), "127.0.0.1", &format!("/{label}/health")).await.unwrap();
    assert_eq!(status, StatusCode::OK);
    // Both replicas answer.
    let mut hosts = std::collections::BTreeSet::new();
    for _ in 0..40 {
        let said: Value = serde_json::from_str(&ask(&running, "/").await.1).unwrap();
        hosts.insert(said["host"].as_str().unwrap().to_owned());
    }
    assert_eq!(hosts.len(), 2);
    for host in [format!("{}.localhost", label.replace("web", "api")), "web-000000000000.localhost".to_owned()] {
        assert_eq!(get(running.gateway(), &host, "/").await.unwrap().0, StatusCode::NOT_FOUND, "{host}");
    }
    assert_eq!(get(running.gateway(), "example.org", "/").await.unwrap().0, StatusCode::MISDIRECTED_REQUEST);

    let view = running.orchestrator.api.shows(running.lease, |view| !view.served.is_empty()).await.unwrap();
    let served = &view.served[0];
    assert_eq!((served.service.as_str(), served.port), ("web", 8080));
    assert_eq!(served.url, format!("http://{label}.localhost:{}", running.gateway().port()));
    assert_eq!(served.path_url, format!("http://{}/{label}", running.gateway()));

    let api = ([127, 0, 0, 1], running.orchestrator.api.port).into();
    let (_, text) = get(api, "localhost", "/metrics").await.unwrap();
    let line = format!("tidemark_gateway_seconds_bucket{{lease=\"{}\",le=\"0.0005\"}}", running.lease);
    assert!(text.contains(&line), "{text}");
    let counted = format!("tidemark_gateway_requests_total{{lease=\"{}\"}}", running.lease);
    let count = text.lines().find_map(|line| line.strip_prefix(&counted)).unwrap().trim().parse::<u64>().unwrap();
    assert!(count >= 42, "{count}");
    running.stop().await;
}

#[tokio::test]
async fn who_asks_for_a_closed_lease_is_told_that() {
    let running = front(1).await;
    running.world.close(&running.terms).await.unwrap();
    running.orchestrator.api.shows(running.lease, |view| view.summary.status == "closed").await.unwrap();
    let said = tests::wait::until("the gateway to know", async || {
        let (status, said) = ask(&running, "/health").await;
        Ok((status == StatusCode::SERVICE_UNAVAILABLE).then_some(said))
    });
    let said = said.await.unwrap();
    assert!(said.contains("the lease is closed"), "{said}");
    running.stop().await;
}
