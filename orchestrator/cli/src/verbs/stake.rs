//! What a provider stakes and says of itself.

use alloy::primitives::{Address, B256, U256, utils::parse_ether};
use anyhow::{Context, ensure};
use clap::Args;
use serde_json::json;
use solidity::Market::unregisterCall;

use crate::{
    render::answer::{self, Progress},
    wallet::{approval::Approval, session::Session},
};

#[derive(Debug, Args)]
pub struct Bond {
    /// How much to add, in ETH.
    amount: String,
}

/// The first time it announces the exit; once the exit delay is over, and nothing is open, it leaves.
#[derive(Debug, Args)]
pub struct Exit {
    #[command(flatten)]
    approval: Approval,
}

/// Your own claims, such as `region=eu,tier=gold`; nobody checks them. They replace those from before.
#[derive(Debug, Args)]
pub struct Attributes {
    /// Words of at most 31 bytes, with commas between them; none: claim nothing.
    #[arg(value_delimiter = ',')]
    attributes: Vec<String>,
}

impl Bond {
    pub async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let amount = parse_ether(&self.amount).with_context(|| format!("{:?} is not an amount of ETH", self.amount))?;
        let progress = Progress::new();
        progress.step("Adding to the bond");
        let receipt = session.send(session.market.addBond().value(amount)).await?;
        let bond = U256::from(session.market.providerOf(session.address()).call().await?.bond);
        drop(progress);
        let eth = session.unit(Address::ZERO).await?;
        let said = json!({"added": amount.to_string(), "bond": bond.to_string(), "tx": receipt.transaction_hash});
        answer::give(json, &said, |_| format!("added {}; the bond is {}", eth.format(amount), eth.format(bond)))
    }
}

impl Exit {
    pub async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let provider = session.market.providerOf(session.address()).call().await?;
        ensure!(provider.registeredAt != 0, "{} is not registered", session.address());
        let time = session.time().await?;
        if provider.exitAt == 0 {
            let receipt = session.send(session.market.announceExit()).await?;
            let until = time + u64::from(session.deployment.parameters.exitDelay);
            let said = json!({"stage": "announced", "until": until, "tx": receipt.transaction_hash});
            return answer::give(json, &said, |_| {
                format!("announced: no new lease comes; run this again from {until} on, when all leases are closed")
            });
        }
        let sent = self.approval.act(session, session.address(), Address::ZERO, &unregisterCall {}, U256::ZERO, json);
        let Some(receipt) = sent.await? else { return Ok(()) };
        let eth = session.unit(Address::ZERO).await?;
        let bond = U256::from(provider.bond);
        let said = json!({"stage": "left", "bond": bond.to_string(), "tx": receipt.transaction_hash});
        answer::give(json, &said, |_| {
            format!("left; the bond of {} is earnings now: `tidemark provider withdraw`", eth.format(bond))
        })
    }
}

impl Attributes {
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
