//! Replicas start, stop and are killed under load.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use hyper::StatusCode;
use tests::{running_lease::RunningLease, wait::until};
use tokio::task::JoinHandle;

use crate::{front, get, scale};

/// Clients, each of which sends one request after the other.
struct Load {
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    clients: Vec<JoinHandle<anyhow::Result<Duration>>>,
}

impl Load {
    fn start(running: &RunningLease, path: &'static str, clients: usize) -> Self {
        let (stop, answered) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let client = |_| {
            let (at, host, stop, answered) = (running.gateway(), running.host("web"), stop.clone(), answered.clone());
            tokio::spawn(async move {
                let mut slowest = Duration::ZERO;
                while !stop.load(Ordering::SeqCst) {
                    let began = Instant::now();
                    let (status, said) = get(at, &host, path).await?;
                    anyhow::ensure!(status == StatusCode::OK, "{status} {said}");
                    answered.fetch_add(1, Ordering::SeqCst);
                    slowest = slowest.max(began.elapsed());
                }
                Ok(slowest)
            })
        };
        Self { stop: stop.clone(), answered: answered.clone(), clients: (0..clients).map(client).collect() }
    }

    /// The slowest answer; an error when one request failed.
    async fn end(self) -> anyhow::Result<Duration> {
        self.stop.store(true, Ordering::SeqCst);
        let mut slowest = Duration::ZERO;
        for client in self.clients {
            slowest = slowest.max(client.await??);
        }
        Ok(slowest)
    }
}

#[tokio::test]
async fn not_one_request_fails_while_replicas_come_and_go() {
    let running = front(1).await;
    let quick = Load::start(&running, "/bytes?n=1024", 4);
    // These are under way when their replica is to go.
    let slow = Load::start(&running, "/ticks?n=4&ms=150", 4);
    for replicas in [3, 1, 2, 1] {
        scale(&running, replicas).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let answered = quick.answered.load(Ordering::SeqCst);
    quick.end().await.unwrap();
    slow.end().await.unwrap();
    assert!(answered > 100, "{answered}");
    running.stop().await;
}

#[tokio::test]
async fn a_killed_replica_costs_no_request_and_no_time() {
    let running = front(3).await;
    let load = Load::start(&running, "/bytes?n=1024", 4);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let victim = running.world.container(running.lease, "web", 1).await.unwrap();
    for _ in 0..2 {
        running.world.kill(&victim).await.unwrap();
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    let slowest = load.end().await.unwrap();
    // A try elsewhere costs a tenth of a second at most; the rest is this machine's.
    assert!(slowest < Duration::from_millis(600), "{slowest:?}");
    running.stop().await;
}

#[tokio::test]
async fn a_lease_at_zero_holds_its_first_request_until_a_replica_is_there() {
    let running = front(1).await;
    scale(&running, 0).await;
    until("the last container to go", async || {
        Ok(running.world.containers(running.lease).await?.is_empty().then_some(()))
    })
    .await
    .unwrap();
    let (at, host) = (running.gateway(), running.host("web"));
    let held = tokio::spawn(async move { get(at, &host, "/bytes?n=5").await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!held.is_finished(), "it waits");
    running.scale(1).await.unwrap();
    let (status, said) = held.await.unwrap().unwrap();
    assert_eq!((status, said.as_str()), (StatusCode::OK, "~~~~~"));
    running.stop().await;
}
