use alloy::primitives::{Address, U256};
use anyhow::ensure;
use clap::Args;
use serde_json::json;
use solidity::Market::unregisterCall;

use crate::{
    render::answer,
    wallet::{approval::Approval, session::Session},
};

/// The first time it announces the exit; once the exit delay is over, and nothing is open, it leaves.
#[derive(Debug, Args)]
pub struct ProviderExit {
    #[command(flatten)]
    approval: Approval,
}

impl ProviderExit {
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
