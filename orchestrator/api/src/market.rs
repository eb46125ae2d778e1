//! What the market and this provider are.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use serde_json::json;
use solidity::manual;

use super::{Api, error::Result};
use api_types::{
    market::{ContractErrorView, HeadView, MarketView, OfferView, StatusView},
    proofs::leaf_encoding,
};
use store::BlockRef;

/// Which market this provider serves, and what a client needs to sign for it.
#[utoipa::path(get, path = "/v1/market", operation_id = "getMarket", responses((status = 200, body = MarketView)))]
pub async fn market(State(api): State<Api>) -> Result<Json<MarketView>> {
    let deployment = &api.deployment;
    let registered = api.store.provider(api.provider).await?;
    let p = &api.deployment.parameters;
    let parameters = [
        ("epochLength", p.epochLength.to_string()),
        ("rootSpacing", p.rootSpacing.to_string()),
        ("challengeWindow", p.challengeWindow.to_string()),
        ("claimWindow", p.claimWindow.to_string()),
        ("noticePeriod", p.noticePeriod.to_string()),
        ("rootRing", p.rootRing.to_string()),
        ("minBond", p.minBond.to_string()),
        ("exitDelay", p.exitDelay.to_string()),
        ("disputeWindow", p.disputeWindow.to_string()),
        ("missedEpochs", p.missedEpochs.to_string()),
        ("graceBlocks", p.graceBlocks.to_string()),
        ("fraudShare", p.fraudShare.to_string()),
        ("bondPerCore", p.bondPerCore.to_string()),
        ("creditPerCore", p.creditPerCore.to_string()),
        ("bidDeposit", p.bidDeposit.to_string()),
        ("disputeDeposit", p.disputeDeposit.to_string()),
        ("arbiters", p.arbiters.to_string()),
    ];
    Ok(Json(MarketView {
        chain_id: deployment.chain_id,
        market: deployment.market.to_string(),
        block: deployment.block,
        provider: api.provider.to_string(),
        endpoint: registered.as_ref().map(|provider| provider.endpoint.clone()).unwrap_or_default(),
        sealing_key: registered.map(|provider| provider.sealing_key.to_string()).unwrap_or_default(),
        domain: json!({
            "name": "Tidemark", "version": "1", "chainId": deployment.chain_id,
            "verifyingContract": deployment.market.to_string(),
        }),
        types: json!({
            "Manifest": [
                {"name": "lease", "type": "bytes32"}, {"name": "manifestHash", "type": "bytes32"},
            ],
            "Grant": [
                {"name": "lease", "type": "bytes32"}, {"name": "grantee", "type": "address"},
                {"name": "scope", "type": "string"}, {"name": "issuedAt", "type": "uint256"},
                {"name": "expiry", "type": "uint256"},
            ],
            "Action": [
                {"name": "account", "type": "address"}, {"name": "call", "type": "bytes"},
                {"name": "value", "type": "uint256"}, {"name": "nonce", "type": "uint256"},
                {"name": "expiry", "type": "uint256"}, {"name": "version", "type": "uint256"},
            ],
            "Statement": [
                {"name": "lease", "type": "bytes32"}, {"name": "time", "type": "uint32"},
                {"name": "replicaSeconds", "type": "uint64"}, {"name": "cpuNanos", "type": "uint96"},
                {"name": "memoryByteSeconds", "type": "uint128"}, {"name": "networkBytes", "type": "uint96"},
                {"name": "utilization", "type": "uint16"},
            ],
        }),
        leaf_encoding: leaf_encoding(),
        intake_open: api.store.intake_open().await?,
        parameters: parameters.map(|(name, value)| (name.to_owned(), value)).into_iter().collect::<BTreeMap<_, _>>(),
        head: api.store.head().await?.map(head_view),
    }))
}

/// Every offer of the market, oldest first.
#[utoipa::path(get, path = "/v1/offers", operation_id = "listOffers", responses((status = 200, body = Vec<OfferView>)))]
pub async fn offers(State(api): State<Api>) -> Result<Json<Vec<OfferView>>> {
    let mut views = Vec::new();
    for offer in api.store.offers().await? {
        views.push(OfferView {
            id: offer.id,
            provider: offer.provider.to_string(),
            open: offer.open,
            currency: offer.currency.to_string(),
            prices: serde_json::to_value(&offer.prices)?,
        });
    }
    Ok(Json(views))
}

/// The manual of the market's errors.
#[utoipa::path(get, path = "/v1/errors", operation_id = "listContractErrors", responses((status = 200, body = Vec<ContractErrorView>)))]
pub async fn errors() -> Json<Vec<ContractErrorView>> {
    let entries = manual::entries().iter().map(|entry| ContractErrorView {
        name: entry.name.to_owned(),
        meaning: entry.meaning.to_owned(),
        cause: entry.cause.to_owned(),
        remedy: entry.remedy.to_owned(),
    });
    Json(entries.collect())
}

/// How the orchestrator is doing: each stage's last run.
#[utoipa::path(get, path = "/v1/status", operation_id = "getStatus", responses((status = 200, body = StatusView)))]
pub async fn status(State(api): State<Api>) -> Result<Json<StatusView>> {
    Ok(Json(StatusView {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        provider: api.provider.to_string(),
        draining: api.draining,
        // The status must answer even when the database does not.
        head: api.store.head().await.ok().flatten().map(head_view),
        stages: serde_json::to_value(api.statuses.read())?,
    }))
}

/// Prometheus's text format.
pub async fn metrics(State(api): State<Api>) -> String {
    api.metrics.render()
}

fn head_view(head: BlockRef) -> HeadView {
    HeadView { number: head.number, hash: head.hash.to_string(), time: head.time }
}
