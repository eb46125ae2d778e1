//! Statements with their Merkle paths, from which anyone can verify a payment.

use anyhow::Context;
use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    error::{Error, QueryParams, Result, lease_id, unknown_lease},
    state::Api,
};
use api_types::{
    proofs::{EpochStatementView, EpochView, ProofSummary, ProofView, leaf_encoding},
    schema::HexText,
};
use lease::epoch_tree::EpochStatement;
use store::RootRow;

/// Get a lease's statement of an epoch with its path to the root on chain.
#[utoipa::path(
    get, path = "/v1/leases/{id}/proofs/{epoch}", operation_id = "getProof",
    params(("id" = HexText, Path, description = "The lease's id, 32 bytes"), ("epoch" = String, Path, description = "The epoch's number, or `latest`: the newest whose root is on chain")),
    responses((status = 200, body = ProofView), (status = 404, body = api_types::error::ErrorView))
)]
pub async fn proof(State(api): State<Api>, Path((id, epoch)): Path<(String, String)>) -> Result<Json<ProofView>> {
    let id = lease_id(&id)?;
    let lease = api.store.lease(id).await?.ok_or_else(|| unknown_lease(id))?.lease;
    let none = || Error::NotFound(format!("lease {id} has no proof for epoch {epoch} on chain yet"));
    let roots = api.store.roots(api.provider).await?;
    let posted = match epoch.as_str() {
        "latest" => {
            let newest = api.store.last_posted_epoch(id, api.provider).await?.ok_or_else(none)?;
            roots.iter().find(|root| root.epoch == newest)
        }
        number => {
            let number: u64 = number
                .parse()
                .map_err(|_| Error::BadRequest(format!("{number:?} is not an epoch: a number, or latest")))?;
            roots.iter().find(|root| root.epoch == number)
        }
    };
    let posted = posted.ok_or_else(none)?;
    let tree = api.store.epoch_tree(posted.epoch).await?;
    let stated = tree.statement(id).ok_or_else(none)?;
    if tree.root() != posted.root {
        // A reorg replaced this provider's root of the epoch; the store does not hold the statements of the root on chain.
        return Err(none());
    }
    let path = tree.path(id).context("a leaf outside its tree")?;
    let usage = &stated.statement;
    Ok(Json(ProofView {
        lease: id.to_string(),
        provider: lease.terms.provider.to_string(),
        epoch: posted.epoch,
        root: tree.root().to_string(),
        posted_at: Some(posted.posted_at),
        root_tx: api.store.root_tx(api.provider, posted.epoch).await?.map(|hash| hash.to_string()),
        leaf: stated.leaf.to_string(),
        values: vec![
            id.to_string(),
            usage.time.to_string(),
            usage.replicaSeconds.to_string(),
            usage.cpuNanos.to_string(),
            usage.memoryByteSeconds.to_string(),
            usage.networkBytes.to_string(),
            usage.utilization.to_string(),
        ],
        usage: usage.into(),
        path: path.into_iter().map(|node| node.to_string()).collect(),
        leaf_encoding: leaf_encoding(),
        leaves: tree.len(),
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ProofQuery {
    /// Only epochs before this one.
    before: Option<u64>,
    /// The largest number of statements, 1 to 500. The default is 50.
    limit: Option<u64>,
}

/// List a lease's statements whose roots are on chain, newest first.
#[utoipa::path(
    get, path = "/v1/leases/{id}/proofs", operation_id = "listProofs", params(("id" = HexText, Path, description = "The lease's id, 32 bytes"), ProofQuery),
    responses((status = 200, body = Vec<ProofSummary>), (status = 404, body = api_types::error::ErrorView))
)]
pub async fn proofs(
    State(api): State<Api>,
    Path(id): Path<String>,
    QueryParams(ProofQuery { before, limit }): QueryParams<ProofQuery>,
) -> Result<Json<Vec<ProofSummary>>> {
    let id = lease_id(&id)?;
    api.store.lease(id).await?.ok_or_else(|| unknown_lease(id))?;
    let limit = limit.unwrap_or(50);
    if !(1..=500).contains(&limit) {
        return Err(Error::BadRequest("the limit is a number of 1 to 500".to_owned()));
    }
    let proven = api.store.proven(id, api.provider, before, limit).await?;
    let view = |(stated, root): (EpochStatement, RootRow)| ProofSummary {
        epoch: root.epoch,
        root: root.root.to_string(),
        posted_at: Some(root.posted_at),
        root_tx: Some(root.tx.to_string()),
        usage: (&stated.statement).into(),
    };
    Ok(Json(proven.into_iter().map(view).collect()))
}

/// Get all statements of an epoch whose root is on chain, with their paths.
#[utoipa::path(
    get, path = "/v1/epochs/{epoch}", operation_id = "getEpoch", params(("epoch" = u64, Path, description = "The epoch's number")),
    responses((status = 200, body = EpochView), (status = 404, body = api_types::error::ErrorView))
)]
pub async fn epoch(State(api): State<Api>, Path(epoch): Path<String>) -> Result<Json<EpochView>> {
    let epoch: u64 = epoch.parse().map_err(|_| Error::BadRequest(format!("{epoch:?} is not an epoch: a number")))?;
    let none = || Error::NotFound(format!("this provider has no statements for epoch {epoch} on chain"));
    let posted = api.store.root(api.provider, epoch).await?.ok_or_else(none)?;
    let tree = api.store.epoch_tree(epoch).await?;
    if tree.is_empty() || tree.root() != posted.root {
        return Err(none());
    }
    let views = tree.statements().map(|stated| {
        let path = tree.path(stated.lease).context("a leaf outside its tree")?;
        Ok(EpochStatementView {
            lease: stated.lease.to_string(),
            usage: (&stated.statement).into(),
            path: path.into_iter().map(|node| node.to_string()).collect(),
        })
    });
    Ok(Json(EpochView {
        provider: api.provider.to_string(),
        epoch,
        root: posted.root.to_string(),
        posted_at: posted.posted_at,
        statements: views.collect::<anyhow::Result<_>>()?,
    }))
}
