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
    remote::Remote,
    render::answer,
    wallet::{session::Session, signin},
};
use crate::{
    render::ids::{short, short_id},
    settings::{Connection, Identity, duration},
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

/// What was signed for the address before stays refused.
#[derive(Debug, Args)]
pub struct Unshare {
    /// The lease, or the beginning of its id.
    lease: String,
    /// The address that may look inside no more.
    grantee: Address,
}

#[derive(Debug, Args)]
pub struct Accesses {
    /// The lease, or the beginning of its id.
    lease: String,
    /// So many of the newest.
    #[arg(long, default_value_t = 50)]
    limit: u32,
}

impl Share {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let tenant = lease.terms.tenant;
        ensure!(tenant == session.address(), "only its tenant, {tenant}, shares this lease");
        let remote = Remote::new(&session.endpoint(lease.terms.provider).await?)?;
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

impl Unshare {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let remote = signin::inside(&session, &lease).await?;
        remote.revoke(lease.id, self.grantee).await?;
        let left = remote.grants(lease.id).await?;
        answer::give(json, &json!({"lease": lease.id, "revoked": self.grantee, "grants": left}), |_| {
            format!("{} has nothing of lease {} any more", short(self.grantee), short_id(lease.id))
        })
    }
}

impl Accesses {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let remote = signin::inside(&session, &lease).await?;
        let all = remote.accesses(lease.id, self.limit).await?;
        answer::give(json, &all, |all| {
            let time =
                |ms| humantime::format_rfc3339_seconds(std::time::UNIX_EPOCH + Duration::from_millis(ms)).to_string();
            let rows: Vec<_> = all
                .iter()
                .map(|access| [time(access.at_ms), access.who.clone(), access.what.clone(), access.detail.clone()])
                .collect();
            answer::table(["when", "who", "what", ""], &rows)
        })
    }
}
