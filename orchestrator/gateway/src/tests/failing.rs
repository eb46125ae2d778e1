//! Replicas and clients that break off, are late, or send too much.

use super::*;

#[tokio::test]
async fn what_was_not_answered_goes_to_another_replica_at_once() {
    let scene = Scene::new(GatewayLimits::default()).await;
    let (well, also) = (Replica::named("well").await, Replica::named("well").await);
    let (broken, dead) = (Replica::breaking_off().await, Replica::named("dead").await);
    dead.task.abort();
    scene.show(&[&well, &broken, &dead, &also]);
    for i in 0..100 {
        let began = Instant::now();
        let (status, said) = scene.get(&format!("/{i}")).await;
        assert_eq!((status, said.starts_with("well")), (StatusCode::OK, true), "{said}");
        assert!(began.elapsed() < Duration::from_millis(100), "{:?}", began.elapsed());
    }
    assert!(broken.heard() > 0);
    assert_eq!(scene.gateway.demand(LEASE).unwrap().failed, 0);
}

#[tokio::test]
async fn what_may_have_had_an_effect_is_not_sent_again() {
    let scene = Scene::new(GatewayLimits::default()).await;
    let broken = Replica::breaking_off().await;
    let other = Replica::breaking_off().await;
    scene.show(&[&broken, &other]);
    let (status, said) = scene.ask(Request::post("/")).await;
    assert_eq!(status, StatusCode::BAD_GATEWAY, "{said}");
    assert_eq!(broken.heard() + other.heard(), 1);
    let (status, _) = scene.get("/").await;
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    assert_eq!(broken.heard() + other.heard(), 4, "three attempts, not more");
    assert_eq!(scene.gateway.demand(LEASE).unwrap().failed, 2);
}

#[tokio::test]
async fn an_answer_streams_and_one_that_falls_silent_ends() {
    let scene = Scene::new(quick()).await;
    let replica = Replica::speaking(|mut stream, _| async move {
        let mut head = [0; 4096];
        let _ = stream.read(&mut head).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n").await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        let _ = stream.write_all(b"3\r\ntwo\r\n").await;
        std::future::pending::<()>().await;
    })
    .await;
    scene.show(&[&replica]);
    let began = Instant::now();
    let answer = scene.send(Request::get("/").header("host", HOST).body(Full::default()).unwrap()).await;
    let mut body = answer.into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(first.as_ref() == b"one" && began.elapsed() < Duration::from_millis(150), "{:?}", began.elapsed());
    let second = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(second.as_ref(), b"two");
    assert!(body.frame().await.unwrap().is_err(), "cut, and known to be");
    assert!(began.elapsed() < Duration::from_secs(2));
    assert_eq!(scene.traffic.in_flight(), 0);
}

#[tokio::test]
async fn a_late_answer_is_a_failure_with_its_time() {
    let scene = Scene::new(GatewayLimits::default()).await;
    let replica = Replica::named("one").await;
    scene.show_with(&[&replica], Availability::Expected, 512, Duration::from_millis(100));
    let (status, said) = scene.get("/slow").await;
    assert_eq!(status, StatusCode::GATEWAY_TIMEOUT);
    assert!(said.contains("100ms"), "{said}");
}

#[tokio::test]
async fn an_ejected_replica_returns_when_it_takes_connections_again() {
    let scene = Scene::new(GatewayLimits::default()).await;
    let (one, two) = (Replica::named("one").await, Replica::named("two").await);
    let upstreams = scene.show(&[&one, &two]);
    scene.get("/").await;
    upstreams[0].record_unreachable();
    let began = Instant::now();
    while !scene.get("/").await.1.starts_with("one") {
        assert!(began.elapsed() < Duration::from_secs(4));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_head_that_is_too_large_or_too_slow_is_refused() {
    let scene = Scene::new(quick()).await;
    let replica = Replica::named("one").await;
    scene.show(&[&replica]);
    let large = "x".repeat(65_536);
    let mut stream = TcpStream::connect(scene.address).await.unwrap();
    let head = format!("GET / HTTP/1.1\r\nhost: {HOST}\r\nx-large: {large}\r\n\r\n");
    let _ = stream.write_all(head.as_bytes()).await;
    let mut said = vec![0; 64];
    let length = stream.read(&mut said).await.unwrap();
    assert!(said[..length].starts_with(b"HTTP/1.1 431"), "{length} {}", String::from_utf8_lossy(&said[..length]));
    let mut stream = TcpStream::connect(scene.address).await.unwrap();
    stream.write_all(b"GET / HT").await.unwrap();
    let closed = tokio::time::timeout(Duration::from_secs(3), stream.read(&mut said)).await;
    assert!(closed.is_ok(), "a client that does not finish its head is not waited for");
    assert_eq!(replica.heard(), 0);
}
