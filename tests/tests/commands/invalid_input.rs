//! Invalid input and missing preconditions on the command line: each is refused with a clear error and a remedy, and nothing
//! is lost.

use std::{ffi::OsStr, process::Output};

use anvil::Actor;
use serde_json::Value;
use solidity::deploy::Deployment;
use tests::{program, transactions, world::World};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    process::Command,
};

async fn world() -> World {
    World::builder().without_containers().start().await.unwrap()
}

/// The program as the tenant.
fn tenant(world: &World) -> Command {
    world.command_of(Actor::Tenant)
}

/// The refusal of a deployment.
async fn deploy(world: &World, manifest: impl AsRef<OsStr>, deposit: &str) -> String {
    let mut command = tenant(world);
    command.arg("deploy").arg(manifest).args(["--max-rate", "1/h", "--deposit", deposit, "--cpus", "0.1"]);
    refused(command.args(["--memory", "64", "--disk", "64"])).await
}

/// What the program says when it refuses; it must refuse, and say so in one place.
async fn refused(command: &mut Command) -> String {
    let output = command.output().await.unwrap();
    let said = text(&output);
    assert!(!output.status.success(), "it should have been refused: {said}");
    assert!(said.contains("error"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test]
async fn a_manifest_that_cannot_run_is_refused_before_any_money_moves() {
    let world = world().await;
    let service = |line: &str| format!("services:\n  web:\n    image: x\n    {line}\n");
    for (manifest, told) in [
        ("\tnot: [yaml".to_owned(), "YAML"),
        ("[1, 2]".to_owned(), "mapping"),
        ("name: nothing\n".to_owned(), "services"),
        (service("privileged: true"), "services.web.privileged"),
        (service("network_mode: host"), "services.web.network_mode"),
        (service("cap_add: [SYS_ADMIN]"), "services.web.cap_add"),
        (service("devices: [/dev/kmsg]"), "services.web.devices"),
        (service("volumes: ['/etc:/host']"), "services.web.volumes"),
    ] {
        let file = world.write("manifest.yaml", &manifest).unwrap();
        let said = deploy(&world, &file, "0.01").await;
        assert!(said.contains(told), "{manifest}\n{said}");
    }
    let said = deploy(&world, &world.path("missing.yaml"), "0.01").await;
    assert!(said.contains("missing.yaml is not readable"), "{said}");
    let market = world.devnet.market(Actor::Tenant).await.unwrap();
    assert!(market.LeaseOpened_filter().from_block(0).query().await.unwrap().is_empty(), "a lease was opened");
}

#[tokio::test]
async fn amounts_that_do_not_do_are_refused_with_numbers() {
    let world = world().await;
    let file = world.write("manifest.yaml", "services:\n  web:\n    image: x\n").unwrap();
    let said = deploy(&world, &file, "0.00000000000000001").await;
    let missing = "0.00000000000000001 ETH does not keep the notice period's 0.00000000000000003 ETH";
    assert!(said.contains(missing), "{said}");
    for deposit in ["-1", "plenty", "0.0000000000000000001"] {
        let said = deploy(&world, &file, deposit).await;
        assert!(said.contains("is not an amount of ETH"), "{deposit}: {said}");
    }
    let mut command = tenant(&world);
    command.arg("deploy").arg(&file).args(["--max-rate", "0.000000000000000001/h", "--deposit", "0.01"]);
    let said = refused(command.args(["--cpus", "0.1", "--memory", "64", "--disk", "64"])).await;
    assert!(said.contains("above the budget"), "{said}");
    let mut command = tenant(&world);
    command.arg("deploy").arg(&file).args(["--max-rate", "1/h", "--deposit", "0.01", "--cpus", "64"]);
    let said = refused(&mut command).await;
    assert!(said.contains("offer 1: 10000 millicores are free where 64000 are asked: ask for 54000 fewer"), "{said}");
}

#[tokio::test]
async fn a_lease_that_is_not_there_is_said_to_be_so() {
    let world = world().await;
    let said = refused(tenant(&world).args(["show", "0xabcdef"])).await;
    assert!(said.contains("no lease id starts with 0xabcdef"), "{said}");
    let said = refused(tenant(&world).args(["show", "lease"])).await;
    assert!(said.contains("is not a lease id"), "{said}");
}

#[tokio::test]
async fn a_stranger_is_refused_and_an_unfit_count_too() {
    let world = world().await;
    let order = transactions::order(Default::default(), 1, 7);
    let (lease, _) = world.take(order, 10_000).await.unwrap();
    let stranger = format!("0x{:x}", Actor::Stranger.signer().to_bytes());
    for verb in [vec!["scale", "2"], vec!["close"]] {
        let mut command = tenant(&world);
        command.env("TIDEMARK_DEV_KEY", &stranger).arg(verb[0]).arg(lease.to_string()).args(&verb[1..]);
        let said = refused(&mut command).await;
        assert!(said.contains("has no right to this"), "{said}");
    }
    let said = refused(tenant(&world).arg("scale").arg(lease.to_string()).arg("9")).await;
    assert!(said.contains("9 replicas are outside the lease's bounds of 0 to 8"), "{said}");
}

#[tokio::test]
async fn a_chain_that_is_away_or_talks_nonsense_is_named() {
    let world = world().await;
    let said = refused(tenant(&world).arg("ls").args(["--rpc-url", "ws://127.0.0.1:1"])).await;
    assert!(said.contains("does not answer at ws://127.0.0.1:1"), "{said}");

    let garbage = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", garbage.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = garbage.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n<garbage>").await;
        }
    });
    let said = refused(tenant(&world).arg("ls").args(["--rpc-url", &url])).await;
    assert!(said.contains("check TIDEMARK_RPC_URL"), "{said}");
}

#[tokio::test]
async fn an_address_that_is_not_ours_is_refused() {
    let world = world().await;
    let mut wrong = world.devnet.deployment.clone();
    wrong.market = world.devnet.token;
    wrong.write(&world.path("deployment.json")).unwrap();
    let said = refused(tenant(&world).arg("ls")).await;
    assert!(said.contains("is not of Tidemark's market"), "{said}");
    let said = refused(tenant(&world).args(["contracts", "deploy"])).await;
    assert!(said.contains("names a deployment that is not usable"), "{said}");
    world.write("deployment.json", "{}").unwrap();
    assert!(refused(tenant(&world).arg("ls")).await.contains("is not a deployment"));
    std::fs::remove_file(world.path("deployment.json")).unwrap();
    assert!(refused(tenant(&world).arg("ls")).await.contains("set TIDEMARK_DEPLOYMENT"));
}

#[tokio::test]
async fn contracts_deploy_writes_what_everything_reads_and_does_not_deploy_twice() {
    let world = world().await;
    let file = world.path("mine/deployment.json");
    let deploy = || async {
        let mut command = tenant(&world);
        let output = command.args(["contracts", "deploy", "--json", "--out"]).arg(&file).output().await.unwrap();
        assert!(output.status.success(), "{}", text(&output));
        serde_json::from_slice::<Deployment>(&output.stdout).unwrap()
    };
    let first = deploy().await;
    assert_eq!(Deployment::read(&file).unwrap(), first);
    assert_ne!(first.market, world.devnet.deployment.market);
    assert_eq!(deploy().await, first, "a second call finds the first's market");
}

#[tokio::test]
async fn a_keystore_opens_with_its_password_and_no_other() {
    let world = world().await;
    let password = world.write("password", "correct horse\n").unwrap();
    let init = |password: &str| {
        let mut command = program::tidemark();
        command.args(["provider", "init", "--json", "--folder"]).arg(world.path("keys"));
        command.arg("--password-file").arg(password);
        command
    };
    let output = init(&password).output().await.unwrap();
    assert!(output.status.success(), "{}", text(&output));
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(refused(&mut init(&password)).await.contains("exists already"));

    let with = |password: &str| {
        let mut command = tenant(&world);
        command.env_remove("TIDEMARK_DEV_KEY").env("TIDEMARK_KEYSTORE", world.path("keys/keystore.json"));
        command.env("TIDEMARK_PASSWORD_FILE", password).args(["provider", "withdraw"]);
        command
    };
    let wrong = world.write("wrong", "battery staple\n").unwrap();
    assert!(refused(&mut with(&wrong)).await.contains("is the password right?"));
    let said = refused(&mut with(&password)).await;
    assert!(said.contains("there are no earnings in ETH"), "{said}");
    let secret = std::fs::read_to_string(world.path("keys/sealing.key")).unwrap();
    assert!(!made.to_string().contains(secret.trim()), "the answer shows the secret key");
}

#[tokio::test]
async fn a_raw_key_is_for_the_local_chain_alone() {
    let world = World::builder().chain_id(4242).without_provider().start().await.unwrap();
    let key = program::dev_key(Actor::Tenant);
    let mut command = tenant(&world);
    let said = refused(command.args(["topup", "0x00", "1"])).await;
    assert!(said.contains("refused on chain 4242"), "{said}");
    assert!(!said.contains(&key[4..]), "the key is shown: {said}");
}

#[tokio::test]
async fn settings_that_are_wrong_or_unknown_are_named() {
    let said = refused(program::tidemark().env("TIDEMARK_LISTEN", "nowhere").args(["provider", "run"])).await;
    assert!(said.contains("--listen") && said.contains("TIDEMARK_LISTEN"), "{said}");
    let said = refused(program::tidemark().env("TIDEMARK_LISEN", "127.0.0.1:1").args(["provider", "run"])).await;
    assert!(said.contains("TIDEMARK_LISEN is not a setting"), "{said}");
    let said = refused(program::tidemark().args(["ls", "--log", "=="])).await;
    assert!(said.contains("TIDEMARK_LOG"), "{said}");
}

#[tokio::test]
async fn the_doctor_names_each_complaint() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program::tidemark();
    command
        .args(["doctor", "--json", "--rpc-url", "ws://127.0.0.1:1", "--docker-host", "tcp://127.0.0.1:1"])
        .arg("--deployment")
        .arg(folder.path().join("none.json"))
        .arg("--database-url")
        .arg("sqlite:/proc/none/tidemark.db");
    let output = command.output().await.unwrap();
    assert!(!output.status.success());
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    for what in ["rpc", "clock", "addresses", "keys", "docker", "database"] {
        let finding = findings.iter().find(|finding| finding["what"] == what).unwrap();
        assert_eq!(finding["well"], false, "{finding}");
        assert!(finding["seen"].as_str().unwrap().len() > 10, "{finding}");
    }
}
