//! What the stage remembers of one lease between two runs. All of it can be had again: a policy learns anew from the demand
//! that was kept.

use crate::{
    lease::{Lease, accrual, manifest::Scaling},
    ports::gate::Demand,
    scaling::{Bounds, Decision, Observation, Policy, shadow::Shadow},
    store::{Result, Store, meter::Totals, scale::Standing},
};

/// How much of a new estimate goes into the old one.
const WEIGHT: f64 = 0.2;
/// A capacity is learned from replicas that are neither idle nor full, where utilization follows the requests.
const TELLING: std::ops::Range<f64> = 0.2..0.95;
/// Between two decisions that cannot wait for the period, in milliseconds.
const BREATH_MS: u64 = 900;

pub(super) struct Mind {
    pub(super) scaling: Scaling,
    pub(super) policy: Box<dyn Policy>,
    pub(super) shadow: Option<Shadow>,
    /// Services of a replica that are to be up.
    pub(super) services: usize,
    /// The policy's last word, and what it was about.
    pub(super) wish: Option<(Observation, Decision)>,
    decided_at_ms: u64,
    pub(super) kept_at_ms: u64,
    /// Counters at the last decision, at the look before, and now.
    decided: Counted,
    before: Counted,
    now: Counted,
    /// Requests per second of a replica at full utilization, learned.
    capacity: Option<f64>,
    /// Seconds from a step to its replicas' readiness, learned.
    delay: f64,
    /// Since when the stage waits for how many to be ready.
    pub(super) rising: Option<(u64, u32)>,
    /// Since when an early proof is waited for.
    pub(super) proving_since_ms: Option<u64>,
}

/// Counters at one moment.
#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    cpu_nanos: u64,
    replica_millis: u64,
    read_at_ms: u64,
    arrived: Option<u64>,
}

/// How a lease stands at a look.
pub(super) struct Look<'a> {
    pub(super) lease: &'a Lease,
    pub(super) now_ms: u64,
    pub(super) ready: u32,
    pub(super) demand: Option<Demand>,
    pub(super) bounds: Bounds,
}

impl Mind {
    pub(super) fn new(scaling: Scaling, policy: Box<dyn Policy>, services: usize, delay: f64) -> Self {
        let capacity = scaling.capacity;
        let (shadow, wish, rising, proving_since_ms) = Default::default();
        let (decided_at_ms, kept_at_ms) = Default::default();
        let (decided, before, now) = Default::default();
        Self {
            scaling,
            policy,
            shadow,
            services,
            wish,
            decided_at_ms,
            kept_at_ms,
            decided,
            before,
            now,
            capacity,
            delay,
            rising,
            proving_since_ms,
        }
    }

    /// Lets the policy see again what was seen before this process began.
    pub(super) async fn recall(&mut self, lease: &Lease, store: &Store) -> Result<Option<Standing>> {
        for seen in store.demand(lease.id, 0).await? {
            self.capacity = self.scaling.capacity.or(seen.capacity);
            self.delay = seen.delay;
            self.policy.decide(&seen);
        }
        store.scaling(lease.id).await
    }

    /// Takes in what the counters say now.
    pub(super) fn look(&mut self, look: &Look<'_>, totals: Option<&Totals>) {
        let counted = Counted {
            cpu_nanos: totals.map_or(0, |totals| totals.counters.cpu_nanos),
            replica_millis: totals.map_or(0, |totals| totals.counters.replica_millis),
            read_at_ms: look.now_ms,
            arrived: look.demand.map(|demand| demand.arrived),
        };
        let first = self.now.read_at_ms == 0;
        self.before = if first { counted } else { self.now };
        self.now = counted;
        if first {
            self.decided = counted;
        }
        if let Some((since_ms, count)) = self.rising
            && look.ready >= count
        {
            let seconds = look.now_ms.saturating_sub(since_ms) as f64 / 1000.0;
            self.delay += WEIGHT * (seconds - self.delay);
            self.rising = None;
        }
        let recent = self.recent(look);
        if let (None, Some(utilization), Some(arrivals)) = (self.scaling.capacity, recent.utilization, recent.arrivals)
            && TELLING.contains(&utilization)
            && arrivals > 0.0
        {
            let shown = arrivals / (utilization * f64::from(look.ready.max(1)));
            self.capacity = Some(self.capacity.map_or(shown, |known| known + WEIGHT * (shown - known)));
        }
    }

    /// What was seen since the look before.
    pub(super) fn recent(&self, look: &Look<'_>) -> Observation {
        self.observe(look, &self.before)
    }

    /// Whether the policy is to be asked: its period is over, or the last look shows more than can be served for long.
    pub(super) fn is_due(&self, look: &Look<'_>, every_ms: u64) -> bool {
        let waited_ms = look.now_ms.saturating_sub(self.decided_at_ms);
        let wishes_more = self.wish.as_ref().is_some_and(|(_, wish)| wish.replicas > u32::from(look.lease.replicas));
        waited_ms >= every_ms || (waited_ms >= BREATH_MS && !wishes_more && self.is_pressed(look))
    }

    fn is_pressed(&self, look: &Look<'_>) -> bool {
        let recent = self.recent(look);
        let most = f64::from(look.ready) * f64::from(look.bounds.up.min(90)) / 100.0;
        recent.waiting > 0.0 || recent.demand().is_some_and(|demand| demand > most)
    }

    /// Asks the policy about the time since it was last asked, or, when that cannot wait, about the last look alone.
    pub(super) fn decide(&mut self, look: &Look<'_>, every_ms: u64) -> Observation {
        let early = look.now_ms.saturating_sub(self.decided_at_ms) < every_ms;
        let seen = if early { self.recent(look) } else { self.observe(look, &self.decided) };
        let decision = self.policy.decide(&seen);
        if let Some(shadow) = &mut self.shadow {
            shadow.see(&seen);
        }
        self.wish = Some((seen.clone(), decision));
        (self.decided, self.decided_at_ms) = (self.now, look.now_ms);
        seen
    }

    fn observe(&self, look: &Look<'_>, since: &Counted) -> Observation {
        let shape = &look.lease.terms.shape;
        let had = self.now.replica_millis.saturating_sub(since.replica_millis) as f64 * f64::from(shape.millicores);
        let used = self.now.cpu_nanos.saturating_sub(since.cpu_nanos) as f64 / 1000.0;
        let seconds = self.now.read_at_ms.saturating_sub(since.read_at_ms) as f64 / 1000.0;
        let arrivals = match (since.arrived, self.now.arrived) {
            // A gateway that began again counts from 0.
            (Some(before), Some(now)) if seconds > 0.0 => Some(now.checked_sub(before).unwrap_or(now) as f64 / seconds),
            (None, Some(now)) if seconds > 0.0 => Some(now as f64 / seconds),
            _ => None,
        };
        let wanted = u32::from(look.lease.replicas);
        Observation {
            time: look.now_ms as f64 / 1000.0,
            ready: look.ready,
            starting: wanted.saturating_sub(look.ready),
            utilization: (had > 0.0).then(|| used / had),
            arrivals,
            waiting: look.demand.map_or(0.0, |demand| demand.waiting.into()),
            latency: look.demand.and_then(|demand| demand.latency),
            capacity: self.capacity,
            delay: self.delay,
            price: price(look.lease),
            bounds: look.bounds,
        }
    }
}

/// What one replica costs an hour, in base units.
fn price(lease: &Lease) -> f64 {
    lease.terms.rates.reserved.to::<u128>() as f64 * 3600.0 / 1e12
}

/// What the lease's policy on chain and its money allow.
pub(super) fn bounds(lease: &Lease, time: u64, notice_period: u64) -> Bounds {
    let policy = &lease.policy;
    Bounds {
        min: policy.minReplicas.into(),
        max: policy.maxReplicas.into(),
        step: policy.step.into(),
        cooldown: policy.cooldown.into(),
        target: policy.target.into(),
        up: policy.up.into(),
        down: policy.down.into(),
        headroom: policy.headroom.into(),
        affordable: accrual::affordable(lease, time, notice_period),
    }
}
