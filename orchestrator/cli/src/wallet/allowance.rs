//! How a payment reaches the market: as the value of the transaction for ETH, through an ERC-20 allowance for tokens.

use alloy::primitives::{Address, U256};
use anyhow::ensure;

use crate::{
    render::{amount::Unit, progress::ProgressLine},
    wallet::session::Session,
};

/// The value of a transaction that pays an amount: the amount for ETH, zero for tokens.
pub fn value(currency: Address, amount: U256) -> U256 {
    if currency.is_zero() { amount } else { U256::ZERO }
}

/// Raises the market's allowance of a token to an amount, unless it suffices. Does nothing for ETH.
pub async fn allow(session: &Session, unit: &Unit, amount: U256, progress: &ProgressLine) -> anyhow::Result<()> {
    if unit.address.is_zero() {
        return Ok(());
    }
    let token = solidity::TestToken::new(unit.address, session.provider());
    let market = session.deployment.market;
    if token.allowance(session.address(), market).call().await? < amount {
        progress.step(format!("Approving the market to transfer {}", unit.format(amount)));
        let pending = token.approve(market, amount).send().await?;
        ensure!(pending.get_receipt().await?.status(), "the token refused the allowance");
    }
    Ok(())
}
