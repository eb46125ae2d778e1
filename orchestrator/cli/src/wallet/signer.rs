//! Loads the key that signs.

use std::fs;

use alloy::signers::local::PrivateKeySigner;
use anyhow::{Context, bail};

use crate::settings::{DEV_CHAIN, IdentitySettings, Secret};

impl IdentitySettings {
    /// The key, decrypted. Prompts for the password when no password file is set.
    ///
    /// # Errors
    /// When none or both of keystore and raw key are set, when the keystore cannot be decrypted, and for a raw key on any chain
    /// except the local one.
    pub fn signer(&self, chain_id: u64) -> anyhow::Result<PrivateKeySigner> {
        match (&self.keystore, &self.dev_key) {
            (Some(_), Some(_)) => bail!("both TIDEMARK_KEYSTORE and TIDEMARK_DEV_KEY are set: set only one of them"),
            (None, None) => bail!("no key is set: set TIDEMARK_KEYSTORE (`tidemark provider init` creates a keystore)"),
            (None, Some(key)) => {
                if chain_id != DEV_CHAIN {
                    bail!("TIDEMARK_DEV_KEY is refused on chain {chain_id}: use a keystore file");
                }
                // The key itself must not appear in the error.
                key.expose().trim().parse().ok().context("TIDEMARK_DEV_KEY is not a private key of 32 bytes in hex")
            }
            (Some(path), None) => {
                let name = path.display();
                if !path.is_file() {
                    bail!("TIDEMARK_KEYSTORE: {name} does not exist");
                }
                let password = self.password(&name.to_string())?;
                PrivateKeySigner::decrypt_keystore(path, password.expose())
                    .with_context(|| format!("{name} could not be decrypted: is the password right?"))
            }
        }
    }

    /// The password for an existing or a new keystore.
    pub fn password(&self, keystore: &str) -> anyhow::Result<Secret> {
        if let Some(file) = &self.password_file {
            let text = fs::read_to_string(file)
                .with_context(|| format!("TIDEMARK_PASSWORD_FILE: {} is not readable", file.display()))?;
            return Ok(Secret::new(text.lines().next().unwrap_or_default().to_owned()));
        }
        let password = rpassword::prompt_password(format!("Password of {keystore}: "))
            .context("there is no terminal to prompt for the password: set TIDEMARK_PASSWORD_FILE")?;
        Ok(Secret::new(password))
    }
}
