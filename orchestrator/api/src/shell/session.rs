//! One shell, from its WebSocket's first frame to the end of its command.

use std::{
    pin::Pin,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use axum::extract::ws::{Message, WebSocket};
use futures::{
    SinkExt, StreamExt,
    stream::{BoxStream, SplitSink, SplitStream},
};
use serde::Deserialize;
use serde_json::json;
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    time::{Instant, timeout},
};

use super::super::{lease_access::StreamAccess, state::Api};
use ports::container_io::{Attached, OutputStream, Shell};
use store::access::ShellRow;

/// The timeout of sending a frame to the client.
const PATIENCE: Duration = Duration::from_secs(30);
/// The period of pings, and how long the client may be silent.
const PING: Duration = Duration::from_secs(20);
const SILENT: Duration = Duration::from_secs(60);
/// Attempts at ending a command, and the pause between them.
const TRIES: usize = 5;
const PAUSE: Duration = Duration::from_secs(1);

/// A client's text frame.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Control {
    Resize {
        cols: u16,
        rows: u16,
    },
    /// Closes standard input.
    Eof(bool),
}

/// Why the shell ended.
enum Outcome {
    Exited,
    Over(&'static str),
    Left,
}

/// Times of the last activity, in milliseconds since `began`.
struct Activity {
    began: Instant,
    /// Bytes in either direction.
    bytes: AtomicU64,
    /// Any frame of the client.
    frames: AtomicU64,
}

impl Activity {
    fn mark(&self, what: &AtomicU64) {
        what.store(self.began.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    fn since(&self, what: &AtomicU64) -> Duration {
        self.began.elapsed().saturating_sub(Duration::from_millis(what.load(Ordering::Relaxed)))
    }
}

type Input = Option<Pin<Box<dyn AsyncWrite + Send>>>;

pub(super) async fn run(
    api: Api,
    mut stay: StreamAccess,
    socket: WebSocket,
    shell: Shell,
    tty: bool,
    size: (u16, u16),
) {
    let (mut sink, mut frames) = socket.split();
    let outcome = match api.container_io.attach(&shell, tty).await {
        Err(error) => {
            tracing::debug!(error = format!("{:#}", anyhow::Error::from(error)), "a shell did not start");
            Outcome::Over("the command did not start: is it in the image?")
        }
        Ok(Attached { mut output, input }) => {
            if tty {
                // The engine accepts a size only while the command runs.
                for _ in 0..TRIES {
                    if api.container_io.resize(&shell, size.0, size.1).await.is_ok() {
                        break;
                    }
                    tokio::time::sleep(PING / 400).await;
                }
            }
            let activity = Activity { began: Instant::now(), bytes: 0.into(), frames: 0.into() };
            let idle = api.shell_idle;
            tokio::select! {
                outcome = to_client(&mut sink, &mut output, tty, idle, &activity) => outcome,
                () = to_shell(&api, &shell, &mut frames, input, &activity) => Outcome::Left,
                reason = stay.over() => Outcome::Over(reason),
            }
        }
    };
    stay.why = match outcome {
        Outcome::Exited => "the command ended",
        Outcome::Left => "the client left",
        Outcome::Over(reason) => reason,
    };
    let last = match outcome {
        Outcome::Exited => match exit_code(&api, &shell).await {
            Some(code) => Some(json!({ "exit": code })),
            None => Some(json!({ "ended": "the command's end could not be learned" })),
        },
        Outcome::Over(reason) => Some(json!({ "ended": reason })),
        Outcome::Left => None,
    };
    let farewell = async {
        if let Some(last) = last
            && sink.send(Message::Text(last.to_string().into())).await.is_ok()
        {
            let _ = sink.send(Message::Close(None)).await;
        }
    };
    let ((), ()) = tokio::join!(
        async {
            // The client may not read any more, so sending the last frame has a timeout.
            let _ = timeout(PATIENCE, farewell).await;
        },
        end(&api, &shell)
    );
}

/// Ends the command. A command that cannot be ended stays in the store for the next process.
async fn end(api: &Api, shell: &Shell) {
    for _ in 0..TRIES {
        match api.container_io.end(shell).await {
            Ok(()) => {
                if let Err(error) = api.store.forget_shell(&shell.exec_id).await {
                    tracing::warn!(
                        error = format!("{:#}", anyhow::Error::from(error)),
                        "an ended shell is still listed"
                    );
                }
                return;
            }
            Err(error) => {
                tracing::warn!(error = format!("{:#}", anyhow::Error::from(error)), "a shell could not be ended");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Ends the shells that an earlier process left.
pub(in super::super) async fn end_left(api: &Api, left: Vec<ShellRow>) {
    for row in left {
        end(api, &Shell { exec_id: row.exec_id, container_id: row.container_id, marker: row.marker }).await;
    }
}

/// The engine has the exit code shortly after the end of the output.
async fn exit_code(api: &Api, shell: &Shell) -> Option<i64> {
    for _ in 0..TRIES * 10 {
        match api.container_io.exit_code(shell).await {
            Ok(Some(code)) => return Some(code),
            Ok(None) => tokio::time::sleep(PAUSE / 10).await,
            Err(_) => return None,
        }
    }
    None
}

/// Forwards output until it ends, the client is gone, or the shell is idle for too long.
async fn to_client(
    sink: &mut SplitSink<WebSocket, Message>,
    output: &mut BoxStream<'static, std::io::Result<(OutputStream, Vec<u8>)>>,
    tty: bool,
    idle: Duration,
    activity: &Activity,
) -> Outcome {
    let mut ping = tokio::time::interval(PING.min(idle / 4));
    loop {
        let message = tokio::select! {
            printed = output.next() => {
                let Some(Ok((source, bytes))) = printed else { return Outcome::Exited };
                activity.mark(&activity.bytes);
                let prefix: &[u8] = match (tty, source) {
                    (true, _) => &[],
                    (false, OutputStream::Stdout) => &[1],
                    (false, OutputStream::Stderr) => &[2],
                };
                Message::Binary([prefix, &bytes].concat().into())
            }
            _ = ping.tick() => {
                if activity.since(&activity.bytes) >= idle {
                    return Outcome::Over("nothing was typed or printed for too long");
                }
                if activity.since(&activity.frames) >= SILENT {
                    return Outcome::Left;
                }
                Message::Ping(Default::default())
            }
        };
        if !matches!(timeout(PATIENCE, sink.send(message)).await, Ok(Ok(()))) {
            return Outcome::Left;
        }
    }
}

/// Forwards input until the client is gone. Backpressure applies: a command that reads no input stops its client.
async fn to_shell(
    api: &Api,
    shell: &Shell,
    frames: &mut SplitStream<WebSocket>,
    input: Pin<Box<dyn AsyncWrite + Send>>,
    activity: &Activity,
) {
    let mut input: Input = Some(input);
    while let Some(Ok(frame)) = frames.next().await {
        activity.mark(&activity.frames);
        match frame {
            Message::Binary(bytes) => {
                activity.mark(&activity.bytes);
                if let Some(open) = &mut input
                    && open.write_all(&bytes).await.is_err()
                {
                    input = None;
                }
            }
            Message::Text(text) => match serde_json::from_str(&text) {
                Ok(Control::Resize { cols, rows }) => {
                    // A command that has ended has no size.
                    let _ = api.container_io.resize(shell, cols, rows).await;
                }
                Ok(Control::Eof(true)) => {
                    if let Some(mut open) = input.take() {
                        let _ = open.shutdown().await;
                    }
                }
                Ok(Control::Eof(false)) | Err(_) => {}
            },
            Message::Close(_) => return,
            Message::Ping(_) | Message::Pong(_) => {}
        }
    }
}
