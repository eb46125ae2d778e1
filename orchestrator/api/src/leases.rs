//! Leases of the market, with what this provider stores of each.

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256};
use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    error::{Error, QueryParams, Result, lease_id, unknown_lease},
    lease_access::authorize,
    session::Caller,
    state::{Api, GatewayAddress},
};
use api_types::{
    leases::{
        ContainerView, LeaseSummary, LeaseView, ManifestView, MoneyView, ReplicasView, ServedServiceView,
        StageProgressView,
    },
    schema::{AddressText, HexText},
    usage::{LeaseUsageView, UsageSampleView},
};
use lease::{
    Lease, Status, access::Scope, accrual, label, manifest::Manifest, reconcile::WorkloadStatus, statement::Counters,
};
use store::{
    LeaseFilter,
    container::{ContainerRow, LeaseProgress},
    scale::{Ruling, RulingOutcome},
};

/// The state of a container that is created ahead of demand, beyond the desired replicas.
const WARM: &str = "warm";

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LeaseQuery {
    /// Only leases of this tenant.
    #[param(value_type = Option<AddressText>)]
    tenant: Option<String>,
    /// Only leases of this provider.
    #[param(value_type = Option<AddressText>)]
    provider: Option<String>,
    /// Includes closed leases.
    #[serde(default)]
    closed: bool,
}

/// List leases of the market, oldest first.
#[utoipa::path(get, path = "/v1/leases", operation_id = "listLeases", params(LeaseQuery), responses((status = 200, body = Vec<LeaseSummary>)))]
pub async fn list(
    State(api): State<Api>,
    QueryParams(query): QueryParams<LeaseQuery>,
) -> Result<Json<Vec<LeaseSummary>>> {
    let filter = LeaseFilter {
        tenant: query.tenant.as_deref().map(address).transpose()?,
        provider: query.provider.as_deref().map(address).transpose()?,
        open_only: !query.closed,
    };
    let time = api.store.head().await?.map_or(0, |head| head.time);
    let mut views = Vec::new();
    for row in api.store.leases(filter).await? {
        let seen = api.store.containers(row.lease.id).await?;
        views.push(summary(&row.lease, &seen, time));
    }
    Ok(Json(views))
}

/// Get a lease with its terms, containers and progress.
#[utoipa::path(
    get, path = "/v1/leases/{id}", operation_id = "getLease", params(("id" = HexText, Path, description = "The lease's id, 32 bytes")),
    responses((status = 200, body = LeaseView), (status = 404, body = api_types::error::ErrorView))
)]
pub async fn show(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<LeaseView>> {
    let id = lease_id(&id)?;
    let lease = api.store.lease(id).await?.ok_or_else(|| unknown_lease(id))?.lease;
    let time = api.store.head().await?.map_or(0, |head| head.time);
    let seen = api.store.containers(id).await?;
    let progress = api.store.progress(id).await?;
    let manifest = api.store.manifest(id).await?;
    let received = manifest.is_some();
    let manifest = manifest.filter(|_| lease.closed_at.is_none()).and_then(|bytes| Manifest::parse(&bytes).ok());
    let summary = summary(&lease, &seen, time);
    let reason = progress.as_ref().and_then(|progress| progress.reason.clone());
    let timeline = timeline(&api, &lease, &summary, received, progress.as_ref()).await?;
    Ok(Json(LeaseView {
        terms: (&lease.terms).into(),
        policy: serde_json::to_value(&lease.policy)?,
        manifest: ManifestView { hash: lease.terms.manifestHash.to_string(), received },
        containers: seen.iter().map(|seen| container(seen, &lease)).collect(),
        served: manifest.map(|manifest| served(&api.gateway, id, &manifest)).unwrap_or_default(),
        reason,
        opened_to_running_ms: progress.and_then(|progress| progress.opened_to_running_ms()),
        timeline,
        summary,
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct UsageQuery {
    /// Only samples after this time, Unix milliseconds. The default is five minutes before the newest sample.
    since: Option<u64>,
}

/// Get a lease's usage since it was opened, with samples. Needs scope `view`.
#[utoipa::path(
    get, path = "/v1/leases/{id}/usage", operation_id = "getLeaseUsage", params(("id" = HexText, Path, description = "The lease's id, 32 bytes"), UsageQuery),
    responses((status = 200, body = LeaseUsageView), (status = 401, body = api_types::error::ErrorView), (status = 403, body = api_types::error::ErrorView), (status = 404, body = api_types::error::ErrorView))
)]
pub async fn usage(
    State(api): State<Api>,
    caller: Caller,
    path: Path<String>,
    QueryParams(UsageQuery { since }): QueryParams<UsageQuery>,
) -> Result<Json<LeaseUsageView>> {
    let id = authorize(&api, caller, path, Scope::View, "usage", String::new()).await?.lease.id;
    let totals = api.store.meter_totals(id).await?;
    let newest = totals.as_ref().map_or(0, |totals| totals.sampled_at_ms);
    let since = since.unwrap_or(newest.saturating_sub(300_000));
    let samples = api.store.samples(id, since).await?;
    let counters = totals.map(|totals| totals.counters).unwrap_or_default();
    Ok(Json(LeaseUsageView {
        lease: id.to_string(),
        replica_seconds: counters.replica_millis / 1000,
        cpu_nanos: counters.cpu_nanos.to_string(),
        memory_byte_seconds: counters.memory_byte_seconds.to_string(),
        network_bytes: counters.network_bytes.to_string(),
        sampled_at_ms: newest,
        samples: samples.into_iter().map(|sample| sample_view(sample.sampled_at_ms, &sample.counters)).collect(),
    }))
}

fn sample_view(at_ms: u64, counters: &Counters) -> UsageSampleView {
    UsageSampleView {
        at_ms,
        replica_seconds: counters.replica_millis / 1000,
        cpu_nanos: counters.cpu_nanos.to_string(),
        memory_byte_seconds: counters.memory_byte_seconds.to_string(),
        network_bytes: counters.network_bytes.to_string(),
    }
}

fn summary(lease: &Lease, seen: &[ContainerRow], time: u64) -> LeaseSummary {
    let status = match lease.status(time) {
        Status::Active => "active",
        Status::Exhausted => "exhausted",
        Status::Closed => "closed",
    };
    LeaseSummary {
        id: lease.id.to_string(),
        tenant: lease.terms.tenant.to_string(),
        provider: lease.terms.provider.to_string(),
        offer: lease.offer,
        status: status.to_owned(),
        replicas: ReplicasView {
            wanted: lease.replicas,
            running: replicas(seen, ContainerRow::is_running),
            healthy: replicas(seen, ContainerRow::is_healthy),
            min: lease.policy.minReplicas,
            max: lease.policy.maxReplicas,
        },
        money: MoneyView {
            currency: lease.terms.currency.to_string(),
            deposited: lease.deposited.to_string(),
            paid: lease.paid.to_string(),
            returned: lease.returned.to_string(),
            balance: lease.balance().to_string(),
            owed: accrual::owed(lease, time).to_string(),
            rate: lease.rate().to_string(),
            runway: accrual::runway(lease, time),
        },
        opened_at: lease.opened_at,
        opened_block: lease.opened_block,
        closed_at: lease.closed_at,
        disputed_until: lease.disputed_until,
    }
}

/// Counts the replicas whose containers all satisfy the predicate.
fn replicas(seen: &[ContainerRow], good: fn(&ContainerRow) -> bool) -> u16 {
    let mut whole: BTreeMap<u16, bool> = BTreeMap::new();
    for container in seen {
        *whole.entry(container.replica).or_insert(true) &= good(container);
    }
    whole.values().filter(|whole| **whole).count() as u16
}

fn container(seen: &ContainerRow, lease: &Lease) -> ContainerView {
    let warm = seen.is_created() && seen.replica >= lease.replicas && lease.closed_at.is_none();
    ContainerView {
        service: seen.service.clone(),
        replica: seen.replica,
        container: seen.container_id.clone(),
        image: seen.image.clone(),
        state: if warm { WARM.to_owned() } else { seen.state.clone() },
        health: seen.health.clone(),
        ports: seen.ports.clone(),
    }
}

/// The services with a published port, with their URLs at the gateway.
fn served(gateway: &GatewayAddress, lease: B256, manifest: &Manifest) -> Vec<ServedServiceView> {
    let (domain, port) = (&gateway.domain, gateway.address.port());
    let host = if gateway.address.ip().is_unspecified() { domain.clone() } else { gateway.address.ip().to_string() };
    let host = if host.contains(':') { format!("[{host}]") } else { host };
    let view = |service: &String| {
        let (label, inside) = (label::served(service, lease), manifest.served_port(service)?);
        let (url, path_url) = (format!("http://{label}.{domain}:{port}"), format!("http://{host}:{port}/{label}"));
        Some(ServedServiceView { service: service.clone(), port: inside, url, path_url })
    };
    manifest.services.keys().filter_map(view).collect()
}

async fn timeline(
    api: &Api,
    lease: &Lease,
    summary: &LeaseSummary,
    received: bool,
    progress: Option<&LeaseProgress>,
) -> Result<Vec<StageProgressView>> {
    let step = |stage: &str, state: &str, at: Option<u64>, detail: String| StageProgressView {
        stage: stage.to_owned(),
        state: state.to_owned(),
        at,
        detail,
    };
    let closed = lease.closed_at;
    let chain = match closed {
        Some(at) => step("chain", "done", Some(at), "closed".to_owned()),
        None => step("chain", "done", Some(lease.opened_at), format!("opened in block {}", lease.opened_block)),
    };
    let replicas = &summary.replicas;
    let running = format!("{} of {} replicas healthy", replicas.healthy, replicas.wanted);
    let standing = progress.map_or(WorkloadStatus::Awaiting, |progress| progress.standing);
    let why = progress.and_then(|progress| progress.reason.clone()).unwrap_or_else(|| running.clone());
    let container = match (closed, standing) {
        (Some(at), WorkloadStatus::Removed) => step("container", "done", Some(at), "removed".to_owned()),
        (Some(at), _) => step("container", "working", Some(at), "being removed".to_owned()),
        (None, _) if !received => step("container", "waiting", None, "for the tenant's manifest".to_owned()),
        (None, WorkloadStatus::Running) if replicas.healthy >= replicas.wanted => {
            step("container", "done", None, running)
        }
        (None, WorkloadStatus::Running) => step("container", "working", None, running),
        (None, WorkloadStatus::Failing) => step("container", "failed", None, why),
        (None, WorkloadStatus::Awaiting | WorkloadStatus::Paused | WorkloadStatus::Removed) => {
            step("container", "waiting", None, why)
        }
        (None, _) => step("container", "working", None, why),
    };
    let totals = api.store.meter_totals(lease.id).await?;
    let meter = match &totals {
        Some(totals) => step(
            "meter",
            if closed.is_some() { "done" } else { "working" },
            Some(totals.sampled_at_ms / 1000),
            format!(
                "{} replica-seconds, {} CPU-milliseconds",
                totals.counters.replica_millis / 1000,
                totals.counters.cpu_nanos / 1_000_000
            ),
        ),
        None => step("meter", "waiting", None, "for the first sample".to_owned()),
    };
    let posted = api.store.last_posted_epoch(lease.id, api.provider).await?;
    let proof = match posted {
        Some(epoch) => {
            step("proof", if closed.is_some() { "done" } else { "working" }, None, format!("newest in epoch {epoch}"))
        }
        None => step("proof", "waiting", None, "for the first epoch to end".to_owned()),
    };
    let scale = scaled(lease, api.store.scaling(lease.id).await?.map(|standing| standing.ruling).as_ref());
    let settlement = if let Some(until) = lease.disputed_until {
        step("settlement", "waiting", None, format!("for the arbiters, at most until {until}"))
    } else if lease.paid.is_zero() {
        step("settlement", "waiting", None, "for a proof to mature".to_owned())
    } else {
        let state = if closed.is_some_and(|at| lease.settled_at >= at) { "done" } else { "working" };
        step("settlement", state, Some(lease.settled_at), format!("{} base units paid", lease.paid))
    };
    let clearing = match (lease.offer, api.store.order_of(lease.id).await?) {
        (0, Some(order)) => format!("bid won order {order}"),
        (0, None) => "bid accepted".to_owned(),
        (offer, _) => format!("offer {offer} taken"),
    };
    Ok(vec![
        chain,
        step("clearing", "done", Some(lease.opened_at), clearing),
        container,
        meter,
        proof,
        scale,
        settlement,
    ])
}

/// The progress at the scale stage: the newest decision, or the bounds of a lease without one.
fn scaled(lease: &Lease, ruling: Option<&Ruling>) -> StageProgressView {
    let (min, max) = (lease.policy.minReplicas, lease.policy.maxReplicas);
    let count = format!("{} replicas, bounds {min} to {max}", lease.replicas);
    let (state, detail) = match ruling.filter(|_| lease.closed_at.is_none()) {
        None => ("done", count),
        Some(ruling) => {
            let bound = ruling.bound.as_ref().map(|bound| format!("; {bound}")).unwrap_or_default();
            let wish = format!("{count}; {} wants {}: {}{bound}", ruling.policy, ruling.wish, ruling.reason);
            match ruling.outcome {
                RulingOutcome::Steady => ("done", wish),
                RulingOutcome::Held => ("waiting", wish),
                RulingOutcome::Proving | RulingOutcome::Stepping => ("working", wish),
            }
        }
    };
    StageProgressView { stage: "scale".to_owned(), state: state.to_owned(), at: Some(lease.since), detail }
}

pub(super) fn address(text: &str) -> Result<Address> {
    text.parse().map_err(|_| Error::BadRequest(format!("{text:?} is not an address: 0x and 40 hex digits")))
}
