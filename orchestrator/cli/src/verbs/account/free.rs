use alloy::primitives::{Address, U256};
use clap::Args;
use solidity::Market::bindCall;

use crate::{
    render::{answer, binding},
    wallet::{approval::Approval, session::Session},
};

#[derive(Debug, Args)]
pub struct AccountFreeArgs {
    #[command(flatten)]
    approval: Approval,
}

impl AccountFreeArgs {
    pub async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let call = bindCall { approvers: vec![], threshold: U256::ZERO, limits: vec![] };
        let sent = self.approval.act(session, session.address(), Address::ZERO, &call, U256::ZERO, json).await?;
        let Some(receipt) = sent else { return Ok(()) };
        answer::print(json, &binding::changed_json(session.address(), &call, receipt.transaction_hash), |_| {
            binding::changed(session.address(), &call)
        })
    }
}
