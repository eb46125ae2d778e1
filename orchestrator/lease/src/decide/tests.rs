use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn manifest(text: &str) -> Manifest {
    Manifest::parse(text.as_bytes()).unwrap()
}

fn one() -> Manifest {
    manifest("services: {web: {image: app, volumes: ['data:/d']}}\nvolumes: {data: }")
}

fn chained(condition: &str) -> Manifest {
    manifest(&format!(
        "services: {{a: {{image: app, depends_on: {{b: {{condition: {condition}}}}}}}, b: {{image: app}}}}"
    ))
}

/// An engine in memory that carries out decisions.
#[derive(Default)]
struct World {
    observed: Observed,
    now_ms: u64,
    starts: BTreeMap<Slot, u32>,
    /// Replicas to keep warm.
    warm: u16,
}

impl World {
    fn decide(&self, manifest: &Manifest, replicas: u16, phase: Phase) -> Decision {
        let desired = Desired { phase, replicas, warm: self.warm, manifest: Wanted::Ready(manifest) };
        decide(&desired, &self.observed, self.now_ms)
    }

    fn act(&mut self, action: &Action) {
        match action.clone() {
            Action::Resolve { images } => self.observed.images.extend(images),
            Action::Make { network, volumes, containers, .. } => {
                self.observed.networks += usize::from(network);
                self.observed.volumes.extend(volumes);
                for slot in containers {
                    self.observed.containers.push(seen(slot));
                }
            }
            Action::Start { containers } => {
                for (id, slot) in containers {
                    let seen = self.observed.containers.iter_mut().find(|seen| seen.id == id).unwrap();
                    let key = subject::slot(&slot);
                    if let Some(attempt) = restart(seen, self.observed.attempts.get(&key), self.now_ms) {
                        self.observed.attempts.insert(key, attempt);
                    }
                    (seen.state, seen.started_at_ms) = (State::Running, self.now_ms);
                    *self.starts.entry(slot).or_default() += 1;
                }
            }
            Action::Stop { containers } => containers.iter().for_each(|(id, _)| self.exit(id, 143)),
            Action::Remove { containers } => {
                self.observed.containers.retain(|seen| !containers.iter().any(|(id, _)| *id == seen.id));
            }
            Action::RemoveSurplusNetworks => self.observed.networks = 1,
            Action::RemoveNetwork => self.observed.networks = 0,
            Action::RemoveVolumes { .. } => self.observed.volumes.clear(),
            Action::Rest => {}
        }
    }

    fn exit(&mut self, id: &str, code: i64) {
        let seen = self.observed.containers.iter_mut().find(|seen| seen.id == id).unwrap();
        (seen.state, seen.exit_code, seen.finished_at_ms) = (State::Exited, Some(code), self.now_ms);
    }

    /// Acts until there is nothing to do, and tells the actions taken and the last decision.
    fn settle(&mut self, manifest: &Manifest, replicas: u16, phase: Phase) -> (Vec<Action>, Decision) {
        let mut actions = Vec::new();
        for _ in 0..50 {
            let decision = self.decide(manifest, replicas, phase);
            if decision.action == Action::Rest {
                return (actions, decision);
            }
            self.act(&decision.action);
            actions.push(decision.action);
        }
        panic!("it does not settle: {actions:?}");
    }
}

fn seen(slot: Slot) -> Seen {
    let id = format!("{}-{}", slot.service, slot.replica);
    Seen {
        id,
        slot,
        state: State::Created,
        health: Health::None,
        exit_code: None,
        detail: None,
        started_at_ms: 0,
        finished_at_ms: 0,
    }
}

fn world() -> World {
    World { now_ms: 1_000_000, ..World::default() }
}

#[test]
fn a_lease_comes_up_in_three_actions() {
    let (mut world, manifest) = (world(), one());
    let (actions, last) = world.settle(&manifest, 2, Phase::Run);
    let slots = |replicas: &[u16]| -> Vec<Slot> {
        replicas.iter().map(|replica| Slot { replica: *replica, service: "web".into() }).collect()
    };
    assert_eq!(actions[0], Action::Resolve { images: vec!["app".into()] });
    let make = Action::Make { network: true, volumes: vec!["data".into()], containers: slots(&[0, 1]), warm: false };
    assert_eq!(actions[1], make);
    assert!(matches!(&actions[2], Action::Start { containers } if containers.len() == 2));
    assert_eq!(actions.len(), 3);
    assert_eq!((last.standing, last.reason), (Standing::Running, None));
}

#[test]
fn without_a_manifest_nothing_is_touched() {
    let mut world = world();
    world.settle(&one(), 1, Phase::Run);
    for manifest in [Wanted::Awaited, Wanted::Draining, Wanted::Impossible("too large".into())] {
        let desired = Desired { phase: Phase::Run, replicas: 0, warm: 1, manifest };
        let decision = decide(&desired, &world.observed, 0);
        assert_eq!(decision.action, Action::Rest);
        assert!(decision.reason.is_some());
    }
}

#[test]
fn scale_in_removes_the_highest_replicas() {
    let (mut world, manifest) = (world(), one());
    world.settle(&manifest, 4, Phase::Run);
    let (actions, _) = world.settle(&manifest, 2, Phase::Run);
    let Action::Remove { containers } = &actions[0] else { panic!("{actions:?}") };
    assert_eq!(containers.iter().map(|(_, slot)| slot.replica).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(actions.len(), 1);
    let (actions, last) = world.settle(&manifest, 0, Phase::Run);
    assert_eq!((actions.len(), last.standing), (1, Standing::Running));
    assert_eq!(world.observed.networks, 1, "a lease scaled to nothing keeps its network and volumes");
}

#[test]
fn a_killed_container_starts_at_once_and_a_failing_one_ever_later() {
    let (mut world, manifest) = (world(), one());
    world.settle(&manifest, 1, Phase::Run);
    world.now_ms += STABLE_MS;
    world.exit("web-0", 137);
    assert!(matches!(world.decide(&manifest, 1, Phase::Run).action, Action::Start { .. }));
    world.settle(&manifest, 1, Phase::Run);

    let mut pauses = Vec::new();
    for _ in 0..10 {
        world.exit("web-0", 3);
        let decision = world.decide(&manifest, 1, Phase::Run);
        assert_eq!(decision.standing, Standing::Failing);
        assert!(decision.reason.as_deref().unwrap().contains("service web of replica 0 ended with exit code 3"));
        let wake = decision.wake_at_ms.unwrap();
        pauses.push((wake - world.now_ms) / 1000);
        world.now_ms = wake;
        world.settle(&manifest, 1, Phase::Run);
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);

    world.now_ms += STABLE_MS;
    world.exit("web-0", 3);
    assert!(matches!(world.decide(&manifest, 1, Phase::Run).action, Action::Start { .. }), "a stable run forgives");
}

#[test]
fn an_image_that_cannot_be_had_is_tried_again_later_and_says_why() {
    let (mut world, manifest) = (world(), one());
    let attempt = Attempt { failures: 2, at_ms: world.now_ms, reason: Some("no such image".into()) };
    world.observed.attempts.insert(subject::image("app"), attempt);
    let decision = world.decide(&manifest, 1, Phase::Run);
    assert_eq!((decision.action, decision.standing), (Action::Rest, Standing::Failing));
    assert_eq!(decision.reason.as_deref(), Some("no such image"));
    assert_eq!(decision.wake_at_ms, Some(world.now_ms + 2_000));
    world.now_ms += 2_000;
    assert!(matches!(world.decide(&manifest, 1, Phase::Run).action, Action::Resolve { .. }));
}

#[test]
fn dependencies_hold_back_until_they_are_met() {
    let (mut world, manifest) = (world(), chained("service_healthy"));
    let (_, last) = world.settle(&manifest, 1, Phase::Run);
    assert_eq!(last.standing, Standing::Starting);
    assert_eq!(last.reason.as_deref(), Some("service a of replica 0 waits for b to be healthy"));
    world.observed.containers.iter_mut().for_each(|seen| seen.health = Health::Healthy);
    assert_eq!(world.settle(&manifest, 1, Phase::Run).1.standing, Standing::Running);

    let (mut world, manifest) = (self::world(), chained("service_started"));
    let (actions, _) = world.settle(&manifest, 2, Phase::Run);
    let starts: Vec<_> = actions.iter().filter(|action| matches!(action, Action::Start { .. })).collect();
    assert_eq!(starts.len(), 2, "first both b, then both a");
}

#[test]
fn a_job_runs_once() {
    let (mut world, manifest) = (world(), chained("service_completed_successfully"));
    world.settle(&manifest, 1, Phase::Run);
    world.exit("b-0", 0);
    let (actions, last) = world.settle(&manifest, 1, Phase::Run);
    assert_eq!((actions.len(), last.standing), (1, Standing::Running));
    assert_eq!(ready_replicas(&manifest, 1, &world.observed.containers), 1);
}

#[test]
fn an_unhealthy_container_is_stopped_after_patience_and_started_again() {
    let (mut world, manifest) = (world(), one());
    world.settle(&manifest, 1, Phase::Run);
    world.observed.containers[0].health = Health::Unhealthy;
    let decision = world.decide(&manifest, 1, Phase::Run);
    assert_eq!((&decision.action, decision.standing), (&Action::Rest, Standing::Failing));
    assert_eq!(ready_replicas(&manifest, 1, &world.observed.containers), 0);
    world.now_ms = decision.wake_at_ms.unwrap();
    assert!(matches!(world.decide(&manifest, 1, Phase::Run).action, Action::Stop { .. }));
}

#[test]
fn exhausted_leases_stop_and_keep_what_they_have() {
    let (mut world, manifest) = (world(), one());
    world.settle(&manifest, 2, Phase::Run);
    let (actions, last) = world.settle(&manifest, 2, Phase::Pause);
    assert!(matches!(actions[..], [Action::Stop { .. }]));
    assert_eq!(last.standing, Standing::Paused);
    assert_eq!((world.observed.containers.len(), world.observed.volumes.len()), (2, 1));
    assert_eq!(world.settle(&manifest, 2, Phase::Run).1.standing, Standing::Running);
}

#[test]
fn removal_goes_containers_network_volumes() {
    let (mut world, manifest) = (world(), one());
    world.settle(&manifest, 1, Phase::Run);
    let (actions, last) = world.settle(&manifest, 1, Phase::Remove { volumes: false });
    assert!(matches!(actions[..], [Action::Remove { .. }, Action::RemoveNetwork]));
    assert_eq!(last.standing, Standing::Removed);
    let (actions, _) = world.settle(&manifest, 1, Phase::Remove { volumes: true });
    assert!(matches!(actions[..], [Action::RemoveVolumes { .. }]));
}

fn slot(replica: u16) -> Slot {
    Slot { replica, service: "web".into() }
}

/// The slots that are made and were never started.
fn created(world: &World) -> Vec<Slot> {
    let created = world.observed.containers.iter().filter(|seen| seen.state == State::Created);
    created.map(|seen| seen.slot.clone()).collect()
}

#[test]
fn a_warm_replica_comes_after_all_that_is_wanted_and_counts_for_nothing() {
    let (mut world, manifest) = (World { warm: 1, ..world() }, chained("service_healthy"));
    let (_, last) = world.settle(&manifest, 1, Phase::Run);
    assert_eq!(last.standing, Standing::Starting);
    assert_eq!(world.observed.containers.len(), 2, "while a wanted one comes up, nothing else is made");

    world.observed.containers.iter_mut().for_each(|seen| seen.health = Health::Healthy);
    let (actions, last) = world.settle(&manifest, 1, Phase::Run);
    assert!(matches!(&actions[0], Action::Start { containers } if containers[0].0 == "a-0"));
    assert!(
        matches!(&actions[1], Action::Make { network: false, warm: true, containers, .. } if containers.len() == 2)
    );
    assert_eq!((actions.len(), last.standing, last.reason), (2, Standing::Running, None));
    assert_eq!(ready(&manifest, 2, &world.observed.containers), BTreeSet::from([0]));
    assert!(world.starts.keys().all(|slot| slot.replica == 0));
}

#[test]
fn a_step_up_starts_what_is_warm_before_anything_is_made() {
    let (mut world, manifest) = (World { warm: 1, ..world() }, one());
    world.settle(&manifest, 1, Phase::Run);
    assert_eq!(created(&world), [slot(1)]);
    let (actions, _) = world.settle(&manifest, 2, Phase::Run);
    assert_eq!(actions[0], Action::Start { containers: vec![("web-1".into(), slot(1))] });
    let next = Action::Make { network: false, volumes: Vec::new(), containers: vec![slot(2)], warm: true };
    assert_eq!(actions[1..], [next]);

    // Further than what is warm, that comes up first, and waits for none of the others.
    let (actions, _) = world.settle(&manifest, 4, Phase::Run);
    assert_eq!(actions[0], Action::Start { containers: vec![("web-2".into(), slot(2))] });
    assert!(matches!(&actions[1], Action::Make { containers, warm: false, .. } if containers[..] == [slot(3)]));
    assert!(matches!(&actions[2], Action::Start { .. }));
}

#[test]
fn a_step_down_removes_what_ran_and_makes_it_anew() {
    let (mut world, manifest) = (World { warm: 1, ..world() }, one());
    world.settle(&manifest, 3, Phase::Run);
    let (actions, last) = world.settle(&manifest, 1, Phase::Run);
    let Action::Remove { containers } = &actions[0] else { panic!("{actions:?}") };
    assert_eq!(containers.iter().map(|(_, slot)| slot.replica).collect::<Vec<_>>(), [3, 2, 1]);
    assert!(matches!(&actions[1], Action::Make { containers, warm: true, .. } if containers[..] == [slot(1)]));
    assert_eq!((actions.len(), last.standing), (2, Standing::Running));

    // One that a hand that is not ours started has run as well.
    let warm = world.observed.containers.iter_mut().find(|seen| seen.slot == slot(1)).unwrap();
    warm.state = State::Running;
    let (actions, _) = world.settle(&manifest, 1, Phase::Run);
    assert!(matches!(actions[..], [Action::Remove { .. }, Action::Make { warm: true, .. }]));
}

#[test]
fn a_warm_replica_goes_with_the_bounds_and_with_the_lease() {
    let (mut world, manifest) = (World { warm: 2, ..world() }, one());
    world.settle(&manifest, 1, Phase::Run);
    assert_eq!(created(&world), [slot(1), slot(2)]);
    world.warm = 1;
    let (actions, last) = world.settle(&manifest, 1, Phase::Run);
    assert_eq!(actions, [Action::Remove { containers: vec![("web-2".into(), slot(2))] }]);
    assert_eq!(last.standing, Standing::Running);

    world.settle(&manifest, 1, Phase::Pause);
    assert_eq!(created(&world), [slot(1)], "a pause keeps it");
    world.settle(&manifest, 1, Phase::Remove { volumes: true });
    assert!(world.observed.containers.is_empty());
}

#[test]
fn a_lease_at_zero_has_a_warm_replica_to_wake_with() {
    let (mut world, manifest) = (World { warm: 1, ..world() }, one());
    let (actions, last) = world.settle(&manifest, 0, Phase::Run);
    assert!(matches!(&actions[..], [Action::Resolve { .. }, Action::Make { network: true, warm: true, .. }]));
    assert_eq!((last.standing, ready_replicas(&manifest, 1, &world.observed.containers)), (Standing::Running, 0));
    let (actions, _) = world.settle(&manifest, 1, Phase::Run);
    assert_eq!(actions[0], Action::Start { containers: vec![("web-0".into(), slot(0))] });
}

#[test]
fn a_warm_replica_that_cannot_be_made_is_nobodys_failure() {
    let (mut world, manifest) = (world(), one());
    world.settle(&manifest, 1, Phase::Run);
    world.warm = 1;
    let attempt = Attempt { failures: 2, at_ms: world.now_ms, reason: Some("no space left".into()) };
    world.observed.attempts.insert(subject::make(true).to_owned(), attempt);
    let decision = world.decide(&manifest, 1, Phase::Run);
    assert_eq!((decision.action, decision.standing, decision.reason), (Action::Rest, Standing::Running, None));
    assert_eq!(decision.wake_at_ms, Some(world.now_ms + 2_000), "it is tried again");
    let decision = world.decide(&manifest, 2, Phase::Run);
    assert!(matches!(decision.action, Action::Make { warm: false, .. }), "what is wanted does not wait for that");
}

fn state() -> impl Strategy<Value = State> {
    use State::*;
    prop::sample::select(vec![Created, Running, Exited, Paused, Removing, Dead])
}

proptest! {
    /// From any heap of containers: it settles, starts no running container and no warm one, and ends with none but wanted
    /// and warm slots.
    #[test]
    fn any_beginning_converges(
        found in prop::collection::btree_map((0u16..5, prop::sample::select(vec!["a", "b", "x"])), state(), 0..9),
        networks in 0usize..3, image: bool, replicas in 0u16..4, warm in 0u16..3,
    ) {
        let manifest = chained("service_started");
        let mut world = World { now_ms: 1_000_000, warm, ..World::default() };
        world.observed.networks = networks;
        if image {
            world.observed.images.insert("app".into());
        }
        for ((replica, service), state) in found {
            let mut seen = seen(Slot { replica, service: service.to_owned() });
            (seen.state, seen.exit_code) = (state, Some(1));
            world.observed.containers.push(seen);
        }
        for _ in 0..50 {
            let decision = world.decide(&manifest, replicas, Phase::Run);
            if let Action::Start { containers } = &decision.action {
                for (id, slot) in containers {
                    prop_assert!(slot.replica < replicas);
                    let seen = world.observed.containers.iter().find(|seen| seen.id == *id).unwrap();
                    prop_assert!(matches!(seen.state, State::Created | State::Exited));
                }
            }
            if decision.action == Action::Rest { break; }
            world.act(&decision.action);
        }
        prop_assert_eq!(world.decide(&manifest, replicas, Phase::Run).action, Action::Rest);
        for seen in world.observed.containers.iter().filter(|seen| seen.state != State::Removing) {
            let warm = seen.slot.replica < replicas + warm && seen.state == State::Created;
            prop_assert!((seen.slot.replica < replicas || warm) && seen.slot.service != "x");
        }
        prop_assert!(world.observed.networks <= 1);
    }
}
