//! A Unix socket in front of the engine's own that injects faults on demand.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{UnixListener, UnixStream},
    sync::watch,
    task::JoinHandle,
};

/// The fault that the engine shows. A change closes every connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DockerFault {
    None,
    /// It closes every connection without an answer.
    Down,
    /// It accepts requests and never answers them.
    NoAnswer,
    /// It answers HTML in place of the engine's JSON.
    NotDocker,
}

pub struct FaultyDocker {
    /// In the form of `docker::DockerSettings` and TIDEMARK_DOCKER_HOST.
    pub host: String,
    fault: watch::Sender<DockerFault>,
    task: JoinHandle<()>,
    _folder: TempDir,
}

impl FaultyDocker {
    pub fn start(fault: DockerFault) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let path = folder.path().join("docker.sock");
        let listener = UnixListener::bind(&path)?;
        let host = format!("unix://{}", path.display());
        let (fault, shared) = watch::channel(fault);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut fault = shared.clone();
                tokio::spawn(async move {
                    let now = *fault.borrow_and_update();
                    tokio::select! {
                        _ = serve(stream, now) => {}
                        _ = fault.changed() => {}
                    }
                });
            }
        });
        Ok(Self { host, fault, task, _folder: folder })
    }

    pub fn set_fault(&self, fault: DockerFault) {
        self.fault.send_replace(fault);
    }
}

impl Drop for FaultyDocker {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: UnixStream, fault: DockerFault) -> std::io::Result<()> {
    match fault {
        DockerFault::Down => {}
        DockerFault::NoAnswer => std::future::pending().await,
        DockerFault::NotDocker => {
            // The request is read first: an answer before it would be another fault.
            stream.read_buf(&mut Vec::with_capacity(16 << 10)).await?;
            let page = "<html>It works!</html>";
            let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n", page.len());
            stream.write_all((head + page).as_bytes()).await?;
            stream.shutdown().await?;
        }
        DockerFault::None => {
            let mut engine = UnixStream::connect(engine()).await?;
            copy_bidirectional(&mut stream, &mut engine).await?;
        }
    }
    Ok(())
}

/// The engine's own socket: that of DOCKER_HOST, or the default.
fn engine() -> PathBuf {
    let named = std::env::var("DOCKER_HOST").ok().and_then(|host| host.strip_prefix("unix://").map(PathBuf::from));
    named.unwrap_or_else(|| Path::new("/var/run/docker.sock").to_owned())
}
