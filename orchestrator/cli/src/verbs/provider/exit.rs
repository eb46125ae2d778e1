use alloy::primitives::{Address, U256};
use anyhow::ensure;
use clap::Args;
use serde_json::json;
use solidity::Market::unregisterCall;

use crate::{
    render::answer,
    wallet::{approval::Approval, session::Session},
};

/// The first call announces the exit. A call after the exit delay, when all leases are closed, unregisters the provider.
#[derive(Debug, Args)]
pub struct ProviderExitArgs {
    #[command(flatten)]
    approval: Approval,
}

impl ProviderExitArgs {
    pub async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let provider = session.market.providerOf(session.address()).call().await?;
        ensure!(provider.registeredAt != 0, "{} is not registered", session.address());
        let time = session.time().await?;
        if provider.exitAt == 0 {
            let receipt = session.send(session.market.announceExit()).await?;
            let until = time + u64::from(session.deployment.parameters.exitDelay);
            let output = json!({"stage": "announced", "until": until, "tx": receipt.transaction_hash});
            return answer::print(json, &output, |_| {
                format!(
                    "announced: no new leases are opened; run this command again after {until}, when all leases are closed"
                )
            });
        }
        let sent = self.approval.act(session, session.address(), Address::ZERO, &unregisterCall {}, U256::ZERO, json);
        let Some(receipt) = sent.await? else { return Ok(()) };
        let eth = session.unit(Address::ZERO).await?;
        let bond = U256::from(provider.bond);
        let output = json!({"stage": "left", "bond": bond.to_string(), "tx": receipt.transaction_hash});
        answer::print(json, &output, |_| {
            format!(
                "unregistered; the bond of {} is now part of the earnings: run `tidemark provider withdraw`",
                eth.format(bond)
            )
        })
    }
}
