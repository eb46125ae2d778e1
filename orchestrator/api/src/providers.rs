//! All providers of the market, as far as the chain shows them: free capacity, uptime of their roots, and faults. The answer
//! changes only with the chain, so it is cached per block.

pub mod cache;

use std::{collections::BTreeMap, sync::Arc};

use alloy::primitives::{Address, B256};
use axum::{Json, extract::State};
use solidity::{Market::MarketEvents, Shape};

use super::{error::Result, state::Api};
use api_types::providers::{CapacityView, FaultView, ProviderView};
use lease::Lease;
use store::{EventFilter, EventRow, LeaseFilter, ProviderRow, Store};

/// Faults in one provider's answer.
const MOST_FAULTS: usize = 50;
/// The newest events of each kind of fault that are read.
const FAULTS_READ: u64 = 2000;

/// List all providers that ever registered, by address.
#[utoipa::path(get, path = "/v1/providers", operation_id = "listProviders", responses((status = 200, body = Vec<ProviderView>)))]
pub async fn providers(State(api): State<Api>) -> Result<Json<Arc<Vec<ProviderView>>>> {
    let Some(head) = api.store.head().await? else { return Ok(Json(Arc::default())) };
    let mut cached = api.providers.0.lock().await;
    if let Some((_, views)) = cached.as_ref().filter(|(hash, _)| *hash == head.hash) {
        return Ok(Json(views.clone()));
    }
    let epoch_length = api.deployment.parameters.epochLength.into();
    let views = Arc::new(views(&api.store, head.time, epoch_length).await?);
    *cached = Some((head.hash, views.clone()));
    Ok(Json(views))
}

async fn views(store: &Store, now: u64, epoch_length: u64) -> Result<Vec<ProviderView>> {
    let mut leases: BTreeMap<Address, Vec<Lease>> = BTreeMap::new();
    for row in store.leases(LeaseFilter::default()).await? {
        leases.entry(row.lease.terms.provider).or_default().push(row.lease);
    }
    let bids = bids(store).await?;
    let mut faults = faults(store).await?;
    let mut views = Vec::new();
    for provider in store.providers().await? {
        let leases = leases.remove(&provider.address).unwrap_or_default();
        let (proven, epochs) = uptime(store, provider.address, &leases, now, epoch_length).await?;
        let held = held(provider.address, leases.iter(), &bids);
        let faults = faults.remove(&provider.address).unwrap_or_default();
        views.push(view(store, provider, held, (proven, epochs), faults).await?);
    }
    Ok(views)
}

async fn view(
    store: &Store,
    provider: ProviderRow,
    held: CapacityView,
    (proven_epochs, epochs): (u64, u64),
    faults: Vec<FaultView>,
) -> Result<ProviderView> {
    let newest = store.newest_root(provider.address, u64::MAX).await?.map_or(0, |root| root.epoch);
    let silence = provider.silence.filter(|silence| silence.epoch == newest);
    Ok(ProviderView {
        address: provider.address.to_string(),
        registered: provider.registered,
        endpoint: provider.endpoint,
        bond: provider.bond.to_string(),
        capacity: serde_json::to_value(&provider.capacity)?,
        attributes: provider.attributes.into_iter().map(attribute).collect(),
        exit_at: provider.exit_at,
        silence: silence.map(|silence| if silence.confirmed { "confirmed" } else { "reported" }.to_owned()),
        held,
        proven_epochs,
        epochs,
        faults,
    })
}

/// The attribute as text; as hex when it is no text.
fn attribute(word: B256) -> String {
    let text = String::from_utf8(word.into_iter().take_while(|byte| *byte != 0).collect());
    text.ok().filter(|text| !text.is_empty() && !text.contains(char::is_control)).unwrap_or_else(|| word.to_string())
}

/// The capacity that one provider's leases and bids hold.
pub(super) async fn held_by(
    store: &Store,
    provider: Address,
    leases: impl Iterator<Item = &Lease>,
) -> Result<CapacityView> {
    Ok(held(provider, leases, &bids(store).await?))
}

fn held<'a>(
    provider: Address,
    leases: impl Iterator<Item = &'a Lease>,
    bids: &[(Address, Shape, u16)],
) -> CapacityView {
    let open = leases.filter(|lease| lease.closed_at.is_none());
    let by_leases =
        open.fold(CapacityView::default(), |held, lease| add(held, &lease.terms.shape, lease.policy.maxReplicas));
    let theirs = bids.iter().filter(|(bidder, ..)| *bidder == provider);
    theirs.fold(by_leases, |held, (_, shape, replicas)| add(held, shape, *replicas))
}

/// Adds a lease's or a bid's shape at its highest replica count.
fn add(held: CapacityView, shape: &Shape, replicas: u16) -> CapacityView {
    let replicas = u64::from(replicas);
    CapacityView {
        millicores: held.millicores + u64::from(shape.millicores) * replicas,
        memory_mib: held.memory_mib + u64::from(shape.memoryMiB) * replicas,
        disk_mib: held.disk_mib + u64::from(shape.diskMiB) * replicas,
        gpus: held.gpus + u64::from(shape.gpus) * replicas,
    }
}

/// Bids that have not become leases. The store does not keep released bids.
async fn bids(store: &Store) -> Result<Vec<(Address, Shape, u16)>> {
    let mut bids = Vec::new();
    for answer in store.orders(None, false).await? {
        let (auction, order) = (&answer.order.auction, &answer.order.auction.terms.order);
        let waiting = auction.bids.values().filter(|bid| bid.lease.is_none());
        bids.extend(waiting.map(|bid| (bid.terms.provider, order.shape.clone(), order.policy.maxReplicas)));
    }
    Ok(bids)
}

async fn faults(store: &Store) -> Result<BTreeMap<Address, Vec<FaultView>>> {
    let mut found: Vec<(Address, EventRow, Option<String>)> = Vec::new();
    for name in ["Slashed", "FraudProven", "OutageCredited", "SilenceConfirmed"] {
        let wanted = EventFilter { name: Some(name.to_owned()), ..EventFilter::default() };
        for event in store.find_events(&wanted, FAULTS_READ, true).await? {
            let (provider, amount) = match &event.event {
                MarketEvents::Slashed(slashed) => (slashed.provider, Some(slashed.amount)),
                MarketEvents::FraudProven(proven) => (proven.provider, Some(proven.slashed)),
                MarketEvents::OutageCredited(credited) => (credited.provider, Some(credited.slashed)),
                MarketEvents::SilenceConfirmed(confirmed) => (confirmed.provider, None),
                _ => continue,
            };
            found.push((provider, event, amount.map(|amount| amount.to_string())));
        }
    }
    found.sort_by_key(|(_, event, _)| std::cmp::Reverse((event.block, event.log_index)));
    let mut faults: BTreeMap<Address, Vec<FaultView>> = BTreeMap::new();
    for (provider, event, amount) in found {
        let name = event.subject().map_or("", |(name, _)| name).to_owned();
        let theirs = faults.entry(provider).or_default();
        if theirs.len() < MOST_FAULTS {
            theirs.push(FaultView { name, time: event.time, tx: event.transaction.to_string(), amount });
        }
    }
    Ok(faults)
}

/// The provider's epochs with a root, and all epochs that needed one.
async fn uptime(store: &Store, provider: Address, leases: &[Lease], now: u64, epoch_length: u64) -> Result<(u64, u64)> {
    let Some(roots) = store.root_stats(provider).await? else { return Ok((0, 0)) };
    let mut pauses = store.root_gaps(provider, 2 * epoch_length).await?;
    pauses.push((roots.last, now));
    let open: Vec<_> = leases.iter().map(|lease| (lease.opened_at, lease.closed_at.unwrap_or(now))).collect();
    let missed: u64 = pauses.into_iter().map(|pause| missed(pause, &open, epoch_length)).sum();
    Ok((roots.count, roots.count + missed))
}

/// Counts the whole epochs in a pause between two roots during which a lease was open, except the last: the root that ends
/// the pause is that epoch's.
fn missed((begun, ended): (u64, u64), open: &[(u64, u64)], epoch_length: u64) -> u64 {
    let mut spans: Vec<_> = open.iter().map(|(from, to)| (*from.max(&begun), *to.min(&ended))).collect();
    spans.retain(|(from, to)| from < to);
    spans.sort_unstable();
    let (mut owed, mut reached) = (0, begun);
    for (from, to) in spans {
        owed += to.saturating_sub(from.max(reached));
        reached = reached.max(to);
    }
    (owed / epoch_length.max(1)).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_epochs_in_which_a_lease_was_open_are_missed() {
        let always = [(0, u64::MAX)];
        assert_eq!(missed((100, 119), &always, 10), 0, "a root comes a moment late");
        assert_eq!(missed((100, 120), &always, 10), 1);
        assert_eq!(missed((100, 200), &always, 10), 9);
        assert_eq!(missed((100, 200), &[], 10), 0, "without an open lease no epoch is owed");
        assert_eq!(
            missed((100, 200), &[(0, 130), (120, 140), (190, 300)], 10),
            4,
            "thirty, ten more, and the last ten"
        );
        assert_eq!(missed((100, 200), &[(150, 160), (150, 160)], 10), 0);
    }
}
