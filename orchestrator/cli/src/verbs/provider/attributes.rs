use alloy::primitives::B256;
use anyhow::ensure;
use clap::Args;
use serde_json::json;

use crate::{render::answer, wallet::session::Session};

/// Your own claims, such as `region=eu,tier=gold`; nobody checks them. They replace those from before.
#[derive(Debug, Args)]
pub struct ProviderAttributes {
    /// Words of at most 31 bytes, with commas between them; none: claim nothing.
    #[arg(value_delimiter = ',')]
    attributes: Vec<String>,
}

impl ProviderAttributes {
    pub async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let words: Vec<&str> = self.attributes.iter().map(|word| word.trim()).filter(|word| !word.is_empty()).collect();
        let attributes = words.iter().map(|text| word(text)).collect::<anyhow::Result<Vec<_>>>()?;
        let receipt = session.send(session.market.setAttributes(attributes)).await?;
        let said = json!({"attributes": words, "tx": receipt.transaction_hash});
        answer::give(json, &said, |_| {
            format!(
                "claims {}",
                if words.is_empty() { "nothing" } else { "these" }.to_owned()
                    + &words.iter().map(|word| format!(" {word}")).collect::<String>()
            )
        })
    }
}

/// An attribute as the market has it: its bytes, then zeros.
pub fn word(text: &str) -> anyhow::Result<B256> {
    ensure!(!text.is_empty() && text.len() <= 31, "{text:?} is not an attribute: 1 to 31 bytes, such as region=eu");
    let mut word = B256::ZERO;
    word[..text.len()].copy_from_slice(text.as_bytes());
    Ok(word)
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn an_attribute_is_its_bytes() {
        assert!(word("region=eu").is_ok_and(|word| word.starts_with(b"region=eu\0")));
        assert!(word("").is_err() && word(&"x".repeat(32)).is_err());
    }
}
