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

/// An engine in memory that carries out actions.
#[derive(Default)]
struct World {
    observed: Observed,
    now_ms: u64,
    starts: BTreeMap<Slot, u32>,
    /// Replicas to keep warm.
    warm: u16,
}

impl World {
    fn reconcile(&self, manifest: &Manifest, replicas: u16, phase: DesiredPhase) -> Reconciliation {
        let desired = Desired { phase, replicas, warm: self.warm, manifest: ManifestState::Ready(manifest) };
        reconcile(&desired, &self.observed, self.now_ms)
    }

    fn act(&mut self, action: &ContainerAction) {
        match action.clone() {
            ContainerAction::Resolve { images } => self.observed.images.extend(images),
            ContainerAction::Make { network, volumes, containers, .. } => {
                self.observed.networks += usize::from(network);
                self.observed.volumes.extend(volumes);
                for slot in containers {
                    self.observed.containers.push(seen(slot));
                }
            }
            ContainerAction::Start { containers } => {
                for (id, slot) in containers {
                    let seen = self.observed.containers.iter_mut().find(|seen| seen.id == id).unwrap();
                    let key = subject::slot(&slot);
                    if let Some(attempt) = restart(seen, self.observed.attempts.get(&key), self.now_ms) {
                        self.observed.attempts.insert(key, attempt);
                    }
                    (seen.state, seen.started_at_ms) = (ContainerState::Running, self.now_ms);
                    *self.starts.entry(slot).or_default() += 1;
                }
            }
            ContainerAction::Stop { containers } => containers.iter().for_each(|(id, _)| self.exit(id, 143)),
            ContainerAction::Remove { containers } => {
                self.observed.containers.retain(|seen| !containers.iter().any(|(id, _)| *id == seen.id));
            }
            ContainerAction::RemoveSurplusNetworks => self.observed.networks = 1,
            ContainerAction::RemoveNetwork => self.observed.networks = 0,
            ContainerAction::RemoveVolumes { .. } => self.observed.volumes.clear(),
            ContainerAction::Rest => {}
        }
    }

    fn exit(&mut self, id: &str, code: i64) {
        let seen = self.observed.containers.iter_mut().find(|seen| seen.id == id).unwrap();
        (seen.state, seen.exit_code, seen.finished_at_ms) = (ContainerState::Exited, Some(code), self.now_ms);
    }

    /// Acts until there is nothing to do, and tells the actions taken and the last decision.
    fn settle(
        &mut self,
        manifest: &Manifest,
        replicas: u16,
        phase: DesiredPhase,
    ) -> (Vec<ContainerAction>, Reconciliation) {
        let mut actions = Vec::new();
        for _ in 0..50 {
            let decision = self.reconcile(manifest, replicas, phase);
            if decision.action == ContainerAction::Rest {
                return (actions, decision);
            }
            self.act(&decision.action);
            actions.push(decision.action);
        }
        panic!("it does not settle: {actions:?}");
    }
}

fn seen(slot: Slot) -> ObservedContainer {
    let id = format!("{}-{}", slot.service, slot.replica);
    ObservedContainer {
        id,
        slot,
        state: ContainerState::Created,
        health: ContainerHealth::None,
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
    let (actions, last) = world.settle(&manifest, 2, DesiredPhase::Run);
    let slots = |replicas: &[u16]| -> Vec<Slot> {
        replicas.iter().map(|replica| Slot { replica: *replica, service: "web".into() }).collect()
    };
    assert_eq!(actions[0], ContainerAction::Resolve { images: vec!["app".into()] });
    let make =
        ContainerAction::Make { network: true, volumes: vec!["data".into()], containers: slots(&[0, 1]), warm: false };
    assert_eq!(actions[1], make);
    assert!(matches!(&actions[2], ContainerAction::Start { containers } if containers.len() == 2));
    assert_eq!(actions.len(), 3);
    assert_eq!((last.standing, last.reason), (WorkloadStatus::Running, None));
}

#[test]
fn without_a_manifest_nothing_is_touched() {
    let mut world = world();
    world.settle(&one(), 1, DesiredPhase::Run);
    for manifest in [ManifestState::Awaited, ManifestState::Draining, ManifestState::Impossible("too large".into())] {
        let desired = Desired { phase: DesiredPhase::Run, replicas: 0, warm: 1, manifest };
        let decision = reconcile(&desired, &world.observed, 0);
        assert_eq!(decision.action, ContainerAction::Rest);
        assert!(decision.reason.is_some());
    }
}

#[test]
fn scale_in_removes_the_highest_replicas() {
    let (mut world, manifest) = (world(), one());
    world.settle(&manifest, 4, DesiredPhase::Run);
    let (actions, _) = world.settle(&manifest, 2, DesiredPhase::Run);
    let ContainerAction::Remove { containers } = &actions[0] else { panic!("{actions:?}") };
    assert_eq!(containers.iter().map(|(_, slot)| slot.replica).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(actions.len(), 1);
    let (actions, last) = world.settle(&manifest, 0, DesiredPhase::Run);
    assert_eq!((actions.len(), last.standing), (1, WorkloadStatus::Running));
    assert_eq!(world.observed.networks, 1, "a lease scaled to nothing keeps its network and volumes");
}

#[test]
fn a_killed_container_starts_at_once_and_a_failing_one_ever_later() {
    let (mut world, manifest) = (world(), one());
    world.settle(&manifest, 1, DesiredPhase::Run);
    world.now_ms += STABLE_MS;
    world.exit("web-0", 137);
    assert!(matches!(world.reconcile(&manifest, 1, DesiredPhase::Run).action, ContainerAction::Start { .. }));
    world.settle(&manifest, 1, DesiredPhase::Run);

    let mut pauses = Vec::new();
    for _ in 0..10 {
        world.exit("web-0", 3);
        let decision = world.reconcile(&manifest, 1, DesiredPhase::Run);
        assert_eq!(decision.standing, WorkloadStatus::Failing);
        assert!(decision.reason.as_deref().unwrap().contains("service web of replica 0 ended with exit code 3"));
        let wake = decision.wake_at_ms.unwrap();
        pauses.push((wake - world.now_ms) / 1000);
        world.now_ms = wake;
        world.settle(&manifest, 1, DesiredPhase::Run);
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);

    world.now_ms += STABLE_MS;
    world.exit("web-0", 3);
    assert!(
        matches!(world.reconcile(&manifest, 1, DesiredPhase::Run).action, ContainerAction::Start { .. }),
        "a stable run forgives"
    );
}

#[test]
fn an_image_that_cannot_be_had_is_tried_again_later_and_says_why() {
    let (mut world, manifest) = (world(), one());
    let attempt = Attempt { failures: 2, at_ms: world.now_ms, reason: Some("no such image".into()) };
    world.observed.attempts.insert(subject::image("app"), attempt);
    let decision = world.reconcile(&manifest, 1, DesiredPhase::Run);
    assert_eq!((decision.action, decision.standing), (ContainerAction::Rest, WorkloadStatus::Failing));
    assert_eq!(decision.reason.as_deref(), Some("no such image"));
    assert_eq!(decision.wake_at_ms, Some(world.now_ms + 2_000));
    world.now_ms += 2_000;
    assert!(matches!(world.reconcile(&manifest, 1, DesiredPhase::Run).action, ContainerAction::Resolve { .. }));
}

#[test]
fn dependencies_hold_back_until_they_are_met() {
    let (mut world, manifest) = (world(), chained("service_healthy"));
    let (_, last) = world.settle(&manifest, 1, DesiredPhase::Run);
    assert_eq!(last.standing, WorkloadStatus::Starting);
    assert_eq!(last.reason.as_deref(), Some("service a of replica 0 waits for b to be healthy"));
    world.observed.containers.iter_mut().for_each(|seen| seen.health = ContainerHealth::Healthy);
    assert_eq!(world.settle(&manifest, 1, DesiredPhase::Run).1.standing, WorkloadStatus::Running);

    let (mut world, manifest) = (self::world(), chained("service_started"));
    let (actions, _) = world.settle(&manifest, 2, DesiredPhase::Run);
    let starts: Vec<_> = actions.iter().filter(|action| matches!(action, ContainerAction::Start { .. })).collect();
    assert_eq!(starts.len(), 2, "first both b, then both a");
}

#[test]
fn a_job_runs_once() {
    let (mut world, manifest) = (world(), chained("service_completed_successfully"));
    world.settle(&manifest, 1, DesiredPhase::Run);
    world.exit("b-0", 0);
    let (actions, last) = world.settle(&manifest, 1, DesiredPhase::Run);
    assert_eq!((actions.len(), last.standing), (1, WorkloadStatus::Running));
    assert_eq!(ready_replicas(&manifest, 1, &world.observed.containers), 1);
}

#[test]
fn an_unhealthy_container_is_stopped_after_patience_and_started_again() {
    let (mut world, manifest) = (world(), one());
    world.settle(&manifest, 1, DesiredPhase::Run);
    world.observed.containers[0].health = ContainerHealth::Unhealthy;
    let decision = world.reconcile(&manifest, 1, DesiredPhase::Run);
    assert_eq!((&decision.action, decision.standing), (&ContainerAction::Rest, WorkloadStatus::Failing));
    assert_eq!(ready_replicas(&manifest, 1, &world.observed.containers), 0);
    world.now_ms = decision.wake_at_ms.unwrap();
    assert!(matches!(world.reconcile(&manifest, 1, DesiredPhase::Run).action, ContainerAction::Stop { .. }));
}

#[test]
fn exhausted_leases_stop_and_keep_what_they_have() {
    let (mut world, manifest) = (world(), one());
    world.settle(&manifest, 2, DesiredPhase::Run);
    let (actions, last) = world.settle(&manifest, 2, DesiredPhase::Pause);
    assert!(matches!(actions[..], [ContainerAction::Stop { .. }]));
    assert_eq!(last.standing, WorkloadStatus::Paused);
    assert_eq!((world.observed.containers.len(), world.observed.volumes.len()), (2, 1));
    assert_eq!(world.settle(&manifest, 2, DesiredPhase::Run).1.standing, WorkloadStatus::Running);
}

#[test]
fn removal_goes_containers_network_volumes() {
    let (mut world, manifest) = (world(), one());
    world.settle(&manifest, 1, DesiredPhase::Run);
    let (actions, last) = world.settle(&manifest, 1, DesiredPhase::Remove { volumes: false });
    assert!(matches!(actions[..], [ContainerAction::Remove { .. }, ContainerAction::RemoveNetwork]));
    assert_eq!(last.standing, WorkloadStatus::Removed);
    let (actions, _) = world.settle(&manifest, 1, DesiredPhase::Remove { volumes: true });
    assert!(matches!(actions[..], [ContainerAction::RemoveVolumes { .. }]));
}

fn slot(replica: u16) -> Slot {
    Slot { replica, service: "web".into() }
}

/// The slots that are created and were never started.
fn created(world: &World) -> Vec<Slot> {
    let created = world.observed.containers.iter().filter(|seen| seen.state == ContainerState::Created);
    created.map(|seen| seen.slot.clone()).collect()
}

#[test]
fn a_warm_replica_comes_after_all_that_is_wanted_and_counts_for_nothing() {
    let (mut world, manifest) = (World { warm: 1, ..world() }, chained("service_healthy"));
    let (_, last) = world.settle(&manifest, 1, DesiredPhase::Run);
    assert_eq!(last.standing, WorkloadStatus::Starting);
    assert_eq!(world.observed.containers.len(), 2, "while a wanted one comes up, nothing else is made");

    world.observed.containers.iter_mut().for_each(|seen| seen.health = ContainerHealth::Healthy);
    let (actions, last) = world.settle(&manifest, 1, DesiredPhase::Run);
    assert!(matches!(&actions[0], ContainerAction::Start { containers } if containers[0].0 == "a-0"));
    assert!(
        matches!(&actions[1], ContainerAction::Make { network: false, warm: true, containers, .. } if containers.len() == 2)
    );
    assert_eq!((actions.len(), last.standing, last.reason), (2, WorkloadStatus::Running, None));
    assert_eq!(ready(&manifest, 2, &world.observed.containers), BTreeSet::from([0]));
    assert!(world.starts.keys().all(|slot| slot.replica == 0));
}

#[test]
fn a_step_up_starts_what_is_warm_before_anything_is_made() {
    let (mut world, manifest) = (World { warm: 1, ..world() }, one());
    world.settle(&manifest, 1, DesiredPhase::Run);
    assert_eq!(created(&world), [slot(1)]);
    let (actions, _) = world.settle(&manifest, 2, DesiredPhase::Run);
    assert_eq!(actions[0], ContainerAction::Start { containers: vec![("web-1".into(), slot(1))] });
    let next = ContainerAction::Make { network: false, volumes: Vec::new(), containers: vec![slot(2)], warm: true };
    assert_eq!(actions[1..], [next]);

    // Further than what is warm, that comes up first, and waits for none of the others.
    let (actions, _) = world.settle(&manifest, 4, DesiredPhase::Run);
    assert_eq!(actions[0], ContainerAction::Start { containers: vec![("web-2".into(), slot(2))] });
    assert!(
        matches!(&actions[1], ContainerAction::Make { containers, warm: false, .. } if containers[..] == [slot(3)])
    );
    assert!(matches!(&actions[2], ContainerAction::Start { .. }));
}

#[test]
fn a_step_down_removes_what_ran_and_makes_it_anew() {
    let (mut world, manifest) = (World { warm: 1, ..world() }, one());
    world.settle(&manifest, 3, DesiredPhase::Run);
    let (actions, last) = world.settle(&manifest, 1, DesiredPhase::Run);
    let ContainerAction::Remove { containers } = &actions[0] else { panic!("{actions:?}") };
    assert_eq!(containers.iter().map(|(_, slot)| slot.replica).collect::<Vec<_>>(), [3, 2, 1]);
    assert!(matches!(&actions[1], ContainerAction::Make { containers, warm: true, .. } if containers[..] == [slot(1)]));
    assert_eq!((actions.len(), last.standing), (2, WorkloadStatus::Running));

    // One that a hand that is not ours started has run as well.
    let warm = world.observed.containers.iter_mut().find(|seen| seen.slot == slot(1)).unwrap();
    warm.state = ContainerState::Running;
    let (actions, _) = world.settle(&manifest, 1, DesiredPhase::Run);
    assert!(matches!(actions[..], [ContainerAction::Remove { .. }, ContainerAction::Make { warm: true, .. }]));
}

#[test]
fn a_warm_replica_goes_with_the_bounds_and_with_the_lease() {
    let (mut world, manifest) = (World { warm: 2, ..world() }, one());
    world.settle(&manifest, 1, DesiredPhase::Run);
    assert_eq!(created(&world), [slot(1), slot(2)]);
    world.warm = 1;
    let (actions, last) = world.settle(&manifest, 1, DesiredPhase::Run);
    assert_eq!(actions, [ContainerAction::Remove { containers: vec![("web-2".into(), slot(2))] }]);
    assert_eq!(last.standing, WorkloadStatus::Running);

    world.settle(&manifest, 1, DesiredPhase::Pause);
    assert_eq!(created(&world), [slot(1)], "a pause keeps it");
    world.settle(&manifest, 1, DesiredPhase::Remove { volumes: true });
    assert!(world.observed.containers.is_empty());
}

#[test]
fn a_lease_at_zero_has_a_warm_replica_to_wake_with() {
    let (mut world, manifest) = (World { warm: 1, ..world() }, one());
    let (actions, last) = world.settle(&manifest, 0, DesiredPhase::Run);
    assert!(matches!(
        &actions[..],
        [ContainerAction::Resolve { .. }, ContainerAction::Make { network: true, warm: true, .. }]
    ));
    assert_eq!((last.standing, ready_replicas(&manifest, 1, &world.observed.containers)), (WorkloadStatus::Running, 0));
    let (actions, _) = world.settle(&manifest, 1, DesiredPhase::Run);
    assert_eq!(actions[0], ContainerAction::Start { containers: vec![("web-0".into(), slot(0))] });
}

#[test]
fn a_warm_replica_that_cannot_be_made_is_nobodys_failure() {
    let (mut world, manifest) = (world(), one());
    world.settle(&manifest, 1, DesiredPhase::Run);
    world.warm = 1;
    let attempt = Attempt { failures: 2, at_ms: world.now_ms, reason: Some("no space left".into()) };
    world.observed.attempts.insert(subject::make(true).to_owned(), attempt);
    let decision = world.reconcile(&manifest, 1, DesiredPhase::Run);
    assert_eq!(
        (decision.action, decision.standing, decision.reason),
        (ContainerAction::Rest, WorkloadStatus::Running, None)
    );
    assert_eq!(decision.wake_at_ms, Some(world.now_ms + 2_000), "it is tried again");
    let decision = world.reconcile(&manifest, 2, DesiredPhase::Run);
    assert!(
        matches!(decision.action, ContainerAction::Make { warm: false, .. }),
        "what is wanted does not wait for that"
    );
}

fn state() -> impl Strategy<Value = ContainerState> {
    use ContainerState::*;
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
            let decision = world.reconcile(&manifest, replicas, DesiredPhase::Run);
            if let ContainerAction::Start { containers } = &decision.action {
                for (id, slot) in containers {
                    prop_assert!(slot.replica < replicas);
                    let seen = world.observed.containers.iter().find(|seen| seen.id == *id).unwrap();
                    prop_assert!(matches!(seen.state, ContainerState::Created | ContainerState::Exited));
                }
            }
            if decision.action == ContainerAction::Rest { break; }
            world.act(&decision.action);
        }
        prop_assert_eq!(world.reconcile(&manifest, replicas, DesiredPhase::Run).action, ContainerAction::Rest);
        for seen in world.observed.containers.iter().filter(|seen| seen.state != ContainerState::Removing) {
            let warm = seen.slot.replica < replicas + warm && seen.state == ContainerState::Created;
            prop_assert!((seen.slot.replica < replicas || warm) && seen.slot.service != "x");
        }
        prop_assert!(world.observed.networks <= 1);
    }
}
