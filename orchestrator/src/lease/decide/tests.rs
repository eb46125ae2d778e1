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
}

impl World {
    fn decide(&self, manifest: &Manifest, replicas: u16, phase: Phase) -> Decision {
        decide(&Desired { phase, replicas, manifest: Wanted::Ready(manifest) }, &self.observed, self.now_ms)
    }

    fn act(&mut self, action: &Action) {
        match action.clone() {
            Action::Resolve { images } => self.observed.images.extend(images),
            Action::Make { network, volumes, containers } => {
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
    let make = Action::Make { network: true, volumes: vec!["data".into()], containers: slots(&[0, 1]) };
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
        let decision = decide(&Desired { phase: Phase::Run, replicas: 0, manifest }, &world.observed, 0);
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

fn state() -> impl Strategy<Value = State> {
    use State::*;
    prop::sample::select(vec![Created, Running, Exited, Paused, Removing, Dead])
}

proptest! {
    /// From any heap of containers: it settles, starts no running container, and ends with exactly the wanted slots.
    #[test]
    fn any_beginning_converges(
        found in prop::collection::btree_map((0u16..5, prop::sample::select(vec!["a", "b", "x"])), state(), 0..9),
        networks in 0usize..3, image: bool, replicas in 0u16..4,
    ) {
        let manifest = chained("service_started");
        let mut world = World { now_ms: 1_000_000, ..World::default() };
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
                for (id, _) in containers {
                    let seen = world.observed.containers.iter().find(|seen| seen.id == *id).unwrap();
                    prop_assert!(matches!(seen.state, State::Created | State::Exited));
                }
            }
            if decision.action == Action::Rest { break; }
            world.act(&decision.action);
        }
        prop_assert_eq!(world.decide(&manifest, replicas, Phase::Run).action, Action::Rest);
        let left: BTreeSet<_> = world.observed.containers.iter().filter(|seen| seen.state != State::Removing).map(|seen| seen.slot.clone()).collect();
        prop_assert!(left.iter().all(|slot| slot.replica < replicas && slot.service != "x"));
        prop_assert!(world.observed.networks <= 1);
    }
}
