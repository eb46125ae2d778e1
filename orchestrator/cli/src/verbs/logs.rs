use std::time::Duration;

use clap::Args;
use url::form_urlencoded::Serializer;

use crate::{
    clock::unix_time,
    provider_api::event_stream::end_reason,
    render::answer,
    settings::{ConnectionSettings, IdentitySettings, duration},
    signal::stop_signal,
    wallet::{session::Session, sign_in::sign_in},
};
use api_types::logs::LogLineView;

#[derive(Debug, Args)]
pub struct LogsArgs {
    /// The id of the lease, or a unique prefix of it.
    lease: String,
    /// Follow new lines until stopped.
    #[arg(short, long)]
    follow: bool,
    /// Only lines of this service.
    #[arg(long)]
    service: Option<String>,
    /// Only lines of this replica.
    #[arg(long)]
    replica: Option<u16>,
    /// How many of the last lines to print.
    #[arg(long, default_value_t = 100, value_name = "LINES")]
    tail: usize,
    /// Only lines newer than this duration.
    #[arg(long, value_parser = duration, value_name = "DURATION")]
    since: Option<Duration>,
}

impl LogsArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let remote = sign_in(&session, &lease).await?;
        let query = self.query();
        if !self.follow {
            return answer::print(json, &remote.logs(lease.id, &query).await?, |lines| {
                lines.iter().map(text).collect::<Vec<_>>().join("\n")
            });
        }
        let mut events = remote.events(&format!("/v1/leases/{}/logs?follow=true&{query}", lease.id)).await?;
        let stop = stop_signal();
        tokio::pin!(stop);
        loop {
            let event = tokio::select! {
                () = &mut stop => return Ok(()),
                event = events.next() => event?,
            };
            match event {
                Some((name, data)) if name == "line" => answer::print(json, &serde_json::from_str(&data)?, text)?,
                Some((name, data)) if name == "end" => {
                    anyhow::bail!("the provider closed the stream: {}", end_reason(&data))
                }
                Some(_) => {}
                None => anyhow::bail!("the connection to the provider ended: run the command again to continue"),
            }
        }
    }

    fn query(&self) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("tail", &self.tail.to_string());
        if let Some(service) = &self.service {
            query.append_pair("service", service);
        }
        if let Some(replica) = self.replica {
            query.append_pair("replica", &replica.to_string());
        }
        if let Some(since) = self.since {
            query.append_pair("since", &unix_time().saturating_sub(since).as_millis().to_string());
        }
        query.finish()
    }
}

/// A log line for people. Container output is untrusted: control sequences are replaced, except for colours.
fn text(line: &LogLineView) -> String {
    format!("{}.{} | {}", line.service, line.replica, sanitize(&line.line))
}

fn sanitize(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(|c: char| c.is_control() && c != '\t') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // ESC [ digits and semicolons m
        let colour = rest.strip_prefix("\u{1b}[").and_then(|after| {
            let end = after.find(|c: char| !c.is_ascii_digit() && c != ';')?;
            after[end..].starts_with('m').then_some(end + 3)
        });
        let length = colour.unwrap_or_else(|| rest.chars().next().map_or(0, char::len_utf8));
        match colour {
            Some(_) => out.push_str(&rest[..length]),
            None => out.push('\u{fffd}'),
        }
        rest = &rest[length..];
    }
    out.push_str(rest);
    if out.contains('\u{1b}') {
        out.push_str("\u{1b}[0m");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_sequences_of_a_line_are_replaced() {
        assert_eq!(sanitize("a\tb é"), "a\tb é");
        assert_eq!(sanitize("\u{1b}[31mred\u{1b}[0m"), "\u{1b}[31mred\u{1b}[0m\u{1b}[0m");
        assert_eq!(sanitize("\u{1b}[2J\u{7}x\u{1b}]0;t\u{9b}1"), "\u{fffd}[2J\u{fffd}x\u{fffd}]0;t\u{fffd}1");
        assert_eq!(sanitize("\u{1b}["), "\u{fffd}[");
    }
}
