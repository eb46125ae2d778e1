use std::collections::{HashSet, VecDeque};

use super::*;
use crate::Bounds;

const COOLDOWN: u32 = 60;

fn seen(time: f64, present: u32, used: Option<f64>) -> Observation {
    let bounds = Bounds { up: 80, down: 50, cooldown: COOLDOWN, ..Bounds::open(1, 100) };
    Observation {
        time,
        ready: present,
        starting: 0,
        utilization: used,
        arrivals: None,
        waiting: 0.0,
        latency: None,
        capacity: None,
        delay: 60.0,
        price: 1.0,
        bounds,
    }
}

/// Loads at times with counts, and the state and count that each leads to.
fn story(looks: &[(f64, u32, Option<f64>, State, u32)]) {
    let mut machine = threshold();
    for &(time, present, used, state, replicas) in looks {
        let decision = machine.decide(&seen(time, present, used));
        assert_eq!((machine.state(), decision.replicas), (state, replicas), "at {time} s: {}", decision.reason);
    }
}

#[test]
fn every_row_of_the_table_is_what_on_does() {
    for row in TABLE {
        let mut machine = Threshold { state: row.state, ..threshold() };
        let action = machine.on(row.event, &mut |_, _, _| {});
        assert_eq!((machine.state, action), (row.next, row.action), "{row:?}");
    }
}

#[test]
fn no_two_rows_speak_of_the_same_event() {
    let keys: HashSet<_> = TABLE.iter().map(|row| (row.state, row.event)).collect();
    assert_eq!(keys.len(), TABLE.len());
}

/// Every sequence of observations from an alphabet, until no new situation arises.
#[test]
fn exploration_reaches_every_row_and_nothing_else() {
    let loads = [None, Some(0.2), Some(0.65), Some(0.95)];
    let gaps = [0.0, 15.0, 60.0, 300.0, -45.0, f64::NAN];
    let counts = [10, 11];
    let mut reached = HashSet::new();
    let mut known = HashSet::new();
    let mut queue = VecDeque::from([threshold()]);
    while let Some(machine) = queue.pop_front() {
        for load in loads {
            for gap in gaps {
                for count in counts {
                    let mut next = machine.clone();
                    let now = if machine.now.is_finite() { machine.now } else { 0.0 };
                    next.decide_telling(&seen(now + gap, count, load), &mut |from, event, to| {
                        reached.insert((from, event, to));
                    });
                    // Beyond the longest wait one more second changes nothing.
                    let waited = (next.now - next.since).min(CONFIRM_DOWN * 60.0);
                    if known.insert((next.state, waited.to_string(), next.count)) {
                        queue.push_back(next);
                    }
                }
            }
        }
    }
    let table: HashSet<_> = TABLE.iter().map(|row| (row.state, row.event, row.next)).collect();
    assert_eq!(
        reached.difference(&table).collect::<Vec<_>>(),
        Vec::<&(State, Event, State)>::new(),
        "not in the table"
    );
    assert_eq!(table.difference(&reached).collect::<Vec<_>>(), Vec::<&(State, Event, State)>::new(), "never reached");
    assert!(known.len() > 20, "{} situations are too few to be all", known.len());
}

#[test]
fn grows_to_the_target_when_the_load_stays_high() {
    story(&[
        (0.0, 10, Some(0.7), State::Steady, 10),
        (15.0, 10, Some(0.9), State::Pressed, 10),
        // ⌈10 × 0.9 / 0.7⌉
        (30.0, 10, Some(0.9), State::Pressed, 13),
        (45.0, 13, Some(0.95), State::Cooling, 13),
        (90.0, 13, Some(0.95), State::Cooling, 13),
        // 60 s after the step: the same reading counts anew.
        (105.0, 13, Some(0.95), State::Pressed, 13),
        (120.0, 13, Some(0.95), State::Pressed, 18),
    ]);
}

#[test]
fn one_high_reading_is_no_reason() {
    story(&[
        (0.0, 10, Some(0.95), State::Pressed, 10),
        (10.0, 10, Some(0.7), State::Steady, 10),
        (20.0, 10, Some(0.95), State::Pressed, 10),
        (30.0, 10, None, State::Steady, 10),
        (40.0, 10, Some(0.95), State::Pressed, 10),
    ]);
}

#[test]
fn shrinks_to_what_the_highest_demand_of_the_wait_needs() {
    story(&[
        (0.0, 10, Some(0.30), State::Slack, 10),
        (150.0, 10, Some(0.42), State::Slack, 10),
        (299.0, 10, Some(0.10), State::Slack, 10),
        // ⌈10 × 0.42 / 0.7⌉
        (300.0, 10, Some(0.10), State::Slack, 6),
    ]);
}

#[test]
fn between_the_thresholds_nothing_moves_however_long() {
    let mut machine = threshold();
    for hour in 0..100 {
        let used = if hour % 2 == 0 { 0.79 } else { 0.51 };
        assert_eq!(machine.decide(&seen(f64::from(hour) * 3_600.0, 10, Some(used))).replicas, 10);
    }
}

#[test]
fn waiting_requests_wake_a_lease_from_zero() {
    let mut machine = threshold();
    let bounds = Bounds { min: 0, ..seen(0.0, 0, None).bounds };
    let at = |time| Observation { waiting: 3.0, bounds, ..seen(time, 0, None) };
    assert_eq!(machine.decide(&at(0.0)).replicas, 0);
    assert_eq!(machine.decide(&at(15.0)).replicas, 1);
}

#[test]
fn a_refused_step_is_asked_for_again() {
    let mut machine = threshold();
    machine.decide(&seen(0.0, 10, Some(0.9)));
    for look in 1..5 {
        assert_eq!(machine.decide(&seen(f64::from(look) * 15.0, 10, Some(0.9))).replicas, 13);
    }
}
