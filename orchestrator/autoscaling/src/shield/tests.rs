//! The contract's tests read the same cases; `solidity/test/vectors/README.md` documents them.

use std::{env, fs, path::Path};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::*;

const CASES: usize = 400;

/// A lease within its bounds, and a wish.
struct Case {
    bounds: Bounds,
    present: u32,
    wish: u32,
    utilization: u32,
}

impl Case {
    /// A sound policy as the contract holds it, and a lease under it. Small counts and edges are likelier than others.
    fn drawn(random: &mut ChaCha8Rng) -> Self {
        let max = if random.gen_ratio(1, 8) { random.gen_range(1..1 << 14) } else { random.gen_range(1..40) };
        let min = if random.gen_bool(0.5) { 0 } else { random.gen_range(0..=max) };
        let target = if random.gen_ratio(1, 8) { random.gen_range(1..=100) } else { random.gen_range(40..=90) };
        let up = if random.gen_ratio(1, 8) { 100 } else { random.gen_range(target..=100) };
        let down = if random.gen_ratio(1, 8) { 0 } else { random.gen_range(0..target) };
        let step = if random.gen_ratio(1, 3) { random.gen_range(1..256) } else { random.gen_range(1..6) };
        let headroom = if random.gen_ratio(1, 8) { random.gen_range(0..256) } else { random.gen_range(0..4) };
        let bounds = Bounds { min, max, step, cooldown: 0, target, up, down, headroom, affordable: u32::MAX };
        let present = match random.gen_range(0..3) {
            0 => min,
            1 => random.gen_range(min..=max.min(min + 4)),
            _ => random.gen_range(min..=max),
        };
        let utilization = match random.gen_range(0..7) {
            0 => up * 100 + random.gen_range(0..2),
            1 => (down * 100).saturating_sub(random.gen_range(0..2)),
            2 => random.gen_range(10_000..=u32::from(u16::MAX)),
            3 => random.gen_range(0..=down * 100),
            4 => 0,
            _ => random.gen_range(0..=10_000),
        };
        let wish = match random.gen_range(0..4) {
            0 => 0,
            1 => random.gen_range(0..=max + 2),
            2 => wanted(present, utilization, target) + random.gen_range(0..=headroom + 1),
            _ => (present + random.gen_range(0..=step + 1)).saturating_sub(random.gen_range(0..=step + 1)),
        };
        Self { bounds, present, wish, utilization }
    }

    fn granted(&self) -> u32 {
        grant(&self.bounds, self.present, self.wish, 0.0, By::Proof(self.utilization)).replicas
    }

    /// Whether step and bounds leave room for one replica more towards the wish: then demand alone is in the way.
    fn is_held_by_demand(&self) -> bool {
        let (Bounds { min, max, step, .. }, granted) = (self.bounds, self.granted());
        let room = granted.abs_diff(self.present) < step;
        room && (granted < self.wish.min(max) || granted > self.wish.max(min))
    }

    fn told(&self) -> Value {
        let Bounds { min, max, step, cooldown, target, up, down, headroom, .. } = self.bounds;
        let text = |number: u32| number.to_string();
        json!({
            "policy": {
                "minReplicas": text(min), "maxReplicas": text(max), "target": text(target), "up": text(up),
                "down": text(down), "cooldown": text(cooldown), "step": text(step), "headroom": text(headroom),
            },
            "present": text(self.present),
            "wish": text(self.wish),
            "utilization": text(self.utilization),
            "granted": text(self.granted()),
        })
    }
}

fn cases() -> Vec<Case> {
    let mut random = ChaCha8Rng::seed_from_u64(0x7469);
    (0..CASES).map(|_| Case::drawn(&mut random)).collect()
}

#[test]
fn what_is_granted_is_what_the_shared_cases_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../solidity/test/vectors/elasticity.json");
    let told: Vec<Value> = cases().iter().map(Case::told).collect();
    if env::var_os("BLESS").is_some() {
        let lines: Vec<String> = told.iter().map(Value::to_string).collect();
        fs::write(&path, format!("[\n{}\n]\n", lines.join(",\n"))).unwrap();
    }
    let committed: Vec<Value> = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(told.len(), committed.len(), "with BLESS=1 the cases are drawn anew");
    for (ours, theirs) in told.iter().zip(&committed) {
        assert_eq!(ours, theirs, "with BLESS=1 the cases are drawn anew");
    }
}

#[test]
fn the_shared_cases_reach_every_way_a_step_may_go() {
    let cases = cases();
    let count = |what: fn(&Case) -> bool| cases.iter().filter(|case| what(case)).count();
    for (way, found) in [
        ("up", count(|case| case.present > 0 && case.granted() > case.present)),
        ("down", count(|case| case.granted() < case.present)),
        ("to zero", count(|case| case.granted() == 0 && case.present > 0)),
        ("from zero", count(|case| case.present == 0 && case.granted() > 0)),
        ("up as far as demand goes", count(|case| case.is_held_by_demand() && case.granted() > case.present)),
        ("down as far as demand goes", count(|case| case.is_held_by_demand() && case.granted() < case.present)),
        ("from zero as far as the headroom goes", count(|case| case.is_held_by_demand() && case.present == 0)),
        ("nowhere, for want of demand", count(|case| case.is_held_by_demand() && case.granted() == case.present)),
    ] {
        assert!(found >= 5, "only {found} cases go {way}");
    }
}
