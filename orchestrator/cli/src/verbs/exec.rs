use std::{
    io::{IsTerminal, Write, stderr, stdin, stdout},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::Args;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{self, Message, client::IntoClientRequest, http::header::SEC_WEBSOCKET_PROTOCOL},
};
use url::form_urlencoded::Serializer;

use crate::{
    render::terminal,
    settings::{ConnectionSettings, IdentitySettings},
    wallet::{session::Session, sign_in::sign_in},
};
use api_types::error::ErrorView;

#[derive(Debug, Args)]
pub struct ExecArgs {
    /// The id of the lease, or a unique prefix of it.
    lease: String,
    /// The service. Can be omitted when the lease has only one.
    #[arg(long)]
    service: Option<String>,
    /// The replica. Default: the first that runs.
    #[arg(long)]
    replica: Option<u16>,
    /// The command and its arguments. Default: /bin/sh.
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

impl ExecArgs {
    /// Runs the command; its exit code is the exit code of this program.
    pub async fn run(self, connection: &ConnectionSettings, identity: &IdentitySettings) -> anyhow::Result<ExitCode> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let remote = sign_in(&session, &lease).await?;
        let tty = stdin().is_terminal() && stdout().is_terminal();
        let (address, protocols) = remote.socket(&format!("/v1/leases/{}/shell?{}", lease.id, self.query(tty)));
        let mut request = address.into_client_request()?;
        request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, protocols.parse()?);
        let (socket, _) = Box::pin(connect_async(request)).await.map_err(refused)?;
        let (mut sink, mut frames) = socket.split();
        let raw = terminal::RawMode::enter()?;
        let mut input = terminal::input();
        let mut resized = signal(SignalKind::window_change())?;
        let mut open = true;
        let last: Value = loop {
            let message = tokio::select! {
                frame = frames.next() => match frame.context("the connection to the provider ended")?? {
                    Message::Binary(bytes) => {
                        print(&bytes, tty)?;
                        continue;
                    }
                    Message::Text(text) => break serde_json::from_str(&text)?,
                    Message::Close(_) => bail!("the provider closed the shell"),
                    _ => continue,
                },
                typed = input.recv(), if open => match typed {
                    Some(bytes) => Message::Binary(bytes.into()),
                    None => {
                        open = false;
                        Message::Text(json!({"eof": true}).to_string().into())
                    }
                },
                _ = resized.recv(), if tty => {
                    let (cols, rows) = terminal::size();
                    Message::Text(json!({"resize": {"cols": cols, "rows": rows}}).to_string().into())
                }
            };
            sink.send(message).await.context("the connection to the provider ended")?;
        };
        drop(raw);
        match last["exit"].as_u64() {
            Some(code) => Ok(ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))),
            None => bail!("the provider ended the shell: {}", last["ended"].as_str().unwrap_or("no reason was given")),
        }
    }

    fn query(&self, tty: bool) -> String {
        let (columns, rows) = terminal::size();
        let mut query = Serializer::new(String::new());
        query.append_pair("tty", &tty.to_string());
        query.append_pair("cols", &columns.to_string()).append_pair("rows", &rows.to_string());
        if let Some(service) = &self.service {
            query.append_pair("service", service);
        }
        if let Some(replica) = self.replica {
            query.append_pair("replica", &replica.to_string());
        }
        for word in &self.command {
            query.append_pair("command", word);
        }
        query.finish()
    }
}

/// Prints output of the container. Without a terminal, the first byte of a message is the number of the stream.
fn print(bytes: &[u8], tty: bool) -> std::io::Result<()> {
    match (tty, bytes.split_first()) {
        (false, Some((2, bytes))) => stderr().lock().write_all(bytes),
        (false, Some((_, bytes))) => flushed(bytes),
        (false, None) => Ok(()),
        (true, _) => flushed(bytes),
    }
}

fn flushed(bytes: &[u8]) -> std::io::Result<()> {
    let mut out = stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// The error message of the provider, if it sent one.
fn refused(error: tungstenite::Error) -> anyhow::Error {
    if let tungstenite::Error::Http(answer) = &error
        && let Some(output) = answer.body().as_deref().and_then(|body| serde_json::from_slice::<ErrorView>(body).ok())
    {
        return anyhow::anyhow!("the provider refused the request: {}", output.message);
    }
    anyhow::Error::from(error).context("the shell could not be opened")
}
