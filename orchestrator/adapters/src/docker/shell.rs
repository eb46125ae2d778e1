//! Shells in a lease's containers over Docker's HTTP API. `DockerIo` implements the port with these and with the logs
//! of `logs.rs`.

use std::{path::PathBuf, time::Duration};

use ::alloy::{hex, primitives::B256};
use ::bollard::{
    errors::Error as Fault,
    exec::{CreateExecOptions, ResizeExecOptions, StartExecOptions, StartExecResults},
};
use async_trait::async_trait;
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use rand::{RngCore, rngs::OsRng};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::{BollardEngine, DockerSettings, hijack, lease_containers::LeaseContainers, logs};
use lease::{
    label::Owner,
    reconcile::{ContainerState, Slot},
};
use ports::container_io::{Attached, Command, ContainerIo, ContainerLine, ContainerSelector, Result, Shell};
use ports::engine::{EngineContainer, Error};

/// The environment variable that marks every process of a shell.
pub const MARKER: &str = "TIDEMARK_SHELL";
/// How often a shell's processes are searched for: one may be about to start another.
const SWEEPS: usize = 5;
const PAUSE: Duration = Duration::from_millis(100);

/// Kills every process whose environment has the marker in `$1`. It uses only the shell's built-in commands, because an
/// image may have no other program.
pub const SWEEP: &str = r#"for p in /proc/[0-9]*; do
  while IFS= read -r e || [ -n "$e" ]; do
    case $e in *"$1"*) kill -9 "${p#/proc/}" ;; esac
  done <"$p/environ"
done 2>/dev/null"#;

/// Logs of and shells in one owner's leases on an engine.
pub struct DockerIo {
    containers: LeaseContainers,
    host: String,
}

impl DockerIo {
    /// Does not connect. The host is `unix:///…` or `tcp://…`.
    pub fn new(host: String, owner: Owner) -> Self {
        let engine = BollardEngine::new(DockerSettings { host: Some(host.clone()), ..DockerSettings::default() });
        Self { containers: LeaseContainers { engine, owner }, host }
    }

    /// Kills the marked processes from within the container and as its user, for when they cannot be reached from here.
    async fn sweep_within(&self, shell: &Shell) -> Result<()> {
        let words = ["/bin/sh", "-c", SWEEP, "sh", &shell.marker].map(str::to_owned).to_vec();
        let options = CreateExecOptions { cmd: Some(words), attach_stdout: Some(true), ..CreateExecOptions::default() };
        let (docker, fault) = (self.containers.engine.docker().await?, self.containers.engine.fault("end a shell"));
        let sweep = docker.create_exec(&shell.container_id, options).await.map_err(&fault)?.id;
        if let StartExecResults::Attached { mut output, .. } =
            docker.start_exec(&sweep, None::<StartExecOptions>).await.map_err(&fault)?
        {
            while output.next().await.is_some() {}
        }
        Ok(())
    }
}

#[async_trait]
impl ContainerIo for DockerIo {
    async fn logs(
        &self,
        lease: B256,
        selector: &ContainerSelector,
        tail: usize,
        since_ms: u64,
    ) -> Result<Vec<ContainerLine>> {
        Ok(logs::history(&self.containers, lease, selector, tail, since_ms).await?.0)
    }

    async fn follow(
        &self,
        lease: B256,
        selector: &ContainerSelector,
        tail: usize,
        since_ms: u64,
    ) -> Result<BoxStream<'static, ContainerLine>> {
        let (past, cursors) = logs::history(&self.containers, lease, selector, tail, since_ms).await?;
        let io = Self::new(self.host.clone(), self.containers.owner);
        let coming = logs::coming(io.containers, lease, selector.clone(), cursors, since_ms);
        Ok(stream::iter(past).chain(coming).boxed())
    }

    async fn prepare(&self, lease: B256, slot: &Slot, command: &Command) -> Result<Shell> {
        let found = self.containers.select(lease, &ContainerSelector::default()).await?;
        let running = |container: &&EngineContainer| {
            container.seen.slot == *slot && container.seen.state == ContainerState::Running
        };
        let container_id = found.iter().find(running).ok_or(Error::NotFound)?.seen.id.clone();
        let mut marker = [0; 16];
        OsRng.fill_bytes(&mut marker);
        let marker = hex::encode(marker);
        let mut env = vec![format!("{MARKER}={marker}")];
        env.extend(command.tty.then(|| "TERM=xterm-256color".to_owned()));
        // No user and no privilege is named: the engine uses the container's own user, namespaces, capabilities and
        // control group.
        let options = CreateExecOptions {
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            tty: Some(command.tty),
            env: Some(env),
            cmd: Some(command.words.clone()),
            privileged: Some(false),
            ..CreateExecOptions::default()
        };
        let docker = self.containers.engine.docker().await?;
        let made =
            docker.create_exec(&container_id, options).await.map_err(self.containers.engine.fault("make a shell"))?;
        Ok(Shell { exec_id: made.id, container_id, marker })
    }

    async fn attach(&self, shell: &Shell, tty: bool) -> Result<Attached> {
        Ok(hijack::start(&self.host, &shell.exec_id, tty).await?)
    }

    async fn resize(&self, shell: &Shell, columns: u16, rows: u16) -> Result<()> {
        let size = ResizeExecOptions { height: rows.max(1), width: columns.max(1) };
        let resized = self.containers.engine.docker().await?.resize_exec(&shell.exec_id, size).await;
        Ok(resized.map_err(self.containers.engine.fault("resize a terminal"))?)
    }

    async fn exit_code(&self, shell: &Shell) -> Result<Option<i64>> {
        let found = self.containers.engine.docker().await?.inspect_exec(&shell.exec_id).await;
        let found = found.map_err(self.containers.engine.fault("look at a shell"))?;
        Ok(found.exit_code.filter(|_| found.running != Some(true)))
    }

    async fn end(&self, shell: &Shell) -> Result<()> {
        for _ in 0..SWEEPS {
            let found = match self.containers.engine.docker().await?.inspect_exec(&shell.exec_id).await {
                // The engine forgets a command soon after its container ended.
                Err(Fault::DockerResponseServerError { status_code: 404 | 409, .. }) => return Ok(()),
                found => found.map_err(self.containers.engine.fault("look at a shell"))?,
            };
            let first = found.pid.and_then(|pid| i32::try_from(pid).ok()).filter(|_| found.running == Some(true));
            let (left, reached) = kill_marked(shell, first);
            if found.running != Some(true) && !left {
                return Ok(());
            }
            if !reached {
                self.sweep_within(shell).await?;
            }
            tokio::time::sleep(PAUSE).await;
        }
        match self.exit_code(shell).await? {
            Some(_) => Ok(()),
            None => Err(Error::Refused { what: "end a shell", reason: "it goes on".to_owned() }.into()),
        }
    }
}

/// Kills the shell's first process, and all processes of this kernel that have its marker. Returns whether there were
/// any, and whether they could be reached: processes under another kernel cannot, nor can others' when we run as an
/// ordinary user.
fn kill_marked(shell: &Shell, first: Option<i32>) -> (bool, bool) {
    let Ok(listed) = std::fs::read_dir("/proc") else { return (first.is_some(), false) };
    let marker = format!("{MARKER}={}", shell.marker);
    let holds = |pid: i32| {
        let of = |file: &str| PathBuf::from(format!("/proc/{pid}/{file}"));
        let marked =
            || std::fs::read(of("environ")).is_ok_and(|all| all.split(|b| *b == 0).any(|e| e == marker.as_bytes()));
        let inside = || std::fs::read_to_string(of("cgroup")).is_ok_and(|group| group.contains(&shell.container_id));
        if first == Some(pid) { inside() } else { marked() && inside() }
    };
    let (mut any, mut reached) = (first.is_some(), first.is_none());
    for pid in listed.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok()) {
        // The process is held by a descriptor first and checked then, so that no other process can have got its number
        // meanwhile.
        let Some(held) = Pid::from_raw(pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok()) else { continue };
        if holds(pid) {
            any = true;
            let killed = pidfd_send_signal(&held, Signal::KILL).is_ok();
            reached = killed && (reached || first == Some(pid));
        }
    }
    (any, reached)
}
