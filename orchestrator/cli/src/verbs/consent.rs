use std::path::PathBuf;

use alloy::{primitives::Bytes, signers::SignerSync};
use anyhow::Context;
use clap::Args;
use serde_json::json;

use crate::{
    render::{answer, call, ids::short, progress::ProgressLine},
    settings::{ConnectionSettings, IdentitySettings},
    wallet::{
        action_file::{ActionFile, ApproverSignature},
        binding::read_for_approver,
        session::Session,
    },
};

/// Prints what the call in the file does, as decoded by this program, and signs it.
#[derive(Debug, Args)]
pub struct ConsentArgs {
    /// The action file, as `--propose` wrote it.
    file: PathBuf,
    /// Consent by transaction instead of by signature.
    #[arg(long)]
    send: bool,
    /// The file to write the consent to. Default: next to the action file.
    #[arg(long, value_name = "FILE", conflicts_with = "send")]
    out: Option<PathBuf>,
}

impl ConsentArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let (action, binding) = read_for_approver(&session, &self.file).await?;
        let says = call::describe(&session, &action.call, action.value).await?;
        let approver = session.address();
        let progress = ProgressLine::new();
        for line in &says {
            progress.done(line);
        }
        if self.send {
            progress.step("Consenting");
            let call = session.market.consent(action.account, action.digest, binding.approvers);
            let receipt = session.send(call).await?;
            drop(progress);
            let output = json!({
                "action": action.digest, "approver": approver, "says": says, "tx": receipt.transaction_hash,
            });
            return answer::print(json, &output, |_| {
                format!("{} consents to:\n  {}", short(approver), says.join("\n  "))
            });
        }
        drop(progress);
        let signer = session.signer.as_ref().context("no key is set that could sign: set TIDEMARK_KEYSTORE")?;
        let signature = Bytes::from(signer.sign_hash_sync(&action.digest)?.as_bytes().to_vec());
        let name = format!("{}.{}.json", self.file.display(), &approver.to_string()[2..10]);
        let out = self.out.unwrap_or_else(|| name.into());
        let consents = vec![ApproverSignature { approver, signature: signature.clone() }];
        ActionFile { says: says.clone(), consents, ..action.clone() }.write(&out)?;
        let output = json!({
            "action": action.digest, "approver": approver, "says": says, "signature": signature, "file": out,
        });
        answer::print(json, &output, |_| {
            format!("{} consents to:\n  {}\nwritten to {}", short(approver), says.join("\n  "), out.display())
        })
    }
}
