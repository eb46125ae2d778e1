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
    settings::{ConnectionSettings, IdentitySettings, duration},
    wallet::session::Session,
};
use lease::access::Scope;

/// Signs a grant and sends it to the lease's provider. No transaction is sent.
#[derive(Debug, Args)]
pub struct ShareArgs {
    /// The id of the lease, or a unique prefix of it.
    lease: String,
    /// The address that gets access.
    grantee: Address,
    /// The scope of the access: `view` (usage, demand, manifest), `logs` or `shell`; each includes the scopes before it.
    #[arg(long, default_value = "view")]
    scope: Scope,
    /// How long the grant is valid; at most 90 days.
    #[arg(long = "for", default_value = "1h", value_parser = duration, value_name = "DURATION")]
    lasts: Duration,
}

impl ShareArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let tenant = lease.terms.tenant;
        ensure!(tenant == session.address(), "only its tenant, {tenant}, can share this lease");
        let remote = ProviderApi::new(&session.endpoint(lease.terms.provider).await?)?;
        // The provider checks the times of the grant against its own clock.
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
        let signer = session.signer.as_ref().context("no key is set that could sign: set TIDEMARK_KEYSTORE")?;
        let signature = hex::encode_prefixed(signer.sign_hash_sync(&digest)?.as_bytes());
        let sent = json!({
            "grantee": self.grantee, "scope": self.scope, "issuedAt": issued_at, "expiry": expiry, "signature": signature,
        });
        let granted = remote.grant(lease.id, &sent).await?;
        answer::print(json, &granted, |_| {
            let lasts = humantime::format_duration(Duration::from_secs(self.lasts.as_secs()));
            format!("{} has `{}` access to lease {} for {lasts}", short(self.grantee), self.scope, short_id(lease.id))
        })
    }
}
