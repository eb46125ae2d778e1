//! A real PostgreSQL for tests: a cluster of its own in a temporary folder, on a free loopback port. Dropping it stops the
//! server and removes the folder.

use std::{
    env, fs,
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use tempfile::TempDir;

/// A running server.
pub struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
    server: Child,
    databases: AtomicU32,
}

impl Postgres {
    /// Creates a cluster and starts it. PostgreSQL refuses to run as root, so root runs it as `nobody`.
    pub fn start() -> anyhow::Result<Self> {
        let programs = programs()?;
        let folder = TempDir::new()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        if let Some((user, group)) = servant()? {
            chown(folder.path(), Some(user), Some(group))?;
        }
        let data = folder.path().join("data");
        let made = run_as_servant(Command::new(programs.join("initdb")).current_dir(folder.path()))?
            .args(["--auth=trust", "--username=tidemark", "--no-sync", "--locale=C", "--encoding=UTF8", "--pgdata"])
            .arg(&data)
            .output()?;
        ensure!(made.status.success(), "initdb failed: {}", String::from_utf8_lossy(&made.stderr));
        let log = fs::File::create(folder.path().join("log"))?;
        let server = run_as_servant(Command::new(programs.join("postgres")).current_dir(folder.path()))?
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="])
            .args(["-c", "max_connections=200", "-c", "shared_buffers=64MB"])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let mut started = Self { folder, programs, port, server, databases: AtomicU32::new(0) };
        started.wait()?;
        Ok(started)
    }

    /// A name that no other database of this server has.
    pub fn unused_name(&self) -> String {
        format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed))
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://tidemark@127.0.0.1:{}/{database}", self.port)
    }

    fn wait(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let ready = Command::new(self.programs.join("pg_isready"))
                .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
                .status()?;
            if ready.success() {
                return Ok(());
            }
            if Instant::now() > deadline || self.server.try_wait()?.is_some() {
                let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                bail!("PostgreSQL did not start:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let stop =
            run_as_servant(Command::new(self.programs.join("pg_ctl")).current_dir(self.folder.path())).map(|stop| {
                stop.args(["stop", "-m", "immediate", "-D"]).arg(self.folder.path().join("data")).output().is_ok()
            });
        if !stop.unwrap_or(false) {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
    }
}

/// Where Debian and others keep the server's programs: on PATH, or in a folder of the version.
fn programs() -> anyhow::Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    if let Ok(versions) = fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    let complete =
        |folder: &Path| ["initdb", "postgres", "pg_ctl", "pg_isready"].iter().all(|p| folder.join(p).is_file());
    folders.into_iter().find(|folder| complete(folder)).context("PostgreSQL is not installed: run `make setup`")
}

/// The user and group that root becomes; `None` when we are not root.
fn servant() -> anyhow::Result<Option<(u32, u32)>> {
    use std::os::unix::fs::MetadataExt;
    // A new folder belongs to the user that created it.
    if TempDir::new()?.path().metadata()?.uid() != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd")?;
    let line = users.lines().find(|line| line.starts_with("nobody:")).context("there is no user `nobody`")?;
    let mut fields = line.split(':').skip(2).map(str::parse::<u32>);
    match (fields.next(), fields.next()) {
        (Some(Ok(user)), Some(Ok(group))) => Ok(Some((user, group))),
        _ => bail!("the user `nobody` has no numbers"),
    }
}

fn run_as_servant(command: &mut Command) -> anyhow::Result<&mut Command> {
    if let Some((user, group)) = servant()? {
        command.gid(group).uid(user);
    }
    Ok(command)
}
