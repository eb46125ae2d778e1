use alloy::primitives::{Address, U256};
use clap::Args;
use serde_json::json;

use crate::{
    render::{answer, call},
    settings::{ConnectionSettings, IdentitySettings},
    wallet::{binding::binding, session::Session},
};

#[derive(Debug, Args)]
pub struct AccountShowArgs {
    /// The address of the account. Default: the wallet's.
    address: Option<Address>,
}

impl AccountShowArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::reader(connection).await?;
        let account = match self.address {
            Some(address) => address,
            None => identity.signer(session.deployment.chain_id)?.address(),
        };
        let Some(binding) = binding(&session, account).await? else {
            return answer::print(json, &json!({"account": account, "bound": false}), |_| {
                format!("{account} is not bound to approvers: its actions need no consents")
            });
        };
        let (mut limits, mut lines) = (
            Vec::new(),
            vec![format!(
                "{account} is bound (version {}): actions beyond its limits need the consent of {} of these approvers",
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
        let output = json!({
            "account": account, "bound": true, "approvers": binding.approvers, "threshold": binding.threshold,
            "version": binding.version.to_string(), "limits": limits,
        });
        answer::print(json, &output, |_| lines.join("\n"))
    }
}
