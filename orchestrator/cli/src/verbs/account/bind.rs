use alloy::primitives::{
    Address, U256,
    aliases::{U104, U112},
    ruint::UintTryFrom,
};
use anyhow::{Context, bail, ensure};
use clap::Args;
use solidity::Market::{Limit, bindCall};

use crate::{
    render::{answer, binding},
    wallet::{approval::Approval, session::Session},
};

#[derive(Debug, Args)]
pub struct AccountBindArgs {
    /// The address of an approver. Can be repeated.
    #[arg(long = "approver", required = true, value_name = "ADDRESS")]
    approvers: Vec<Address>,
    /// How many approvers must consent.
    #[arg(long)]
    threshold: u64,
    /// The limits of one currency within which no consent is needed: `eth:0.02/h:0.5:2` or `0x…:RATE:AMOUNT:EXPOSURE`: the rate
    /// that one lease may reserve, the amount that one call may move, and the total amount in the market. Can be repeated,
    /// once for each currency; in other currencies, every action needs consent.
    #[arg(long = "limit", value_name = "CURRENCY:RATE:AMOUNT:EXPOSURE")]
    limits: Vec<String>,
    #[command(flatten)]
    approval: Approval,
}

impl AccountBindArgs {
    pub async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let mut approvers = self.approvers;
        approvers.sort_unstable();
        approvers.dedup();
        ensure!(
            !approvers.contains(&session.address()),
            "an account cannot be its own approver: remove it from the approvers"
        );
        let mut limits = Vec::new();
        for text in &self.limits {
            limits.push(limit(session, text).await?);
        }
        let call = bindCall { approvers, threshold: U256::from(self.threshold), limits };
        let sent = self.approval.act(session, session.address(), Address::ZERO, &call, U256::ZERO, json).await?;
        let Some(receipt) = sent else { return Ok(()) };
        answer::print(json, &binding::changed_json(session.address(), &call, receipt.transaction_hash), |_| {
            binding::changed(session.address(), &call)
        })
    }
}

async fn limit(session: &Session, text: &str) -> anyhow::Result<Limit> {
    let parts: Vec<&str> = text.split(':').collect();
    let [currency, rate, amount, exposure] = parts[..] else {
        bail!("--limit {text:?}: the format is currency:rate:amount:exposure, such as eth:0.02/h:0.5:2");
    };
    let currency = match currency.to_lowercase().as_str() {
        "eth" => Address::ZERO,
        _ => currency
            .parse()
            .with_context(|| format!("--limit {text:?}: {currency:?} is neither eth nor a token's address"))?,
    };
    let unit = session.unit(currency).await?;
    let too_high = || format!("--limit {text:?} is higher than the market can store");
    Ok(Limit {
        currency,
        rate: U104::uint_try_from(unit.parse_rate(rate)?).ok().with_context(too_high)?,
        amount: U104::uint_try_from(unit.parse(amount)?).ok().with_context(too_high)?,
        exposure: U112::uint_try_from(unit.parse(exposure)?).ok().with_context(too_high)?,
    })
}
