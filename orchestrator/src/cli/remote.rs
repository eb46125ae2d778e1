//! A provider's API, as the command line uses it.

use std::time::Duration;

use alloy::primitives::B256;
use anyhow::{Context, bail};
use serde::de::DeserializeOwned;

use crate::api::views::{DemandView, EpochView, ErrorView, LeaseView, ProofView, ScalingView, StatusView};

pub struct Remote {
    http: reqwest::Client,
    endpoint: String,
}

impl Remote {
    pub fn new(endpoint: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(15)).no_proxy().build()?;
        Ok(Self { http, endpoint: endpoint.trim_end_matches('/').to_owned() })
    }

    /// `None` when the provider has not seen the lease yet.
    pub async fn lease(&self, id: B256) -> anyhow::Result<Option<LeaseView>> {
        self.get(&format!("/v1/leases/{id}")).await
    }

    /// The newest proof, or that of an epoch.
    pub async fn proof(&self, id: B256, epoch: Option<u64>) -> anyhow::Result<Option<ProofView>> {
        let epoch = epoch.map_or_else(|| "latest".to_owned(), |epoch| epoch.to_string());
        self.get(&format!("/v1/leases/{id}/proofs/{epoch}")).await
    }

    /// How the lease's capacity follows demand, with so many of the newest rulings.
    pub async fn scaling(&self, id: B256, limit: usize) -> anyhow::Result<Option<ScalingView>> {
        self.get(&format!("/v1/leases/{id}/scaling?limit={limit}")).await
    }

    /// The demand that the lease's policy saw after a time in Unix milliseconds.
    pub async fn demand(&self, id: B256, since_ms: u64) -> anyhow::Result<Option<Vec<DemandView>>> {
        self.get(&format!("/v1/leases/{id}/demand?since={since_ms}")).await
    }

    /// All that the provider stated in an epoch, with the paths to its root.
    pub async fn epoch(&self, epoch: u64) -> anyhow::Result<Option<EpochView>> {
        self.get(&format!("/v1/epochs/{epoch}")).await
    }

    pub async fn status(&self) -> anyhow::Result<StatusView> {
        self.get("/v1/status").await?.context("the provider has no /v1/status: is it a Tidemark provider?")
    }

    /// Hands the manifest over. `false` when the provider has not seen the lease yet.
    pub async fn put_manifest(&self, id: B256, bytes: Vec<u8>, signature: String) -> anyhow::Result<bool> {
        let url = format!("{}/v1/leases/{id}/manifest", self.endpoint);
        let request = self.http.put(url).header("tidemark-signature", signature).body(bytes);
        let answer = request.send().await.with_context(|| self.unreachable())?;
        match answer.status() {
            reqwest::StatusCode::NOT_FOUND => Ok(false),
            status if status.is_success() => Ok(true),
            _ => bail!("the provider refused the manifest: {}", message(answer).await),
        }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<Option<T>> {
        let answer = self.http.get(format!("{}{path}", self.endpoint)).send().await;
        let answer = answer.with_context(|| self.unreachable())?;
        match answer.status() {
            reqwest::StatusCode::NOT_FOUND => Ok(None),
            status if status.is_success() => {
                Ok(Some(answer.json().await.with_context(|| format!("{} gave an unknown answer", self.endpoint))?))
            }
            _ => bail!("the provider refused: {}", message(answer).await),
        }
    }

    fn unreachable(&self) -> String {
        format!("the provider does not answer at {}", self.endpoint)
    }
}

async fn message(answer: reqwest::Response) -> String {
    let status = answer.status();
    match answer.json::<ErrorView>().await {
        Ok(error) => error.message,
        Err(_) => format!("HTTP {status}"),
    }
}
