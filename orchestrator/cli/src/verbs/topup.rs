use alloy::primitives::{Address, U256};
use clap::Args;
use serde_json::json;
use solidity::Market::topUpCall;

use crate::{
    render::ids::short_id,
    settings::{Connection, Identity},
};
use crate::{
    render::{answer, money::Unit},
    wallet::{approval::Approval, session::Session},
};

#[derive(Debug, Args)]
pub struct Topup {
    /// The lease, or the beginning of its id. It need not be yours.
    lease: String,
    /// How much to add, in the lease's currency: `0.5`.
    #[arg(allow_negative_numbers = true)]
    amount: String,
    #[command(flatten)]
    approval: Approval,
}

impl Topup {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let unit = session.unit(lease.terms.currency).await?;
        let amount = unit.parse(&self.amount)?;
        let progress = answer::Progress::new();
        if self.approval.propose.is_none() {
            allow(&session, &unit, amount, &progress).await?;
        }
        progress.step(format!("Adding {}", unit.format(amount)));
        let call = topUpCall { currency: unit.address, lease: lease.id, amount };
        let value = value(unit.address, amount);
        let sent = self.approval.act(&session, session.address(), unit.address, &call, value, json).await?;
        let Some(receipt) = sent else { return Ok(()) };
        let runway = session.market.runway(lease.terms.clone()).call().await?;
        drop(progress);
        let runway: u64 = runway.saturating_to();
        let said = json!({
            "lease": lease.id, "added": amount.to_string(), "runwaySeconds": runway, "tx": receipt.transaction_hash,
        });
        answer::give(json, &said, |_| {
            format!("{}: added {}, runway {}", short_id(lease.id), unit.format(amount), super::show::span(runway))
        })
    }
}

/// What must be sent along: the amount itself when it is the chain's own coin.
pub fn value(currency: Address, amount: U256) -> U256 {
    if currency.is_zero() { amount } else { U256::ZERO }
}

/// Lets the market take an amount of a token, when it may not already.
pub async fn allow(session: &Session, unit: &Unit, amount: U256, progress: &answer::Progress) -> anyhow::Result<()> {
    if unit.address.is_zero() {
        return Ok(());
    }
    let token = solidity::TestToken::new(unit.address, session.provider());
    let market = session.deployment.market;
    if token.allowance(session.address(), market).call().await? < amount {
        progress.step(format!("Allowing the market to take {}", unit.format(amount)));
        let pending = token.approve(market, amount).send().await?;
        anyhow::ensure!(pending.get_receipt().await?.status(), "the token refused the allowance");
    }
    Ok(())
}
