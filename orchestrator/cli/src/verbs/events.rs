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
    settings::Connection,
    signal::stop_signal,
    wallet::session::Session,
};
use api_types::page::EventView;

/// Tells what happened, oldest first, as a provider has read it from the chain.
#[derive(Debug, Args)]
pub struct Events {
    /// The lease, or the beginning of its id; the whole market's when it is not given.
    lease: Option<String>,
    /// Go on with what happens from now on, until this is stopped.
    #[arg(short, long)]
    follow: bool,
    /// Of this name only, as in Solidity: `LeaseScaled`.
    #[arg(long)]
    name: Option<String>,
    /// So many of the last events.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=1000), value_name = "EVENTS")]
    tail: u64,
    /// Ask this provider; of the whole market the first that answers, unless told.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "lease")]
    provider: Option<Address>,
}

impl Events {
    pub async fn run(self, connection: &Connection, json: bool) -> anyhow::Result<()> {
        let session = Session::reader(connection).await?;
        let lease = match &self.lease {
            Some(prefix) => Some(session.find(prefix).await?),
            None => None,
        };
        let remote = match (&lease, self.provider) {
            (Some(lease), _) => ProviderApi::new(&session.endpoint(lease.terms.provider).await?)?,
            (None, Some(provider)) => ProviderApi::new(&session.endpoint(provider).await?)?,
            (None, None) => any(&session).await?,
        };
        let id = lease.map(|lease| lease.id);
        let past = remote.history(&self.query(id)).await?;
        if !self.follow {
            return answer::give(json, &past, |past| past.iter().map(text).collect::<Vec<_>>().join("\n"));
        }
        past.iter().try_for_each(|event| answer::give(json, event, text))?;
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
                        answer::give(json, &event, text)?;
                    }
                }
                Some((name, data)) if name == "reorg" => {
                    let said: Value = serde_json::from_str(&data)?;
                    answer::give(json, &json!({ "reorg": said["number"] }), |said| {
                        format!(
                            "the chain was reorganized: what was told of block {} and later did not happen",
                            said["reorg"]
                        )
                    })?;
                }
                Some(_) => {}
                None => bail!("the provider ended it: run this again to go on"),
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
async fn any(session: &Session) -> anyhow::Result<ProviderApi> {
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
    None.context("no provider of this market answers: `tidemark doctor` says what is missing")
}

/// `block 12  LeaseScaled  0x1234…  replicas=3`.
fn text(event: &EventView) -> String {
    let subject = match event.subject.parse::<B256>() {
        Ok(id) => short_id(id),
        Err(_) => event.subject.clone(),
    };
    let told = event.args.iter().filter(|(_, value)| value.as_str() != Some(event.subject.as_str()));
    let told: Vec<_> = told.map(|(name, value)| format!("{name}={}", plain(value))).collect();
    format!("block {}  {}  {subject}  {}", event.block, event.name, told.join(" "))
}

/// What people need not read with quotes. What came from others cannot move a terminal's cursor: JSON escapes it.
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
