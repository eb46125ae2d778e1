//! Logs of a lease's containers, and shells in them. The API uses this port; through it no container can be created,
//! started, stopped or reconfigured. A shell runs what the tenant types, with the container's own user and limits.

use std::pin::Pin;

use alloy::primitives::B256;
use async_trait::async_trait;
use futures::stream::BoxStream;
use tokio::io::AsyncWrite;

use lease::reconcile::Slot;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The container is gone, or the shell in it.
    #[error("the container is gone")]
    Gone,
    #[error("the container engine refused: {0}")]
    Refused(String),
    #[error("the container engine does not answer")]
    Away(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Selects containers of a lease; a field that is none selects all.
#[derive(Debug, Clone, Default)]
pub struct ContainerSelector {
    pub service: Option<String>,
    pub replica: Option<u16>,
}

impl ContainerSelector {
    pub fn is(&self, slot: &Slot) -> bool {
        self.service.as_ref().is_none_or(|service| *service == slot.service)
            && self.replica.is_none_or(|replica| replica == slot.replica)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutputStream {
    Stdout,
    Stderr,
}

/// A line that a container printed. A line that is too long is truncated; invalid UTF-8 is replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerLine {
    /// Unix nanoseconds by the engine's clock.
    pub at_ns: u64,
    pub slot: Slot,
    pub source: OutputStream,
    pub text: String,
}

/// A command to run in a container.
#[derive(Debug, Clone)]
pub struct Command {
    pub words: Vec<String>,
    /// Whether to allocate a terminal.
    pub tty: bool,
}

/// A command that was created and runs once it is attached to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shell {
    pub exec_id: String,
    pub container_id: String,
    /// Is in the environment of every process that the command starts.
    pub marker: String,
}

/// A running command and its three streams. With a terminal, everything it prints is standard output.
pub struct Attached {
    pub output: BoxStream<'static, std::io::Result<(OutputStream, Vec<u8>)>>,
    pub input: Pin<Box<dyn AsyncWrite + Send>>,
}

#[async_trait]
pub trait ContainerIo: Send + Sync + 'static {
    /// The last `tail` lines that a lease's containers printed since a time in Unix milliseconds, merged in the order
    /// of their times.
    async fn logs(
        &self,
        lease: B256,
        selector: &ContainerSelector,
        tail: usize,
        since_ms: u64,
    ) -> Result<Vec<ContainerLine>>;

    /// The same, followed by the lines that are printed from now on, including those of containers that start later.
    /// Dropping the stream ends it. A slow reader causes backpressure, not loss.
    async fn follow(
        &self,
        lease: B256,
        selector: &ContainerSelector,
        tail: usize,
        since_ms: u64,
    ) -> Result<BoxStream<'static, ContainerLine>>;

    /// Creates a command in a running container, under the container's own user and limits. It does not run yet.
    async fn prepare(&self, lease: B256, slot: &Slot, command: &Command) -> Result<Shell>;

    /// Runs it. Can be called once.
    async fn attach(&self, shell: &Shell, tty: bool) -> Result<Attached>;

    async fn resize(&self, shell: &Shell, columns: u16, rows: u16) -> Result<()>;

    /// None while it runs.
    async fn exit_code(&self, shell: &Shell) -> Result<Option<i64>>;

    /// Kills the command and every process that it started, if they still run. Idempotent.
    async fn end(&self, shell: &Shell) -> Result<()>;
}
