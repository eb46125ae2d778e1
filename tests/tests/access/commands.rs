//! Access to a lease from the command line.

use std::{process::Stdio, time::Duration};

use anvil::Actor;
use serde_json::Value;
use tests::{program, wait::until, world::CommandOutput};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::Command,
};

use super::TalkingLease;

impl TalkingLease {
    /// The program with an actor's key, and without input.
    fn command(&self, actor: Actor) -> Command {
        let mut command = self.world.command_of(actor);
        command.stdin(Stdio::null());
        command
    }

    /// Exit code, standard output, standard error.
    async fn says(&self, actor: Actor, words: &[&str]) -> (i32, String, String) {
        let output = CommandOutput::of(self.command(actor).args(words)).await.unwrap();
        (output.status.code().unwrap_or(-1), output.stdout, output.stderr)
    }

    async fn json(&self, actor: Actor, words: &[&str]) -> Value {
        self.world.cli(actor, words).await.unwrap()
    }
}

#[tokio::test]
async fn logs_are_read_and_followed() {
    let talking = TalkingLease::new(1).await;
    let lease = &talking.lease.to_string()[..12];
    until("four lines, and no more", async || {
        let lines = talking.json(Actor::Tenant, &["logs", lease, "--tail", "4"]).await;
        Ok((lines.as_array().unwrap().len() == 4).then_some(()))
    })
    .await
    .unwrap();
    let (_, said, _) = talking.says(Actor::Tenant, &["logs", lease, "--service", "talk", "--since", "1m"]).await;
    assert!(said.lines().next().unwrap().starts_with("talk.0 | "), "{said}");
    let mut following = talking.command(Actor::Tenant);
    following.args(["logs", lease, "-f", "--tail", "1", "--json"]).stdout(Stdio::piped());
    let mut following = following.spawn().unwrap();
    let mut lines = BufReader::new(following.stdout.take().unwrap()).lines();
    for _ in 0..5 {
        let line = tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await.unwrap().unwrap().unwrap();
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["service"], "talk", "{line}");
    }
    let pid = following.id().unwrap().to_string();
    Command::new("kill").args(["-INT", &pid]).status().await.unwrap();
    assert!(following.wait().await.unwrap().success(), "it was stopped, which is no failure");
    talking.stop().await;
}

#[tokio::test]
async fn a_command_has_its_streams_and_its_exit_code() {
    let talking = TalkingLease::new(1).await;
    let lease = &talking.lease.to_string()[..12];
    let (code, out, err) =
        talking.says(Actor::Tenant, &["exec", lease, "--", "sh", "-c", "id -u; echo oops >&2; exit 9"]).await;
    assert_eq!((code, out.as_str(), err.as_str()), (9, "1234\n", "oops\n"));
    let mut cat = talking.command(Actor::Tenant);
    cat.args(["exec", lease, "--service", "talk", "--replica", "0", "--", "cat"]);
    let mut cat = cat.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let sent: Vec<u8> = (0..300_000u32).map(|i| (i % 251) as u8).collect();
    let mut input = cat.stdin.take().unwrap();
    let (written, output) = tokio::join!(
        async {
            input.write_all(&sent).await?;
            input.shutdown().await?;
            drop(input);
            std::io::Result::Ok(())
        },
        cat.wait_with_output()
    );
    written.unwrap();
    let output = output.unwrap();
    assert!(output.status.success());
    assert!(output.stdout == sent, "{} bytes of {} came back, or others", output.stdout.len(), sent.len());

    // With a terminal, which `script` makes.
    let mut line = String::from("stty rows 31 cols 99; ");
    let command = talking.command(Actor::Tenant);
    line.push_str(&format!("{} exec {lease}", command.as_std().get_program().display()));
    let mut shell = talking.command(Actor::Tenant);
    let mut terminal = Command::new("script");
    for (name, value) in shell.as_std_mut().get_envs() {
        match value {
            Some(value) => terminal.env(name, value),
            None => terminal.env_remove(name),
        };
    }
    terminal.args(["-qec", &line, "/dev/null"]).current_dir(program::root()).kill_on_drop(true);
    let mut terminal = terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut keys = terminal.stdin.take().unwrap();
    let mut screen = BufReader::new(terminal.stdout.take().unwrap()).lines();
    // Not before it listens: a terminal that is not raw yet would answer itself.
    tokio::time::sleep(Duration::from_secs(4)).await;
    keys.write_all(b"stty size; exit 5\r").await.unwrap();
    let mut seen = Vec::new();
    while let Ok(Ok(Some(line))) = tokio::time::timeout(Duration::from_secs(60), screen.next_line()).await {
        seen.push(line);
    }
    let status = terminal.wait().await.unwrap();
    assert!(seen.iter().any(|line| line.trim() == "31 99"), "{seen:?}");
    assert_eq!(status.code(), Some(5), "{seen:?}");

    let (code, _, err) = talking.says(Actor::Tenant, &["exec", lease, "--service", "other"]).await;
    assert!(code == 1 && err.contains("no container of the lease runs that is asked for"), "{err}");
    talking.stop().await;
}

#[tokio::test]
async fn a_lease_is_shared_looked_into_and_shared_no_more() {
    let talking = TalkingLease::new(1).await;
    let (lease, guest) = (&talking.lease.to_string()[..12], Actor::Stranger.address().to_string());
    let (code, _, err) = talking.says(Actor::Stranger, &["logs", lease]).await;
    assert!(code == 1 && err.contains("ask the lease's tenant"), "{err}");
    let (code, _, err) = talking.says(Actor::Stranger, &["share", lease, &guest]).await;
    assert!(code == 1 && err.contains("only its tenant"), "{err}");
    let granted = talking.json(Actor::Tenant, &["share", lease, &guest, "--scope", "logs", "--for", "10m"]).await;
    assert_eq!((granted["scope"].as_str(), granted["grantee"].as_str()), (Some("logs"), Some(guest.as_str())));
    assert!(!talking.json(Actor::Stranger, &["logs", lease]).await.as_array().unwrap().is_empty());
    let (code, _, err) = talking.says(Actor::Stranger, &["exec", lease, "--", "id"]).await;
    assert!(code == 1 && err.contains("share `shell`"), "{err}");
    let live = talking.json(Actor::Stranger, &["top", lease, "--once"]).await;
    assert!(live["memoryBytes"].as_f64().unwrap() > 0.0, "{live}");
    let (_, screen, _) = talking.says(Actor::Stranger, &["top", lease, "--once"]).await;
    for wanted in ["replicas", "CPU", "memory", "talk.0"] {
        assert!(screen.contains(wanted), "{wanted}: {screen}");
    }
    until("a trace", async || {
        let (code, out, _) = talking.says(Actor::Stranger, &["trace", "lease", lease]).await;
        Ok((code == 0 && out.starts_with("t_seconds,demand\n")).then_some(()))
    })
    .await
    .unwrap();
    talking.json(Actor::Tenant, &["unshare", lease, &guest]).await;
    let (code, _, err) = talking.says(Actor::Stranger, &["logs", lease]).await;
    assert!(code == 1 && err.contains("ask the lease's tenant"), "{err}");
    let (_, said, _) = talking.says(Actor::Tenant, &["accesses", lease, "--limit", "1000"]).await;
    for wanted in ["grant", "revoke", "logs", "live", "demand", &guest] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    talking.stop().await;
}
