//! The process dies between any two calls to the engine; another takes over.

use std::{collections::BTreeMap, net::TcpListener, path::Path, process::Stdio, sync::Arc};

use alloy::primitives::B256;
use anvil::Actor;
use bollard::models::ContainerSummaryStateEnum;
use lease::reconcile::{Slot, WorkloadStatus};
use stages::container::ContainerSettings;
use tests::{
    api_client::ApiClient,
    killable_engine::{KillPoint, KillableEngine},
    program,
    provider::{Provider, engine, settings, until},
};
use tokio::{process::Child, runtime};

const KEPT: &str = r#"
services:
  web:
    image: tidemark-sample:latest
    command: ["back"]
    volumes: ["kept:/data"]
volumes: { kept: {} }
"#;

/// What became of a process.
pub struct Life {
    pub died: bool,
    /// What it had asked of the engine.
    pub calls: Vec<&'static str>,
    /// The containers that it knew to be made.
    pub made: Vec<String>,
}

/// Runs the stages in a process of their own until a lease stands so, or until the process dies.
pub async fn live(
    provider: &Provider,
    lease: B256,
    wanted: WorkloadStatus,
    settings: ContainerSettings,
    death: KillPoint,
) -> Life {
    let engine = Arc::new(KillableEngine::new(engine()).killed_at(death));
    let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (start, interposed) = (provider.start.clone(), engine.clone());
    let life = runtime.spawn(async move {
        let process = start.process(interposed, settings).await?;
        process.until(lease, wanted).await
    });
    let died = tokio::select! {
        lived = life => lived.unwrap().map(|_| false).unwrap(),
        () = engine.killed() => true,
    };
    // Every task of the process ends where it stands, and its connections with it.
    runtime.shutdown_background();
    Life { died, calls: engine.calls(), made: engine.created() }
}

/// Since when a container runs.
async fn since(provider: &Provider, id: &str) -> Option<String> {
    let state = provider.inspect(id).await.unwrap().state.unwrap();
    state.started_at.filter(|_| state.running == Some(true))
}

/// Dies at the first call, at the second, and so on, until a process lives to the end; on the way up and on the way down.
async fn die_everywhere(at: fn(usize) -> KillPoint) {
    let provider = Provider::start().await.unwrap();
    for call in 1.. {
        let process = provider.process().await.unwrap();
        let (lease, terms) = provider.open(&process, KEPT, 2).await.unwrap();
        drop(process);

        let rising = live(&provider, lease, WorkloadStatus::Running, settings(), at(call)).await;
        let calls = rising.calls;
        let mut before = Vec::new();
        for id in rising.made {
            before.push((since(&provider, &id).await, id));
        }
        let process = provider.process().await.unwrap();
        process.until(lease, WorkloadStatus::Running).await.unwrap();
        let after = provider.slots(lease).await.unwrap();
        assert_eq!(provider.left(lease).await.unwrap(), [2, 1, 1], "after {calls:?}");
        assert!(after.keys().map(|slot| slot.replica).eq([0, 1]), "after {calls:?}: {after:?}");
        for (running_since, id) in before {
            assert!(after.values().any(|adopted| *adopted == id), "{id} was made anew after {calls:?}");
            let again = running_since.is_some() && since(&provider, &id).await != running_since;
            assert!(!again, "{id} was started again after {calls:?}");
        }
        provider.close(&terms).await.unwrap();
        drop(process);

        let falling = live(&provider, lease, WorkloadStatus::Removed, settings(), at(call)).await;
        let process = provider.process().await.unwrap();
        process.until(lease, WorkloadStatus::Removed).await.unwrap();
        assert_eq!(provider.left(lease).await.unwrap(), [0, 0, 0], "after {:?}", falling.calls);
        if !rising.died && !falling.died {
            assert!(call > 10, "a lease needs more calls than {calls:?}");
            return;
        }
    }
}

#[tokio::test]
async fn a_process_that_dies_before_a_call_is_taken_over() {
    Box::pin(die_everywhere(KillPoint::Before)).await;
}

#[tokio::test]
async fn a_process_that_dies_after_a_call_is_taken_over() {
    Box::pin(die_everywhere(KillPoint::After)).await;
}

/// `tidemark provider run`, as a service manager starts it.
struct Service {
    child: Child,
    api: ApiClient,
}

impl Service {
    fn start(provider: &Provider, folder: &Path) -> Self {
        let deployment = folder.join("deployment.json");
        provider.devnet.deployment.write(&deployment).unwrap();
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let child = program::tidemark()
            .args(["provider", "run"])
            .env("TIDEMARK_RPC_URL", provider.devnet.ws_url())
            .env("TIDEMARK_DEPLOYMENT", deployment)
            .env("TIDEMARK_DEV_KEY", format!("0x{:x}", Actor::Provider.signer().to_bytes()))
            .env("TIDEMARK_DATABASE_URL", &provider.database.url)
            .env("TIDEMARK_LISTEN", format!("127.0.0.1:{port}"))
            .env("TIDEMARK_WARM", "0")
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, api: ApiClient::at(port).unwrap() }
    }

    async fn answers(&self) {
        until("the API to answer", async || Ok(self.api.get("/v1/status").await.ok())).await.unwrap();
    }

    /// SIGKILL.
    async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// The containers once the engine has finished, or taken back, what it was at when its client died.
async fn at_rest(provider: &Provider, lease: B256) -> BTreeMap<Slot, (String, Option<String>)> {
    let mut last = None;
    until("the engine to come to rest", async || {
        let now = provider.running(lease).await.ok();
        let same = now.is_some() && now == last;
        last = now;
        Ok(last.clone().filter(|_| same))
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn the_program_is_killed_at_any_moment_and_adopts_what_it_left() {
    let provider = Provider::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    // Moments in a lease's coming up, by how many of its containers there are and run.
    let moments: [fn(usize, usize) -> bool; 4] = [|_, _| true, |made, _| made > 0, |_, run| run > 0, |_, run| run == 2];
    for reached in moments {
        let service = Service::start(&provider, folder.path());
        service.answers().await;
        let lease = service.api.open(&provider, KEPT, 2).await.unwrap();
        until("the moment of the kill", async || {
            let containers = provider.containers(lease).await?;
            let run = containers.iter().filter(|found| found.state == Some(ContainerSummaryStateEnum::RUNNING)).count();
            Ok(reached(containers.len(), run).then_some(()))
        })
        .await
        .unwrap();
        service.kill().await;
        let before = at_rest(&provider, lease).await;

        let service = Service::start(&provider, folder.path());
        service.answers().await;
        let view = service.api.shows(lease, |view| view.summary.replicas.healthy == 2).await.unwrap();
        let after = provider.running(lease).await.unwrap();
        assert_eq!(provider.left(lease).await.unwrap(), [2, 1, 1]);
        for (slot, (id, since)) in &before {
            assert_eq!(after[slot].0, *id, "adopted");
            assert!(since.is_none() || after[slot].1 == *since, "not started again");
        }
        let shown: Vec<_> = view.containers.iter().map(|container| &container.container).collect();
        assert!(after.values().map(|(id, _)| id).eq(shown), "the new process shows the same containers");
        service.kill().await;
    }
}
