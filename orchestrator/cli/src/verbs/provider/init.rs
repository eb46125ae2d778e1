use std::path::PathBuf;

use alloy::signers::local::PrivateKeySigner;
use anyhow::{Context, ensure};
use clap::Args;
use serde_json::json;

use crate::{
    render::{answer, progress::ProgressLine},
    settings::IdentitySettings,
    wallet::sealing_key::new_sealing_key,
};

#[derive(Debug, Args)]
pub struct ProviderInitArgs {
    /// The folder for the keys.
    #[arg(long, default_value = ".tidemark", value_name = "FOLDER")]
    folder: PathBuf,
}

impl ProviderInitArgs {
    pub fn run(self, identity: &IdentitySettings, json: bool) -> anyhow::Result<()> {
        let folder = &self.folder;
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be created", folder.display()))?;
        let keystore = folder.join("keystore.json");
        ensure!(
            !keystore.exists(),
            "{} exists already: remove it first, or choose another --folder",
            keystore.display()
        );
        let password = identity.password(&keystore.display().to_string())?;
        ensure!(!password.expose().is_empty(), "the password is empty: choose one that protects the key");
        let progress = ProgressLine::new();
        progress.step("Encrypting the key");
        let key = PrivateKeySigner::random();
        PrivateKeySigner::encrypt_keystore(
            folder,
            &mut rand::thread_rng(),
            key.to_bytes(),
            password.expose(),
            Some("keystore.json"),
        )
        .with_context(|| format!("{} cannot be written", keystore.display()))?;
        let sealing = new_sealing_key(folder)?;
        drop(progress);
        let output = json!({"address": key.address(), "keystore": keystore, "sealingKey": sealing});
        answer::print(json, &output, |_| {
            format!(
                "address     {}\nkeystore    {}\nsealing key {sealing}\nFund the address, set TIDEMARK_KEYSTORE={}, then \
                 `tidemark provider register`.",
                key.address(),
                keystore.display(),
                keystore.display()
            )
        })
    }
}
