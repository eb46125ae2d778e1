use clap::Args;
use serde_json::json;

use crate::{
    market::lease_funds::LeaseFunds,
    render::{
        answer,
        ids::{short, short_id},
        span::span,
        table::table,
    },
    settings::{ConnectionSettings, IdentitySettings},
    wallet::session::Session,
};

#[derive(Debug, Args)]
pub struct LsArgs {
    /// List the leases of all tenants, not only those of the wallet.
    #[arg(long)]
    all: bool,
    /// Include closed leases.
    #[arg(long)]
    closed: bool,
}

impl LsArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::reader(connection).await?;
        let tenant = match self.all || (identity.keystore.is_none() && identity.dev_key.is_none()) {
            true => None,
            false => Some(identity.signer(session.deployment.chain_id)?.address()),
        };
        let mut rows = Vec::new();
        let mut output = Vec::new();
        for lease in session.leases(tenant).await? {
            if lease.closed_at.is_some() && !self.closed {
                continue;
            }
            let money = LeaseFunds::of(&lease, &session).await?;
            output.push(json!({
                "lease": lease.id, "tenant": lease.terms.tenant, "provider": lease.terms.provider,
                "status": money.status, "replicas": lease.replicas, "balance": money.balance.to_string(),
                "runwaySeconds": money.runway, "openedAt": lease.opened_at,
            }));
            rows.push([
                short_id(lease.id),
                money.status.to_owned(),
                format!("{} of {}–{}", lease.replicas, lease.policy.minReplicas, lease.policy.maxReplicas),
                money.unit.format_rate(lease.rate()),
                money.unit.format(money.balance),
                money.runway.map_or_else(|| "–".to_owned(), span),
                short(lease.terms.provider),
            ]);
        }
        answer::print(json, &output, |_| {
            if rows.is_empty() {
                return "no leases; `tidemark deploy FILE` opens one".to_owned();
            }
            table(["LEASE", "STATUS", "REPLICAS", "RATE", "BALANCE", "RUNWAY", "PROVIDER"], &rows)
        })
    }
}
