//! The key that signs.

use std::path::PathBuf;

use clap::Args;

use super::secret::Secret;

/// The key that signs.
#[derive(Debug, Clone, Args)]
pub struct IdentitySettings {
    /// An encrypted keystore file (Web3 Secret Storage), as `tidemark provider init`, Geth and Foundry write it.
    #[arg(long, env = "TIDEMARK_KEYSTORE", value_name = "FILE", global = true)]
    pub keystore: Option<PathBuf>,

    /// A file whose first line is the password of the keystore. Without it, the command prompts for the password.
    #[arg(long, env = "TIDEMARK_PASSWORD_FILE", value_name = "FILE", global = true)]
    pub password_file: Option<PathBuf>,

    /// A raw private key, for development only: refused on every chain except 31337.
    #[arg(long, env = "TIDEMARK_DEV_KEY", value_name = "HEX", hide_env_values = true, global = true)]
    pub dev_key: Option<Secret>,
}
