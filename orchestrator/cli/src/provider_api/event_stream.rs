//! Server-sent events of a provider.

use anyhow::{Context, ensure};

const LARGEST_EVENT: usize = 1 << 20;

/// What a provider tells as it happens.
pub struct EventStream {
    answer: reqwest::Response,
    read: Vec<u8>,
}

impl EventStream {
    pub fn new(answer: reqwest::Response) -> Self {
        Self { answer, read: Vec::new() }
    }

    /// The next event's name and data; none when the provider has ended the stream.
    pub async fn next(&mut self) -> anyhow::Result<Option<(String, String)>> {
        loop {
            while let Some(end) = self.read.windows(2).position(|pair| pair == b"\n\n") {
                let event: Vec<u8> = self.read.drain(..end + 2).collect();
                let event = String::from_utf8_lossy(&event);
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name).map(str::trim));
                // One without a name is a sign of life.
                if let Some((name, data)) = field("event:").zip(field("data:")) {
                    return Ok(Some((name.to_owned(), data.to_owned())));
                }
            }
            ensure!(self.read.len() <= LARGEST_EVENT, "the provider sends an event without an end");
            match self.answer.chunk().await.context("the provider's stream broke off")? {
                Some(bytes) => self.read.extend_from_slice(&bytes),
                None => return Ok(None),
            }
        }
    }
}

/// Why the provider ended a stream.
pub fn end_reason(data: &str) -> String {
    let told: serde_json::Value = serde_json::from_str(data).unwrap_or_default();
    told["reason"].as_str().unwrap_or("it did not say why").to_owned()
}
