//! Properties of every autoscaler on any input, and of the shield.

use proptest::{collection::vec, option, prelude::*};

use super::{
    Autoscaler, Bounds, Decision, Observation,
    adaptive::adaptive,
    hpa::{hpa, keda},
    learning::{Method, file::shipped},
    predictive::predictive,
    shield::{By, grant, wanted},
    static_peak::static_peak,
    threshold::threshold,
};

type Make = fn() -> Box<dyn Autoscaler>;

/// Every autoscaler.
fn autoscalers() -> Vec<(&'static str, Make)> {
    vec![
        ("default", || Box::new(adaptive())),
        ("predictive", || Box::new(predictive())),
        ("threshold", || Box::new(threshold())),
        ("hpa-70", || Box::new(hpa(70))),
        ("hpa-80", || Box::new(hpa(80))),
        ("keda-85", || Box::new(keda(85))),
        ("static-peak", || Box::new(static_peak(7))),
        ("q-learning", || learned(Method::QLearning, false)),
        ("sarsa", || learned(Method::Sarsa, false)),
        ("actor-critic", || learned(Method::ActorCritic, false)),
        ("q-learning, refining", || learned(Method::QLearning, true)),
        ("sarsa, refining", || learned(Method::Sarsa, true)),
        ("actor-critic, refining", || learned(Method::ActorCritic, true)),
    ]
}

fn learned(method: Method, refining: bool) -> Box<dyn Autoscaler> {
    Box::new(shipped(method).expect("a policy file").refining(refining))
}

/// Autoscalers that follow the demand monotonically.
fn monotone() -> Vec<(&'static str, Make)> {
    let promise = ["threshold", "hpa-70", "hpa-80", "keda-85"];
    autoscalers().into_iter().filter(|(name, _)| promise.contains(name)).collect()
}

/// Numbers, including those that break arithmetic.
fn number(usual: f64) -> impl Strategy<Value = f64> {
    let odd = prop_oneof![
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(f64::MAX),
        Just(f64::MIN_POSITIVE),
        Just(-1.0),
        Just(0.0),
    ];
    prop_oneof![8 => 0.0..usual, 1 => odd]
}

prop_compose! {
    fn bounds()(
        min in 0u32..20, more in 0u32..200, step in prop_oneof![1u32..10, Just(u32::MAX)], cooldown in 0u32..400,
        target in 0u32..=100, up in 0u32..=100, down in 0u32..=100, headroom in 0u32..5,
        affordable in prop_oneof![0u32..200, Just(u32::MAX)],
    ) -> Bounds {
        Bounds { min, max: min + more, step, cooldown, target, up, down, headroom, affordable }
    }
}

prop_compose! {
    /// An observation in which anything may be invalid. Its time is an interval since the one before; it may be
    /// negative.
    fn look()(
        time in prop_oneof![6 => Just(15.0), 2 => 0.0..1e5, 1 => -1e4..0.0, 1 => number(1e9)],
        utilization in option::of(number(1.2)),
        arrivals in option::of(number(5_000.0)),
        waiting in number(1e4),
        latency in option::of(number(60.0)),
        capacity in option::of(number(200.0)),
        delay in number(600.0),
        price in number(10.0),
    ) -> (f64, Observation) {
        let bounds = Bounds::open(0, 0);
        (time, Observation {
            time, ready: 0, starting: 0, utilization, arrivals, waiting, latency, capacity, delay, price, bounds,
        })
    }
}

/// The result of one observation: when, from how many replicas, the wish, and what was granted.
struct Turn {
    time: f64,
    present: u32,
    decision: Decision,
    granted: u32,
}

/// An autoscaler under the shield, with replicas that are ready one observation after they were requested.
fn live(autoscaler: &mut dyn Autoscaler, bounds: Bounds, start: u32, looks: &[(f64, Observation)]) -> Vec<Turn> {
    let (mut clock, mut ready, mut starting) = (0.0, start.clamp(bounds.min, bounds.max), 0);
    let mut stepped = f64::NEG_INFINITY;
    let turn = |(gap, look): &(f64, Observation)| {
        let time = clock + gap;
        if time.is_finite() {
            clock = time;
        }
        let seen = Observation { time, ready, starting, bounds, ..look.clone() };
        let decision = autoscaler.decide(&seen);
        let present = seen.present();
        let granted = grant(&bounds, present, decision.replicas, clock - stepped, By::Tenant).replicas;
        if granted != present {
            stepped = clock;
        }
        ready = present.min(granted);
        starting = granted - ready;
        Turn { time: clock, present, decision, granted }
    };
    looks.iter().map(turn).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// Total on any input, never outside the bounds or beyond the money, never two steps nearer than the cooldown.
    #[test]
    fn every_policy_stays_within_what_is_granted(
        bounds in bounds(), start in 0u32..250, looks in vec(look(), 1..60),
    ) {
        for (name, make) in autoscalers() {
            let mut stepped: Option<f64> = None;
            for Turn { time, present, decision, granted } in live(&mut *make(), bounds, start, &looks) {
                prop_assert!(!decision.reason.is_empty(), "{name} gives no reason");
                prop_assert!((bounds.min..=bounds.max).contains(&granted), "{name}: {granted} is outside {bounds:?}");
                prop_assert!(granted <= present.max(bounds.affordable).max(bounds.min), "{name}: {granted} is not paid");
                prop_assert!(granted.abs_diff(present) <= bounds.step, "{name}: a step from {present} to {granted}");
                if granted != present {
                    if let Some(stepped) = stepped {
                        prop_assert!(time - stepped >= f64::from(bounds.cooldown), "{name}: {stepped} s, then {time} s");
                    }
                    stepped = Some(time);
                }
            }
        }
    }

    /// The same observations lead to the same decisions, reasons included.
    #[test]
    fn every_policy_is_deterministic(bounds in bounds(), start in 0u32..250, looks in vec(look(), 1..40)) {
        for (name, make) in autoscalers() {
            let decisions = || live(&mut *make(), bounds, start, &looks).into_iter().map(|turn| turn.decision);
            prop_assert!(decisions().eq(decisions()), "{name} differs from itself");
        }
    }

    /// More demand at the same state never gets fewer replicas.
    #[test]
    fn more_demand_never_gets_fewer_replicas(
        bounds in bounds(), ready in 1u32..60, starting in 0u32..20, calm in 0.0f64..1.0, demand in 0.0f64..2.0,
        more in 0.0f64..1.0,
    ) {
        let look = |time: f64, load: f64| Observation {
            time, ready, starting, utilization: Some(load.min(1.0)), arrivals: Some(load * f64::from(ready) * 100.0),
            waiting: 0.0, latency: None, capacity: Some(100.0), delay: 60.0, price: 1.0, bounds,
        };
        for (name, make) in monotone() {
            let last = |demand: f64| {
                let mut autoscaler = make();
                for time in [0.0, 400.0, 800.0] {
                    autoscaler.decide(&look(time, calm));
                }
                autoscaler.decide(&look(1_200.0, demand)).replicas
            };
            let (less, more) = (last(demand), last(demand + more));
            prop_assert!(less <= more, "{name}: {less} at {demand}, {more} at more");
        }
    }

    /// A granted count is granted again, and a wish within all limits is granted in full.
    #[test]
    fn the_shield_repeats_itself_and_takes_nothing_needlessly(
        bounds in bounds(), present in 0u32..250, wish in 0u32..250, proof in option::of(0u32..=12_000),
    ) {
        let by = proof.map_or(By::Tenant, By::Proof);
        let present = present.clamp(bounds.min, bounds.max);
        let granted = grant(&bounds, present, wish, f64::INFINITY, by);
        let again = grant(&bounds, present, granted.replicas, f64::INFINITY, by);
        prop_assert_eq!(again.replicas, granted.replicas);
        prop_assert_eq!(granted.bound.is_none(), granted.replicas == wish);
        // It reduces a wish toward the present count and never reverses it.
        let (low, high) = (present.min(wish), present.max(wish));
        let within = (low..=high).contains(&granted.replicas);
        prop_assert!(within || !(bounds.min..=bounds.max).contains(&wish), "{wish} from {present} became {granted:?}");
    }

    /// As the contract's `Elasticity.check`: a step of a provider that the shield grants would not be refused.
    #[test]
    fn what_the_shield_grants_a_provider_the_contract_grants(
        bounds in bounds(), present in 0u32..250, wish in 0u32..250, utilization in 0u32..=12_000,
    ) {
        let present = present.clamp(bounds.min, bounds.max);
        let granted = grant(&bounds, present, wish, f64::INFINITY, By::Proof(utilization)).replicas;
        let target = bounds.target.max(1);
        let limit = (u64::from(present) * u64::from(utilization.min(10_000))).div_ceil(u64::from(target) * 100);
        prop_assert_eq!(u64::from(wanted(present, utilization, bounds.target)), limit);
        prop_assert!(granted.abs_diff(present) <= bounds.step);
        if granted > present && present == 0 {
            prop_assert!(granted <= bounds.headroom);
        } else if granted > present {
            prop_assert!(utilization.min(10_000) > bounds.up * 100, "{utilization} is not above {} %", bounds.up);
            prop_assert!(u64::from(granted) <= limit + u64::from(bounds.headroom));
        } else if granted < present {
            prop_assert!(utilization < bounds.down * 100, "{utilization} is not below {} %", bounds.down);
            prop_assert!(u64::from(granted) >= limit);
        }
    }
}

#[test]
fn the_shield_says_what_stands_in_the_way() {
    let bounds =
        Bounds { min: 2, max: 20, step: 4, cooldown: 60, target: 70, up: 80, down: 50, headroom: 1, affordable: 12 };
    let free = f64::INFINITY;
    let cases = [
        (10, 11, free, By::Tenant, 11, ""),
        (10, 10, 0.0, By::Tenant, 10, ""),
        (4, 0, free, By::Tenant, 2, "the lease keeps at least 2"),
        (18, 30, free, By::Tenant, 18, "the lease's money covers 12 and the notice period"),
        (11, 14, free, By::Tenant, 12, "the lease's money covers 12 and the notice period"),
        (3, 9, free, By::Tenant, 7, "a step adds at most 4"),
        (12, 3, free, By::Tenant, 8, "a step takes at most 4"),
        (10, 11, 59.0, By::Tenant, 10, "the last step was 59 s ago and the cooldown is 60 s"),
        (10, 11, 60.0, By::Tenant, 11, ""),
        // ⌈5 × 0.9 / 0.7⌉ = 7, and one of headroom.
        (5, 9, free, By::Proof(9_000), 8, "the proven utilization of 90 % justifies 8 at a target of 70 %"),
        (5, 6, free, By::Proof(8_000), 5, "the proven utilization of 80 % is not above 80 %"),
        // ⌈5 × 0.4 / 0.7⌉ = 3
        (5, 2, free, By::Proof(4_000), 3, "the proven utilization of 40 % needs 3 at a target of 70 %"),
        (5, 4, free, By::Proof(5_000), 5, "the proven utilization of 50 % is not below 50 %"),
    ];
    for (present, wish, since, by, replicas, bound) in cases {
        let granted = grant(&bounds, present, wish, since, by);
        let said = (granted.replicas, granted.bound.unwrap_or_default());
        assert_eq!(said, (replicas, bound.to_owned()), "{wish} from {present} by {by:?}");
    }
    let asleep = Bounds { min: 0, ..bounds };
    let woken = grant(&asleep, 0, 3, free, By::Proof(0));
    assert_eq!(
        (woken.replicas, woken.bound.as_deref()),
        (1, Some("from zero the headroom lets a provider wake at most 1"))
    );
}
