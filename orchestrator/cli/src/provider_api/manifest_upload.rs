//! Uploads the manifest of a new lease to its provider and waits until its replicas run.

use std::time::{Duration, Instant};

use alloy::{primitives::B256, signers::SignerSync};
use anyhow::{Context, bail, ensure};
use solidity::typed;

use crate::{
    provider_api::client::ProviderApi,
    render::{ids::short_id, progress::ProgressLine},
    wallet::session::Session,
};
use api_types::leases::LeaseView;
use lease::Lease;

/// Uploads the manifest of a lease to its provider and waits until all replicas are healthy. An unreachable provider is retried
/// until the timeout `patience`.
///
/// # Errors
/// When the provider refuses the manifest, or the replicas are not healthy in time; the lease stays open.
pub async fn upload_and_wait(
    session: &Session,
    lease: &Lease,
    manifest: &[u8],
    patience: Duration,
    progress: &ProgressLine,
) -> anyhow::Result<LeaseView> {
    let remote = ProviderApi::new(&session.endpoint(lease.terms.provider).await?)?;
    let deadline = Instant::now() + patience;
    progress.step("Uploading the manifest to the provider");
    let signature = sign_manifest(session, lease.id, lease.terms.manifestHash)?;
    loop {
        // An unreachable provider is retried: the lease binds it to come back.
        match remote.put_manifest(lease.id, manifest.to_vec(), signature.clone()).await {
            Ok(true) => break,
            Err(error) if Instant::now() >= deadline || !is_unreachable(&error) => return Err(error),
            Err(_) => progress.step("Waiting for the provider, which is unreachable"),
            Ok(false) => {
                ensure!(
                    Instant::now() < deadline,
                    "the provider has not observed the lease: its orchestrator may not be running"
                );
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    wait_until_running(&remote, lease.id, deadline, progress).await
}

/// Whether the request failed because the provider could not be reached.
fn is_unreachable(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<reqwest::Error>().is_some_and(|e| e.is_connect() || e.is_timeout()))
}

/// Signs that a hash is that of the lease's manifest; the provider checks the tenant's signature on an upload.
pub fn sign_manifest(session: &Session, lease: B256, manifest_hash: B256) -> anyhow::Result<String> {
    let domain = typed::domain(session.deployment.chain_id, session.deployment.market);
    let digest = typed::Manifest { lease, manifestHash: manifest_hash }.digest(&domain);
    let signer = session.signer.as_ref().context("no key is set that could sign: set TIDEMARK_KEYSTORE")?;
    Ok(format!("0x{}", alloy::hex::encode(signer.sign_hash_sync(&digest)?.as_bytes())))
}

async fn wait_until_running(
    remote: &ProviderApi,
    lease: B256,
    deadline: Instant,
    progress: &ProgressLine,
) -> anyhow::Result<LeaseView> {
    loop {
        let view = remote.lease(lease).await?.context("the provider no longer reports the lease")?;
        let replicas = &view.summary.replicas;
        if replicas.healthy >= replicas.wanted {
            progress.done(format!("{} of {} replicas are healthy", replicas.healthy, replicas.wanted));
            return Ok(view);
        }
        let reason = view.reason.clone().unwrap_or_else(|| "starting".to_owned());
        if Instant::now() >= deadline {
            bail!(
                "{} of {} replicas run: {reason}. The lease stays open: `tidemark close {}` returns its money",
                replicas.healthy,
                replicas.wanted,
                short_id(lease)
            );
        }
        progress.step(format!("{} of {} replicas healthy: {reason}", replicas.healthy, replicas.wanted));
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
