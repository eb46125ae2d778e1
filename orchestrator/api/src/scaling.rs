//! How a lease's capacity follows demand: what was seen, what was decided, why, and what the contract granted.

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    Api,
    error::{QueryParams, Result, lease_id, unknown_lease},
    lease_access::authorize,
    session::Caller,
};
use api_types::scaling::{DemandView, ScalingDecisionView, ScalingEvidenceView, ScalingView, ShadowComparisonView};
use autoscaling::shadow::Account;
use lease::{access::Scope, manifest::Manifest};
use store::{
    container::word,
    scale::{Evidence, Ruling},
};

/// Rulings in one answer, unless fewer are asked for.
const MOST: usize = 100;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ScalingQuery {
    /// So many of the newest rulings; 20 unless told otherwise, at most 100.
    limit: Option<usize>,
}

/// A lease's scaling: its policy, the newest ruling, those that differed from the one before, and the policy beside it.
#[utoipa::path(
    get, path = "/v1/leases/{id}/scaling", operation_id = "getLeaseScaling", params(("id" = String, Path, description = "The lease"), ScalingQuery),
    responses((status = 200, body = ScalingView), (status = 404, body = api_types::error::ErrorView))
)]
pub async fn scaling(
    State(api): State<Api>,
    Path(id): Path<String>,
    QueryParams(ScalingQuery { limit }): QueryParams<ScalingQuery>,
) -> Result<Json<ScalingView>> {
    let id = lease_id(&id)?;
    api.store.lease(id).await?.ok_or_else(|| unknown_lease(id))?;
    let manifest = api.store.manifest(id).await?.and_then(|bytes| Manifest::parse(&bytes).ok());
    let told = manifest.map(|manifest| manifest.scaling).unwrap_or_default();
    let standing = api.store.scaling(id).await?;
    let rulings = api.store.rulings(id, limit.unwrap_or(20).min(MOST)).await?;
    let (newest, shadow) = standing.map(|standing| (standing.ruling, standing.shadow)).unzip();
    Ok(Json(ScalingView {
        lease: id.to_string(),
        policy: told.policy,
        shadow: told.shadow,
        newest: newest.as_ref().map(ruling),
        rulings: rulings.iter().map(ruling).collect(),
        compared: shadow.flatten().as_ref().map(compared),
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DemandQuery {
    /// What was seen after this time only, Unix milliseconds; the last day unless told otherwise.
    since: Option<u64>,
}

/// The demand that a lease's policy saw, oldest first: a trace. Needs `view`.
#[utoipa::path(
    get, path = "/v1/leases/{id}/demand", operation_id = "listLeaseDemand", params(("id" = String, Path, description = "The lease"), DemandQuery),
    responses((status = 200, body = Vec<DemandView>), (status = 401, body = api_types::error::ErrorView), (status = 403, body = api_types::error::ErrorView), (status = 404, body = api_types::error::ErrorView))
)]
pub async fn demand(
    State(api): State<Api>,
    caller: Caller,
    path: Path<String>,
    QueryParams(DemandQuery { since }): QueryParams<DemandQuery>,
) -> Result<Json<Vec<DemandView>>> {
    let id = authorize(&api, caller, path, Scope::View, "demand", String::new()).await?.lease.id;
    let newest = api.store.scaling(id).await?.map_or(0, |standing| standing.ruling.at_ms);
    let seen = api.store.demand(id, since.unwrap_or(newest.saturating_sub(86_400_000))).await?;
    Ok(Json(seen.iter().map(|seen| DemandView { time: seen.time, seen: seen.into() }).collect()))
}

fn ruling(ruling: &Ruling) -> ScalingDecisionView {
    ScalingDecisionView {
        at_ms: ruling.at_ms,
        policy: ruling.policy.clone(),
        seen: (&ruling.seen).into(),
        bounds: (&ruling.seen.bounds).into(),
        present: ruling.present,
        wish: ruling.wish,
        reason: ruling.reason.clone(),
        granted: ruling.granted,
        bound: ruling.bound.clone(),
        outcome: word(ruling.outcome),
        evidence: ruling.evidence.as_ref().map(evidence),
    }
}

fn evidence(evidence: &Evidence) -> ScalingEvidenceView {
    ScalingEvidenceView {
        epoch: evidence.epoch,
        time: evidence.time,
        utilization: evidence.utilization,
        leaf: evidence.leaf.to_string(),
    }
}

fn compared(account: &Account) -> ShadowComparisonView {
    ShadowComparisonView {
        policy: account.policy.clone(),
        watched: account.watched,
        replica_seconds: account.replica_seconds,
        shadow_replica_seconds: account.shadow_replica_seconds,
        short: account.short,
        shadow_short: account.shadow_short,
        shadow_replicas: account.shadow_replicas,
        shadow_reason: account.shadow_reason.clone(),
        regret: account.regret(),
    }
}
