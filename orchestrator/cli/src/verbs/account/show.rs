use alloy::primitives::{Address, U256};
use clap::Args;
use serde_json::json;

use crate::{
    render::{answer, call},
    settings::{Connection, Identity},
    wallet::{binding::binding, session::Session},
};

#[derive(Debug, Args)]
pub struct AccountShow {
    /// The account; the wallet's unless told otherwise.
    address: Option<Address>,
}

impl AccountShow {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::reader(connection).await?;
        let account = match self.address {
            Some(address) => address,
            None => identity.signer(session.deployment.chain_id)?.address(),
        };
        let Some(binding) = binding(&session, account).await? else {
            return answer::give(json, &json!({"account": account, "bound": false}), |_| {
                format!("{account} is free: nothing that it does takes consents")
            });
        };
        let (mut limits, mut lines) = (
            Vec::new(),
            vec![format!(
                "{account} is bound (version {}): beyond its limits it takes {} of these approvers",
                binding.version, binding.threshold
            )],
        );
        lines.extend(binding.approvers.iter().map(|approver| format!("  {approver}")));
        for limit in &binding.limits {
            let unit = session.unit(limit.currency).await?;
            let exposed = U256::from(session.market.limitsOf(account, limit.currency).call().await?.exposed);
            lines.push(format!("  {}, of which {} is used", call::limits(&unit, limit), unit.format(exposed)));
            limits.push(json!({
                "currency": limit.currency, "rate": limit.rate.to_string(), "amount": limit.amount.to_string(),
                "exposure": limit.exposure.to_string(), "exposed": exposed.to_string(),
            }));
        }
        let said = json!({
            "account": account, "bound": true, "approvers": binding.approvers, "threshold": binding.threshold,
            "version": binding.version.to_string(), "limits": limits,
        });
        answer::give(json, &said, |_| lines.join("\n"))
    }
}
