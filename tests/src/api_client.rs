//! A client of a provider's public API, as a tenant uses it.

use alloy::{
    hex,
    primitives::{B256, keccak256},
    signers::SignerSync,
};
use anvil::Actor;
use api_types::leases::LeaseView;
use reqwest::StatusCode;
use serde_json::Value;
use solidity::{Order, Terms, typed};

use crate::{
    wait::until,
    world::{DEPOSIT, World},
};

pub struct ApiClient {
    pub port: u16,
    http: reqwest::Client,
}

impl ApiClient {
    /// Of the API at a port of this machine.
    pub fn at(port: u16) -> anyhow::Result<Self> {
        Ok(Self { port, http: reqwest::Client::builder().no_proxy().build()? })
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Opens a lease on chain and sends its manifest.
    pub async fn open(&self, world: &World, manifest: &str, replicas: u16) -> anyhow::Result<B256> {
        let order = world.order(manifest, replicas);
        Ok(self.open_order(world, manifest, order, DEPOSIT).await?.0)
    }

    /// The same for a given order and a deposit in wei.
    pub async fn open_order(
        &self,
        world: &World,
        manifest: &str,
        order: Order,
        deposit: u64,
    ) -> anyhow::Result<(B256, Terms)> {
        let (lease, terms) = world.take(order, deposit).await?;
        until("the manifest to be accepted", async || {
            let (status, _) = self.put_manifest(world, lease, manifest, Actor::Tenant).await?;
            Ok((status == StatusCode::NO_CONTENT).then_some(()))
        })
        .await?;
        Ok((lease, terms))
    }

    /// Opens a lease and waits until all of its replicas are healthy.
    pub async fn run(&self, world: &World, manifest: &str, replicas: u16) -> anyhow::Result<B256> {
        let order = world.order(manifest, replicas);
        Ok(self.run_order(world, manifest, order, DEPOSIT).await?.0)
    }

    /// The same for a given order and a deposit in wei.
    pub async fn run_order(
        &self,
        world: &World,
        manifest: &str,
        order: Order,
        deposit: u64,
    ) -> anyhow::Result<(B256, Terms)> {
        let replicas = order.replicas;
        let opened = self.open_order(world, manifest, order, deposit).await?;
        self.shows(opened.0, |view| view.summary.replicas.healthy == replicas).await?;
        Ok(opened)
    }

    /// Sends bytes as a lease's manifest, signed by an actor; the answer's status and body.
    pub async fn put_manifest(
        &self,
        world: &World,
        lease: B256,
        manifest: &str,
        signer: Actor,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let deployment = &world.devnet.deployment;
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

    /// The body of an answer that is not JSON.
    pub async fn text(&self, path: &str) -> anyhow::Result<String> {
        Ok(self.http.get(self.url(path)).send().await?.error_for_status()?.text().await?)
    }

    /// Waits until a lease's view satisfies a condition.
    pub async fn shows(&self, lease: B256, wanted: impl Fn(&LeaseView) -> bool) -> anyhow::Result<LeaseView> {
        until("the lease's view", async || {
            let answer = self.http.get(self.url(&format!("/v1/leases/{lease}"))).send().await?;
            let view = if answer.status().is_success() { Some(answer.json::<LeaseView>().await?) } else { None };
            Ok(view.filter(&wanted))
        })
        .await
    }
}
