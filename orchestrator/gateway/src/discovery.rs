//! From the store to a table of routes: which leases are this provider's, what their manifests serve, where their
//! replicas are.
//!
//! What a route remembers (counts, ejections, open connections) passes from one table to the next. A lease that is not
//! open any more keeps its routes for a while, so that who asks is told why nobody answers.

use std::{
    collections::{HashMap, HashSet},
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    sync::Arc,
    time::{Duration, Instant},
};

use alloy::primitives::{Address, B256, keccak256};

use super::{
    Limits,
    route::{Outlook, Route, Table},
    traffic::LeaseTraffic,
    upstream::Upstream,
};
use lease::{Lease, Status, manifest::Manifest, reconcile::WorkloadStatus};
use ports::subnet::Subnet;
use store::{
    LeaseFilter, Store,
    container::{ContainerRow, LeaseProgress},
};

/// How long it is told of a lease that it was closed.
const REMEMBERED: Duration = Duration::from_secs(600);

pub(super) struct Discovery {
    store: Arc<Store>,
    provider: Address,
    /// Where containers have their own addresses.
    pool: Subnet,
    limits: Limits,
    manifests: HashMap<B256, Arc<Manifest>>,
    gone: HashMap<B256, Instant>,
}

/// What the store has of one lease.
struct Sight<'a> {
    lease: &'a Lease,
    seen: &'a [ContainerRow],
    progress: Option<&'a LeaseProgress>,
    time: u64,
}

impl Discovery {
    pub(super) fn new(store: Arc<Store>, provider: Address, pool: Subnet, limits: Limits) -> Self {
        Self { store, provider, pool, limits, manifests: HashMap::new(), gone: HashMap::new() }
    }

    /// The table as the store has it now.
    pub(super) async fn look(&mut self, before: &Table) -> anyhow::Result<Table> {
        let filter = LeaseFilter { open_only: true, ..LeaseFilter::of_provider(self.provider) };
        let (leases, containers, progress, head) = tokio::try_join!(
            self.store.leases(filter),
            self.store.all_containers(),
            self.store.all_progress(),
            self.store.head()
        )?;
        let time = head.map_or(0, |head| head.time);
        let mut routes = Vec::new();
        for row in &leases {
            let Some(manifest) = self.manifest(&row.lease).await? else { continue };
            let id = row.lease.id;
            let seen = containers.get(&id).map(Vec::as_slice).unwrap_or_default();
            let sight = Sight { lease: &row.lease, seen, progress: progress.get(&id), time };
            routes.extend(self.routes(&sight, &manifest, before));
        }
        let open: HashSet<B256> = leases.iter().map(|row| row.lease.id).collect();
        routes.extend(self.closed(&open, before));
        self.manifests.retain(|id, _| open.contains(id));
        Ok(Table::new(routes))
    }

    /// None before the tenant has sent it.
    async fn manifest(&mut self, lease: &Lease) -> anyhow::Result<Option<Arc<Manifest>>> {
        if let Some(known) = self.manifests.get(&lease.id) {
            return Ok(Some(known.clone()));
        }
        let Some(bytes) = self.store.manifest(lease.id).await? else { return Ok(None) };
        // One that is not the lease's, or cannot run, is the container stage's to tell.
        let sound = Some(bytes).filter(|bytes| keccak256(bytes) == lease.terms.manifestHash);
        let Some(manifest) = sound.and_then(|bytes| Manifest::parse(&bytes).ok()) else { return Ok(None) };
        let manifest = Arc::new(manifest);
        self.manifests.insert(lease.id, manifest.clone());
        Ok(Some(manifest))
    }

    fn routes(&self, sight: &Sight<'_>, manifest: &Manifest, before: &Table) -> Vec<Arc<Route>> {
        let id = sight.lease.id;
        let traffic =
            before.of(id).next().map_or_else(|| Arc::new(LeaseTraffic::new(id)), |route| route.traffic.clone());
        let outlook = outlook(sight);
        let served = manifest.services.iter().filter_map(|(name, service)| {
            let port = manifest.served_port(name)?;
            let old = before.of(id).find(|route| route.service == *name);
            let known: &[Arc<Upstream>] = old.map(|route| route.upstreams.as_slice()).unwrap_or_default();
            let wanted = |seen: &&ContainerRow| seen.service == *name && seen.replica < sight.lease.replicas;
            let upstreams = sight.seen.iter().filter(wanted).filter(|seen| seen.is_healthy()).filter_map(|seen| {
                let address = self.address(seen, port)?;
                let same = |old: &&Arc<Upstream>| old.container == seen.container_id && old.address == address;
                let old = known.iter().find(same).cloned();
                let new = || Arc::new(Upstream::new(seen.container_id.clone(), seen.replica, address));
                Some(old.unwrap_or_else(new))
            });
            Some(Arc::new(Route {
                traffic: traffic.clone(),
                service: name.clone(),
                upstreams: upstreams.collect(),
                outlook: outlook.clone(),
                concurrency: service.gateway.concurrency.unwrap_or(self.limits.concurrency),
                timeout: service.gateway.timeout.unwrap_or(self.limits.head),
                freed: old.map(|old| old.freed.clone()).unwrap_or_default(),
            }))
        });
        served.collect()
    }

    /// At its own address when this machine is in its network; else where the engine publishes the port.
    fn address(&self, seen: &ContainerRow, port: u16) -> Option<SocketAddr> {
        match seen.address {
            Some(IpAddr::V4(own)) if self.shares(own) => Some(SocketAddr::new(own.into(), port)),
            _ => {
                let published: SocketAddr = seen.ports.get(&format!("{port}/tcp"))?.parse().ok()?;
                let anywhere = published.ip().is_unspecified();
                let ip = if anywhere { IpAddr::from(Ipv4Addr::LOCALHOST) } else { published.ip() };
                Some(SocketAddr::new(ip, published.port()))
            }
        }
    }

    /// Whether this machine would reach the address from one of its own in the same pool: a bridge of the engine's. An
    /// engine in a virtual machine, or in a network of its own, has its bridges elsewhere.
    fn shares(&self, address: Ipv4Addr) -> bool {
        let local = || {
            let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
            // Nothing is sent: the system only chooses the way.
            socket.connect((address, 9)).ok()?;
            match socket.local_addr().ok()?.ip() {
                IpAddr::V4(local) => Some(local),
                IpAddr::V6(_) => None,
            }
        };
        self.pool.contains(address) && local().is_some_and(|local| self.pool.contains(local))
    }

    /// The routes of leases that were open in the table before, or not long ago.
    fn closed(&mut self, open: &HashSet<B256>, before: &Table) -> Vec<Arc<Route>> {
        let mut routes = Vec::new();
        let mut gone = HashMap::new();
        for route in before.routes.iter().filter(|route| !open.contains(&route.traffic.lease)) {
            let id = route.traffic.lease;
            let since = self.gone.get(&id).copied().unwrap_or_else(Instant::now);
            if since.elapsed() > REMEMBERED {
                continue;
            }
            gone.insert(id, since);
            routes.push(Arc::new(Route {
                traffic: route.traffic.clone(),
                service: route.service.clone(),
                upstreams: Vec::new(),
                outlook: Outlook::Hopeless("the lease is closed; its tenant can open another".to_owned()),
                concurrency: route.concurrency,
                timeout: route.timeout,
                freed: route.freed.clone(),
            }));
        }
        self.gone = gone;
        routes
    }
}

fn outlook(sight: &Sight<'_>) -> Outlook {
    let standing = sight.progress.map(|progress| progress.standing);
    let why = sight.progress.and_then(|progress| progress.reason.clone());
    let exhausted = sight.lease.status(sight.time) == Status::Exhausted;
    match standing {
        Some(WorkloadStatus::Paused | WorkloadStatus::Removing | WorkloadStatus::Removed) => {}
        Some(WorkloadStatus::Failing) => {
            let why = why.unwrap_or_else(|| "its containers do not stay up".to_owned());
            return Outlook::Hopeless(format!("the lease's replicas cannot run: {why}"));
        }
        _ if exhausted => {}
        _ => return Outlook::Coming,
    }
    Outlook::Hopeless("the lease's funds are exhausted; a top-up starts it again".to_owned())
}
