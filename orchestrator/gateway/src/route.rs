//! The route table: from a label to a service's replicas, and the load balancing among them.

use std::{collections::HashMap, sync::Arc, time::Duration};

use alloy::primitives::B256;
use rand::Rng;
use tokio::sync::Notify;

use super::{
    in_flight::InFlight,
    target,
    traffic::LeaseTraffic,
    upstream::{Upstream, monotonic_ms},
};

/// A service of a lease, as of one refresh of the table.
pub(super) struct Route {
    pub(super) traffic: Arc<LeaseTraffic>,
    pub(super) service: String,
    /// Its healthy replicas, in order.
    pub(super) upstreams: Vec<Arc<Upstream>>,
    pub(super) availability: Availability,
    /// Concurrent requests at one replica.
    pub(super) concurrency: u32,
    /// Of a response's head.
    pub(super) timeout: Duration,
    /// Notifies one queued request when a request in flight ends.
    pub(super) freed: Arc<Notify>,
}

/// Whether a service without a replica will get one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Availability {
    /// One is starting, or demand will start one.
    Expected,
    /// None will start; the reason, as a sentence.
    Unavailable(String),
}

/// The result of load balancing.
pub(super) enum Selection {
    /// The request counts as in flight at this replica.
    Admitted(InFlight),
    /// Every replica is at its limit.
    Full,
    /// The service has no replica that admits requests.
    NoUpstream,
}

/// All routes, oldest lease first. Immutable: each refresh makes another.
#[derive(Default)]
pub(super) struct RouteTable {
    pub(super) routes: Vec<Arc<Route>>,
    /// By label. Where several routes share one, the oldest lease has it.
    labels: HashMap<String, usize>,
    by_lease: HashMap<B256, Vec<usize>>,
}

impl RouteTable {
    pub(super) fn new(routes: Vec<Arc<Route>>) -> Self {
        let mut labels = HashMap::new();
        let mut by_lease: HashMap<B256, Vec<usize>> = HashMap::new();
        for (index, route) in routes.iter().enumerate() {
            let lease = route.traffic.lease;
            labels.entry(lease::label::served(&route.service, lease)).or_insert(index);
            by_lease.entry(lease).or_default().push(index);
        }
        Self { routes, labels, by_lease }
    }

    /// A label has a service's name and at least the first twelve digits of a lease's id.
    pub(super) fn find(&self, label: &str) -> Option<Arc<Route>> {
        if let Some(index) = self.labels.get(label) {
            return Some(self.routes[*index].clone());
        }
        let (service, digits) = target::split(label)?;
        let named = |route: &&Arc<Route>| {
            route.service == service && alloy::hex::encode(route.traffic.lease).starts_with(digits)
        };
        self.routes.iter().find(named).cloned()
    }

    /// The routes of a lease's services.
    pub(super) fn of(&self, lease: B256) -> impl Iterator<Item = &Arc<Route>> {
        self.by_lease.get(&lease).into_iter().flatten().map(|index| &self.routes[*index])
    }

    /// The traffic of each lease, once.
    pub(super) fn traffic(&self) -> impl Iterator<Item = &Arc<LeaseTraffic>> {
        self.by_lease.values().filter_map(|routes| routes.first()).map(|index| &self.routes[*index].traffic)
    }

    /// The same service in this table.
    pub(super) fn current(&self, route: &Route) -> Option<Arc<Route>> {
        self.of(route.traffic.lease).find(|other| other.service == route.service).cloned()
    }
}

impl Route {
    /// Admits a request to the less loaded of two replicas chosen at random ("power of two choices"). Avoids ejected replicas
    /// as long as at least half of the replicas remain, and those in `tried` as long as another remains.
    pub(super) fn select(self: &Arc<Self>, tried: &[Arc<Upstream>]) -> Selection {
        let now_ms = monotonic_ms();
        let was_tried = |upstream: &Upstream| tried.iter().any(|tried| std::ptr::eq(tried.as_ref(), upstream));
        let open = |upstream: &Upstream| !upstream.is_draining(now_ms);
        let (mut all, mut healthy, mut untried, mut fresh) = (0, 0, 0, 0);
        for upstream in self.upstreams.iter().filter(|upstream| open(upstream)) {
            let (ejected, tried) = (upstream.is_ejected(now_ms), was_tried(upstream));
            all += 1;
            healthy += usize::from(!ejected);
            untried += usize::from(!tried);
            fresh += usize::from(!ejected && !tried);
        }
        if all == 0 {
            return Selection::NoUpstream;
        }
        let avoid_ejected = healthy * 2 >= all;
        let (avoid_tried, candidates) = match avoid_ejected {
            true if fresh > 0 => (true, fresh),
            true => (false, healthy),
            false if untried > 0 => (true, untried),
            false => (false, all),
        };
        let eligible = |upstream: &Upstream| {
            open(upstream) && !(avoid_ejected && upstream.is_ejected(now_ms)) && !(avoid_tried && was_tried(upstream))
        };
        let nth = |n: usize| self.upstreams.iter().filter(|upstream| eligible(upstream)).nth(n);
        let mut rng = rand::thread_rng();
        let first = rng.gen_range(0..candidates);
        let second = if candidates > 1 { (first + rng.gen_range(1..candidates)) % candidates } else { first };
        let (one, other) = match (nth(first), nth(second)) {
            (Some(one), Some(other)) if other.in_flight() < one.in_flight() => (other, one),
            (Some(one), Some(other)) => (one, other),
            (Some(one), None) | (None, Some(one)) => (one, one),
            // Each was ejected or drained since it was counted.
            (None, None) => return Selection::Full,
        };
        let rest = self.upstreams.iter().filter(|upstream| eligible(upstream));
        let entered =
            [one, other].into_iter().chain(rest).find(|upstream| upstream.try_enter(self.concurrency, now_ms));
        entered.map_or(Selection::Full, |upstream| {
            Selection::Admitted(InFlight::new(upstream.clone(), self.traffic.clone(), self.freed.clone()))
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn route(lease: B256, service: &str, replicas: u16) -> Arc<Route> {
        let upstream =
            |replica: u16| Arc::new(Upstream::new(replica.to_string(), replica, ([127, 0, 0, 1], replica).into()));
        Arc::new(Route {
            traffic: Arc::new(LeaseTraffic::new(lease)),
            service: service.to_owned(),
            upstreams: (0..replicas).map(upstream).collect(),
            availability: Availability::Expected,
            concurrency: 10,
            timeout: Duration::from_secs(1),
            freed: Arc::default(),
        })
    }

    fn admitted(selection: Selection) -> InFlight {
        match selection {
            Selection::Admitted(in_flight) => in_flight,
            Selection::Full => panic!("full"),
            Selection::NoUpstream => panic!("nowhere"),
        }
    }

    #[test]
    fn a_label_finds_the_oldest_lease_that_it_matches() {
        let mut young = [0xab; 32];
        young[31] = 1;
        let table = RouteTable::new(vec![route([0xab; 32].into(), "web", 1), route(young.into(), "web", 1)]);
        assert_eq!(table.find("web-abababababab").unwrap().traffic.lease, B256::from([0xab; 32]));
        assert_eq!(table.find(&format!("web-{}", alloy::hex::encode(young))).unwrap().traffic.lease, B256::from(young));
        for unknown in ["web-abababababac", "web-ababababab", "api-abababababab", "abababababab"] {
            assert!(table.find(unknown).is_none(), "{unknown}");
        }
    }

    #[test]
    fn load_is_spread_evenly_and_bounded() {
        let route = route(B256::ZERO, "web", 4);
        let guards: Vec<_> = (0..40).map(|_| admitted(route.select(&[]))).collect();
        assert!(route.upstreams.iter().all(|upstream| upstream.in_flight() == 10));
        assert!(matches!(route.select(&[]), Selection::Full));
        drop(guards);
        assert_eq!(route.traffic.in_flight(), 0);
        let guards: Vec<_> = (0..20).map(|_| admitted(route.select(&[]))).collect();
        let most = route.upstreams.iter().map(|upstream| upstream.in_flight()).max().unwrap();
        assert!(most <= 7, "two choices keep within a little of the mean: {most}");
        drop(guards);
    }

    #[test]
    fn ejected_tried_and_draining_replicas_are_avoided() {
        let route = route(B256::ZERO, "web", 4);
        route.upstreams[0].record_unreachable();
        route.upstreams[1].drain(Duration::from_secs(9));
        let tried = [route.upstreams[2].clone()];
        for _ in 0..50 {
            assert_eq!(admitted(route.select(&tried)).upstream.replica, 3);
            assert!(admitted(route.select(&[])).upstream.replica >= 2);
        }
        route.upstreams[2].record_unreachable();
        let all: Vec<u16> = (0..200).map(|_| admitted(route.select(&[])).upstream.replica).collect();
        assert!([0, 2, 3].iter().all(|replica| all.contains(replica)), "at most half are avoided");
        assert!(!all.contains(&1));
        (0..4).for_each(|i| route.upstreams[i].drain(Duration::from_secs(9)));
        assert!(matches!(route.select(&[]), Selection::NoUpstream));
    }

    #[test]
    fn the_only_replica_is_selected_even_if_it_failed() {
        let route = route(B256::ZERO, "web", 1);
        route.upstreams[0].record_unreachable();
        assert_eq!(admitted(route.select(&[route.upstreams[0].clone()])).upstream.replica, 0);
    }
}
