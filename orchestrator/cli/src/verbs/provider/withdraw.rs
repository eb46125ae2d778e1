use alloy::primitives::{Address, U256};
use anyhow::ensure;
use clap::Args;
use serde_json::json;
use solidity::Market::withdrawEarningsCall;

use crate::{
    render::{answer, progress::Progress},
    wallet::{approval::Approval, session::Session},
};

#[derive(Debug, Args)]
pub struct ProviderWithdraw {
    /// The token; address 0 is ETH.
    #[arg(long, default_value_t = Address::ZERO)]
    currency: Address,
    /// How much; everything unless told otherwise.
    #[arg(long)]
    amount: Option<String>,
    /// Who receives it; the provider itself unless told otherwise.
    #[arg(long)]
    to: Option<Address>,
    #[command(flatten)]
    approval: Approval,
}

impl ProviderWithdraw {
    pub async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let unit = session.unit(self.currency).await?;
        let available = session.market.earnings(session.address(), self.currency).call().await?;
        let amount = self.amount.as_deref().map_or(Ok(available), |amount| unit.parse(amount))?;
        ensure!(!amount.is_zero(), "there are no earnings in {} to pay out", unit.symbol);
        let to = self.to.unwrap_or(session.address());
        let progress = Progress::new();
        progress.step(format!("Withdrawing {}", unit.format(amount)));
        let call = withdrawEarningsCall { currency: self.currency, to, amount };
        let sent = self.approval.act(session, session.address(), self.currency, &call, U256::ZERO, json).await?;
        drop(progress);
        let Some(receipt) = sent else { return Ok(()) };
        let said = json!({"withdrawn": amount.to_string(), "to": to, "tx": receipt.transaction_hash});
        answer::give(json, &said, |_| format!("{} paid to {to}", unit.format(amount)))
    }
}
