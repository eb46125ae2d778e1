use std::path::PathBuf;

use alloy::{primitives::Bytes, signers::SignerSync};
use anyhow::{Context, ensure};
use clap::Args;
use serde_json::json;

use crate::{
    render::ids::short,
    settings::{Connection, Identity},
};
use crate::{
    render::{
        answer::{self, Progress},
        words,
    },
    wallet::{
        action::{Action, Consent as Given},
        approval::{Binding, binding},
        session::Session,
    },
};

/// Signs what the file's call says, as this program reads it.
#[derive(Debug, Args)]
pub struct Consent {
    /// The action's file, as `--propose` wrote it.
    file: PathBuf,
    /// Consent by transaction instead of a signature.
    #[arg(long)]
    send: bool,
    /// Where to write the consent; beside the action unless told otherwise.
    #[arg(long, value_name = "FILE", conflicts_with = "send")]
    out: Option<PathBuf>,
}

/// Takes back a consent, however it was given or will be; for good.
#[derive(Debug, Args)]
pub struct Revoke {
    /// The action's file.
    file: PathBuf,
}

impl Consent {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let (action, binding) = open(&session, &self.file).await?;
        let says = words::tell(&session, &action.call, action.value).await?;
        let approver = session.address();
        let progress = Progress::new();
        for line in &says {
            progress.done(line);
        }
        if self.send {
            progress.step("Consenting");
            let call = session.market.consent(action.account, action.digest, binding.approvers);
            let receipt = session.send(call).await?;
            drop(progress);
            let said = json!({
                "action": action.digest, "approver": approver, "says": says, "tx": receipt.transaction_hash,
            });
            return answer::give(json, &said, |_| format!("{} consents to:\n  {}", short(approver), says.join("\n  ")));
        }
        drop(progress);
        let signer = session.signer.as_ref().context("nobody can sign")?;
        let signature = Bytes::from(signer.sign_hash_sync(&action.digest)?.as_bytes().to_vec());
        let name = format!("{}.{}.json", self.file.display(), &approver.to_string()[2..10]);
        let out = self.out.unwrap_or_else(|| name.into());
        let consents = vec![Given { approver, signature: signature.clone() }];
        Action { says: says.clone(), consents, ..action.clone() }.write(&out)?;
        let said = json!({
            "action": action.digest, "approver": approver, "says": says, "signature": signature, "file": out,
        });
        answer::give(json, &said, |_| {
            format!("{} consents to:\n  {}\nwritten to {}", short(approver), says.join("\n  "), out.display())
        })
    }
}

impl Revoke {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let (action, binding) = open(&session, &self.file).await?;
        let progress = Progress::new();
        progress.step("Taking the consent back");
        let receipt = session.send(session.market.revoke(action.account, action.digest, binding.approvers)).await?;
        drop(progress);
        let approver = session.address();
        let said = json!({"action": action.digest, "approver": approver, "tx": receipt.transaction_hash});
        answer::give(json, &said, |_| format!("{} has taken its consent back, for good", short(approver)))
    }
}

/// An action that can still be taken, by an approver of its account.
async fn open(session: &Session, file: &std::path::Path) -> anyhow::Result<(Action, Binding)> {
    let action = Action::read(file, &session.deployment)?;
    let account = action.account;
    let binding = binding(session, account).await?.with_context(|| format!("{account} is not bound any more"))?;
    ensure!(binding.version == action.version, "{account} was bound anew since this was proposed: ask for it again");
    ensure!(
        binding.approvers.contains(&session.address()),
        "{} is no approver of {account}: use an approver's wallet",
        session.address()
    );
    ensure!(
        action.expiry >= alloy::primitives::U256::from(session.time().await?),
        "the action's time is over: ask for it again"
    );
    let used = session.market.nonceUsed(account, action.nonce).call().await?;
    ensure!(!used, "the action was taken already");
    Ok((action, binding))
}
