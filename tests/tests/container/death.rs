//! The process dies between any two calls to the engine; another takes over.

use std::sync::Arc;

use alloy::primitives::B256;
use tests::{
    interposed::{Death, Interposed},
    provider::{Provider, engine, settings},
};
use tidemark::lease::decide::Standing;
use tokio::runtime;

const KEPT: &str = r#"
services:
  web:
    image: tidemark-sample:latest
    command: ["back"]
    volumes: ["kept:/data"]
volumes: { kept: {} }
"#;

/// What became of a process.
struct Life {
    died: bool,
    /// What it had asked of the engine.
    calls: Vec<&'static str>,
    /// The containers that it knew to be made.
    made: Vec<String>,
}

/// Runs the stages in a process of their own until a lease stands so, or until the process dies.
async fn live(provider: &Provider, lease: B256, wanted: Standing, death: Death) -> Life {
    let engine = Arc::new(Interposed::new(engine()).dying(death));
    let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (start, interposed) = (provider.start.clone(), engine.clone());
    let life = runtime.spawn(async move {
        let process = start.process(interposed, settings()).await?;
        process.until(lease, wanted).await
    });
    let died = tokio::select! {
        lived = life => lived.unwrap().map(|_| false).unwrap(),
        () = engine.died() => true,
    };
    // Every task of the process ends where it stands, and its connections with it.
    runtime.shutdown_background();
    Life { died, calls: engine.calls(), made: engine.made() }
}

/// Since when a container runs.
async fn since(provider: &Provider, id: &str) -> Option<String> {
    let state = provider.inspect(id).await.unwrap().state.unwrap();
    state.started_at.filter(|_| state.running == Some(true))
}

/// Dies at the first call, at the second, and so on, until a process lives to the end; on the way up and on the way down.
async fn die_everywhere(at: fn(usize) -> Death) {
    let provider = Provider::start().await.unwrap();
    for call in 1.. {
        let process = provider.process().await.unwrap();
        let (lease, terms) = provider.open(&process, KEPT, 2).await.unwrap();
        drop(process);

        let rising = live(&provider, lease, Standing::Running, at(call)).await;
        let calls = rising.calls;
        let mut before = Vec::new();
        for id in rising.made {
            before.push((since(&provider, &id).await, id));
        }
        let process = provider.process().await.unwrap();
        process.until(lease, Standing::Running).await.unwrap();
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

        let falling = live(&provider, lease, Standing::Removed, at(call)).await;
        let process = provider.process().await.unwrap();
        process.until(lease, Standing::Removed).await.unwrap();
        assert_eq!(provider.left(lease).await.unwrap(), [0, 0, 0], "after {:?}", falling.calls);
        if !rising.died && !falling.died {
            assert!(call > 10, "a lease needs more calls than {calls:?}");
            return;
        }
    }
}

#[tokio::test]
async fn a_process_that_dies_before_a_call_is_taken_over() {
    die_everywhere(Death::Before).await;
}

#[tokio::test]
async fn a_process_that_dies_after_a_call_is_taken_over() {
    die_everywhere(Death::After).await;
}
