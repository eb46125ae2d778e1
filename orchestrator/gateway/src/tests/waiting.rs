//! Requests that wait for a replica, and replicas that wait for their requests.

use super::*;

#[tokio::test]
async fn a_request_waits_for_the_first_replica() {
    let scene = Arc::new(Scene::new(quick()).await);
    scene.show(&[]);
    let asked: Vec<_> = (0..4)
        .map(|_| {
            tokio::spawn({
                let scene = scene.clone();
                async move { scene.get("/").await }
            })
        })
        .collect();
    tokio::time::timeout(Duration::from_secs(1), scene.surge.notified()).await.expect("whoever scales is told");
    while scene.gateway.demand(LEASE).is_none_or(|demand| demand.waiting < 4) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (status, said) = scene.get("/").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "the queue is full: {said}");
    let replica = Replica::named("one").await;
    scene.show(&[&replica]);
    for asked in asked {
        assert_eq!(asked.await.unwrap().0, StatusCode::OK);
    }
    assert_eq!(scene.gateway.demand(LEASE).unwrap().waiting, 0);
}

#[tokio::test]
async fn one_that_waits_in_vain_is_told_why() {
    let scene = Scene::new(quick()).await;
    scene.show(&[]);
    let (status, said) = scene.get("/").await;
    assert!(status == StatusCode::SERVICE_UNAVAILABLE && said.contains("no replica was ready within 1.5s"), "{said}");
    let why = "the lease's funds are exhausted; a top-up starts it again";
    scene.show_with(&[], Availability::Unavailable(why.to_owned()), 1, Duration::from_secs(1));
    let (status, said) = scene.get("/").await;
    assert!(status == StatusCode::SERVICE_UNAVAILABLE && said.contains(why), "{said}");
}

#[tokio::test]
async fn a_full_replica_is_waited_for() {
    let scene = Arc::new(Scene::new(quick()).await);
    let replica = Replica::named("one").await;
    scene.show_with(&[&replica], Availability::Expected, 1, Duration::from_secs(5));
    let began = Instant::now();
    let all = join_all((0..3).map(|_| scene.get("/slow"))).await;
    assert!(all.iter().filter(|(status, _)| *status == StatusCode::OK).count() >= 2, "{all:?}");
    assert!(began.elapsed() >= Duration::from_millis(600), "one after the other");
    assert_eq!(scene.traffic.in_flight(), 0);
}

#[tokio::test]
async fn a_drained_replica_finishes_what_it_has() {
    let scene = Arc::new(Scene::new(GatewayLimits::default()).await);
    let (one, two) = (Replica::named("one").await, Replica::named("two").await);
    scene.show(&[&one]);
    let slow = tokio::spawn({
        let scene = scene.clone();
        async move { scene.get("/slow").await }
    });
    while scene.traffic.in_flight() == 0 {
        tokio::task::yield_now().await;
    }
    // Both as they are now; the one is drained while it answers.
    let draining = tokio::spawn({
        let gateway = scene.gateway.clone();
        async move { gateway.drain(LEASE, 0, Duration::from_secs(5)).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!draining.is_finished(), "it waits for what is under way");
    assert_eq!(draining.await.unwrap(), 0);
    assert!(slow.await.unwrap().1.starts_with("one"));
    let upstreams = scene.show(&[&one, &two]);
    upstreams[0].drain(Duration::from_secs(9));
    for _ in 0..20 {
        assert!(scene.get("/").await.1.starts_with("two"));
    }
}

#[tokio::test]
async fn patience_with_a_drained_replica_ends() {
    let scene = Arc::new(Scene::new(GatewayLimits::default()).await);
    let replica = Replica::named("one").await;
    scene.show(&[&replica]);
    let slow = tokio::spawn({
        let scene = scene.clone();
        async move { scene.get("/slow").await }
    });
    while scene.traffic.in_flight() == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(scene.gateway.drain(LEASE, 0, Duration::from_millis(30)).await, 1);
    assert_eq!(slow.await.unwrap().0, StatusCode::OK);
}
