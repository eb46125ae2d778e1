//! The autoscaler of one lease, with the counters between two observations and what is learned from them.
//!
//! Everything here is in memory. After a restart the kept observations are replayed (`LeaseAutoscaler::replay_demand`).

use autoscaling::{Autoscaler, Bounds, Decision, Observation, shadow::Shadow};
use lease::{Lease, accrual, manifest::Scaling};
use ports::demand::Demand;
use store::{Result, Store, meter::Totals, scale::ScalingRow};

/// Weight of a new value in an exponential moving average.
const WEIGHT: f64 = 0.2;
/// A replica's capacity is learned only above this utilization, where its own background work hardly counts.
const TELLING: f64 = 0.5;
/// Above this utilization CPU time no longer shows the whole demand, so the learned capacity is used. Below it, CPU time
/// is the better measure.
const FULL: f64 = 0.9;
/// The minimum pause between two decisions that do not wait for the period, in milliseconds.
const BREATH_MS: u64 = 900;

pub(super) struct LeaseAutoscaler {
    pub(super) scaling: Scaling,
    pub(super) policy: Box<dyn Autoscaler>,
    pub(super) shadow: Option<Shadow>,
    /// Long-running services of a replica; it is ready when so many are healthy.
    pub(super) services: usize,
    /// The last observation and what the autoscaler decided on it.
    pub(super) wish: Option<(Observation, Decision)>,
    decided_at_ms: u64,
    pub(super) kept_at_ms: u64,
    /// Counters at the last decision, at the previous sample, and now.
    decided: CounterSnapshot,
    before: CounterSnapshot,
    now: CounterSnapshot,
    /// Requests per second of a replica at full utilization.
    learned: Option<f64>,
    /// Learned: seconds from a step to the readiness of its replicas.
    delay: f64,
    /// A step that is in progress: since when (Unix milliseconds), and the replica count that it leads to.
    pub(super) rising: Option<(u64, u32)>,
    /// Since when an early proof is requested, Unix milliseconds.
    pub(super) proving_since_ms: Option<u64>,
    /// Whether the gateway has ever counted requests for it.
    asked: bool,
    /// The epoch of the last step that was sent before its root was on chain.
    pub(super) ahead: Option<u64>,
}

/// Counters at one moment.
#[derive(Debug, Clone, Copy, Default)]
struct CounterSnapshot {
    sampled_at_ms: u64,
    cpu_nanos: u64,
    replica_millis: u64,
    read_at_ms: u64,
    /// Requests that arrived, and those of them that a replica answered.
    arrived: Option<u64>,
    answered: Option<u64>,
}

/// The state of a lease in one run.
pub(super) struct LeaseSnapshot<'a> {
    pub(super) lease: &'a Lease,
    pub(super) now_ms: u64,
    pub(super) ready: u32,
    pub(super) demand: Option<Demand>,
    pub(super) bounds: Bounds,
}

impl LeaseAutoscaler {
    pub(super) fn new(scaling: Scaling, policy: Box<dyn Autoscaler>, services: usize, delay: f64) -> Self {
        let (shadow, wish, rising, proving_since_ms, learned, ahead, asked) = Default::default();
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
            learned,
            delay,
            rising,
            proving_since_ms,
            ahead,
            asked,
        }
    }

    /// Replays the kept observations to a new autoscaler. Returns the last ruling.
    pub(super) async fn replay_demand(&mut self, lease: &Lease, store: &Store) -> Result<Option<ScalingRow>> {
        for seen in store.demand(lease.id, 0).await? {
            self.learned = seen.capacity.or(self.learned);
            self.asked |= seen.arrivals.is_some();
            self.delay = seen.delay;
            self.policy.decide(&seen);
        }
        store.scaling(lease.id).await
    }

    /// The demand to assume while a restarted gateway has not counted any: none, for a lease that is reached through it.
    pub(super) fn assumed_demand(&self) -> Option<Demand> {
        self.asked.then(Demand::default)
    }

    /// Records the present counters.
    pub(super) fn record(&mut self, snapshot: &LeaseSnapshot<'_>, totals: Option<&Totals>) {
        let answered = |demand: Demand| {
            let open = demand.failed + u64::from(demand.in_flight) + u64::from(demand.waiting);
            demand.arrived.saturating_sub(open)
        };
        let counters = CounterSnapshot {
            sampled_at_ms: totals.map_or(0, |totals| totals.sampled_at_ms),
            cpu_nanos: totals.map_or(0, |totals| totals.counters.cpu_nanos),
            replica_millis: totals.map_or(0, |totals| totals.counters.replica_millis),
            read_at_ms: snapshot.now_ms,
            arrived: snapshot.demand.map(|demand| demand.arrived),
            answered: snapshot.demand.map(answered),
        };
        if self.now.read_at_ms == 0 {
            (self.before, self.decided) = (counters, counters);
        }
        // `before` moves only with a new sample, so that there is always a difference to observe.
        self.asked |= snapshot.demand.is_some();
        let sampled = counters.sampled_at_ms != self.now.sampled_at_ms;
        let before = std::mem::replace(&mut self.now, counters);
        if sampled {
            self.before = before;
            self.learn(snapshot);
        }
        if let Some((since_ms, count)) = self.rising
            && snapshot.ready >= count
        {
            let seconds = snapshot.now_ms.saturating_sub(since_ms) as f64 / 1000.0;
            self.delay += WEIGHT * (seconds - self.delay);
            self.rising = None;
        }
    }

    /// Learns the capacity of a replica from the requests that busy replicas answered.
    fn learn(&mut self, snapshot: &LeaseSnapshot<'_>) {
        let seconds = self.now.read_at_ms.saturating_sub(self.before.read_at_ms) as f64 / 1000.0;
        let answered = grown(self.before.answered, self.now.answered).unwrap_or_default() as f64;
        let utilization = self.recent(snapshot).utilization.unwrap_or_default().min(1.0);
        if seconds > 0.0 && answered > 0.0 && utilization >= TELLING && snapshot.ready > 0 {
            let shown = answered / seconds / (utilization * f64::from(snapshot.ready));
            self.learned = Some(self.learned.map_or(shown, |known| known + WEIGHT * (shown - known)));
        }
    }

    /// The observation since the previous sample.
    pub(super) fn recent(&self, snapshot: &LeaseSnapshot<'_>) -> Observation {
        self.observe(snapshot, &self.before)
    }

    /// Whether to decide now: the period is over, or the newest sample shows more demand than the replicas can serve.
    pub(super) fn is_due(&self, snapshot: &LeaseSnapshot<'_>, every_ms: u64) -> bool {
        let waited_ms = snapshot.now_ms.saturating_sub(self.decided_at_ms);
        let wishes_more =
            self.wish.as_ref().is_some_and(|(_, wish)| wish.replicas > u32::from(snapshot.lease.replicas));
        waited_ms >= every_ms || (waited_ms >= BREATH_MS && !wishes_more && self.is_pressed(snapshot))
    }

    fn is_pressed(&self, snapshot: &LeaseSnapshot<'_>) -> bool {
        let recent = self.recent(snapshot);
        let most = f64::from(snapshot.ready) * f64::from(snapshot.bounds.up.min(90)) / 100.0;
        recent.waiting > 0.0 || recent.demand().is_some_and(|demand| demand > most)
    }

    /// Decides on the time since the last decision, or, before the period is over, on the newest sample alone.
    pub(super) fn decide(&mut self, snapshot: &LeaseSnapshot<'_>, every_ms: u64) -> Observation {
        let early = snapshot.now_ms.saturating_sub(self.decided_at_ms) < every_ms;
        let seen = if early { self.recent(snapshot) } else { self.observe(snapshot, &self.decided) };
        let decision = self.policy.decide(&seen);
        if let Some(shadow) = &mut self.shadow {
            shadow.see(&seen);
        }
        self.wish = Some((seen.clone(), decision));
        (self.decided, self.decided_at_ms) = (self.now, snapshot.now_ms);
        seen
    }

    fn observe(&self, snapshot: &LeaseSnapshot<'_>, since: &CounterSnapshot) -> Observation {
        let shape = &snapshot.lease.terms.shape;
        let had = self.now.replica_millis.saturating_sub(since.replica_millis) as f64 * f64::from(shape.millicores);
        let used = self.now.cpu_nanos.saturating_sub(since.cpu_nanos) as f64 / 1000.0;
        let seconds = self.now.read_at_ms.saturating_sub(since.read_at_ms) as f64 / 1000.0;
        let arrived = grown(since.arrived, self.now.arrived).filter(|_| seconds > 0.0);
        let utilization = (had > 0.0).then(|| used / had);
        let learned = self.learned.filter(|_| utilization.is_none_or(|utilization| utilization >= FULL));
        let wanted = u32::from(snapshot.lease.replicas);
        Observation {
            time: snapshot.now_ms as f64 / 1000.0,
            ready: snapshot.ready,
            starting: wanted.saturating_sub(snapshot.ready),
            utilization,
            arrivals: arrived.map(|arrived| arrived as f64 / seconds),
            waiting: snapshot.demand.map_or(0.0, |demand| demand.waiting.into()),
            latency: snapshot.demand.and_then(|demand| demand.latency),
            capacity: self.scaling.capacity.or(learned),
            delay: self.delay,
            price: price(snapshot.lease),
            bounds: snapshot.bounds,
        }
    }
}

/// The growth of a counter. One that is lower than before has restarted from 0.
fn grown(before: Option<u64>, now: Option<u64>) -> Option<u64> {
    let now = now?;
    Some(now.checked_sub(before.unwrap_or_default()).unwrap_or(now))
}

/// The reserved price of one replica per hour, in base units.
fn price(lease: &Lease) -> f64 {
    lease.terms.rates.reserved.to::<u128>() as f64 * 3600.0 / 1e12
}

/// The bounds by the lease policy and the lease's funds.
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
