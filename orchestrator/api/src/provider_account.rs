//! This provider's own books: what it earned and was paid, what it has left to sell, what posting costs it, and what it
//! should see to.

mod alarms;

use std::{collections::BTreeMap, time::Duration};

use alloy::primitives::{Address, U256};
use axum::{Json, extract::State};
use solidity::{Market::MarketEvents, Shape};

use super::{Api, error::Result, providers::held_by};
use alarms::AlarmInputs;
use api_types::{
    provider_account::{
        ClaimView, EarningsView, GasByKindView, GasView, IntentCountView, PostedRootView, ProviderAccountView,
        WithdrawalView,
    },
    providers::CapacityView,
};
use lease::screen::Amounts;
use store::{EventFilter, EventRow, LeaseFilter, LeaseRow};

/// Entries of each list.
const NEWEST: usize = 50;
/// Events that are looked at to find them.
const READ: u64 = 1000;
const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// What the provider set, as far as its books show it.
#[derive(Debug, Clone)]
pub struct AccountSettings {
    pub margin: u16,
    pub gas_per_hour: u64,
    pub replace_after: Duration,
}

/// This provider's own books, with what it should see to.
#[utoipa::path(get, path = "/v1/provider", operation_id = "getProviderAccount", responses((status = 200, body = ProviderAccountView)))]
pub async fn provider_account(State(api): State<Api>) -> Result<Json<ProviderAccountView>> {
    let (store, now_ms) = (&api.store, api.clock.now_ms());
    let registered = store.provider(api.provider).await?;
    let leases = store.leases(LeaseFilter::of_provider(api.provider)).await?;
    let roots = store.newest_roots(api.provider, NEWEST as u64).await?;
    let by_kind = store.gas_by_kind(now_ms.saturating_sub(DAY_MS)).await?;
    let gas = GasView {
        per_hour: api.account.gas_per_hour,
        last_hour: store.gas_since(now_ms.saturating_sub(HOUR_MS)).await?,
        last_day: by_kind.iter().map(|spent| spent.gas).sum(),
        fees_last_day: store.fees_since(now_ms.saturating_sub(DAY_MS)).await?.to_string(),
        by_kind: by_kind
            .into_iter()
            .map(|spent| GasByKindView { kind: spent.kind, count: spent.count, gas: spent.gas })
            .collect(),
    };
    let stages = api.statuses.read();
    let wallet = store.wallet().await?;
    let open = leases.iter().filter(|row| row.lease.closed_at.is_none());
    let inputs = AlarmInputs {
        now_ms,
        head: store.head().await?,
        stages: stages.clone(),
        gas: gas.clone(),
        wallet,
        fees_last_day: gas.fees_last_day.parse().unwrap_or_default(),
        oldest_sent_ms: store.oldest_sent().await?,
        replace_after: api.account.replace_after,
        failed: store.failed_since(now_ms.saturating_sub(HOUR_MS)).await?,
        // Before the first root a lease's opening is what it is late from.
        rooted_at: roots
            .first()
            .map(|root| root.posted_at)
            .or_else(|| open.clone().map(|row| row.lease.opened_at).min()),
        serves: open.clone().map(|row| row.lease.opened_at).min(),
        registered: registered.clone(),
        parameters: api.deployment.parameters.clone(),
        draining: api.draining,
    };
    let alarms = inputs.alarms();
    let mut root_views = Vec::with_capacity(roots.len());
    for root in &roots {
        let (leaves, gas) = store.root_cost(root.epoch, root.tx).await?;
        let (tx, digest) = (root.tx.to_string(), root.root.to_string());
        root_views.push(PostedRootView { epoch: root.epoch, posted_at: root.posted_at, root: digest, tx, leaves, gas });
    }
    let withdrawn = store.find_events(&named("EarningsWithdrawn", Some(api.provider)), u64::MAX, true).await?;
    Ok(Json(ProviderAccountView {
        address: api.provider.to_string(),
        endpoint: registered.as_ref().map(|provider| provider.endpoint.clone()).unwrap_or_default(),
        draining: api.draining,
        margin: api.account.margin,
        bond: registered.as_ref().map(|provider| provider.bond).unwrap_or_default().to_string(),
        capacity: registered.as_ref().map(|provider| shape(&provider.capacity)).unwrap_or_default(),
        held: held_by(store, api.provider, leases.iter().map(|row| &row.lease)).await?,
        reserved: amounts(store.reserved().await?),
        wallet: wallet.map(|wallet| wallet.to_string()),
        earnings: earnings(&leases, &withdrawn),
        claims: claims(&api, &leases).await?,
        payouts: withdrawn.iter().rev().filter_map(payout).take(NEWEST).collect(),
        roots: root_views,
        intents: store
            .intents_by_state()
            .await?
            .into_iter()
            .map(|(state, count)| IntentCountView { state, count })
            .collect(),
        stages: serde_json::to_value(&stages)?,
        gas,
        alarms,
    }))
}

fn named(name: &str, about: Option<Address>) -> EventFilter {
    EventFilter {
        name: Some(name.to_owned()),
        subject: about.map(|address| format!("{address:#x}")),
        ..EventFilter::default()
    }
}

/// By currency: all that leases paid, and all that was withdrawn.
fn earnings(leases: &[LeaseRow], withdrawn: &[EventRow]) -> Vec<EarningsView> {
    let mut sums: BTreeMap<Address, (U256, U256)> = BTreeMap::new();
    for row in leases {
        sums.entry(row.lease.terms.currency).or_default().0 += row.lease.paid;
    }
    for event in withdrawn {
        if let MarketEvents::EarningsWithdrawn(withdrawn) = &event.event {
            sums.entry(withdrawn.currency).or_default().1 += withdrawn.amount;
        }
    }
    let view = |(currency, (earned, withdrawn)): (Address, (U256, U256))| EarningsView {
        currency: currency.to_string(),
        earned: earned.to_string(),
        withdrawn: withdrawn.to_string(),
    };
    sums.into_iter().map(view).collect()
}

async fn claims(api: &Api, leases: &[LeaseRow]) -> Result<Vec<ClaimView>> {
    let settled = api.store.find_events(&named("Settled", None), READ, true).await?;
    let claim = |event: &EventRow| {
        let MarketEvents::Settled(settled) = &event.event else { return None };
        // Only leases of this provider are among those that were read.
        let row = leases.iter().find(|row| row.lease.id == settled.lease)?;
        Some(ClaimView {
            time: event.time,
            lease: settled.lease.to_string(),
            currency: row.lease.terms.currency.to_string(),
            amount: settled.amount.to_string(),
            tx: event.transaction.to_string(),
        })
    };
    Ok(settled.iter().rev().filter_map(claim).take(NEWEST).collect())
}

fn payout(event: &EventRow) -> Option<WithdrawalView> {
    let MarketEvents::EarningsWithdrawn(withdrawn) = &event.event else { return None };
    Some(WithdrawalView {
        time: event.time,
        currency: withdrawn.currency.to_string(),
        amount: withdrawn.amount.to_string(),
        tx: event.transaction.to_string(),
    })
}

fn shape(shape: &Shape) -> CapacityView {
    CapacityView {
        millicores: shape.millicores.into(),
        memory_mib: shape.memoryMiB.into(),
        disk_mib: shape.diskMiB.into(),
        gpus: shape.gpus.into(),
    }
}

fn amounts(Amounts([millicores, memory_mib, disk_mib, gpus]): Amounts) -> CapacityView {
    CapacityView { millicores, memory_mib, disk_mib, gpus }
}
