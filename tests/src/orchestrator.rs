//! A provider's whole orchestrator in this process, spoken to through its API as a tenant would.

use std::sync::Arc;

use alloy::{
    hex,
    primitives::{B256, keccak256},
    signers::SignerSync,
};
use anvil::Actor;
use reqwest::StatusCode;
use serde_json::Value;
use solidity::typed;
use tempfile::TempDir;
use tidemark::{
    api::views::LeaseView,
    config::{Connection, Identity, Orchestration, Secret},
    ports::docker::Engine,
    wiring::{self, Running},
};

use crate::{
    provider::{self, Provider, until},
    tenancy,
};

pub struct Orchestrator {
    running: Running,
    pub url: String,
    http: reqwest::Client,
    _folder: TempDir,
}

impl Orchestrator {
    pub async fn start(provider: &Provider) -> anyhow::Result<Self> {
        Self::start_with(provider, provider::engine(), |_| {}).await
    }

    /// With an engine of the caller's and other settings.
    pub async fn start_with(
        provider: &Provider,
        engine: Arc<dyn Engine>,
        set: impl FnOnce(&mut Orchestration),
    ) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let deployment = folder.path().join("deployment.json");
        provider.devnet.deployment.write(&deployment)?;
        let connection = Connection { rpc_url: provider.devnet.ws_url(), deployment };
        let key = format!("0x{:x}", Actor::Provider.signer().to_bytes());
        let identity = Identity { keystore: None, password_file: None, dev_key: Some(Secret::new(key)) };
        let mut settings = Orchestration::local(([127, 0, 0, 1], 0).into(), &folder.path().join("unused.db"));
        settings.database_url = provider.database.url.parse().map_err(anyhow::Error::msg)?;
        set(&mut settings);
        let running = wiring::start_with(&connection, &identity, &settings, engine).await?;
        let url = format!("http://127.0.0.1:{}", running.address.port());
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { running, url, http, _folder: folder })
    }

    /// Ends it as SIGTERM does; containers go on.
    pub async fn stop(self) {
        self.running.stop().await;
    }

    /// Opens a lease on chain, hands its manifest over, and waits until it runs.
    pub async fn run(&self, provider: &Provider, manifest: &str, replicas: u16) -> anyhow::Result<B256> {
        let order = provider.order(manifest, replicas);
        let (lease, _) = tenancy::take(&provider.devnet, provider.offer, order, provider::DEPOSIT).await?;
        until("the manifest to be taken", async || {
            Ok((self.put(provider, lease, manifest, Actor::Tenant).await?.0 == StatusCode::NO_CONTENT).then_some(()))
        })
        .await?;
        self.shows(lease, |view| view.summary.replicas.healthy == replicas).await?;
        Ok(lease)
    }

    /// Hands bytes over as a lease's manifest, signed by an actor; the answer's status and body.
    pub async fn put(
        &self,
        provider: &Provider,
        lease: B256,
        manifest: &str,
        signer: Actor,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let deployment = &provider.devnet.deployment;
        let domain = typed::domain(deployment.chain_id, deployment.market);
        let digest = typed::Manifest { lease, manifestHash: keccak256(manifest) }.digest(&domain);
        let signature = hex::encode_prefixed(signer.signer().sign_hash_sync(&digest)?.as_bytes());
        let request = self.http.put(format!("{}/v1/leases/{lease}/manifest", self.url));
        let answer = request.header("tidemark-signature", signature).body(manifest.to_owned()).send().await?;
        Ok((answer.status(), answer.json().await.unwrap_or_default()))
    }

    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        Ok(self.http.get(format!("{}{path}", self.url)).send().await?.error_for_status()?.json().await?)
    }

    /// Waits until a lease's view is so.
    pub async fn shows(&self, lease: B256, wanted: impl Fn(&LeaseView) -> bool) -> anyhow::Result<LeaseView> {
        until("the lease's view to be as wanted", async || {
            let answer = self.http.get(format!("{}/v1/leases/{lease}", self.url)).send().await?;
            let view = if answer.status().is_success() { Some(answer.json::<LeaseView>().await?) } else { None };
            Ok(view.filter(&wanted))
        })
        .await
    }
}
