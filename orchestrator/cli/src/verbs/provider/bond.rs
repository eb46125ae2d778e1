use alloy::primitives::{Address, U256, utils::parse_ether};
use anyhow::Context;
use clap::Args;
use serde_json::json;

use crate::{
    render::{answer, progress::ProgressLine},
    wallet::session::Session,
};

#[derive(Debug, Args)]
pub struct ProviderBondArgs {
    /// The amount to add, in ETH.
    amount: String,
}

impl ProviderBondArgs {
    pub async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let amount = parse_ether(&self.amount).with_context(|| format!("{:?} is not an amount of ETH", self.amount))?;
        let progress = ProgressLine::new();
        progress.step("Adding to the bond");
        let receipt = session.send(session.market.addBond().value(amount)).await?;
        let bond = U256::from(session.market.providerOf(session.address()).call().await?.bond);
        drop(progress);
        let eth = session.unit(Address::ZERO).await?;
        let output = json!({"added": amount.to_string(), "bond": bond.to_string(), "tx": receipt.transaction_hash});
        answer::print(json, &output, |_| format!("added {}; the bond is {}", eth.format(amount), eth.format(bond)))
    }
}
