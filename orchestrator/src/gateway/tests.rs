//! The gateway between real sockets: replicas that answer, die, stall, break off and come and go.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use alloy::primitives::{Address, B256};
use futures::future::join_all;
use http_body_util::{BodyExt, Empty, Full};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    client::conn::{http1, http2},
    server::conn::http1 as server,
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

use super::{
    backend::Backend,
    intake::Intake,
    route::{Outlook, Route, Table},
    *,
};

const LEASE: B256 = B256::repeat_byte(0xab);
const LABEL: &str = "web-abababababab";
const HOST: &str = "web-abababababab.a.org";

/// A gateway in front of whatever the test puts there.
struct Scene {
    gateway: Arc<Gateway>,
    address: SocketAddr,
    surge: Bell,
    intake: Arc<Intake>,
    _stop: watch::Sender<bool>,
    _folder: TempDir,
}

impl Scene {
    async fn new(limits: Limits) -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&format!("sqlite:{}", folder.path().join("t.db").display())).await.unwrap();
        let surge = Bell::default();
        let bells = (Bell::default(), surge.clone());
        let pool = Subnet::DEFAULT_POOL;
        let gateway = Arc::new(Gateway::new(Arc::new(store), Address::ZERO, pool, "a.org", limits, bells));
        let listener = Gateway::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, shutdown) = watch::channel(false);
        // Without a look at the store: the test says what there is.
        tokio::spawn(gateway.clone().pulse());
        tokio::spawn(listen::serve(gateway.clone(), listener, shutdown));
        let intake = Arc::new(Intake::new(LEASE));
        Self { gateway, address, surge, intake, _stop: stop, _folder: folder }
    }

    fn show(&self, replicas: &[&Replica]) -> Vec<Arc<Backend>> {
        self.show_with(replicas, Outlook::Coming, 512, Duration::from_secs(5))
    }

    fn show_with(
        &self,
        replicas: &[&Replica],
        outlook: Outlook,
        concurrency: u32,
        timeout: Duration,
    ) -> Vec<Arc<Backend>> {
        let backend = |(index, replica): (usize, &&Replica)| {
            Arc::new(Backend::new(index.to_string(), index as u16, replica.address))
        };
        let backends: Vec<_> = replicas.iter().enumerate().map(backend).collect();
        self.gateway.table.send_modify(|table| {
            let freed = table.of(LEASE).next().map(|route| route.freed.clone()).unwrap_or_default();
            let (intake, service, backends) = (self.intake.clone(), "web".to_owned(), backends.clone());
            let route = Route { intake, service, backends, outlook, concurrency, timeout, freed };
            *table = Arc::new(Table::new(vec![Arc::new(route)]));
        });
        backends
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        self.ask(Request::get(path)).await
    }

    async fn ask(&self, request: hyper::http::request::Builder) -> (StatusCode, String) {
        let answer = self.send(request.header("host", HOST).body(Full::default()).unwrap()).await;
        let status = answer.status();
        (status, text(answer).await)
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Response<Incoming> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection.with_upgrades());
        sender.send_request(request).await.unwrap()
    }
}

async fn text(answer: Response<Incoming>) -> String {
    String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

/// A server on this machine; it ends, with its connections, when it is dropped.
struct Replica {
    address: SocketAddr,
    heard: Arc<AtomicU32>,
    task: JoinHandle<()>,
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Replica {
    /// Answers with its name and what it was asked, `/slow` after a while.
    async fn named(name: &'static str) -> Self {
        Self::serving(move |request: Request<Incoming>| async move {
            if request.uri().path().starts_with("/slow") {
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
            let header = |name: &str| {
                request.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
            };
            let told = format!("{name} {} {} {}", request.uri(), header("host"), header("x-forwarded-prefix"));
            let length = request.into_body().collect().await.map(|body| body.to_bytes().len()).unwrap_or_default();
            Response::new(Full::new(Bytes::from(format!("{told} {length}"))))
        })
        .await
    }

    async fn serving<F>(answer: impl Fn(Request<Incoming>) -> F + Send + Sync + Clone + 'static) -> Self
    where
        F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
    {
        Self::speaking(move |stream, heard| {
            let answer = answer.clone();
            async move {
                let service = service_fn(move |request| {
                    heard.fetch_add(1, Ordering::SeqCst);
                    let answer = answer(request);
                    async move { Ok::<_, std::convert::Infallible>(answer.await) }
                });
                let _ = server::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            }
        })
        .await
    }

    /// Speaks whatever it likes.
    async fn speaking<F>(speak: impl Fn(TcpStream, Arc<AtomicU32>) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, heard) = (listener.local_addr().unwrap(), Arc::new(AtomicU32::new(0)));
        let counter = heard.clone();
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                connections.spawn(speak(stream, counter.clone()));
            }
        });
        Self { address, heard, task }
    }

    /// Reads a head, counts it, and closes without a word.
    async fn breaking_off() -> Self {
        Self::speaking(|mut stream, heard| async move {
            let mut head = [0; 4096];
            let _ = stream.read(&mut head).await;
            heard.fetch_add(1, Ordering::SeqCst);
        })
        .await
    }

    fn heard(&self) -> u32 {
        self.heard.load(Ordering::SeqCst)
    }
}

fn quick() -> Limits {
    let ms = Duration::from_millis;
    Limits { hold: ms(1500), queue: ms(700), idle: ms(400), header_time: ms(500), waiting: 4, ..Limits::default() }
}

#[tokio::test]
async fn a_request_goes_by_host_or_by_path() {
    let scene = Scene::new(Limits::default()).await;
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
    let scene = Scene::new(Limits::default()).await;
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
    let scene = Scene::new(Limits::default()).await;
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
async fn what_was_not_answered_goes_to_another_replica_at_once() {
    let scene = Scene::new(Limits::default()).await;
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
    let scene = Scene::new(Limits::default()).await;
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
    assert_eq!(scene.intake.under_way(), 0);
}

#[tokio::test]
async fn a_late_answer_is_a_failure_with_its_time() {
    let scene = Scene::new(Limits::default()).await;
    let replica = Replica::named("one").await;
    scene.show_with(&[&replica], Outlook::Coming, 512, Duration::from_millis(100));
    let (status, said) = scene.get("/slow").await;
    assert_eq!(status, StatusCode::GATEWAY_TIMEOUT);
    assert!(said.contains("100ms"), "{said}");
}

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
    tokio::time::timeout(Duration::from_secs(1), scene.surge.rung()).await.expect("whoever scales is told");
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
    scene.show_with(&[], Outlook::Hopeless(why.to_owned()), 1, Duration::from_secs(1));
    let (status, said) = scene.get("/").await;
    assert!(status == StatusCode::SERVICE_UNAVAILABLE && said.contains(why), "{said}");
}

#[tokio::test]
async fn a_full_replica_is_waited_for() {
    let scene = Arc::new(Scene::new(quick()).await);
    let replica = Replica::named("one").await;
    scene.show_with(&[&replica], Outlook::Coming, 1, Duration::from_secs(5));
    let began = Instant::now();
    let all = join_all((0..3).map(|_| scene.get("/slow"))).await;
    assert!(all.iter().filter(|(status, _)| *status == StatusCode::OK).count() >= 2, "{all:?}");
    assert!(began.elapsed() >= Duration::from_millis(600), "one after the other");
    assert_eq!(scene.intake.under_way(), 0);
}

#[tokio::test]
async fn a_drained_replica_finishes_what_it_has() {
    let scene = Arc::new(Scene::new(Limits::default()).await);
    let (one, two) = (Replica::named("one").await, Replica::named("two").await);
    scene.show(&[&one]);
    let slow = tokio::spawn({
        let scene = scene.clone();
        async move { scene.get("/slow").await }
    });
    while scene.intake.under_way() == 0 {
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
    let backends = scene.show(&[&one, &two]);
    backends[0].close(Duration::from_secs(9));
    for _ in 0..20 {
        assert!(scene.get("/").await.1.starts_with("two"));
    }
}

#[tokio::test]
async fn patience_with_a_drained_replica_ends() {
    let scene = Arc::new(Scene::new(Limits::default()).await);
    let replica = Replica::named("one").await;
    scene.show(&[&replica]);
    let slow = tokio::spawn({
        let scene = scene.clone();
        async move { scene.get("/slow").await }
    });
    while scene.intake.under_way() == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(scene.gateway.drain(LEASE, 0, Duration::from_millis(30)).await, 1);
    assert_eq!(slow.await.unwrap().0, StatusCode::OK);
}

#[tokio::test]
async fn an_ejected_replica_returns_when_it_takes_connections_again() {
    let scene = Scene::new(Limits::default()).await;
    let (one, two) = (Replica::named("one").await, Replica::named("two").await);
    let backends = scene.show(&[&one, &two]);
    scene.get("/").await;
    backends[0].unreachable();
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

#[tokio::test]
async fn a_tunnel_carries_bytes_both_ways_and_is_under_way() {
    let scene = Scene::new(Limits::default()).await;
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
    while scene.intake.under_way() > 0 {
        assert!(began.elapsed() < Duration::from_secs(2));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
