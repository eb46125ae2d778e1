//! The scaling of a lease: what its autoscaler observed and decided, and what the contract granted.

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    error::{QueryParams, Result, lease_id, unknown_lease},
    lease_access::authorize,
    session::Caller,
    state::Api,
};
use api_types::{
    scaling::{DemandView, ScalingDecisionView, ScalingEvidenceView, ScalingView, ShadowComparisonView},
    schema::HexText,
};
use autoscaling::shadow::Account;
use lease::{access::Scope, manifest::Manifest};
use store::{
    container::word,
    scale::{Evidence, Ruling},
};

/// Decisions in one response.
const MOST: usize = 100;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ScalingQuery {
    /// The largest number of decisions. The default is 20, the maximum 100.
    limit: Option<usize>,
}

/// Get a lease's scaling: its autoscaler, its decisions, and the comparison with the shadow autoscaler.
#[utoipa::path(
    get, path = "/v1/leases/{id}/scaling", operation_id = "getLeaseScaling", params(("id" = HexText, Path, description = "The lease's id, 32 bytes"), ScalingQuery),
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
    let scaling = manifest.map(|manifest| manifest.scaling).unwrap_or_default();
    let standing = api.store.scaling(id).await?;
    let rulings = api.store.rulings(id, limit.unwrap_or(20).min(MOST)).await?;
    let (newest, shadow) = standing.map(|standing| (standing.ruling, standing.shadow)).unzip();
    Ok(Json(ScalingView {
        lease: id.to_string(),
        policy: scaling.policy,
        shadow: scaling.shadow,
        newest: newest.as_ref().map(ruling),
        rulings: rulings.iter().map(ruling).collect(),
        compared: shadow.flatten().as_ref().map(compared),
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DemandQuery {
    /// Only observations after this time, Unix milliseconds. The default is a day before the newest decision.
    since: Option<u64>,
}

/// List the observations of a lease's autoscaler, oldest first: a demand trace. Needs scope `view`.
#[utoipa::path(
    get, path = "/v1/leases/{id}/demand", operation_id = "listLeaseDemand", params(("id" = HexText, Path, description = "The lease's id, 32 bytes"), DemandQuery),
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
