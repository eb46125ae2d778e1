//! The key that signs.

use std::path::PathBuf;

use clap::Args;

use super::secret::Secret;

/// Who signs.
#[derive(Debug, Clone, Args)]
pub struct Identity {
    /// An encrypted keystore file (Web3 Secret Storage), as `tidemark provider init`, Geth and Foundry make them.
    #[arg(long, env = "TIDEMARK_KEYSTORE", value_name = "FILE", global = true)]
    pub keystore: Option<PathBuf>,

    /// A file whose first line is the keystore's password. Without it the terminal is asked.
    #[arg(long, env = "TIDEMARK_PASSWORD_FILE", value_name = "FILE", global = true)]
    pub password_file: Option<PathBuf>,

    /// A raw private key; refused on every chain but 31337. For development only.
    #[arg(long, env = "TIDEMARK_DEV_KEY", value_name = "HEX", hide_env_values = true, global = true)]
    pub dev_key: Option<Secret>,
}
