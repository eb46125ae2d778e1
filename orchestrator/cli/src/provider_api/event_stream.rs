//! Server-sent events from the API of a provider.

use anyhow::{Context, ensure};

const LARGEST_EVENT: usize = 1 << 20;

/// An open stream of server-sent events.
pub struct EventStream {
    answer: reqwest::Response,
    read: Vec<u8>,
}

impl EventStream {
    pub fn new(answer: reqwest::Response) -> Self {
        Self { answer, read: Vec::new() }
    }

    /// The name and the data of the next event; none when the provider closed the stream.
    ///
    /// # Errors
    /// When the connection broke, or an event exceeds 1 MiB.
    pub async fn next(&mut self) -> anyhow::Result<Option<(String, String)>> {
        loop {
            while let Some(end) = self.read.windows(2).position(|pair| pair == b"\n\n") {
                let event: Vec<u8> = self.read.drain(..end + 2).collect();
                let event = String::from_utf8_lossy(&event);
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name).map(str::trim));
                // An event without a name is a keep-alive.
                if let Some((name, data)) = field("event:").zip(field("data:")) {
                    return Ok(Some((name.to_owned(), data.to_owned())));
                }
            }
            ensure!(self.read.len() <= LARGEST_EVENT, "the provider sent an event of more than 1 MiB");
            match self.answer.chunk().await.context("the connection to the provider broke")? {
                Some(bytes) => self.read.extend_from_slice(&bytes),
                None => return Ok(None),
            }
        }
    }
}

/// The reason in the data of an `end` event.
pub fn end_reason(data: &str) -> String {
    let end: serde_json::Value = serde_json::from_str(data).unwrap_or_default();
    end["reason"].as_str().unwrap_or("no reason was given").to_owned()
}
