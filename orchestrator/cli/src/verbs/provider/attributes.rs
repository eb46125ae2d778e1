use alloy::primitives::B256;
use anyhow::ensure;
use clap::Args;
use serde_json::json;

use crate::{render::answer, wallet::session::Session};

/// Attributes are the provider's own claims, such as `region=eu,tier=gold`, and are not verified. They replace earlier ones.
#[derive(Debug, Args)]
pub struct ProviderAttributesArgs {
    /// Attributes of at most 31 bytes, separated by commas; none removes all.
    #[arg(value_delimiter = ',')]
    attributes: Vec<String>,
}

impl ProviderAttributesArgs {
    pub async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let words: Vec<&str> = self.attributes.iter().map(|word| word.trim()).filter(|word| !word.is_empty()).collect();
        let attributes = words.iter().map(|text| word(text)).collect::<anyhow::Result<Vec<_>>>()?;
        let receipt = session.send(session.market.setAttributes(attributes)).await?;
        let output = json!({"attributes": words, "tx": receipt.transaction_hash});
        answer::print(json, &output, |_| {
            format!(
                "claims {}",
                if words.is_empty() { "no attributes" } else { "the attributes" }.to_owned()
                    + &words.iter().map(|word| format!(" {word}")).collect::<String>()
            )
        })
    }
}

/// An attribute as the market stores it: its bytes, padded with zeros.
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
