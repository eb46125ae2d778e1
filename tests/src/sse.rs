//! Server-sent events, read as a browser reads them.

use anyhow::{Context, bail};

/// An open stream.
pub struct Stream {
    answer: reqwest::Response,
    text: String,
}

/// One event of a stream.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Item {
    pub id: Option<String>,
    pub event: String,
    pub data: serde_json::Value,
}

impl Stream {
    /// Opens a stream, after the event with an id when one is given.
    pub async fn open(http: &reqwest::Client, url: &str, last: Option<&str>) -> anyhow::Result<Self> {
        let request = last.into_iter().fold(http.get(url), |request, id| request.header("last-event-id", id));
        let answer = request.send().await?.error_for_status()?;
        let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind != "text/event-stream" {
            bail!("{url} is no stream: {kind}");
        }
        Ok(Self { answer, text: String::new() })
    }

    /// The next event with data; `None` when the stream has ended.
    pub async fn next(&mut self) -> anyhow::Result<Option<Item>> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let item = read(block)?;
                self.text = rest.to_owned();
                if let Some(item) = item {
                    return Ok(Some(item));
                }
            }
            match self.answer.chunk().await? {
                Some(bytes) => self.text.push_str(std::str::from_utf8(&bytes)?),
                None => return Ok(None),
            }
        }
    }
}

fn read(block: &str) -> anyhow::Result<Option<Item>> {
    let (mut item, mut data) = (Item::default(), None);
    for line in block.lines() {
        let (name, value) = line.split_once(':').with_context(|| format!("{line:?} is no field"))?;
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "id" => item.id = Some(value.to_owned()),
            "event" => item.event = value.to_owned(),
            "data" => data = Some(serde_json::from_str(value)?),
            "" | "retry" => {}
            other => bail!("a field {other} in a stream"),
        }
    }
    Ok(data.map(|data| Item { data, ..item }))
}
