//! The commands of `docs/tenant.md`, `docs/provider.md` and `docs/scaling.md`, as they are written there: a provider from its
//! keys to its payout and a tenant beside it; a lease paid in a token; a lease whose scaling is explained and taken over.
//! Those of `docs/approvals.md` and `docs/disputes.md` are typed in `tests/tests/enforcement`, those of `docs/auctions.md` in
//! `tests/tests/clearing`.

use std::process::Stdio;

use alloy::{
    primitives::{Address, B256, U256, utils::parse_ether},
    providers::ext::AnvilApi,
};
use anvil::Actor;
use serde_json::Value;
use tests::{
    transactions::{self, DEPLOY},
    wait::{PATIENCE, until},
    world::number,
};
use tokio::io::{AsyncBufReadExt, BufReader};

use super::{answer, tenant, text, world};

/// The settings of a provider that settles often.
const CLAIM_OFTEN: &[(&str, &str)] = &[("TIDEMARK_CLAIM_EVERY", "2s")];

#[tokio::test]
async fn every_documented_command_does_what_the_docs_say() {
    let world = world().await;
    let password = world.write("password", "correct horse\n").unwrap();
    let keys = world.path("keys");
    let keystore = keys.join("keystore.json");
    let identity = [("TIDEMARK_KEYSTORE", keystore.to_str().unwrap()), ("TIDEMARK_PASSWORD_FILE", password.as_str())];
    let provider = || {
        let mut command = world.command();
        command.envs(identity);
        command
    };
    let init = ["provider", "init", "--folder", keys.to_str().unwrap()];
    let made = answer(&mut provider(), &init).await;
    let address: Address = made["address"].as_str().unwrap().parse().unwrap();
    let chain = world.devnet.provider(Actor::Deployer).await.unwrap();
    chain.anvil_set_balance(address, parse_ether("10").unwrap()).await.unwrap();

    let endpoint = format!("http://127.0.0.1:{}", world.port);
    let sealing = keys.join("sealing.pub");
    let register = [
        "provider",
        "register",
        "--endpoint",
        &endpoint,
        "--sealing-key",
        sealing.to_str().unwrap(),
        "--cpus",
        "8",
        "--memory",
        "16384",
        "--disk",
        "100000",
        "--price-cpu",
        "0.00001",
        "--price-memory",
        "0.000002",
    ];
    let registered = answer(&mut provider(), &register).await;
    assert_eq!((registered["offer"].as_u64(), registered["provider"].as_str()), (Some(1), made["address"].as_str()));
    let mut running = world.program(address, &identity, CLAIM_OFTEN).unwrap();
    running.start(&world).await.unwrap();

    let deploy = ["deploy", "sample/compose.yaml", "--max", "3", "--max-rate", "1/h", "--deposit", "0.05"];
    let deployed = tenant(&world, &deploy).await;
    let lease = deployed["lease"].as_str().unwrap();
    let front = deployed["containers"].as_array().unwrap().iter().find(|seen| seen["service"] == "front").unwrap();
    let at = front["ports"]["8080/tcp"].as_str().unwrap();
    assert!(reqwest::get(format!("http://{at}/health")).await.unwrap().status().is_success(), "it is reached at {at}");

    let listed = tenant(&world, &["ls"]).await;
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["lease"], lease);
    assert!(text(&mut world.command_of(Actor::Tenant), &["ls"]).await.contains(&lease[..12]));
    tenant(&world, &["scale", &lease[..10], "2"]).await;
    until("two healthy replicas", async || {
        let shown = tenant(&world, &["show", lease]).await;
        Ok((shown["atProvider"]["replicas"]["healthy"] == 2).then_some(()))
    })
    .await
    .unwrap();
    let shown = text(&mut world.command_of(Actor::Tenant), &["show", lease]).await;
    for word in ["chain", "clearing", "container", "meter", "proof", "scale", "settlement"] {
        assert!(shown.contains(word), "{word} is missing: {shown}");
    }
    let set = tenant(&world, &["policy", lease, "--max", "6", "--cooldown", "45"]).await;
    let shown = tenant(&world, &["show", lease]).await;
    assert_eq!(shown["policy"], set["policy"], "what was set is what is shown");
    for (what, is) in [("minReplicas", 1), ("maxReplicas", 6), ("cooldown", 45), ("target", 70)] {
        assert_eq!(shown["policy"][what], is, "{what}: what was not named stays");
    }
    let printed = tenant(&world, &["logs", lease, "--tail", "5"]).await;
    assert!(printed.as_array().is_some_and(|lines| lines.len() <= 5), "{printed}");
    let health = ["exec", lease, "--service", "front", "--", "/sample", "health", "http://127.0.0.1:8080/health"];
    assert!(world.command_of(Actor::Tenant).args(health).stdin(Stdio::null()).status().await.unwrap().success());
    let live = tenant(&world, &["top", lease, "--once"]).await;
    assert!(live["memoryBytes"].as_f64() > Some(0.0), "{live}");
    let guest = Actor::Stranger.address().to_string();
    let shared = tenant(&world, &["share", lease, &guest, "--scope", "logs", "--for", "1h"]).await;
    assert_eq!((&shared["grantee"], &shared["scope"]), (&guest.as_str().into(), &"logs".into()));
    tenant(&world, &["unshare", lease, &guest]).await;
    let accesses = tenant(&world, &["accesses", lease]).await;
    let mut kinds: Vec<&str> =
        accesses.as_array().unwrap().iter().filter_map(|access| access["what"].as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds, ["grant", "live", "logs", "revoke", "shell"], "{accesses}");
    let before = number(&tenant(&world, &["show", lease]).await["balance"]);
    tenant(&world, &["topup", lease, "0.1"]).await;
    let after = number(&tenant(&world, &["show", lease]).await["balance"]);
    assert!(after > before + parse_ether("0.09").unwrap());

    until("something to verify and something paid", async || {
        let shown = tenant(&world, &["show", lease]).await;
        Ok((number(&shown["paid"]) > U256::ZERO).then_some(()))
    })
    .await
    .unwrap();
    let verdict = answer(&mut world.command(), &["verify", lease]).await;
    assert_eq!(verdict["verified"], true, "{verdict}");
    assert!(verdict["checks"].as_array().unwrap().len() >= 4);

    let closed = tenant(&world, &["close", lease]).await;
    assert_eq!(closed["lease"].as_str(), Some(lease), "{closed}");
    let status = answer(&mut provider(), &["provider", "status"]).await;
    assert_eq!((status["openLeases"].as_u64(), status["leases"].as_u64()), (Some(0), Some(1)));
    let earned = number(&status["earnings"][0]["amount"]);
    assert!(earned > U256::ZERO);
    let withdrawn = answer(&mut provider(), &["provider", "withdraw"]).await;
    assert_eq!(number(&withdrawn["withdrawn"]), earned);

    let metrics = running.api.text("/metrics").await.unwrap();
    for stage in ["chain", "container", "meter", "proof", "settlement"] {
        assert!(metrics.contains(&format!("tidemark_stage_run_seconds_count{{stage=\"{stage}\"}}")), "{stage}");
    }
    let stages = &running.api.get("/v1/status").await.unwrap()["stages"];
    assert!(stages.as_object().unwrap().values().all(|run| run["error"].is_null()), "{stages}");
    running.terminate().await.unwrap();
    let log = running.log(&world).unwrap();
    assert!(!log.contains("correct horse") && !log.contains("panicked"), "{log}");
}

#[tokio::test]
async fn a_lease_can_be_paid_in_a_token() {
    let world = world().await;
    let sealing = world.write("sealing.pub", &format!("{}\n", B256::repeat_byte(7))).unwrap();
    let provider = || world.command_of(Actor::Provider);
    let (endpoint, token) = (format!("http://127.0.0.1:{}", world.port), world.devnet.token.to_string());
    let register = [
        "provider",
        "register",
        "--endpoint",
        &endpoint,
        "--sealing-key",
        &sealing,
        "--cpus",
        "8",
        "--memory",
        "16384",
        "--disk",
        "100000",
        "--currency",
        &token,
        "--price-cpu",
        "0.04",
        "--price-memory",
        "0.005",
    ];
    answer(&mut provider(), &register).await;
    let mut running = world.provider_program(CLAIM_OFTEN).await.unwrap();

    // The program gets the allowance that it needs, when there was none before.
    let tokens = world.devnet.token(Actor::Tenant).await.unwrap();
    tokens.approve(world.devnet.deployment.market, U256::ZERO).send().await.unwrap().get_receipt().await.unwrap();
    let before = tokens.balanceOf(Actor::Tenant.address()).call().await.unwrap();
    let deploy = ["deploy", "sample/compose.yaml", "--max-rate", "1/h", "--deposit", "2.5"];
    let deployed = tenant(&world, &deploy).await;
    let lease = deployed["lease"].as_str().unwrap();
    let paid_in = tokens.balanceOf(Actor::Tenant.address()).call().await.unwrap();
    assert_eq!(before - paid_in, U256::from(2_500_000), "six decimals");
    assert!(text(&mut world.command_of(Actor::Tenant), &["show", lease]).await.contains("deposited 2.5 "));
    until("something paid", async || {
        let shown = tenant(&world, &["show", lease]).await;
        Ok((number(&shown["paid"]) > U256::ZERO).then_some(()))
    })
    .await
    .unwrap();
    let closed = tenant(&world, &["close", lease]).await;
    let (paid, returned) = (number(&closed["paid"]), number(&closed["returned"]));
    assert_eq!(paid + returned, U256::from(2_500_000));
    assert_eq!(tokens.balanceOf(Actor::Tenant.address()).call().await.unwrap(), before - paid);
    let withdrawn = answer(&mut provider(), &["provider", "withdraw", "--currency", &token]).await;
    assert_eq!(number(&withdrawn["withdrawn"]), paid);
    running.terminate().await.unwrap();
}

#[tokio::test]
async fn why_a_lease_has_its_replicas_can_be_asked_and_taken_over() {
    let world = world().await;
    let endpoint = format!("http://127.0.0.1:{}", world.port);
    transactions::register(&world.devnet, Actor::Provider, &endpoint).await.unwrap();
    let mut running = world.provider_program(&[("TIDEMARK_SCALE_EVERY", "1s")]).await.unwrap();
    let deployed = tenant(&world, &DEPLOY).await;
    let lease = deployed["lease"].as_str().unwrap();

    let explained = until("a ruling", async || {
        let said = answer(&mut world.command(), &["explain", lease]).await;
        Ok(said["newest"]["seen"]["utilization"].is_number().then_some(said))
    });
    let explained = explained.await.unwrap();
    assert_eq!((&explained["policy"], &explained["newest"]["present"]), (&"threshold".into(), &1.into()));
    let said = text(&mut world.command(), &["explain", &lease[..10]]).await;
    assert!(said.contains("is scaled by threshold, with default in shadow mode") && said.contains("CPU"), "{said}");

    let trace = until("demand that was kept", async || {
        let output = world.command_of(Actor::Tenant).args(["trace", "lease", lease]).output().await?;
        Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
    });
    let trace = trace.await.unwrap();
    assert!(trace.starts_with("t_seconds,demand\n0,") && trace.lines().count() >= 2, "{trace}");

    let follow = ["agent", lease, "--policy", "hpa-80", "--every", "1s", "--dry-run", "--json"];
    let mut agent = world.command_of(Actor::Tenant).args(follow).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(agent.stdout.take().unwrap()).lines();
    let first = tokio::time::timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().unwrap();
    let first: Value = serde_json::from_str(&first).unwrap();
    assert_eq!((&first["replicas"], &first["tx"]), (&1.into(), &Value::Null), "{first}");
    assert!(first["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{first}");
    agent.kill().await.unwrap();
    let refused = world.command_of(Actor::Stranger).args(follow).output().await.unwrap();
    assert!(
        String::from_utf8_lossy(&refused.stdout).contains("only its tenant")
            || String::from_utf8_lossy(&refused.stderr).contains("only its tenant")
    );
    running.kill().await.unwrap();
}
