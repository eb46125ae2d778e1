//! The gateway between real sockets: replicas that answer, die, stall, break off and come and go.

mod failing;
mod passing;
mod waiting;

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
    route::{Availability, Route, RouteTable},
    traffic::LeaseTraffic,
    upstream::Upstream,
    *,
};

const LEASE: B256 = B256::repeat_byte(0xab);
const LABEL: &str = "web-abababababab";
const HOST: &str = "web-abababababab.a.org";

/// A gateway in front of whatever the test puts there.
struct Scene {
    gateway: Arc<Gateway>,
    address: SocketAddr,
    surge: Wakeup,
    traffic: Arc<LeaseTraffic>,
    _stop: watch::Sender<bool>,
    _folder: TempDir,
}

impl Scene {
    async fn new(limits: GatewayLimits) -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&format!("sqlite:{}", folder.path().join("t.db").display())).await.unwrap();
        let surge = Wakeup::default();
        let wakeups = (Wakeup::default(), surge.clone());
        let pool = Subnet::DEFAULT_POOL;
        let gateway = Arc::new(Gateway::new(Arc::new(store), Address::ZERO, pool, "a.org", limits, wakeups));
        let listener = Gateway::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, shutdown) = watch::channel(false);
        // No discovery: the test sets the route table.
        tokio::spawn(maintain(gateway.state.clone()));
        tokio::spawn(super::server::serve(gateway.state.clone(), listener, shutdown));
        let traffic = Arc::new(LeaseTraffic::new(LEASE));
        Self { gateway, address, surge, traffic, _stop: stop, _folder: folder }
    }

    fn show(&self, replicas: &[&Replica]) -> Vec<Arc<Upstream>> {
        self.show_with(replicas, Availability::Expected, 512, Duration::from_secs(5))
    }

    fn show_with(
        &self,
        replicas: &[&Replica],
        availability: Availability,
        concurrency: u32,
        timeout: Duration,
    ) -> Vec<Arc<Upstream>> {
        let upstream = |(index, replica): (usize, &&Replica)| {
            Arc::new(Upstream::new(index.to_string(), index as u16, replica.address))
        };
        let upstreams: Vec<_> = replicas.iter().enumerate().map(upstream).collect();
        self.gateway.state.table.send_modify(|table| {
            let freed = table.of(LEASE).next().map(|route| route.freed.clone()).unwrap_or_default();
            let (traffic, service, upstreams) = (self.traffic.clone(), "web".to_owned(), upstreams.clone());
            let route = Route { traffic, service, upstreams, availability, concurrency, timeout, freed };
            *table = Arc::new(RouteTable::new(vec![Arc::new(route)]));
        });
        upstreams
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
    /// Answers with its name and the request, `/slow` after a while.
    async fn named(name: &'static str) -> Self {
        Self::serving(move |request: Request<Incoming>| async move {
            if request.uri().path().starts_with("/slow") {
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
            let header = |name: &str| {
                request.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
            };
            let line = format!("{name} {} {} {}", request.uri(), header("host"), header("x-forwarded-prefix"));
            let length = request.into_body().collect().await.map(|body| body.to_bytes().len()).unwrap_or_default();
            Response::new(Full::new(Bytes::from(format!("{line} {length}"))))
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

fn quick() -> GatewayLimits {
    let ms = Duration::from_millis;
    GatewayLimits {
        hold: ms(1500),
        queue: ms(700),
        idle: ms(400),
        header_time: ms(500),
        waiting: 4,
        ..GatewayLimits::default()
    }
}
