use serde_json::Value;

use super::{
    file::{FileError, PolicyFile, digest, shipped},
    ledger::{BLAME, SHORTAGE},
    network::{Network, row},
    situation::{Margin, Over, SITUATIONS},
    table::QTable,
    train::{Given, Plan, TrainError, Trained, days::SEEDS, train},
    *,
};
use crate::{Bounds, trace::Trace};

fn seen(time: f64, present: u32, requests: f64) -> Observation {
    Observation {
        time,
        ready: present,
        starting: 0,
        utilization: None,
        arrivals: Some(requests),
        waiting: 0.0,
        latency: None,
        capacity: Some(10.0),
        delay: 60.0,
        price: 1.0,
        bounds: Bounds::open(0, 1_000),
    }
}

fn sensed(forecast: f64, error: f64, surprise: f64) -> Sensed {
    let (five_minutes, twenty_minutes) = (1.2 * forecast, 1.6 * forecast);
    Sensed { forecast, error, surprise, trend: 0.0, five_minutes, twenty_minutes, usual: forecast }
}

fn experience(reward: f64, choice: usize) -> Experience {
    Experience { sensed: sensed(20.0, 0.02, 0.1), choice, reward, next: sensed(20.0, 0.02, 0.1), then: choice }
}

fn plan(method: Method) -> Plan {
    Plan { method, episodes: 3, seed: 7, generated: false }
}

/// Two levels that alternate every ten minutes.
fn given(rows: u32) -> Given {
    let rows = (0..rows).map(|row| format!("{},{}\n", row * 15, if row / 40 % 2 == 0 { 50 } else { 90 }));
    let text = std::iter::once("t_seconds,demand\n".to_owned()).chain(rows).collect::<String>();
    Given { name: "two levels".to_owned(), digest: digest(text.as_bytes()), trace: Trace::parse(&text).unwrap() }
}

fn trained(method: Method) -> Trained {
    train(&plan(method), &[given(900)], |_, _| {}).unwrap()
}

fn text(method: Method) -> String {
    PolicyFile::new(&plan(method), &[given(900)], &trained(method), 1.25).write().unwrap()
}

#[test]
fn a_steady_demand_is_forecast_as_it_is_and_a_ramp_where_it_leads() {
    let mut sense = Sense::default();
    let steady = (0..400).filter_map(|step| sense.take(&seen(f64::from(step) * 15.0, 5, 50.0))).last().unwrap();
    assert!((steady.forecast - 5.0).abs() < 1e-9 && steady.error < 0.005, "{steady:?}");
    let mut sense = Sense::default();
    let ramp = |step: u32| 50.0 + f64::from(step) * 0.5;
    let climbing =
        (0..400).filter_map(|step| sense.take(&seen(f64::from(step) * 15.0, 50, ramp(step)))).last().unwrap();
    // A minute and a step ahead of step 399.
    assert!((climbing.forecast - ramp(404) / 10.0).abs() < 0.02, "{climbing:?}");
    assert!(climbing.trend > 0.005 && climbing.error < 0.01, "{climbing:?}");
}

#[test]
fn a_jump_is_a_surprise_that_fades_and_a_peak_that_passes() {
    let mut sense = Sense::default();
    let demand = |step: u32| if (200..204).contains(&step) { 75.0 } else { 50.0 };
    let at: Vec<_> = (0..400).filter_map(|step| sense.take(&seen(f64::from(step) * 15.0, 5, demand(step)))).collect();
    assert!((at[210].surprise - 0.5).abs() < 0.01, "{:?}", at[210]);
    assert!(at[399].surprise < at[210].surprise && at[399].surprise > 0.4);
    assert_eq!((at[210].five_minutes, at[230].five_minutes), (7.5, 5.0));
    assert_eq!((at[230].twenty_minutes, at[300].twenty_minutes), (7.5, 5.0));
}

#[test]
fn what_waits_is_to_be_served_within_the_start_delay() {
    let mut sense = Sense::default();
    sense.take(&seen(0.0, 5, 50.0));
    let waiting = Observation { waiting: 750.0, ..seen(15.0, 5, 50.0) };
    // 75 replica-seconds within the minute and the step.
    assert!((sense.take(&waiting).unwrap().forecast - 6.0).abs() < 1e-9);
}

#[test]
fn choices_add_their_margin_to_what_they_are_over() {
    let moment = sensed(10.0, 0.05, 0.3);
    let replicas = |over, margin| situation::TargetChoice { over, margin }.replicas(&moment);
    assert_eq!(replicas(Over::Forecast, Margin::Usual(0.0)), 10);
    assert_eq!(replicas(Over::Forecast, Margin::Usual(4.0)), 12);
    assert_eq!(replicas(Over::FiveMinutes, Margin::Usual(0.0)), 12);
    assert_eq!(replicas(Over::TwentyMinutes, Margin::Worst(1.0)), 21);
}

#[test]
fn every_situation_has_a_number_of_its_own() {
    let numbers = [
        sensed(1.0, 0.004, 0.01),
        sensed(20.0, 0.004, 0.01),
        sensed(20.0, 0.02, 0.01),
        sensed(20.0, 0.02, 0.5),
        Sensed { trend: 0.1, ..sensed(20.0, 0.02, 0.5) },
        Sensed { twenty_minutes: 0.0, ..sensed(20.0, 0.02, 0.5) },
    ]
    .map(|sensed| situation(&sensed));
    let distinct: std::collections::HashSet<_> = numbers.into_iter().collect();
    assert_eq!(distinct.len(), numbers.len(), "{numbers:?}");
    assert!(numbers.iter().all(|number| *number < SITUATIONS));
}

#[test]
fn a_decision_is_charged_its_cost_and_the_shortages_that_it_would_have_left() {
    let mut ledger = Ledger::default();
    for (step, demand) in [50.0, 50.0, 70.0, 50.0, 50.0, 50.0].into_iter().enumerate() {
        ledger.close_step(&seen(step as f64 * 15.0, 6, demand));
        ledger.write(sensed(5.0, 0.02, 0.1), step, 6);
    }
    // Of the three steps that the first decision answers for, the second exceeds its six replicas.
    let first = ledger.take(2).unwrap();
    assert_eq!((first.choice, first.then), (0, 1));
    assert!(first.reward <= -6.0 / 5.0 - BLAME * SHORTAGE / 5.0, "{}", first.reward);
    ledger.take(2).unwrap();
    assert!((ledger.take(2).unwrap().reward + 6.0 / 5.0).abs() < 1e-9, "the third comes after the shortage");
}

#[test]
fn q_learning_expects_the_best_that_follows_and_sarsa_what_follows() {
    let here = situation(&sensed(20.0, 0.02, 0.1));
    let mut table = QTable::default();
    table.rows[here].values[3] = 10.0;
    table.rows[here].visits[3] = 10_000;
    let mut q = QLearning { table: table.clone() };
    let mut sarsa = Sarsa::with(table);
    for _ in 0..20_000 {
        q.learn(&experience(-1.0, 0));
        sarsa.learn(&experience(-1.0, 0));
    }
    let (best, same) = (q.table.value(here, 0), sarsa.table.value(here, 0));
    assert!((best - (-1.0 + q_learning::DISCOUNT * 10.0)).abs() < 0.05, "{best}");
    assert!((same - -1.0 / (1.0 - sarsa::DISCOUNT)).abs() < 0.05, "{same}");
}

#[test]
fn what_is_not_known_well_is_met_with_care() {
    let mut table = QTable::default();
    let careful = table.best(0);
    assert!(matches!(CHOICES[careful].margin, Margin::Worst(times) if times >= 1.0));
    table.rows[0].values[0] = 1.0;
    table.rows[0].visits[0] = 3;
    assert_eq!(table.best(0), careful, "three visits tell nothing");
    table.rows[0].visits[0] = 10_000;
    assert_eq!(table.best(0), 0);
}

#[test]
fn the_actor_comes_to_prefer_what_goes_well() {
    let mut networks = ActorCritic::new(&mut ChaCha8Rng::seed_from_u64(1));
    let mut chance = ChaCha8Rng::seed_from_u64(2);
    let moment = sensed(20.0, 0.02, 0.1);
    for _ in 0..100_000 {
        let choice = networks.sample(&moment, &mut chance);
        networks.learn(&experience(if choice == 6 { -1.0 } else { -2.0 }, choice));
    }
    assert_eq!(networks.best(&moment), 6);
}

#[test]
fn a_network_descends_along_its_gradient() {
    let mut network = Network::random(2, 4, 1, &mut ChaCha8Rng::seed_from_u64(3));
    let inputs = ndarray::array![[1.0, 0.5], [1.0, -0.5], [1.0, 0.0]];
    let wanted = ndarray::array![[1.0], [-1.0], [0.3]];
    for _ in 0..3_000 {
        let gradients = network.outputs(&inputs) - &wanted;
        network.descend(&inputs, &gradients, 0.01);
    }
    let off = (network.outputs(&inputs) - &wanted).mapv(f64::abs).sum();
    assert!(off < 0.01, "{off}");
    assert_eq!(network.outputs(&row(&[1.0, 0.5])).dim(), (1, 1));
}

#[test]
fn the_same_plan_gives_the_same_policy_and_another_seed_another() {
    for method in Method::ALL {
        assert_eq!(trained(method), trained(method), "{method}");
        let other = Plan { seed: 8, ..plan(method) };
        assert_ne!(train(&other, &[given(900)], |_, _| {}).unwrap().brain, trained(method).brain, "{method}");
    }
}

#[test]
fn a_file_is_read_as_it_was_written() {
    for method in Method::ALL {
        let written = text(method);
        let file = PolicyFile::read(&written).unwrap();
        assert_eq!(file.write().unwrap(), written, "{method}");
        assert_eq!((file.name, file.training.seconds), (method, 1.25));
        assert_eq!(file.training.traces[0].digest, given(900).digest);
    }
}

#[test]
fn the_digest_is_sha_256() {
    // FIPS 180-2, appendix B.1
    let abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(digest(b"abc"), abc);
}

#[test]
fn a_file_that_is_not_right_is_refused_with_what_is_wrong() {
    let good = text(Method::Sarsa);
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut value: Value = serde_json::from_str(&good).unwrap();
        change(&mut value);
        PolicyFile::read(&value.to_string()).unwrap_err()
    };
    assert!(matches!(PolicyFile::read("{"), Err(FileError::Format(_))));
    assert!(
        matches!(changed(&|file| file["format"] = "cookbook".into()), FileError::Other(found) if found == "cookbook")
    );
    assert!(matches!(changed(&|file| file["version"] = 2.into()), FileError::Version(2)));
    assert!(matches!(changed(&|file| file["policy"]["training"]["seed"] = 8.into()), FileError::Checksum { .. }));
    let missing = changed(&|file| drop(file["policy"].as_object_mut().unwrap().remove("knowledge")));
    assert!(matches!(&missing, FileError::Shape(why) if why.contains("knowledge")), "{missing}");
}

/// A file with a valid checksum may still be of another shape.
#[test]
fn a_shape_that_does_not_fit_is_refused() {
    let refused = |method: Method, from: &str, to: &str| {
        let text = text(method);
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from} is not in the file");
        let Err(FileError::Checksum { stated, found }) = PolicyFile::read(&changed) else {
            panic!("the checksum does not cover {from}")
        };
        PolicyFile::read(&changed.replace(&stated, &found)).unwrap_err().to_string()
    };
    let said = refused(Method::QLearning, "{\"usual\":2.0}", "{\"usual\":2.5}");
    assert!(said.contains("it chooses among other margins"), "{said}");
    let said = refused(Method::QLearning, "[-0.01,0.01]", "[-0.02,0.02]");
    assert!(said.contains("it tells other situations apart"), "{said}");
    let said = refused(Method::QLearning, "\"situation\":", "\"situation\":99");
    assert!(said.contains("there is no situation 99"), "{said}");
    let said = refused(Method::QLearning, "\"name\":\"q-learning\"", "\"name\":\"actor-critic\"");
    assert!(said.contains("is not what actor-critic learns"), "{said}");
    let said = refused(Method::ActorCritic, "\"inner\":[[", "\"inner\":[[0.5,");
    assert!(said.contains("networks are not of 9 inputs and 16 units"), "{said}");
}

#[test]
fn what_cannot_be_trained_on_is_refused() {
    let with = |plan: &Plan, given: &[Given]| train(plan, given, |_, _| {}).unwrap_err();
    let sarsa = plan(Method::Sarsa);
    assert_eq!(with(&sarsa, &[]), TrainError::Nothing);
    assert_eq!(with(&Plan { episodes: 0, ..sarsa.clone() }, &[given(900)]), TrainError::NoEpisodes);
    assert!(matches!(with(&sarsa, &[given(50)]), TrainError::Short { steps: 50, .. }));
    let trace = Trace::parse("t_seconds,demand\n0,0\n9000,0\n").unwrap();
    assert!(matches!(with(&sarsa, &[Given { trace, ..given(900) }]), TrainError::Idle { .. }));
}

#[test]
fn the_shipped_policies_learned_from_generated_traces_alone() {
    for method in Method::ALL {
        let autoscaler = shipped(method).unwrap();
        assert_eq!(autoscaler.brain().method(), method);
        let text = match method {
            Method::QLearning => include_str!("../trained/q-learning.json"),
            Method::Sarsa => include_str!("../trained/sarsa.json"),
            Method::ActorCritic => include_str!("../trained/actor-critic.json"),
        };
        let PolicyFile { name, training, .. } = PolicyFile::read(text).unwrap();
        assert_eq!((name, training.traces, training.generated_seeds_from), (method, vec![], Some(SEEDS)));
        assert!(training.kept.score < training.curve[0].score, "{method} learned something");
        assert!(text.len() < 100_000, "{method}: {} bytes", text.len());
    }
}

#[test]
fn going_on_to_learn_changes_what_is_known_and_not_doing_so_does_not() {
    for learn in [false, true] {
        let shipped = shipped(Method::QLearning).unwrap();
        let before = shipped.brain().clone();
        let mut autoscaler = shipped.refining(learn);
        for step in 0..200_u32 {
            autoscaler.decide(&seen(f64::from(step) * 15.0, 8, 50.0 + f64::from(step % 7)));
        }
        assert_eq!(*autoscaler.brain() != before, learn);
    }
}
