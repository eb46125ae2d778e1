//! How the amount of a payment reaches the market: sent along in the chain's own coin, or taken by the market from a token's
//! allowance.

use alloy::primitives::{Address, U256};
use anyhow::ensure;

use crate::{
    render::{amount::Unit, progress::Progress},
    wallet::session::Session,
};

/// What must be sent along: the amount itself when it is the chain's own coin.
pub fn value(currency: Address, amount: U256) -> U256 {
    if currency.is_zero() { amount } else { U256::ZERO }
}

/// Lets the market take an amount of a token, when it may not already.
pub async fn allow(session: &Session, unit: &Unit, amount: U256, progress: &Progress) -> anyhow::Result<()> {
    if unit.address.is_zero() {
        return Ok(());
    }
    let token = solidity::TestToken::new(unit.address, session.provider());
    let market = session.deployment.market;
    if token.allowance(session.address(), market).call().await? < amount {
        progress.step(format!("Allowing the market to take {}", unit.format(amount)));
        let pending = token.approve(market, amount).send().await?;
        ensure!(pending.get_receipt().await?.status(), "the token refused the allowance");
    }
    Ok(())
}
