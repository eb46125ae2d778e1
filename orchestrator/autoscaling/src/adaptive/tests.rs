use super::*;
use crate::{
    Bounds, catalog,
    generate::{Kind, Recipe, generate},
    setup::{self, Setup},
    simulator::{self, SimulationOutcome},
};

fn demand(kind: Kind, seed: u64, days: f64, row: f64, noise: f64) -> Vec<f64> {
    let recipe = Recipe { kind, seed, seconds: days * 86_400.0, step: row, peak: 400.0, noise };
    generate(&recipe).and_then(|trace| trace.steps(15.0)).expect("a trace")
}

fn outcome(name: &str, demand: &[f64]) -> SimulationOutcome {
    let setup = Setup { bounds: Bounds::open(1, 80), ..setup::tests::setup(10.0) };
    let mut autoscaler = catalog::find(name).expect("an autoscaler").on(&setup, demand);
    simulator::run(&setup, demand, autoscaler.as_mut(), |_| {})
}

#[test]
fn it_costs_less_than_the_references_and_misses_no_more() {
    let traces = [
        ("days read every five minutes", demand(Kind::Diurnal, 31, 1.5, 300.0, 0.05)),
        ("days read every hour", demand(Kind::Diurnal, 32, 2.0, 3600.0, 0.03)),
        ("bursts", demand(Kind::OnOff, 33, 1.0, 60.0, 0.03)),
        ("random arrivals", demand(Kind::Mmpp, 34, 2.0, 60.0, 0.0)),
    ];
    for (name, demand) in &traces {
        let ours = outcome("default", demand);
        for reference in ["hpa-80", "keda-85"] {
            let theirs = outcome(reference, demand);
            let (cost, other) = (ours.replica_hours, theirs.replica_hours);
            assert!(cost < other, "{name}: {cost} replica-hours, {reference} {other}");
            let (missed, other) = (ours.violation_share, theirs.violation_share);
            assert!(missed <= other, "{name}: misses {missed}, {reference} {other}");
        }
    }
}

#[test]
fn on_smooth_demand_it_costs_little_more_than_the_optimum() {
    for (row, noise) in [(60.0, 0.02), (300.0, 0.02), (1800.0, 0.01)] {
        let ours = outcome("default", &demand(Kind::Diurnal, 41, 1.5, row, noise));
        let cost = ours.cost_ratio.expect("an optimum that costs something");
        assert!(cost <= 1.15 && ours.violation_share <= 0.001, "rows of {row} s: {cost} ×, {}", ours.violation_share);
    }
}

#[test]
fn its_shadows_live_as_the_simulator_does() {
    let demand = demand(Kind::FlashCrowd, 51, 0.5, 15.0, 0.05);
    let setup = Setup { bounds: Bounds::open(1, 80), ..setup::tests::setup(10.0) };
    let mut autoscaler = adaptive();
    let ours = simulator::run(&setup, &demand, &mut autoscaler, |_| {});
    let present = |outcome: &SimulationOutcome| outcome.present.iter().copied().map(f64::from).sum::<f64>();
    // A decision before the first demand is known, and the last step, are not accounted for.
    let (_, shadow) = &autoscaler.references[1];
    let theirs = outcome("keda-85", &demand);
    let steps = demand.len() as f64;
    assert!((shadow.all.cost - present(&theirs)).abs() < 100.0, "{} and {}", shadow.all.cost, present(&theirs));
    assert!((shadow.all.missed - theirs.violation_share * steps).abs() <= 4.0, "{}", shadow.all.missed);
    assert!(
        (autoscaler.own.all.cost - present(&ours)).abs() < 100.0,
        "{} and {}",
        autoscaler.own.all.cost,
        present(&ours)
    );
    assert!((autoscaler.own.all.missed - ours.violation_share * steps).abs() <= 1.0, "{}", autoscaler.own.all.missed);
}

#[test]
fn it_says_why() {
    let demand = demand(Kind::Diurnal, 61, 1.0, 60.0, 0.03);
    let ours = outcome("default", &demand);
    let last = &ours.changes.last().expect("a change").reason;
    assert!(last.starts_with("demand is worth ") && last.contains("in 60 s") && last.contains(" ± "), "{last}");
}

#[test]
fn when_time_stands_or_leaps_it_goes_on() {
    let demand = demand(Kind::Diurnal, 71, 0.1, 60.0, 0.03);
    let setup = setup::tests::setup(10.0);
    let mut world = simulator::World::new(&setup, &demand);
    let mut autoscaler = adaptive();
    let mut seen = world.observe().expect("a step");
    seen.arrivals = Some(100.0);
    for time in [0.0, 15.0, 15.0, -50.0, 0.0, 1e7, 1e7 + 15.0] {
        seen.time = time;
        let decision = autoscaler.decide(&seen);
        assert!((1..=20).contains(&decision.replicas) || decision.replicas == seen.present(), "{time}: {decision:?}");
    }
    assert!(autoscaler.decide(&Observation { time: 1e7 + 30.0, ..seen }).replicas >= 10, "it serves what is there");
}
