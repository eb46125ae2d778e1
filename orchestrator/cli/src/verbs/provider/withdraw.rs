use alloy::primitives::{Address, U256};
use anyhow::ensure;
use clap::Args;
use serde_json::json;
use solidity::Market::withdrawEarningsCall;

use crate::{
    render::{answer, progress::ProgressLine},
    wallet::{approval::Approval, session::Session},
};

#[derive(Debug, Args)]
pub struct ProviderWithdrawArgs {
    /// The token; address 0 is ETH.
    #[arg(long, default_value_t = Address::ZERO)]
    currency: Address,
    /// The amount. Default: all earnings.
    #[arg(long)]
    amount: Option<String>,
    /// The address that receives the amount. Default: the provider.
    #[arg(long)]
    to: Option<Address>,
    #[command(flatten)]
    approval: Approval,
}

impl ProviderWithdrawArgs {
    pub async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let unit = session.unit(self.currency).await?;
        let available = session.market.earnings(session.address(), self.currency).call().await?;
        let amount = self.amount.as_deref().map_or(Ok(available), |amount| unit.parse(amount))?;
        ensure!(!amount.is_zero(), "there are no earnings in {} to withdraw", unit.symbol);
        let to = self.to.unwrap_or(session.address());
        let progress = ProgressLine::new();
        progress.step(format!("Withdrawing {}", unit.format(amount)));
        let call = withdrawEarningsCall { currency: self.currency, to, amount };
        let sent = self.approval.act(session, session.address(), self.currency, &call, U256::ZERO, json).await?;
        drop(progress);
        let Some(receipt) = sent else { return Ok(()) };
        let output = json!({"withdrawn": amount.to_string(), "to": to, "tx": receipt.transaction_hash});
        answer::print(json, &output, |_| format!("{} paid to {to}", unit.format(amount)))
    }
}
