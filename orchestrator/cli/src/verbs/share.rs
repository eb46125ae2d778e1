use std::time::Duration;

use alloy::{
    hex,
    primitives::{Address, U256},
    signers::SignerSync,
};
use anyhow::{Context, ensure};
use clap::Args;
use serde_json::json;
use solidity::typed;

use crate::{
    provider_api::client::ProviderApi,
    render::{
        answer,
        ids::{short, short_id},
    },
    settings::{Connection, Identity, duration},
    wallet::session::Session,
};
use lease::access::Scope;

/// Signs a grant and hands it to the lease's provider. No transaction is sent.
#[derive(Debug, Args)]
pub struct Share {
    /// The lease, or the beginning of its id.
    lease: String,
    /// The address that may look inside.
    grantee: Address,
    /// How far: `view` (usage, demand, manifest), `logs`, `shell`; each with what those before it allow.
    #[arg(long, default_value = "view")]
    scope: Scope,
    /// How long; at most 90 days.
    #[arg(long = "for", default_value = "1h", value_parser = duration, value_name = "DURATION")]
    lasts: Duration,
}

impl Share {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let tenant = lease.terms.tenant;
        ensure!(tenant == session.address(), "only its tenant, {tenant}, shares this lease");
        let remote = ProviderApi::new(&session.endpoint(lease.terms.provider).await?)?;
        // By the provider's clock, which judges it.
        let issued_at = remote.nonce().await?.issued_at;
        let expiry = issued_at + self.lasts.as_secs();
        let grant = typed::Grant {
            lease: lease.id,
            grantee: self.grantee,
            scope: self.scope.to_string(),
            issuedAt: U256::from(issued_at),
            expiry: U256::from(expiry),
        };
        let digest = grant.digest(&typed::domain(session.deployment.chain_id, session.deployment.market));
        let signer = session.signer.as_ref().context("nobody can sign")?;
        let signature = hex::encode_prefixed(signer.sign_hash_sync(&digest)?.as_bytes());
        let sent = json!({
            "grantee": self.grantee, "scope": self.scope, "issuedAt": issued_at, "expiry": expiry, "signature": signature,
        });
        let granted = remote.grant(lease.id, &sent).await?;
        answer::give(json, &granted, |_| {
            let lasts = humantime::format_duration(Duration::from_secs(self.lasts.as_secs()));
            format!("{} has `{}` of lease {} for {lasts}", short(self.grantee), self.scope, short_id(lease.id))
        })
    }
}
