use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::{
    render::{answer, ids::short, progress::Progress},
    settings::{Connection, Identity},
    wallet::{binding::read_for_approver, session::Session},
};

/// Takes back a consent, however it was given or will be; for good.
#[derive(Debug, Args)]
pub struct Revoke {
    /// The action's file.
    file: PathBuf,
}

impl Revoke {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let (action, binding) = read_for_approver(&session, &self.file).await?;
        let progress = Progress::new();
        progress.step("Taking the consent back");
        let receipt = session.send(session.market.revoke(action.account, action.digest, binding.approvers)).await?;
        drop(progress);
        let approver = session.address();
        let said = json!({"action": action.digest, "approver": approver, "tx": receipt.transaction_hash});
        answer::give(json, &said, |_| format!("{} has taken its consent back, for good", short(approver)))
    }
}
