//! Who may look inside a lease, and what is seen there: on a real chain, a real engine and with real signatures.
#![allow(clippy::unwrap_used)]

mod authorization;
mod commands;
mod grants;
mod logs;
mod shell;
mod sign_in;
mod store;

use ::cli::settings::OrchestratorSettings;
use alloy::primitives::B256;
use anvil::{Actor, Devnet, Mining, Options};
use reqwest::StatusCode;
use serde_json::Value;
use solidity::Terms;
use tempfile::TempDir;
use tests::{
    api_session::ApiSession,
    busybox,
    docker_object::DockerObject,
    orchestrator::Orchestrator,
    provider::{self, DEPOSIT, Provider, until},
    transactions,
};
use tokio::net::TcpListener;

/// A provider with a lease of the tenant's: it says something twice a second, and has a shell.
struct Scene {
    orchestrator: Orchestrator,
    _image: DockerObject,
    lease: B256,
    terms: Terms,
    folder: TempDir,
    provider: Provider,
}

/// Prints a line to each stream every half second.
const TALK: &str = r#"i=0; while :; do i=$((i+1)); echo "out $i"; echo "err $i" >&2; sleep 0.5; done"#;

fn manifest(image: &str) -> String {
    // Compose takes `$$` for a dollar sign.
    let talk = TALK.replace('$', "$$");
    format!(
        "services:\n  talk:\n    image: \"{image}\"\n    user: \"1234:5678\"\n    stop_grace_period: 1s\n    \
         command: [\"/bin/sh\", \"-c\", '{}']\n",
        talk.replace('\'', "''")
    )
}

impl Scene {
    async fn new(replicas: u16) -> Self {
        Self::with(replicas, |_| {}).await
    }

    async fn with(replicas: u16, set: impl FnOnce(&mut OrchestratorSettings)) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let devnet = Devnet::start(Options { mining: Mining::OnDemand, ..Options::default() }).await.unwrap();
        let provider = Provider::on(devnet, &format!("http://127.0.0.1:{port}")).await.unwrap();
        let set = |settings: &mut OrchestratorSettings| {
            settings.listen.set_port(port);
            set(settings);
        };
        let image = busybox::image(&provider.docker).await.unwrap();
        let orchestrator = Orchestrator::start_with(&provider, provider::engine(), set).await.unwrap();
        let manifest = manifest(&image.name);
        let order = provider.order(&manifest, replicas);
        let (lease, terms) = transactions::take(&provider.devnet, provider.offer, order, DEPOSIT).await.unwrap();
        until("the manifest to be taken", async || {
            let (status, _) = orchestrator.api.put(&provider, lease, &manifest, Actor::Tenant).await?;
            Ok((status == StatusCode::NO_CONTENT).then_some(()))
        })
        .await
        .unwrap();
        orchestrator.api.shows(lease, |view| view.summary.replicas.healthy == replicas).await.unwrap();
        Self { provider, orchestrator, _image: image, lease, terms, folder: TempDir::new().unwrap() }
    }

    fn port(&self) -> u16 {
        self.orchestrator.api.port
    }

    async fn visitor(&self, actor: Actor) -> ApiSession {
        ApiSession::sign_in(self.port(), actor).await.unwrap()
    }

    async fn tenant(&self) -> ApiSession {
        self.visitor(Actor::Tenant).await
    }

    /// A path below the lease's.
    fn path(&self, rest: &str) -> String {
        format!("/v1/leases/{}{rest}", self.lease)
    }

    /// What the log of accesses says of one kind, newest first.
    async fn accesses(&self, what: &str) -> Vec<Value> {
        let (_, all) = self.tenant().await.get(&self.path("/accesses?limit=1000")).await.unwrap();
        all.as_array().unwrap().iter().filter(|access| access["what"] == what).cloned().collect()
    }
}
