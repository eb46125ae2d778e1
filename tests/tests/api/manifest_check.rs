//! The check of a manifest before a lease is opened for it.

use reqwest::Client;
use serde_json::{Value, json};
use tests::world::World;

#[tokio::test]
async fn a_manifest_is_checked_by_who_would_run_it() {
    let world = World::start().await.unwrap();
    let orchestrator = world.orchestrator().await.unwrap();
    let http = Client::new();
    let check = async |body: Vec<u8>| -> Value {
        let answer = http.post(orchestrator.api.url("/v1/manifest/check")).body(body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    };
    let sample = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../sample/compose.yaml")).unwrap();
    let sound = check(sample.clone()).await;
    assert_eq!((&sound["ok"], &sound["refusals"]), (&json!(true), &json!([])));
    assert_eq!(sound["hash"], alloy::primitives::keccak256(&sample).to_string());
    assert_eq!(sound["services"][1]["name"], "front");
    assert_eq!(sound["services"][1]["ports"], json!([8080]));

    let refused = check(b"services:\n  web:\n    image: app\n    privileged: true\n    pid: host\n".to_vec()).await;
    assert_eq!((&refused["ok"], refused["refusals"].as_array().unwrap().len()), (&json!(false), 2));
    let first = &refused["refusals"][0];
    assert_eq!(first["path"], "services.web.privileged");
    assert_eq!((&first["line"], &first["column"]), (&json!(4), &json!(5)));
    assert!(first["message"].as_str().unwrap().contains("owns the host"), "{first}");

    let large = check(vec![b'#'; 10 << 20]).await;
    assert_eq!((&large["ok"], &large["refusals"][0]["line"]), (&json!(false), &Value::Null));
    orchestrator.stop().await;
}
