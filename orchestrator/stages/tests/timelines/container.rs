//! The container stage makes what the engine runs equal to what the chain wants.
//!
//! The fake engine starts and stops at once; a container with a health check is `starting` until the test says otherwise.

use std::time::Duration;

use lease::reconcile::{ContainerHealth, WorkloadStatus};
use ports::testing::EngineFault;
use solidity::Market::LeaseScaled;

use super::world::{NewLease, Settings, World};

const PLAIN: &str = "services:\n  web:\n    image: app\n";

async fn world() -> World {
    World::new(&["container"], Settings::default()).await
}

/// A lease with one service, no volume and no health check.
fn plain() -> NewLease {
    NewLease { manifest: PLAIN, ..NewLease::default() }
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_created_started_and_running_once_it_is_healthy() {
    let mut world = world().await;
    let lease = world.open(NewLease::default()).await;
    world.at(1).await;
    let made = ["image app", "create_volume data", "create_network", "create_container web/0", "start web/0"];
    assert_eq!(world.calls_in(1), made, "a lease is made and started in the second that its block is read");
    world.at(3).await;
    assert_eq!(world.standing(lease).await, Some(WorkloadStatus::Starting));
    let reason = world.progress(lease).await.unwrap().reason;
    assert_eq!(reason.as_deref(), Some("service web of replica 0 is not healthy yet"));
    world.engine.set_health(lease, "web", 0, ContainerHealth::Healthy);
    world.at(4).await;
    assert_eq!(world.standing(lease).await, Some(WorkloadStatus::Running));
    assert_eq!(world.progress(lease).await.unwrap().opened_to_running_ms(), Some(3_000));
    world.at(70).await;
    assert_eq!(world.calls_in(70), [""; 0], "a lease that is as it should be costs no call that changes anything");
}

#[tokio::test(start_paused = true)]
async fn every_replica_gets_its_cgroup_limit() {
    let mut world = world().await;
    let lease = world.open(NewLease { replicas: 2, ..plain() }).await;
    world.at(1).await;
    let limits: Vec<_> = world.cgroups.limits(lease).into_iter().map(|(at, shape)| (at, shape.millicores)).collect();
    assert_eq!(limits, [(0, 1000), (1, 1000)]);
}

#[tokio::test(start_paused = true)]
async fn a_container_that_crashes_is_restarted_with_growing_pauses() {
    let mut world = world().await;
    let lease = world.open(plain()).await;
    for second in [1, 2, 3, 5, 9] {
        world.at(second).await;
        assert_eq!(world.called("start web/0").last(), Some(&second));
        world.engine.exit(lease, "web", 0, 1);
    }
    // At once after the first crash; then 1, 2, 4 and 8 seconds after the crash before.
    world.at(16).await;
    assert_eq!(world.called("start web/0"), [1, 2, 3, 5, 9]);
    assert_eq!(world.standing(lease).await, Some(WorkloadStatus::Failing));
    let reason = world.progress(lease).await.unwrap().reason.unwrap();
    assert!(reason.starts_with("service web of replica 0 ended with exit code 1; 5 times in a row"), "{reason}");
    world.at(17).await;
    assert_eq!(world.called("start web/0"), [1, 2, 3, 5, 9, 17]);
    assert_eq!(world.standing(lease).await, Some(WorkloadStatus::Running));
}

#[tokio::test(start_paused = true)]
async fn a_container_that_ran_for_ten_seconds_is_restarted_at_once() {
    let mut world = world().await;
    let lease = world.open(plain()).await;
    for second in [1, 2, 3] {
        world.at(second).await;
        world.engine.exit(lease, "web", 0, 1);
    }
    world.at(5).await;
    assert_eq!(world.called("start web/0"), [1, 2, 3, 5]);
    world.at(15).await;
    world.engine.exit(lease, "web", 0, 1);
    world.at(16).await;
    assert_eq!(world.called("start web/0"), [1, 2, 3, 5, 16], "it ran from second 5 to second 15");
}

#[tokio::test(start_paused = true)]
async fn backoff_outlives_the_process() {
    let mut world = world().await;
    let lease = world.open(plain()).await;
    for second in [1, 2, 3, 5] {
        world.at(second).await;
        world.engine.exit(lease, "web", 0, 1);
    }
    world.restart();
    world.at(8).await;
    assert_eq!(world.called("start web/0"), [1, 2, 3, 5]);
    world.at(9).await;
    assert_eq!(world.called("start web/0"), [1, 2, 3, 5, 9]);
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_engine_changes_nothing() {
    let mut world = world().await;
    let lease = world.open(plain()).await;
    world.at(3).await;
    let before = (world.progress(lease).await, world.recorded(lease).await);
    world.engine.set_away(true);
    world.at(30).await;
    let error = world.error("container").unwrap();
    assert!(error.starts_with("the container engine is not reachable"), "{error}");
    assert_eq!((world.progress(lease).await, world.recorded(lease).await), before, "unreachable is not gone");
    world.engine.set_away(false);
    world.at(31).await;
    assert_eq!(world.error("container"), None);
    assert_eq!(world.called("start web/0"), [1]);
    assert_eq!(world.engine.containers(lease), ["web/0 running"]);
}

#[tokio::test(start_paused = true)]
async fn a_lease_whose_creation_is_refused_is_retried_with_a_backoff_of_its_own() {
    let mut world = world().await;
    for _ in 0..2 {
        world.engine.fail("create_container", EngineFault::Refused("no space left on device".to_owned()));
    }
    let lease = world.open(plain()).await;
    world.at(1).await;
    assert_eq!(world.standing(lease).await, Some(WorkloadStatus::Failing));
    let reason = world.progress(lease).await.unwrap().reason.unwrap();
    assert!(reason.contains("no space left on device"), "{reason}");
    world.at(4).await;
    assert_eq!(world.called("create_container web/0"), [1, 2, 4], "1 second after the first failure, 2 after the next");
    assert_eq!(world.standing(lease).await, Some(WorkloadStatus::Running));
}

#[tokio::test(start_paused = true)]
async fn a_closed_lease_is_stopped_and_removed_with_its_volumes() {
    let mut world = world().await;
    let lease = world.open(NewLease::default()).await;
    world.at(4).await;
    world.close(lease);
    world.at(5).await;
    let removed = ["stop web/0", "remove_container web/0", "remove_network", "remove_volume data"];
    assert_eq!(world.calls_in(5), removed);
    assert_eq!(world.standing(lease).await, Some(WorkloadStatus::Removed));
    assert_eq!(world.upstreams.drained(), [(lease, 0)], "requests under way end before the replica does");
    world.at(10).await;
    assert_eq!(world.recorded(lease).await, []);
}

#[tokio::test(start_paused = true)]
async fn an_exhausted_lease_is_paused_and_keeps_its_volumes_for_the_grace_period() {
    let mut world = World::new(&["container"], Settings { grace: 5, ..Settings::default() }).await;
    let lease = world.open(NewLease { deposit: 10, ..NewLease::default() }).await;
    world.at(10).await;
    assert_eq!(world.engine.containers(lease), ["web/0 running"]);
    world.at(11).await;
    assert_eq!(world.calls_in(11), ["stop web/0"], "10 base units pay for the seconds from 1 to 11");
    assert_eq!(world.standing(lease).await, Some(WorkloadStatus::Paused));
    world.at(16).await;
    assert_eq!(
        (world.engine.containers(lease), world.engine.volumes(lease)),
        (vec!["web/0 exited".into()], vec!["data".into()])
    );
    world.at(17).await;
    assert_eq!((world.engine.containers(lease).len(), world.engine.volumes(lease).len()), (0, 0));
    let reason = world.progress(lease).await.unwrap().reason.unwrap();
    assert_eq!(reason, "out of funds for longer than the grace period: removed with its volumes");
}

#[tokio::test(start_paused = true)]
async fn a_paused_lease_starts_again_when_a_top_up_lasts_for_the_notice_period() {
    let mut world = world().await;
    let lease = world.open(NewLease { deposit: 10, ..plain() }).await;
    world.at(12).await;
    assert_eq!(world.standing(lease).await, Some(WorkloadStatus::Paused));
    world.top_up(lease, 20);
    world.at(13).await;
    assert_eq!(
        world.standing(lease).await,
        Some(WorkloadStatus::Paused),
        "18 seconds are less than the notice period's 30"
    );
    world.top_up(lease, 20);
    world.at(14).await;
    assert_eq!(world.calls_in(14), ["start web/0"]);
    assert_eq!(world.standing(lease).await, Some(WorkloadStatus::Running));
}

#[tokio::test(start_paused = true)]
async fn a_step_down_drains_and_removes_the_highest_replica() {
    let mut world = world().await;
    let lease = world.open(NewLease { replicas: 2, ..plain() }).await;
    world.at(2).await;
    assert_eq!(world.engine.containers(lease), ["web/0 running", "web/1 running"]);
    world.chain.emit(&LeaseScaled { lease, replicas: 1 });
    world.at(3).await;
    assert_eq!(world.calls_in(3), ["stop web/1", "remove_container web/1"]);
    assert_eq!(world.upstreams.drained(), [(lease, 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_warm_replica_is_made_ahead_and_a_step_up_is_a_start() {
    let mut world = World::new(&["container"], Settings { warm: 1, ..Settings::default() }).await;
    let lease = world.open(plain()).await;
    world.at(2).await;
    assert_eq!(world.engine.containers(lease), ["web/0 running", "web/1 created"]);
    world.chain.emit(&LeaseScaled { lease, replicas: 2 });
    world.at(3).await;
    assert_eq!(world.calls_in(3), ["start web/1", "create_container web/2"]);
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_hangs_holds_up_no_other() {
    let mut world = world().await;
    world.engine.fail("start", EngineFault::Hang);
    let slow = world.open(plain()).await;
    let (engine, time) = (world.engine.clone(), world.time.clone());
    // The run leaves what takes longer than 250 milliseconds to finish beside it.
    let patience = async {
        engine.hanging().await;
        time.advance(Duration::from_millis(250)).await;
    };
    tokio::join!(world.at(1), patience);
    let other = world.open(plain()).await;
    let patience = async {
        while engine.containers(other) != ["web/0 running"] {
            tokio::task::yield_now().await;
        }
        time.advance(Duration::from_millis(250)).await;
    };
    tokio::join!(world.at(2), patience);
    assert_eq!(world.when("container", "busy"), [2]);
    assert_eq!(world.engine.containers(slow), ["web/0 created"]);
    engine.release();
    world.at(3).await;
    world.at(4).await;
    assert_eq!(world.engine.containers(slow), ["web/0 running"]);
}

#[tokio::test(start_paused = true)]
async fn a_draining_provider_begins_no_lease_and_keeps_those_that_run() {
    let mut world = world().await;
    let old = world.open(plain()).await;
    world.at(1).await;
    world.settings.drain = true;
    world.restart();
    let new = world.open(plain()).await;
    world.at(3).await;
    assert_eq!(
        (world.standing(old).await, world.standing(new).await),
        (Some(WorkloadStatus::Running), Some(WorkloadStatus::Awaiting))
    );
    assert_eq!(world.engine.containers(new).len(), 0);
}
