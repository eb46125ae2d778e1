//! The X25519 key pair to which tenants seal secrets: the public half is on chain, the secret half stays with the provider.

use std::path::Path;

use alloy::primitives::B256;
use anyhow::Context;

/// Makes the key pair in a folder: `sealing.key`, readable by its owner alone, and `sealing.pub`. Returns the public half.
///
/// # Errors
/// When one of the files cannot be written; a `sealing.key` that exists is never replaced.
pub fn new_sealing_key(folder: &Path) -> anyhow::Result<B256> {
    let secret = x25519_dalek::StaticSecret::random();
    let public = B256::from(x25519_dalek::PublicKey::from(&secret).to_bytes());
    write_secret(&folder.join("sealing.key"), &alloy::hex::encode(secret.to_bytes()))?;
    let path = folder.join("sealing.pub");
    std::fs::write(&path, format!("{public}\n")).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(public)
}

fn write_secret(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let mut options = std::fs::OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(path);
    let mut file = file.with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(writeln!(file, "{text}")?)
}
