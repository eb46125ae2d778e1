//! An engine that misbehaves on demand: a socket before the real one.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{UnixListener, UnixStream},
    sync::watch,
    task::JoinHandle,
};

/// How the engine behaves. A change cuts every connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Honest,
    /// Hangs up.
    Down,
    /// Takes requests and never answers.
    Silent,
    /// Answers what is no answer.
    Garbage,
}

pub struct Socket {
    /// As `docker::DockerSettings` and TIDEMARK_DOCKER_HOST want it.
    pub host: String,
    mood: watch::Sender<Mood>,
    task: JoinHandle<()>,
    _folder: TempDir,
}

impl Socket {
    pub fn start(mood: Mood) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let path = folder.path().join("docker.sock");
        let listener = UnixListener::bind(&path)?;
        let host = format!("unix://{}", path.display());
        let (mood, shared) = watch::channel(mood);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut mood = shared.clone();
                tokio::spawn(async move {
                    let now = *mood.borrow_and_update();
                    tokio::select! {
                        _ = serve(stream, now) => {}
                        _ = mood.changed() => {}
                    }
                });
            }
        });
        Ok(Self { host, mood, task, _folder: folder })
    }

    pub fn be(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: UnixStream, mood: Mood) -> std::io::Result<()> {
    match mood {
        Mood::Down => {}
        Mood::Silent => std::future::pending().await,
        Mood::Garbage => {
            // The request first: an answer before it would be another fault.
            stream.read_buf(&mut Vec::with_capacity(16 << 10)).await?;
            let page = "<html>It works!</html>";
            let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n", page.len());
            stream.write_all((head + page).as_bytes()).await?;
            stream.shutdown().await?;
        }
        Mood::Honest => {
            let mut engine = UnixStream::connect(engine()).await?;
            copy_bidirectional(&mut stream, &mut engine).await?;
        }
    }
    Ok(())
}

/// The engine's own socket, as `docker` finds it.
fn engine() -> PathBuf {
    let named = std::env::var("DOCKER_HOST").ok().and_then(|host| host.strip_prefix("unix://").map(PathBuf::from));
    named.unwrap_or_else(|| Path::new("/var/run/docker.sock").to_owned())
}
