use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::{
    render::{answer, ids::short, progress::ProgressLine},
    settings::{ConnectionSettings, IdentitySettings},
    wallet::{binding::read_for_approver, session::Session},
};

/// Revokes a consent permanently, whether it was given by transaction or by signature, also one given later.
#[derive(Debug, Args)]
pub struct RevokeArgs {
    /// The action file.
    file: PathBuf,
}

impl RevokeArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let (action, binding) = read_for_approver(&session, &self.file).await?;
        let progress = ProgressLine::new();
        progress.step("Revoking the consent");
        let receipt = session.send(session.market.revoke(action.account, action.digest, binding.approvers)).await?;
        drop(progress);
        let approver = session.address();
        let output = json!({"action": action.digest, "approver": approver, "tx": receipt.transaction_hash});
        answer::print(json, &output, |_| format!("{} revoked its consent permanently", short(approver)))
    }
}
