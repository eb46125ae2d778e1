//! The README's tour, typed word for word: a provider from its keys to its money, and a tenant beside it. Then a node that
//! is away when the provider starts, goes away, and talks nonsense.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use alloy::{
    primitives::{Address, B256, U256, utils::parse_ether},
    providers::ext::AnvilApi,
};
use anvil::{Actor, Devnet, Options};
use serde_json::Value;
use tempfile::TempDir;
use tests::{
    faulty_node::{FaultyNode, NodeFault},
    program,
    provider::{Sweep, until},
    transactions::DEPLOY,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    process::{Child, Command},
};

const PATIENCE: Duration = Duration::from_secs(60);

/// A chain and a folder with its deployment; whatever a provider leaves on the engine goes with it.
struct Scene {
    devnet: Devnet,
    folder: TempDir,
    /// Where the provider is to listen.
    port: u16,
}

impl Scene {
    async fn new() -> Self {
        let devnet = Devnet::start(Options::default()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        devnet.deployment.write(&folder.path().join("deployment.json")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        Self { devnet, folder, port }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self) -> Command {
        let mut command = program::tidemark();
        command.env("TIDEMARK_RPC_URL", self.devnet.ws_url());
        command.env("TIDEMARK_DEPLOYMENT", self.path("deployment.json"));
        command
    }

    fn tenant(&self) -> Command {
        let mut command = self.command();
        command.env("TIDEMARK_DEV_KEY", key(Actor::Tenant));
        command
    }

    /// With the keystore that `provider init` made.
    fn provider(&self) -> Command {
        let mut command = self.command();
        command.env("TIDEMARK_KEYSTORE", self.path("keys/keystore.json"));
        command.env("TIDEMARK_PASSWORD_FILE", self.path("password"));
        command
    }

    /// `tidemark provider run`, over an RPC.
    fn run(&self, mut command: Command, rpc_url: &str) -> Child {
        command.env("TIDEMARK_RPC_URL", rpc_url).args(["provider", "run", "--confirmations", "1"]);
        command.args(["--listen", &format!("127.0.0.1:{}", self.port), "--claim-every", "2s", "--database-url"]);
        command.arg(format!("sqlite:{}", self.path("tidemark.db").display()));
        command.stderr(Stdio::from(std::fs::File::create(self.path("log")).unwrap())).spawn().unwrap()
    }

    async fn get(&self, path: &str) -> anyhow::Result<String> {
        let answer = reqwest::get(format!("http://127.0.0.1:{}{path}", self.port)).await?;
        Ok(answer.error_for_status()?.text().await?)
    }

    async fn status(&self) -> anyhow::Result<Value> {
        Ok(serde_json::from_str(&self.get("/v1/status").await?)?)
    }
}

fn key(actor: Actor) -> String {
    format!("0x{:x}", actor.signer().to_bytes())
}

/// What the program answers with `--json`; it must succeed.
async fn answer(command: &mut Command, words: &[&str]) -> Value {
    let output = command.args(words).arg("--json").output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {said}");
    let stdout = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(stdout.lines().last().unwrap_or_default()).unwrap_or_else(|_| panic!("{words:?}: {stdout}"))
}

/// What the program tells people.
async fn told(command: &mut Command, words: &[&str]) -> String {
    let output = command.args(words).output().await.unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{words:?}: {stdout}{}", String::from_utf8_lossy(&output.stderr));
    stdout
}

fn number(value: &Value) -> U256 {
    value.as_str().unwrap_or_else(|| panic!("{value} is no decimal string")).parse().unwrap()
}

#[tokio::test]
async fn every_word_of_the_tour_does_what_the_readme_says() {
    let scene = Scene::new().await;
    std::fs::write(scene.path("password"), "correct horse\n").unwrap();
    let keys = scene.path("keys");
    let init = ["provider", "init", "--folder", keys.to_str().unwrap()];
    let made = answer(&mut scene.provider(), &init).await;
    let address: Address = made["address"].as_str().unwrap().parse().unwrap();
    let _sweep = Sweep::of(address, &scene.devnet);
    let chain = scene.devnet.provider(Actor::Deployer).await.unwrap();
    chain.anvil_set_balance(address, parse_ether("10").unwrap()).await.unwrap();

    let endpoint = format!("http://127.0.0.1:{}", scene.port);
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
    let registered = answer(&mut scene.provider(), &register).await;
    assert_eq!((registered["offer"].as_u64(), registered["provider"].as_str()), (Some(1), made["address"].as_str()));
    let mut running = scene.run(scene.provider(), &scene.devnet.ws_url());
    until("the API", async || Ok(scene.status().await.ok())).await.unwrap();

    let deploy = ["deploy", "sample/compose.yaml", "--max", "3", "--max-rate", "1/h", "--deposit", "0.05"];
    let deployed = answer(&mut scene.tenant(), &deploy).await;
    let lease = deployed["lease"].as_str().unwrap();
    let front = deployed["containers"].as_array().unwrap().iter().find(|seen| seen["service"] == "front").unwrap();
    let at = front["ports"]["8080/tcp"].as_str().unwrap();
    assert!(reqwest::get(format!("http://{at}/health")).await.unwrap().status().is_success(), "it is reached at {at}");

    let listed = answer(&mut scene.tenant(), &["ls"]).await;
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["lease"], lease);
    assert!(told(&mut scene.tenant(), &["ls"]).await.contains(&lease[..12]));
    answer(&mut scene.tenant(), &["scale", &lease[..10], "2"]).await;
    until("two healthy replicas", async || {
        let shown = answer(&mut scene.tenant(), &["show", lease]).await;
        Ok((shown["atProvider"]["replicas"]["healthy"] == 2).then_some(()))
    })
    .await
    .unwrap();
    let shown = told(&mut scene.tenant(), &["show", lease]).await;
    for word in ["chain", "clearing", "container", "meter", "proof", "scale", "settlement"] {
        assert!(shown.contains(word), "{word} is missing: {shown}");
    }
    let set = answer(&mut scene.tenant(), &["policy", lease, "--max", "6", "--cooldown", "45"]).await;
    let shown = answer(&mut scene.tenant(), &["show", lease]).await;
    assert_eq!(shown["policy"], set["policy"], "what was set is what is shown");
    for (what, is) in [("minReplicas", 1), ("maxReplicas", 6), ("cooldown", 45), ("target", 70)] {
        assert_eq!(shown["policy"][what], is, "{what}: what was not named stays");
    }
    let printed = answer(&mut scene.tenant(), &["logs", lease, "--tail", "5"]).await;
    assert!(printed.as_array().is_some_and(|lines| lines.len() <= 5), "{printed}");
    let health = ["exec", lease, "--service", "front", "--", "/sample", "health", "http://127.0.0.1:8080/health"];
    assert!(scene.tenant().args(health).stdin(Stdio::null()).status().await.unwrap().success());
    let live = answer(&mut scene.tenant(), &["top", lease, "--once"]).await;
    assert!(live["memoryBytes"].as_f64() > Some(0.0), "{live}");
    let guest = Actor::Stranger.address().to_string();
    let shared = answer(&mut scene.tenant(), &["share", lease, &guest, "--scope", "logs", "--for", "1h"]).await;
    assert_eq!((&shared["grantee"], &shared["scope"]), (&guest.as_str().into(), &"logs".into()));
    answer(&mut scene.tenant(), &["unshare", lease, &guest]).await;
    let accesses = answer(&mut scene.tenant(), &["accesses", lease]).await;
    let mut kinds: Vec<&str> =
        accesses.as_array().unwrap().iter().filter_map(|access| access["what"].as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds, ["grant", "live", "logs", "revoke", "shell"], "{accesses}");
    let before = number(&answer(&mut scene.tenant(), &["show", lease]).await["balance"]);
    answer(&mut scene.tenant(), &["topup", lease, "0.1"]).await;
    let after = number(&answer(&mut scene.tenant(), &["show", lease]).await["balance"]);
    assert!(after > before + parse_ether("0.09").unwrap());

    until("something to verify and something paid", async || {
        let shown = answer(&mut scene.tenant(), &["show", lease]).await;
        Ok((number(&shown["paid"]) > U256::ZERO).then_some(()))
    })
    .await
    .unwrap();
    let verdict = answer(&mut scene.command(), &["verify", lease]).await;
    assert_eq!(verdict["verified"], true, "{verdict}");
    assert!(verdict["checks"].as_array().unwrap().len() >= 4);

    let closed = answer(&mut scene.tenant(), &["close", lease]).await;
    assert_eq!(closed["lease"].as_str(), Some(lease), "{closed}");
    let status = answer(&mut scene.provider(), &["provider", "status"]).await;
    assert_eq!((status["openLeases"].as_u64(), status["leases"].as_u64()), (Some(0), Some(1)));
    let earned = number(&status["earnings"][0]["amount"]);
    assert!(earned > U256::ZERO);
    let withdrawn = answer(&mut scene.provider(), &["provider", "withdraw"]).await;
    assert_eq!(number(&withdrawn["withdrawn"]), earned);

    let metrics = scene.get("/metrics").await.unwrap();
    for stage in ["chain", "container", "meter", "proof", "settlement"] {
        assert!(metrics.contains(&format!("tidemark_stage_run_seconds_count{{stage=\"{stage}\"}}")), "{stage}");
    }
    let stages = &scene.status().await.unwrap()["stages"];
    assert!(stages.as_object().unwrap().values().all(|run| run["error"].is_null()), "{stages}");
    ends(&mut running).await;
    let log = std::fs::read_to_string(scene.path("log")).unwrap();
    assert!(!log.contains("correct horse") && !log.contains("panicked"), "{log}");
}

#[tokio::test]
async fn a_lease_can_be_paid_in_a_token() {
    let scene = Scene::new().await;
    let _sweep = Sweep::of(Actor::Provider.address(), &scene.devnet);
    std::fs::write(scene.path("sealing.pub"), format!("{}\n", B256::repeat_byte(7))).unwrap();
    let provider = || {
        let mut command = scene.command();
        command.env("TIDEMARK_DEV_KEY", key(Actor::Provider));
        command
    };
    let (endpoint, token) = (format!("http://127.0.0.1:{}", scene.port), scene.devnet.token.to_string());
    let sealing = scene.path("sealing.pub");
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
        "--currency",
        &token,
        "--price-cpu",
        "0.04",
        "--price-memory",
        "0.005",
    ];
    answer(&mut provider(), &register).await;
    let mut running = scene.run(provider(), &scene.devnet.ws_url());
    until("the API", async || Ok(scene.status().await.ok())).await.unwrap();

    // The program asks for what it needs, when nothing was allowed before.
    let tokens = scene.devnet.token(Actor::Tenant).await.unwrap();
    tokens.approve(scene.devnet.deployment.market, U256::ZERO).send().await.unwrap().get_receipt().await.unwrap();
    let before = tokens.balanceOf(Actor::Tenant.address()).call().await.unwrap();
    let deploy = ["deploy", "sample/compose.yaml", "--max-rate", "1/h", "--deposit", "2.5"];
    let deployed = answer(&mut scene.tenant(), &deploy).await;
    let lease = deployed["lease"].as_str().unwrap();
    let paid_in = tokens.balanceOf(Actor::Tenant.address()).call().await.unwrap();
    assert_eq!(before - paid_in, U256::from(2_500_000), "six decimals");
    assert!(told(&mut scene.tenant(), &["show", lease]).await.contains("deposited 2.5 "));
    until("something paid", async || {
        let shown = answer(&mut scene.tenant(), &["show", lease]).await;
        Ok((number(&shown["paid"]) > U256::ZERO).then_some(()))
    })
    .await
    .unwrap();
    let closed = answer(&mut scene.tenant(), &["close", lease]).await;
    let (paid, returned) = (number(&closed["paid"]), number(&closed["returned"]));
    assert_eq!(paid + returned, U256::from(2_500_000));
    assert_eq!(tokens.balanceOf(Actor::Tenant.address()).call().await.unwrap(), before - paid);
    let withdrawn = answer(&mut provider(), &["provider", "withdraw", "--currency", &token]).await;
    assert_eq!(number(&withdrawn["withdrawn"]), paid);
    ends(&mut running).await;
}

/// SIGTERM, and the program ends by itself and well.
async fn ends(child: &mut Child) {
    let pid = child.id().unwrap().to_string();
    Command::new("kill").args(["-TERM", &pid]).status().await.unwrap();
    let ended = tokio::time::timeout(PATIENCE, child.wait()).await.expect("it does not end").unwrap();
    assert!(ended.success(), "{ended}");
}

#[tokio::test]
async fn why_a_lease_has_its_replicas_can_be_asked_and_taken_over() {
    let scene = Scene::new().await;
    let _sweep = Sweep::of(Actor::Provider.address(), &scene.devnet);
    let endpoint = format!("http://127.0.0.1:{}", scene.port);
    tests::transactions::register(&scene.devnet, Actor::Provider, &endpoint).await.unwrap();
    let mut command = scene.command();
    command.env("TIDEMARK_DEV_KEY", key(Actor::Provider)).env("TIDEMARK_SCALE_EVERY", "1s");
    let mut running = scene.run(command, &scene.devnet.ws_url());
    until("the API", async || Ok(scene.status().await.ok())).await.unwrap();
    let deployed = answer(&mut scene.tenant(), &DEPLOY).await;
    let lease = deployed["lease"].as_str().unwrap();

    let explained = until("a ruling", async || {
        let said = answer(&mut scene.command(), &["explain", lease]).await;
        Ok(said["newest"]["seen"]["utilization"].is_number().then_some(said))
    });
    let explained = explained.await.unwrap();
    assert_eq!((&explained["policy"], &explained["newest"]["present"]), (&"threshold".into(), &1.into()));
    let said = told(&mut scene.command(), &["explain", &lease[..10]]).await;
    assert!(said.contains("is scaled by threshold, with default in shadow mode") && said.contains("CPU"), "{said}");

    let trace = until("demand that was kept", async || {
        let output = scene.tenant().args(["trace", "lease", lease]).output().await?;
        Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
    });
    let trace = trace.await.unwrap();
    assert!(trace.starts_with("t_seconds,demand\n0,") && trace.lines().count() >= 2, "{trace}");

    let follow = ["agent", lease, "--policy", "hpa-80", "--every", "1s", "--dry-run", "--json"];
    let mut agent = scene.tenant().args(follow).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(agent.stdout.take().unwrap()).lines();
    let first = tokio::time::timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().unwrap();
    let first: Value = serde_json::from_str(&first).unwrap();
    assert_eq!((&first["replicas"], &first["tx"]), (&1.into(), &Value::Null), "{first}");
    assert!(first["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{first}");
    agent.kill().await.unwrap();
    let mut stranger = scene.command();
    let refused = stranger.env("TIDEMARK_DEV_KEY", key(Actor::Stranger)).args(follow).output().await.unwrap();
    assert!(
        String::from_utf8_lossy(&refused.stdout).contains("only its tenant")
            || String::from_utf8_lossy(&refused.stderr).contains("only its tenant")
    );
    running.kill().await.unwrap();
}

#[tokio::test]
async fn a_node_may_be_away_at_the_start_go_away_and_talk_nonsense() {
    let scene = Scene::new().await;
    let _sweep = Sweep::of(Actor::Provider.address(), &scene.devnet);
    let endpoint = format!("http://127.0.0.1:{}", scene.port);
    tests::transactions::register(&scene.devnet, Actor::Provider, &endpoint).await.unwrap();
    let node = FaultyNode::start(scene.devnet.http_url()).await.unwrap();
    node.set_fault(NodeFault::Down);
    let mut command = scene.command();
    command.env("TIDEMARK_DEV_KEY", key(Actor::Provider));
    let mut running = scene.run(command, &node.url);
    // The API answers, and says what is the matter.
    until("the status to name the node", async || {
        let status = scene.status().await.ok();
        let error = status.and_then(|status| status["stages"]["chain"]["error"].as_str().map(str::to_owned));
        Ok(error.filter(|error| error.contains("check that the node runs")))
    })
    .await
    .unwrap();
    node.set_fault(NodeFault::None);
    let deployed = answer(&mut scene.tenant(), &DEPLOY).await;
    let containers = |shown: &Value| {
        let all = shown["containers"].as_array().cloned().unwrap_or_default();
        all.into_iter().map(|seen| (seen["container"].to_string(), seen["state"].to_string())).collect::<Vec<_>>()
    };
    let lease: Value = deployed["lease"].clone();
    let path = format!("/v1/leases/{}", lease.as_str().unwrap());
    let before = containers(&serde_json::from_str(&scene.get(&path).await.unwrap()).unwrap());
    assert!(!before.is_empty());
    for fault in [NodeFault::Down, NodeFault::NotJson, NodeFault::WrongShape] {
        node.set_fault(fault.clone());
        let failing = async || {
            let status = scene.status().await?;
            Ok((status["stages"]["chain"]["failures"].as_u64() >= Some(2)).then_some(()))
        };
        until("the chain stage to fail twice", failing).await.unwrap();
        let now = containers(&serde_json::from_str(&scene.get(&path).await.unwrap()).unwrap());
        assert_eq!(now, before, "{fault:?}: unreachable is not gone");
        node.set_fault(NodeFault::None);
        until("the chain stage to be well", async || {
            let status = scene.status().await?;
            Ok(status["stages"]["chain"]["error"].is_null().then_some(()))
        })
        .await
        .unwrap();
    }
    // And it still hears what the chain says.
    let started = Instant::now();
    answer(&mut scene.tenant(), &["close", lease.as_str().unwrap()]).await;
    until("the containers to be gone", async || {
        let now = containers(&serde_json::from_str(&scene.get(&path).await?)?);
        Ok(now.is_empty().then_some(()))
    })
    .await
    .unwrap();
    assert!(started.elapsed() < PATIENCE * 3);
    ends(&mut running).await;
}

#[tokio::test]
async fn a_second_orchestrator_on_the_same_database_or_port_is_refused_and_the_first_goes_on() {
    let scene = Scene::new().await;
    let _sweep = Sweep::of(Actor::Provider.address(), &scene.devnet);
    let run = |folder: &Path, listen: &str| {
        let mut command = scene.command();
        command.env("TIDEMARK_DEV_KEY", key(Actor::Provider)).args(["provider", "run", "--listen", listen]);
        command.arg("--database-url").arg(format!("sqlite:{}", folder.join("tidemark.db").display()));
        command.stderr(Stdio::piped());
        command
    };
    let listen = format!("127.0.0.1:{}", scene.port);
    let mut first = run(scene.folder.path(), &listen).spawn().unwrap();
    until("the first", async || Ok(scene.status().await.ok())).await.unwrap();
    let other = tempfile::tempdir().unwrap();
    for (folder, listen, told) in [
        (scene.folder.path(), "127.0.0.1:0", "another orchestrator uses"),
        (other.path(), listen.as_str(), "is another orchestrator running?"),
    ] {
        let output = run(folder, listen).output().await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(told), "{said}");
    }
    let iteration = async || scene.status().await.map(|status| status["stages"]["chain"]["iteration"].as_u64());
    let before = iteration().await.unwrap();
    until("the first to go on", async || Ok((iteration().await? > before).then_some(()))).await.unwrap();
    ends(&mut first).await;
}
