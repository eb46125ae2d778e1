//! From a label to a service's replicas, and from them to one.

use std::{collections::HashMap, sync::Arc, time::Duration};

use alloy::primitives::B256;
use rand::Rng;
use tokio::sync::Notify;

use super::{
    target,
    traffic::LeaseTraffic,
    upstream::{Ticket, Upstream, now_ms},
};

/// A service of a lease, as of one look at the store.
pub(super) struct Route {
    pub(super) traffic: Arc<LeaseTraffic>,
    pub(super) service: String,
    /// Replicas that can be sent requests, in order.
    pub(super) upstreams: Vec<Arc<Upstream>>,
    pub(super) outlook: Outlook,
    /// Requests at a time at one replica.
    pub(super) concurrency: u32,
    /// For the head of an answer.
    pub(super) timeout: Duration,
    /// Notified for one who waits, when a replica has room again.
    pub(super) freed: Arc<Notify>,
}

/// What can be hoped for while no replica is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outlook {
    /// One is starting, or would be if there were demand.
    Coming,
    /// None will come, for this reason.
    Hopeless(String),
}

/// Where a request can go.
pub(super) enum Choice {
    To(Ticket),
    /// Every replica has as many requests as it may.
    Full,
    /// There is no replica.
    Nowhere,
}

/// All routes, oldest lease first. One table serves until the next look at the store has made another.
#[derive(Default)]
pub(super) struct Table {
    pub(super) routes: Vec<Arc<Route>>,
    /// By label; of several routes the oldest.
    labels: HashMap<String, usize>,
    by_lease: HashMap<B256, Vec<usize>>,
}

impl Table {
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

    /// What came in for each lease, each once.
    pub(super) fn traffic(&self) -> impl Iterator<Item = &Arc<LeaseTraffic>> {
        self.by_lease.values().filter_map(|routes| routes.first()).map(|index| &self.routes[*index].traffic)
    }

    /// The same service as of this look.
    pub(super) fn current(&self, route: &Route) -> Option<Arc<Route>> {
        self.of(route.traffic.lease).find(|other| other.service == route.service).cloned()
    }
}

impl Route {
    /// Enters the request at the less busy of two replicas taken by chance. Ejected ones are spared as long as half of the
    /// replicas are left, and those that were tried before as long as there is another.
    pub(super) fn choose(self: &Arc<Self>, tried: &[Arc<Upstream>]) -> Choice {
        let now_ms = now_ms();
        let was_tried = |upstream: &Upstream| tried.iter().any(|tried| std::ptr::eq(tried.as_ref(), upstream));
        let open = |upstream: &Upstream| !upstream.is_draining(now_ms);
        let (mut all, mut well, mut untried, mut fresh) = (0, 0, 0, 0);
        for upstream in self.upstreams.iter().filter(|upstream| open(upstream)) {
            let (ejected, tried) = (upstream.is_ejected(now_ms), was_tried(upstream));
            all += 1;
            well += usize::from(!ejected);
            untried += usize::from(!tried);
            fresh += usize::from(!ejected && !tried);
        }
        if all == 0 {
            return Choice::Nowhere;
        }
        let spare = well * 2 >= all;
        let (avoid, candidates) = match spare {
            true if fresh > 0 => (true, fresh),
            true => (false, well),
            false if untried > 0 => (true, untried),
            false => (false, all),
        };
        let good = |upstream: &Upstream| {
            open(upstream) && !(spare && upstream.is_ejected(now_ms)) && !(avoid && was_tried(upstream))
        };
        let nth = |n: usize| self.upstreams.iter().filter(|upstream| good(upstream)).nth(n);
        let mut rng = rand::thread_rng();
        let first = rng.gen_range(0..candidates);
        let second = if candidates > 1 { (first + rng.gen_range(1..candidates)) % candidates } else { first };
        let (one, other) = match (nth(first), nth(second)) {
            (Some(one), Some(other)) if other.in_flight() < one.in_flight() => (other, one),
            (Some(one), Some(other)) => (one, other),
            (Some(one), None) | (None, Some(one)) => (one, one),
            // Each was ejected or closed since it was counted.
            (None, None) => return Choice::Full,
        };
        let rest = self.upstreams.iter().filter(|upstream| good(upstream));
        let entered = [one, other].into_iter().chain(rest).find(|upstream| upstream.enter(self.concurrency, now_ms));
        entered.map_or(Choice::Full, |upstream| Choice::To(Ticket::new(self.clone(), upstream.clone())))
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
            outlook: Outlook::Coming,
            concurrency: 10,
            timeout: Duration::from_secs(1),
            freed: Arc::default(),
        })
    }

    fn to(choice: Choice) -> Ticket {
        match choice {
            Choice::To(ticket) => ticket,
            Choice::Full => panic!("full"),
            Choice::Nowhere => panic!("nowhere"),
        }
    }

    #[test]
    fn a_label_finds_the_oldest_lease_that_it_fits() {
        let mut young = [0xab; 32];
        young[31] = 1;
        let table = Table::new(vec![route([0xab; 32].into(), "web", 1), route(young.into(), "web", 1)]);
        assert_eq!(table.find("web-abababababab").unwrap().traffic.lease, B256::from([0xab; 32]));
        assert_eq!(table.find(&format!("web-{}", alloy::hex::encode(young))).unwrap().traffic.lease, B256::from(young));
        for unknown in ["web-abababababac", "web-ababababab", "api-abababababab", "abababababab"] {
            assert!(table.find(unknown).is_none(), "{unknown}");
        }
    }

    #[test]
    fn load_is_spread_evenly_and_bounded() {
        let route = route(B256::ZERO, "web", 4);
        let tickets: Vec<_> = (0..40).map(|_| to(route.choose(&[]))).collect();
        assert!(route.upstreams.iter().all(|upstream| upstream.in_flight() == 10));
        assert!(matches!(route.choose(&[]), Choice::Full));
        drop(tickets);
        assert_eq!(route.traffic.under_way(), 0);
        let tickets: Vec<_> = (0..20).map(|_| to(route.choose(&[]))).collect();
        let most = route.upstreams.iter().map(|upstream| upstream.in_flight()).max().unwrap();
        assert!(most <= 7, "two choices keep within a little of the mean: {most}");
        drop(tickets);
    }

    #[test]
    fn the_ejected_the_tried_and_the_drained_are_spared() {
        let route = route(B256::ZERO, "web", 4);
        route.upstreams[0].unreachable();
        route.upstreams[1].close(Duration::from_secs(9));
        let tried = [route.upstreams[2].clone()];
        for _ in 0..50 {
            assert_eq!(to(route.choose(&tried)).upstream.replica, 3);
            assert!(to(route.choose(&[])).upstream.replica >= 2);
        }
        route.upstreams[2].unreachable();
        let all: Vec<u16> = (0..200).map(|_| to(route.choose(&[])).upstream.replica).collect();
        assert!([0, 2, 3].iter().all(|replica| all.contains(replica)), "not more than half are spared");
        assert!(!all.contains(&1));
        (0..4).for_each(|i| route.upstreams[i].close(Duration::from_secs(9)));
        assert!(matches!(route.choose(&[]), Choice::Nowhere));
    }

    #[test]
    fn the_only_replica_is_tried_whatever_it_does() {
        let route = route(B256::ZERO, "web", 1);
        route.upstreams[0].unreachable();
        assert_eq!(to(route.choose(&[route.upstreams[0].clone()])).upstream.replica, 0);
    }
}
