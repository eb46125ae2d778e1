//! A provider's API, spoken to as a tenant would.

use alloy::{
    hex,
    primitives::{B256, keccak256},
    signers::SignerSync,
};
use anvil::Actor;
use api_types::LeaseView;
use reqwest::StatusCode;
use serde_json::Value;
use solidity::typed;

use crate::{
    provider::{self, Provider, until},
    transactions,
};

pub struct ApiClient {
    pub port: u16,
    http: reqwest::Client,
}

impl ApiClient {
    /// On this machine.
    pub fn at(port: u16) -> anyhow::Result<Self> {
        Ok(Self { port, http: reqwest::Client::builder().no_proxy().build()? })
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Opens a lease on chain and hands its manifest over.
    pub async fn open(&self, provider: &Provider, manifest: &str, replicas: u16) -> anyhow::Result<B256> {
        let order = provider.order(manifest, replicas);
        let (lease, _) = transactions::take(&provider.devnet, provider.offer, order, provider::DEPOSIT).await?;
        until("the manifest to be taken", async || {
            Ok((self.put(provider, lease, manifest, Actor::Tenant).await?.0 == StatusCode::NO_CONTENT).then_some(()))
        })
        .await?;
        Ok(lease)
    }

    /// The same, and waits until it runs.
    pub async fn run(&self, provider: &Provider, manifest: &str, replicas: u16) -> anyhow::Result<B256> {
        let lease = self.open(provider, manifest, replicas).await?;
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
        let request = self.http.put(self.url(&format!("/v1/leases/{lease}/manifest")));
        let answer = request.header("tidemark-signature", signature).body(manifest.to_owned()).send().await?;
        Ok((answer.status(), answer.json().await.unwrap_or_default()))
    }

    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        Ok(self.http.get(self.url(path)).send().await?.error_for_status()?.json().await?)
    }

    /// Waits until a lease's view is so.
    pub async fn shows(&self, lease: B256, wanted: impl Fn(&LeaseView) -> bool) -> anyhow::Result<LeaseView> {
        until("the lease's view to be as wanted", async || {
            let answer = self.http.get(self.url(&format!("/v1/leases/{lease}"))).send().await?;
            let view = if answer.status().is_success() { Some(answer.json::<LeaseView>().await?) } else { None };
            Ok(view.filter(&wanted))
        })
        .await
    }
}
