use alloy::{
    primitives::{Address, B256},
    sol_types::SolEvent,
};
use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Value, json};
use solidity::Market::ProviderRegistered;
use url::form_urlencoded::Serializer;

use crate::{
    provider_api::client::ProviderApi,
    render::{answer, ids::short_id},
    settings::ConnectionSettings,
    signal::stop_signal,
    wallet::session::Session,
};
use api_types::events::EventView;

/// Events are printed oldest first, as a provider indexed them from the chain.
#[derive(Debug, Args)]
pub struct EventsArgs {
    /// The id of a lease, or a unique prefix of it. Default: the whole market.
    lease: Option<String>,
    /// Follow new events until stopped.
    #[arg(short, long)]
    follow: bool,
    /// Only events of this name, as in Solidity: `LeaseScaled`.
    #[arg(long)]
    name: Option<String>,
    /// How many of the last events to print.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=1000), value_name = "EVENTS")]
    tail: u64,
    /// The provider to query. Default: the first that answers.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "lease")]
    provider: Option<Address>,
}

impl EventsArgs {
    pub async fn run(self, connection: &ConnectionSettings, json: bool) -> anyhow::Result<()> {
        let session = Session::reader(connection).await?;
        let lease = match &self.lease {
            Some(prefix) => Some(session.find(prefix).await?),
            None => None,
        };
        let remote = match (&lease, self.provider) {
            (Some(lease), _) => ProviderApi::new(&session.endpoint(lease.terms.provider).await?)?,
            (None, Some(provider)) => ProviderApi::new(&session.endpoint(provider).await?)?,
            (None, None) => first_reachable(&session).await?,
        };
        let id = lease.map(|lease| lease.id);
        let past = remote.history(&self.query(id)).await?;
        if !self.follow {
            return answer::print(json, &past, |past| past.iter().map(text).collect::<Vec<_>>().join("\n"));
        }
        past.iter().try_for_each(|event| answer::print(json, event, text))?;
        let mut query = Serializer::new(String::new());
        query.extend_pairs(id.map(|id| ("lease", id.to_string())));
        query.extend_pairs(past.last().map(|event| ("after", event.cursor.as_str())));
        let mut events = remote.events(&format!("/v1/stream?{}", query.finish())).await?;
        let stop = stop_signal();
        tokio::pin!(stop);
        loop {
            let event = tokio::select! {
                () = &mut stop => return Ok(()),
                event = events.next() => event?,
            };
            match event {
                Some((name, data)) if name == "event" => {
                    let event: EventView = serde_json::from_str(&data)?;
                    if self.name.as_ref().is_none_or(|name| *name == event.name) {
                        answer::print(json, &event, text)?;
                    }
                }
                Some((name, data)) if name == "reorg" => {
                    let output: Value = serde_json::from_str(&data)?;
                    answer::print(json, &json!({ "reorg": output["number"] }), |output| {
                        format!("chain reorganization: the events of block {} and later were reverted", output["reorg"])
                    })?;
                }
                Some(_) => {}
                None => bail!("the provider closed the stream: run the command again to continue"),
            }
        }
    }

    fn query(&self, lease: Option<B256>) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("before", "latest").append_pair("limit", &self.tail.to_string());
        query.extend_pairs(lease.map(|id| ("subject", id.to_string())));
        query.extend_pairs(self.name.as_ref().map(|name| ("name", name)));
        query.finish()
    }
}

/// The first provider that answers.
async fn first_reachable(session: &Session) -> anyhow::Result<ProviderApi> {
    let registered = session.filter().event_signature(ProviderRegistered::SIGNATURE_HASH);
    let logs = alloy::providers::Provider::get_logs(session.provider(), &registered).await?;
    for log in logs {
        let Some(word) = log.topics().get(1) else { continue };
        let Ok(endpoint) = session.endpoint(Address::from_word(*word)).await else { continue };
        let remote = ProviderApi::new(&endpoint)?;
        if remote.status().await.is_ok() {
            return Ok(remote);
        }
    }
    None.context("no provider of this market answers: run `tidemark doctor` to check the connection")
}

/// `block 12  LeaseScaled  0x1234…  replicas=3`.
fn text(event: &EventView) -> String {
    let subject = match event.subject.parse::<B256>() {
        Ok(id) => short_id(id),
        Err(_) => event.subject.clone(),
    };
    let args = event.args.iter().filter(|(_, value)| value.as_str() != Some(event.subject.as_str()));
    let args: Vec<_> = args.map(|(name, value)| format!("{name}={}", plain(value))).collect();
    format!("block {}  {}  {subject}  {}", event.block, event.name, args.join(" "))
}

/// Printable text without quotes; other values as JSON, which escapes control characters of untrusted text.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) if text.bytes().all(|byte| byte.is_ascii_graphic()) => text.clone(),
        value => value.to_string(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line() {
        let id = B256::repeat_byte(0xab).to_string();
        let args = json!({"lease": id, "replicas": "3", "endpoint": "a\u{1b}[2Jb"}).as_object().unwrap().clone();
        let event = EventView {
            cursor: "12.0".to_owned(),
            block: 12,
            time: 1,
            tx: String::new(),
            name: "LeaseScaled".to_owned(),
            subject: id,
            args,
        };
        let line = text(&event);
        assert_eq!(line, "block 12  LeaseScaled  0xababababab  endpoint=\"a\\u001b[2Jb\" replicas=3");
    }
}
