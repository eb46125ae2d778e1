//! Sign-in at the API of a provider with the wallet's key, for what is not public: logs, shells, usage, grants.

use std::time::{Duration, UNIX_EPOCH};

use alloy::{hex, signers::SignerSync};
use anyhow::Context;

use crate::{provider_api::client::ProviderApi, wallet::session::Session};
use api_types::access::NonceView;
use lease::Lease;

/// The API of a lease's provider, with a session.
pub async fn sign_in(session: &Session, lease: &Lease) -> anyhow::Result<ProviderApi> {
    let endpoint = session.endpoint(lease.terms.provider).await?;
    let remote = ProviderApi::new(&endpoint)?;
    let signer = session.signer.as_ref().context("no key is set to sign in with: set TIDEMARK_KEYSTORE")?;
    let text = message(&remote.nonce().await?, &endpoint, session)?;
    let signature = hex::encode_prefixed(signer.sign_message_sync(text.as_bytes())?.as_bytes());
    remote.sign_in(text, signature).await
}

/// The EIP-4361 message. It names the provider's endpoint as registered on chain, so that a malicious provider cannot replay the
/// signature at another one.
fn message(nonce: &NonceView, endpoint: &str, session: &Session) -> anyhow::Result<String> {
    let (_, rest) = endpoint.split_once("://").context("the provider's endpoint on chain is not a URL")?;
    let domain = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let issued_at = humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(nonce.issued_at));
    Ok(format!(
        "{domain} wants you to sign in with your Ethereum account:\n{}\n\n{}\n\nURI: {endpoint}\nVersion: 1\n\
         Chain ID: {}\nNonce: {}\nIssued At: {issued_at}",
        session.address(),
        nonce.statement.replace('\n', " "),
        session.deployment.chain_id,
        nonce.nonce
    ))
}
