//! The worked examples of the Kubernetes documentation, each with its source:
//!
//! - `docs`: kubernetes.io, Concepts, "Horizontal Pod Autoscaling" (sections "Algorithm details", "Scaling policies",
//!   "Stabilization window", "Default behavior" and the examples below it)
//! - `KEP-853`: kubernetes/enhancements, "Configurable scale up/down velocity for HPA" (user stories)
//! - `controller`: kubernetes/kubernetes, `pkg/controller/podautoscaler/replica_calculator.go`

use super::{
    behavior::{Behavior, History, Most, Pace, ScalingRules, Select},
    by_requests, by_utilization, hpa, keda,
};
use crate::{Autoscaler, Bounds, Observation};

fn seen(time: f64, ready: u32, starting: u32, used: f64) -> Observation {
    Observation {
        time,
        ready,
        starting,
        utilization: Some(used),
        arrivals: None,
        waiting: 0.0,
        latency: None,
        capacity: None,
        delay: 60.0,
        price: 1.0,
        bounds: Bounds::open(1, 2_000),
    }
}

fn requests(time: f64, present: u32, arrivals: f64) -> Observation {
    let bounds = Bounds::open(0, 2_000);
    Observation { arrivals: Some(arrivals), capacity: Some(100.0), bounds, ..seen(time, present, 0, 1.0) }
}

fn pods(pods: u32, period: u32) -> Pace {
    Pace { most: Most::Pods(pods), period }
}

fn percent(percent: u32, period: u32) -> Pace {
    Pace { most: Most::Percent(percent), period }
}

fn up(rules: &[Pace]) -> Behavior {
    Behavior { up: ScalingRules { window: 0, select: Select::Max, policies: rules.to_vec() }, ..Behavior::default() }
}

fn down(select: Select, rules: &[Pace]) -> Behavior {
    Behavior { down: ScalingRules { window: 0, select, policies: rules.to_vec() }, ..Behavior::default() }
}

/// The counts that a wish leads to, with a step every this many seconds.
fn counts(behavior: &Behavior, start: u32, wish: u32, every: f64, steps: usize) -> Vec<u32> {
    let mut history = History::default();
    let mut counts = vec![start];
    for step in 0..steps {
        let current = counts[step];
        history.see(every * step as f64, current);
        counts.push(behavior.limit(&history, current, wish));
    }
    counts
}

/// The counts that recommendations lead to, one every this many seconds.
fn stabilized(behavior: &Behavior, start: u32, every: f64, recommendations: &[u32]) -> Vec<u32> {
    let mut history = History::default();
    let mut current = start;
    let each = recommendations.iter().enumerate().map(|(look, desired)| {
        history.see(every * look as f64, current);
        let stable = behavior.stabilize(&mut history, current, *desired);
        current = behavior.limit(&history, current, stable);
        current
    });
    each.collect()
}

#[test]
fn the_ratio_of_metric_and_target_sets_the_count() {
    struct Example {
        source: &'static str,
        ready: u32,
        unready: u32,
        used: f64,
        target: u32,
        desired: u32,
    }
    let example =
        |source, ready, unready, used, target, desired| Example { source, ready, unready, used, target, desired };
    let examples = [
        example("docs: current 200m, desired 100m: doubled", 4, 0, 2.0, 100, 8),
        example("docs: current 50m: halved", 4, 0, 0.5, 100, 2),
        example("docs: halved, rounded up", 5, 0, 0.5, 100, 3),
        example("docs: within the tolerance of 0.1, above", 10, 0, 0.55, 50, 10),
        example("docs: within the tolerance of 0.1, below", 10, 0, 0.45, 50, 10),
        example("docs: just beyond the tolerance, above", 10, 0, 0.56, 50, 12),
        example("docs: just beyond the tolerance, below", 10, 0, 0.44, 50, 9),
        example("docs: unready replicas count as idle when growing", 6, 4, 1.0, 50, 12),
        example("docs: … to within the tolerance: no action", 5, 5, 1.0, 50, 10),
        example("docs: … so that the direction turns: no action", 3, 7, 1.0, 50, 10),
        example("docs: unready replicas are set aside when shrinking", 10, 2, 0.25, 50, 5),
        example("controller: the utilization is a whole percent, rounded down", 10, 0, 0.559, 50, 10),
        example("controller: 0.29 is 29 %", 100, 0, 0.29, 29, 100),
    ];
    for Example { source, ready, unready, used, target, desired } in examples {
        assert_eq!(by_utilization(ready, unready, used, target), desired, "{source}");
    }
}

#[test]
fn a_sum_is_spread_over_replicas_by_its_average_value() {
    // controller: GetExternalPerPodMetricReplicas
    for (current, sum, target, desired) in [
        (4, 800.0, 100.0, 8),
        (4, 200.0, 100.0, 2),
        (10, 1_090.0, 100.0, 10),
        (10, 1_110.0, 100.0, 12),
        (3, 0.0, 100.0, 0),
    ] {
        assert_eq!(by_requests(current, sum, target), desired, "{sum} over {current} at {target}");
    }
}

#[test]
fn policies_limit_the_pace() {
    struct Example {
        source: &'static str,
        behavior: Behavior,
        wish: u32,
        every: f64,
        counts: &'static [u32],
    }
    let example = |source, behavior, wish, every, counts| Example { source, behavior, wish, every, counts };
    let four_or_tenth = [pods(4, 60), percent(10, 60)];
    let five_or_tenth = [percent(10, 60), pods(5, 60)];
    let examples = [
        example(
            "docs: from 80, 10 % or 4 a minute: 8, then 8 of 72, …, and by 4 below 40",
            down(Select::Max, &four_or_tenth),
            10,
            60.0,
            &[80, 72, 64, 57, 51, 45, 40, 36, 32, 28, 24, 20, 16, 12, 10, 10],
        ),
        example(
            "docs: at most 10 % a minute",
            down(Select::Max, &[percent(10, 60)]),
            1,
            60.0,
            &[100, 90, 81, 72, 64, 57, 51],
        ),
        example(
            "docs: no more than 5 a minute by selectPolicy Min",
            down(Select::Min, &five_or_tenth),
            1,
            60.0,
            &[100, 95, 90, 85, 80, 75, 70, 65, 60, 55, 50, 45, 40, 36],
        ),
        example("docs: selectPolicy Disabled", down(Select::Disabled, &five_or_tenth), 1, 60.0, &[80, 80, 80]),
        example("docs: default, all at once down", down(Select::Max, &[percent(100, 15)]), 10, 15.0, &[80, 10, 10]),
        example(
            "docs: default, 4 or 100 % every 15 s",
            Behavior::default(),
            100,
            15.0,
            &[1, 5, 10, 20, 40, 80, 100, 100],
        ),
        example("KEP-853 story 1: 900 % a minute", up(&[percent(900, 60)]), 5_000, 60.0, &[1, 10, 100, 1_000]),
        example(
            "KEP-853 story 1: asked every 15 s, a minute's pace is still that of a minute",
            up(&[percent(900, 60)]),
            5_000,
            15.0,
            &[1, 10, 10, 10, 10, 100, 100, 100, 100, 1_000],
        ),
        example(
            "KEP-853 story 2: one in ten minutes",
            down(Select::Max, &[pods(1, 600)]),
            1,
            60.0,
            &[1_000, 999, 999, 999, 999, 999, 999, 999, 999, 999, 999, 998],
        ),
        example("KEP-853 story 3: one in five minutes", up(&[pods(1, 300)]), 9, 300.0, &[1, 2, 3, 4]),
        example("KEP-853 story 4: never down", down(Select::Disabled, &[]), 1, 60.0, &[7, 7, 7]),
    ];
    for Example { source, behavior, wish, every, counts: expected } in examples {
        assert_eq!(counts(&behavior, expected[0], wish, every, expected.len() - 1), expected, "{source}");
    }
}

#[test]
fn windows_pick_the_most_cautious_recommendation() {
    // KEP-853 story 5: ten minutes of recommendations before going down, at most five a minute.
    let down = ScalingRules { window: 600, select: Select::Max, policies: vec![pods(5, 60)] };
    let behavior = Behavior { down, ..Behavior::default() };
    let held = stabilized(&behavior, 10, 60.0, &[10, 9, 8, 9, 9, 8, 9, 8, 9, 8, 7]);
    assert_eq!(held, [10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 9]);

    // KEP-853 story 6: five minutes before going up. The story counts six observations into five minutes, so a little
    // less than a minute lies between two.
    let up = ScalingRules { window: 300, select: Select::Max, policies: vec![pods(20, 60)] };
    let behavior = Behavior { up, ..Behavior::default() };
    assert_eq!(stabilized(&behavior, 2, 59.0, &[2, 3, 19, 10, 3, 4, 7]), [2, 2, 2, 2, 2, 2, 3]);

    // docs: the default keeps the highest of the last five minutes, and grows at once.
    let default = stabilized(&Behavior::default(), 10, 60.0, &[10, 4, 5, 4, 4, 4, 4, 4, 12]);
    assert_eq!(default, [10, 10, 10, 10, 10, 5, 5, 4, 8]);
}

#[test]
fn decides_as_the_controller_does_from_look_to_look() {
    let mut policy = hpa(80);
    assert_eq!(policy.decide(&seen(0.0, 10, 0, 0.84)).replicas, 10);
    assert_eq!(policy.decide(&seen(15.0, 10, 0, 1.0)).replicas, 13);
    // Three are starting: 10 busy ones of 13 are 76 %, near enough.
    assert_eq!(policy.decide(&seen(30.0, 10, 3, 1.0)).replicas, 13);
    assert_eq!(policy.decide(&seen(90.0, 13, 0, 0.4)).replicas, 13);
    assert_eq!(policy.decide(&seen(329.0, 13, 0, 0.4)).replicas, 13);
    assert_eq!(policy.decide(&seen(330.0, 13, 0, 0.4)).replicas, 7);
}

#[test]
fn without_a_metric_the_count_stays() {
    let mut policy = hpa(80);
    for unknown in [None, Some(f64::NAN), Some(-1.0), Some(f64::INFINITY)] {
        let look = Observation { utilization: unknown, ..seen(0.0, 5, 0, 0.0) };
        assert_eq!(policy.decide(&look).replicas, 5, "{unknown:?}");
    }
    let mut policy = keda(85);
    assert_eq!(policy.decide(&Observation { capacity: None, ..requests(0.0, 5, 900.0) }).replicas, 5);
}

#[test]
fn keda_rests_at_zero_and_wakes_at_the_first_request() {
    let mut policy = keda(85);
    assert_eq!(policy.decide(&requests(0.0, 1, 10.0)).replicas, 1);
    assert_eq!(policy.decide(&requests(15.0, 1, 0.0)).replicas, 1);
    assert_eq!(policy.decide(&requests(285.0, 1, 0.0)).replicas, 1);
    assert_eq!(policy.decide(&requests(300.0, 1, 0.0)).replicas, 0);
    assert_eq!(policy.decide(&requests(315.0, 0, 0.0)).replicas, 0);
    assert_eq!(policy.decide(&requests(330.0, 0, 500.0)).replicas, 1);
    // 500 requests/s at 85 of each: six, of which four or a doubling may come at once.
    assert_eq!(policy.decide(&requests(345.0, 1, 500.0)).replicas, 5);
    let bounded = Observation { bounds: Bounds::open(2, 9), ..requests(5_000.0, 0, 0.0) };
    assert_eq!(policy.decide(&bounded).replicas, 2);
}
