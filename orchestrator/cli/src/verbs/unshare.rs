use alloy::primitives::Address;
use clap::Args;
use serde_json::json;

use crate::{
    render::{
        answer,
        ids::{short, short_id},
    },
    settings::{ConnectionSettings, IdentitySettings},
    wallet::{session::Session, sign_in::sign_in},
};

/// Grants signed for the address before stay revoked.
#[derive(Debug, Args)]
pub struct UnshareArgs {
    /// The id of the lease, or a unique prefix of it.
    lease: String,
    /// The address whose access to revoke.
    grantee: Address,
}

impl UnshareArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let remote = sign_in(&session, &lease).await?;
        remote.revoke(lease.id, self.grantee).await?;
        let left = remote.grants(lease.id).await?;
        answer::print(json, &json!({"lease": lease.id, "revoked": self.grantee, "grants": left}), |_| {
            format!("{} no longer has access to lease {}", short(self.grantee), short_id(lease.id))
        })
    }
}
