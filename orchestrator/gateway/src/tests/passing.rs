//! What passes: by host and path, in either HTTP, with bodies, through tunnels.

use super::*;

#[tokio::test]
async fn a_request_goes_by_host_or_by_path() {
    let scene = Scene::new(GatewayLimits::default()).await;
    let replica = Replica::named("one").await;
    scene.show(&[&replica]);
    assert_eq!(scene.get("/x?y=1").await, (StatusCode::OK, format!("one /x?y=1 {HOST}  0")));
    let by_path = Request::get(format!("/{LABEL}/x?y=1")).header("host", "127.0.0.1:1").body(Full::default()).unwrap();
    assert_eq!(text(scene.send(by_path).await).await, format!("one /x?y=1 127.0.0.1:1 /{LABEL} 0"));
    for (host, path, status) in [
        ("api-abababababab.a.org", "/", StatusCode::NOT_FOUND),
        ("a.org", "/api-abababababab/", StatusCode::NOT_FOUND),
        ("a.org", "/", StatusCode::NOT_FOUND),
        ("example.org", "/", StatusCode::MISDIRECTED_REQUEST),
    ] {
        let request = Request::get(path).header("host", host).body(Full::default()).unwrap();
        let answer = scene.send(request).await;
        assert_eq!(answer.status(), status, "{host}{path}");
        let said: serde_json::Value = serde_json::from_str(&text(answer).await).unwrap();
        assert!(said["code"].is_string() && said["message"].is_string(), "{said}");
    }
    assert_eq!(scene.gateway.demand(LEASE).unwrap().arrived, 2, "what finds no service counts for none");
}

#[tokio::test]
async fn http_2_is_spoken_with_prior_knowledge() {
    let scene = Scene::new(GatewayLimits::default()).await;
    let replica = Replica::named("one").await;
    scene.show(&[&replica]);
    let stream = TcpStream::connect(scene.address).await.unwrap();
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let asked = (0..20).map(|i| {
        let mut sender = sender.clone();
        async move {
            let request = Request::get(format!("http://{HOST}/{i}")).body(Empty::<Bytes>::new()).unwrap();
            text(sender.send_request(request).await.unwrap()).await
        }
    });
    for (i, said) in join_all(asked).await.into_iter().enumerate() {
        assert_eq!(said, format!("one /{i} {HOST}  0"));
    }
}

#[tokio::test]
async fn connections_to_a_replica_are_used_again() {
    let scene = Scene::new(GatewayLimits::default()).await;
    let opened = Arc::new(AtomicU32::new(0));
    let counter = opened.clone();
    let replica = Replica::speaking(move |stream, _| {
        counter.fetch_add(1, Ordering::SeqCst);
        async move {
            let service = service_fn(|_| async {
                Ok::<_, std::convert::Infallible>(Response::new(Full::new(Bytes::from_static(b"well"))))
            });
            let _ = server::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        }
    })
    .await;
    scene.show(&[&replica]);
    for _ in 0..20 {
        assert_eq!(scene.get("/").await.1, "well");
    }
    assert!(opened.load(Ordering::SeqCst) <= 2, "{} connections", opened.load(Ordering::SeqCst));
}

#[tokio::test]
async fn a_body_is_passed_on_as_it_comes() {
    let scene = Scene::new(quick()).await;
    let replica = Replica::named("one").await;
    scene.show(&[&replica]);
    let request = Request::post("/").header("host", HOST).body(Full::new(Bytes::from(vec![7; 3 << 20]))).unwrap();
    assert!(text(scene.send(request).await).await.ends_with(&format!(" {}", 3 << 20)));
    // Half a body, and then nothing.
    let mut stream = TcpStream::connect(scene.address).await.unwrap();
    let head = format!("POST / HTTP/1.1\r\nhost: {HOST}\r\ncontent-length: 10\r\n\r\nhalf");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut said = String::new();
    let _ = tokio::time::timeout(Duration::from_secs(3), stream.read_to_string(&mut said)).await.unwrap();
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 400"), "{said}");
}

#[tokio::test]
async fn a_tunnel_carries_bytes_both_ways_and_is_under_way() {
    let scene = Scene::new(GatewayLimits::default()).await;
    let replica = Replica::speaking(|mut stream, _| async move {
        let mut head = vec![0; 4096];
        let length = stream.read(&mut head).await.unwrap();
        let text = String::from_utf8_lossy(&head[..length]).to_ascii_lowercase();
        assert!(text.contains("upgrade: echo") && text.contains("connection: upgrade"), "{text}");
        let yes = b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n";
        stream.write_all(yes).await.unwrap();
        let (mut read, mut write) = stream.split();
        let _ = tokio::io::copy(&mut read, &mut write).await;
    })
    .await;
    scene.show(&[&replica]);
    let request = Request::get("/").header("host", HOST).header("connection", "upgrade").header("upgrade", "echo");
    let mut answer = scene.send(request.body(Full::default()).unwrap()).await;
    assert_eq!(answer.status(), StatusCode::SWITCHING_PROTOCOLS);
    assert_eq!(answer.headers()["upgrade"], "echo");
    let mut tunnel = TokioIo::new(hyper::upgrade::on(&mut answer).await.unwrap());
    for word in [&b"hear"[..], b"what", b"I say"] {
        tunnel.write_all(word).await.unwrap();
        let mut heard = vec![0; word.len()];
        tunnel.read_exact(&mut heard).await.unwrap();
        assert_eq!(heard, word);
    }
    assert_eq!(scene.gateway.drain(LEASE, 0, Duration::from_millis(20)).await, 1, "it gets the patience");
    drop(tunnel);
    let began = Instant::now();
    while scene.traffic.in_flight() > 0 {
        assert!(began.elapsed() < Duration::from_secs(2));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
