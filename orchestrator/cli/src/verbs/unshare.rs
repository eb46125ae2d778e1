use alloy::primitives::Address;
use clap::Args;
use serde_json::json;

use crate::{
    render::{
        answer,
        ids::{short, short_id},
    },
    settings::{Connection, Identity},
    wallet::{session::Session, sign_in::sign_in},
};

/// What was signed for the address before stays refused.
#[derive(Debug, Args)]
pub struct Unshare {
    /// The lease, or the beginning of its id.
    lease: String,
    /// The address that may look inside no more.
    grantee: Address,
}

impl Unshare {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let remote = sign_in(&session, &lease).await?;
        remote.revoke(lease.id, self.grantee).await?;
        let left = remote.grants(lease.id).await?;
        answer::give(json, &json!({"lease": lease.id, "revoked": self.grantee, "grants": left}), |_| {
            format!("{} has nothing of lease {} any more", short(self.grantee), short_id(lease.id))
        })
    }
}
