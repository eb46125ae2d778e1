//! Shells: the user and limits they run under, and that none of their processes outlives its socket.

use std::{fs, time::Duration};

use adapters::docker::{MARKER, SWEEP};
use anvil::Actor;
use bollard::exec::{CreateExecOptions, StartExecOptions};
use cli::settings::OrchestratorSettings;
use futures::{SinkExt, StreamExt};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use store::{Store, access::ShellRow};
use tests::{
    api_session::{ApiSession, WebSocket, now, sign_grant},
    running_lease::RunningLease,
    wait::until,
    world::World,
};
use tokio_tungstenite::tungstenite::Message;

use super::TalkingLease;

/// What a command printed, and the last text frame.
async fn rest(socket: &mut WebSocket) -> (Vec<u8>, Value) {
    let (mut bytes, mut last) = (Vec::new(), Value::Null);
    loop {
        match tokio::time::timeout(Duration::from_secs(60), socket.next()).await.expect("the shell says nothing") {
            Some(Ok(Message::Binary(more))) => bytes.extend_from_slice(&more),
            Some(Ok(Message::Text(text))) => last = serde_json::from_str(&text).unwrap(),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return (bytes, last),
            Some(Ok(_)) => {}
        }
    }
}

/// Reads until something was printed.
async fn printed(socket: &mut WebSocket, wanted: &str) -> String {
    let mut text = String::new();
    while !text.contains(wanted) {
        let next = tokio::time::timeout(Duration::from_secs(30), socket.next()).await;
        match next.unwrap_or_else(|_| panic!("{wanted:?} does not come: {text}")) {
            Some(Ok(Message::Binary(more))) => text.push_str(&String::from_utf8_lossy(&more)),
            Some(Ok(_)) => {}
            other => panic!("{other:?} after {text}"),
        }
    }
    text
}

async fn type_in(socket: &mut WebSocket, text: &str) {
    socket.send(Message::Binary(text.as_bytes().to_vec().into())).await.unwrap();
}

impl TalkingLease {
    async fn shell(&self, visitor: &ApiSession, query: &str) -> WebSocket {
        visitor.socket(&self.path(&format!("/shell{query}"))).await.unwrap().unwrap()
    }

    /// Processes of the lease's container but its first one and its naps, as their command lines.
    async fn strays(&self) -> Vec<String> {
        let container = self.world.container(self.lease, "talk", 0).await.unwrap();
        let of = |pid: &str, file: &str| fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
        let mut strays = Vec::new();
        for entry in fs::read_dir("/proc").unwrap() {
            let pid = entry.unwrap().file_name().into_string().unwrap();
            if pid.parse::<u32>().is_ok() && of(&pid, "cgroup").contains(&container) {
                let command = of(&pid, "cmdline").replace('\0', " ");
                if !command.contains("while :") && command.trim() != "sleep 0.5" {
                    strays.push(command);
                }
            }
        }
        strays
    }

    async fn quiet(&self) {
        until("nothing of the shell to be left", async || Ok(self.strays().await.is_empty().then_some(())))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_shell_is_the_containers_own_user_within_its_own_limits() {
    let talking = TalkingLease::new(1).await;
    let tenant = talking.tenant().await;
    let mut socket = talking.shell(&tenant, "?cols=101&rows=33").await;
    type_in(&mut socket, "stty size; id -u; id -g; cat /proc/self/cgroup; grep -E '^(Cap|NoNewPrivs)' /proc/self/status; echo END$((40+2))\n").await;
    let text = printed(&mut socket, "END42").await;
    for wanted in ["33 101", "1234", "5678"] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    // The container's control group, as the machine sees it, has the shell in it.
    assert!(!talking.strays().await.is_empty());
    socket.send(Message::Text(json!({"resize": {"cols": 77, "rows": 22}}).to_string().into())).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    type_in(&mut socket, "stty size\n").await;
    printed(&mut socket, "22 77").await;
    type_in(&mut socket, "exit 7\n").await;
    assert_eq!(rest(&mut socket).await.1, json!({"exit": 7}));
    talking.quiet().await;

    // Capabilities: none, and none to be had.
    let mut socket = talking.shell(&tenant, "?tty=false&command=cat&command=/proc/self/status").await;
    let (status, last) = rest(&mut socket).await;
    let status = String::from_utf8_lossy(&status).into_owned();
    for wanted in ["CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"] {
        assert!(status.contains(wanted), "{wanted}: {status}");
    }
    assert_eq!(last, json!({"exit": 0}));
    let accesses = talking.accesses("shell").await;
    assert_eq!(accesses.len(), 4, "{accesses:?}");
    let said: Vec<&str> = accesses.iter().map(|access| access["detail"].as_str().unwrap()).collect();
    assert!(said.contains(&"/bin/sh") && said.contains(&"cat /proc/self/status"), "{said:?}");
    assert!(said.iter().filter(|said| said.contains("the command ended")).count() == 2, "{said:?}");
    talking.stop().await;
}

#[tokio::test]
async fn without_a_terminal_streams_are_told_apart_and_input_ends() {
    let talking = TalkingLease::new(1).await;
    let tenant = talking.tenant().await;
    let script = "cat%3B%20echo%20oops%20%3E%262%3B%20exit%203";
    let mut socket = talking.shell(&tenant, &format!("?tty=false&command=sh&command=-c&command={script}")).await;
    // Bytes that resemble the engine's own framing are only bytes.
    let input = b"\x01\x00\x00\x00\xff\xff\xff\xffhello\n".to_vec();
    socket.send(Message::Binary(input.clone().into())).await.unwrap();
    socket.send(Message::Text(json!({"eof": true}).to_string().into())).await.unwrap();
    let (mut out, mut err, mut last) = (Vec::new(), Vec::new(), Value::Null);
    while let Some(Ok(message)) = socket.next().await {
        match message {
            Message::Binary(bytes) if bytes[0] == 1 => out.extend_from_slice(&bytes[1..]),
            Message::Binary(bytes) => err.extend_from_slice(&bytes[1..]),
            Message::Text(text) => last = serde_json::from_str(&text).unwrap(),
            _ => {}
        }
    }
    assert_eq!((out, err, last), (input, b"oops\n".to_vec(), json!({"exit": 3})));
    // With one, whatever is printed first.
    let mut socket = talking
        .shell(
            &tenant,
            "?command=sh&command=-c&command=printf%20'%5C001%5C000%5C000%5C000%5C377%5C377%5C377%5C377now'%3B%20cat",
        )
        .await;
    let text = printed(&mut socket, "now").await;
    assert!(text.starts_with('\u{1}'), "{text:?}");
    drop(socket);
    talking.quiet().await;
    let mut socket = talking.shell(&tenant, "?command=no-such-program").await;
    let (_, last) = rest(&mut socket).await;
    assert!(last["exit"].as_i64().is_some_and(|code| code != 0) || last["ended"].is_string(), "{last}");
    talking.stop().await;
}

#[tokio::test]
async fn what_runs_ends_when_the_socket_drops_however_stubborn() {
    let talking = TalkingLease::new(1).await;
    let tenant = talking.tenant().await;
    for stubborn in [
        "sleep 1000; echo END$((40+2))\n",
        "trap '' HUP TERM INT; echo END$((40+2)); while :; do sleep 1000; done\n",
        "(trap '' HUP TERM INT; sleep 1000 & sleep 1001) & echo END$((40+2)); sleep 1002\n",
    ] {
        let mut socket = talking.shell(&tenant, "").await;
        type_in(&mut socket, stubborn).await;
        if stubborn.contains("; echo END$((40+2));") || stubborn.contains("& echo") {
            printed(&mut socket, "END42").await;
        }
        until("it to run", async || {
            Ok(talking.strays().await.iter().any(|command| command.contains("sleep 1000")).then_some(()))
        })
        .await
        .unwrap();
        // No farewell: as when a cable is pulled, or a page closed.
        drop(socket);
        talking.quiet().await;
    }
    until("the ends to be written down", async || {
        let accesses = talking.accesses("shell").await;
        let left =
            accesses.iter().filter(|access| access["detail"].as_str().unwrap().contains("the client left")).count();
        Ok((left == 3).then_some(()))
    })
    .await
    .unwrap();
    talking.stop().await;
}

#[tokio::test]
async fn a_shell_ends_with_the_session_the_grant_and_the_orchestrator() {
    let talking = TalkingLease::new(1).await;
    let (tenant, guest) = (talking.tenant().await, talking.stranger().await);
    let mut socket = talking.shell(&tenant, "").await;
    type_in(&mut socket, "sleep 1000\n").await;
    tenant.ask(Method::DELETE, "/v1/session", None).await.unwrap();
    assert_eq!(rest(&mut socket).await.1, json!({"ended": "the session was ended"}));
    talking.quiet().await;

    let deployment = &talking.world.devnet.deployment;
    let times = (now() - 1, now() + 5);
    let grant = sign_grant(deployment, &Actor::Tenant.signer(), talking.lease, guest.address, "shell", times).unwrap();
    let (status, _) = guest.ask(Method::POST, &talking.path("/grants"), Some(grant)).await.unwrap();
    assert_eq!(status, StatusCode::OK);
    let mut socket = talking.shell(&guest, "").await;
    assert_eq!(rest(&mut socket).await.1, json!({"ended": "the grant has ended"}));
    talking.quiet().await;

    let tenant = talking.tenant().await;
    let mut socket = talking.shell(&tenant, "").await;
    type_in(&mut socket, "sleep 1000\n").await;
    let lease = talking.lease;
    let began = std::time::Instant::now();
    let (said, (world, _image)) = tokio::join!(rest(&mut socket), talking.stop());
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!(said.1, json!({"ended": "the provider is restarting: connect again in a moment"}));
    assert_eq!(execs(&world, lease).await, 0);
    // Containers before their image.
    drop(world);
}

/// Where the machine cannot reach a shell's processes (an engine in a virtual machine, an orchestrator without root), the
/// container's own shell ends them.
#[tokio::test]
async fn what_bears_the_marker_can_be_ended_from_within() {
    let talking = TalkingLease::new(1).await;
    let tenant = talking.tenant().await;
    let mut socket = talking.shell(&tenant, "").await;
    type_in(&mut socket, "trap '' HUP; sleep 1000 & echo \"M=$TIDEMARK_SHELL=\"; sleep 1001\n").await;
    let text = printed(&mut socket, "=\r\n").await;
    let marker = text.rsplit("M=").next().unwrap().split('=').next().unwrap().to_owned();
    assert_eq!(marker.len(), 32, "{text}");
    until("both to run", async || Ok((talking.strays().await.len() >= 3).then_some(()))).await.unwrap();
    let container = talking.world.container(talking.lease, "talk", 0).await.unwrap();
    talking.world.exec(&container, &["/bin/sh", "-c", SWEEP, "sh", &marker]).await.unwrap();
    assert_eq!(rest(&mut socket).await.1, json!({"exit": 137}));
    talking.quiet().await;
    talking.stop().await;
}

/// As when the process was killed: the next one finds the shell written down.
#[tokio::test]
async fn what_a_killed_orchestrator_left_is_ended_by_the_next() {
    let talking = TalkingLease::new(1).await;
    let docker = talking.world.docker().await.unwrap();
    let container = talking.world.container(talking.lease, "talk", 0).await.unwrap();
    let marker = "0123456789abcdef0123456789abcdef".to_owned();
    let options = CreateExecOptions {
        cmd: Some(vec!["sh".to_owned(), "-c".to_owned(), "sleep 1000 & sleep 1001".to_owned()]),
        env: Some(vec![format!("{MARKER}={marker}")]),
        ..CreateExecOptions::default()
    };
    let exec_id = docker.create_exec(&container, options).await.unwrap().id;
    let detached = StartExecOptions { detach: true, ..StartExecOptions::default() };
    docker.start_exec(&exec_id, Some(detached)).await.unwrap();
    until("it to run", async || Ok((talking.strays().await.len() >= 2).then_some(()))).await.unwrap();
    let row = ShellRow { exec_id, container_id: container, marker };
    // The database is the orchestrator's alone while it runs.
    let TalkingLease { running: RunningLease { orchestrator, lease, terms, world }, _image } = talking;
    orchestrator.stop().await;
    let store = Store::open(&world.database.url).await.unwrap();
    store.put_shell(&row).await.unwrap();
    drop(store);
    let orchestrator = world.orchestrator().await.unwrap();
    let talking = TalkingLease { running: RunningLease { orchestrator, lease, terms, world }, _image };
    talking.quiet().await;
    let (world, _image) = talking.stop().await;
    until("it to be forgotten", async || {
        let store = Store::open(&world.database.url).await?;
        Ok(store.shells().await?.is_empty().then_some(()))
    })
    .await
    .unwrap();
    drop(world);
}

/// Commands that run in the lease's container.
async fn execs(world: &World, lease: alloy::primitives::B256) -> usize {
    let container = world.container(lease, "talk", 0).await.unwrap();
    let mut running = 0;
    for exec in world.inspect(&container).await.unwrap().exec_ids.unwrap_or_default() {
        running += usize::from(
            world.docker().await.unwrap().inspect_exec(&exec).await.is_ok_and(|exec| exec.running == Some(true)),
        );
    }
    running
}

#[tokio::test]
async fn idle_shells_end_and_there_are_not_too_many() {
    let talking =
        TalkingLease::with(1, |settings: &mut OrchestratorSettings| settings.shell_idle = Duration::from_secs(3)).await;
    let tenant = talking.tenant().await;
    let mut open = Vec::new();
    for _ in 0..4 {
        open.push(talking.shell(&tenant, "?command=sleep&command=1000").await);
    }
    let refused = tenant.socket(&talking.path("/shell")).await.unwrap().unwrap_err();
    assert_eq!(refused, StatusCode::TOO_MANY_REQUESTS);
    for mut socket in open {
        assert_eq!(rest(&mut socket).await.1, json!({"ended": "nothing was typed or printed for too long"}));
    }
    talking.quiet().await;
    until("a seat to be free", async || Ok(tenant.socket(&talking.path("/shell")).await?.ok().map(drop)))
        .await
        .unwrap();
    talking.stop().await;
}

#[tokio::test]
async fn a_websocket_by_cookie_has_to_come_from_a_page_of_the_provider() {
    let talking = TalkingLease::new(1).await;
    let cookie = format!("tidemark_session={}", talking.tenant().await.token);
    let nobody = ApiSession::anonymous(talking.orchestrator.api.port).unwrap();
    let own = format!("http://localhost:{}", talking.orchestrator.api.port);
    let path = talking.path("/shell?command=id");
    let with = async |headers: &[(&'static str, &str)]| nobody.socket_with(&path, headers).await.unwrap();
    assert_eq!(with(&[("cookie", &cookie)]).await.unwrap_err(), StatusCode::FORBIDDEN);
    let foreign = [("cookie", cookie.as_str()), ("origin", "http://evil.example.org")];
    assert_eq!(with(&foreign).await.unwrap_err(), StatusCode::FORBIDDEN);
    let mut socket = with(&[("cookie", cookie.as_str()), ("origin", own.as_str())]).await.unwrap();
    let (said, last) = rest(&mut socket).await;
    assert!(String::from_utf8_lossy(&said).contains("uid=1234 gid=5678"), "{said:?}");
    assert_eq!(last, json!({"exit": 0}));
    // A plain request is refused with the reason.
    let (status, said) = talking.tenant().await.get(&path).await.unwrap();
    assert_eq!(status, StatusCode::BAD_REQUEST, "{said}");
    talking.stop().await;
}
