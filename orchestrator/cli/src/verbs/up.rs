//! `tidemark up`: a complete market on this machine, and with `--once` the whole life of a lease on it.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use alloy::primitives::{Address, B256};
use anvil::{Actor, Devnet, Mining, Options};
use anyhow::{Context, bail, ensure};
use clap::Args;
use serde::Serialize;
use serde_json::json;

use crate::{
    demo::{
        devnet_folder,
        load_demo::{self, LoadDemoReport},
    },
    market::lease_request::LeaseRequest,
    orchestrator::Orchestrator,
    provider_api::client::ProviderApi,
    render::{answer, ids::short_id, progress::ProgressLine},
    settings::{ConnectionSettings, IdentitySettings, OrchestratorSettings, Secret},
    signal::stop_signal,
    verbs::{close::close, deploy::DeployArgs, provider::register::ProviderRegisterArgs, verify::verify},
    wallet::{approval::Approval, sealing_key::new_sealing_key, session::Session},
};
use lease::Lease;

#[derive(Debug, Args)]
pub struct UpArgs {
    /// Run the complete life of a lease (open, run, scale with a load, prove, settle, close, refund), then exit.
    #[arg(long)]
    once: bool,
    /// The port of the chain. Default: 8545, or a free port with --once.
    #[arg(long)]
    port: Option<u16>,
    /// The address of the provider's API. Default: 127.0.0.1:7070, or a free port with --once.
    #[arg(long)]
    listen: Option<std::net::SocketAddr>,
    /// Do not open the sample lease.
    #[arg(long, conflicts_with = "once")]
    no_sample: bool,
    /// Do not run the load demonstration on the sample lease.
    #[arg(long)]
    no_tide: bool,
    /// The manifest of the sample.
    #[arg(long, default_value = "sample/compose.yaml", value_name = "FILE")]
    sample: PathBuf,
    /// How many epochs to prove before the lease is closed, with --once.
    #[arg(long, default_value_t = 2)]
    epochs: u64,
    /// The folder for the files of the devnet; it is emptied at each start.
    #[arg(long, default_value = ".tidemark/devnet", value_name = "FOLDER")]
    folder: PathBuf,
}

/// The outcome of `--once`, as one JSON object. Amounts in wei.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DemoOutcome {
    chain_id: u64,
    market: Address,
    lease: B256,
    opened_block: u64,
    /// Milliseconds from the provider's first observation of the lease until all replicas were healthy.
    opened_to_running_ms: u64,
    epochs_proven: u64,
    root_tx: Option<String>,
    deposited_wei: String,
    /// The sum of all settlements.
    settled_wei: String,
    /// What the provider can withdraw at the end.
    earned_wei: String,
    refunded_wei: String,
    held_wei: String,
    containers_left: usize,
    proof_verified: bool,
    /// The load demonstration; none with --no-tide.
    tide: Option<LoadDemoReport>,
}

const DEPOSIT: &str = "0.05";

impl UpArgs {
    pub async fn run(self, orchestrator: &dyn Orchestrator, json: bool) -> anyhow::Result<()> {
        let progress = ProgressLine::new();
        let (folder, _lock) = devnet_folder::prepare(orchestrator, &self.folder).await?;
        progress.step("Starting the chain");
        let port = self.port.unwrap_or(if self.once { 0 } else { 8545 });
        let devnet = Devnet::start(Options { port, mining: Mining::Mixed, ..Default::default() }).await?;
        let deployment_file = folder.join(devnet_folder::DEPLOYMENT);
        devnet.deployment.write(&deployment_file)?;
        let connection = ConnectionSettings { rpc_url: devnet.ws_url(), deployment: deployment_file };
        progress.done(format!("chain {} at {}", devnet.deployment.chain_id, devnet.ws_url()));
        progress.done(format!("market {}", devnet.deployment.market));

        let listen = self.listen.unwrap_or_else(|| ([127, 0, 0, 1], if self.once { 0 } else { 7070 }).into());
        progress.step("Starting the provider's orchestrator");
        let provider = identity(Actor::Provider);
        let orchestration = OrchestratorSettings::local(listen, &folder.join("tidemark.db"));
        let running = orchestrator.start(&connection, &provider, &orchestration).await?;
        progress.done(format!("gateway at http://{}", running.gateway));
        let endpoint = format!("http://{}", running.address);
        let outcome = self.with_provider(&devnet, &connection, &endpoint, progress, json).await;
        running.stop().await;
        // The chain ends here, so its leases can never be closed on chain.
        orchestrator.sweep(&devnet.deployment, Actor::Provider.address()).await?;
        outcome
    }

    /// Registers the provider, then runs until stopped, or the life of one lease with `--once`.
    async fn with_provider(
        &self,
        devnet: &Devnet,
        connection: &ConnectionSettings,
        endpoint: &str,
        progress: ProgressLine,
        json: bool,
    ) -> anyhow::Result<()> {
        let registration = register(&self.folder, endpoint)?;
        let session = Session::signer(connection, &identity(Actor::Provider)).await?;
        registration.register(&session, &progress).await?;
        progress.done(format!("provider {} at {endpoint}", Actor::Provider.address()));
        if !self.once {
            return self.run_until_stopped(devnet, connection, endpoint, progress, json).await;
        }
        let outcome = self.run_once(connection, endpoint, &progress).await?;
        drop(progress);
        answer::print(json, &outcome, text)
    }

    /// Opens the sample lease and runs until a stop signal.
    async fn run_until_stopped(
        &self,
        devnet: &Devnet,
        connection: &ConnectionSettings,
        endpoint: &str,
        progress: ProgressLine,
        json: bool,
    ) -> anyhow::Result<()> {
        let stop = stop_signal();
        tokio::pin!(stop);
        let mut lease = None;
        if !self.no_sample {
            let session = Session::signer(connection, &identity(Actor::Tenant)).await?;
            let deploy = self.sample_lease();
            let remote = ProviderApi::new(endpoint)?;
            let opening = async {
                let opened = deploy.deploy(&session, &progress, json).await?;
                if let Some((lease, _)) = opened.as_ref().filter(|_| !self.no_tide) {
                    load_demo::run(&session, &remote, lease, &progress).await?;
                }
                anyhow::Ok(opened)
            };
            lease = tokio::select! {
                opened = opening => opened?,
                () = &mut stop => return Ok(()),
            };
        }
        let output = json!({
            "rpcUrl": devnet.http_url(), "wsUrl": devnet.ws_url(), "apiUrl": endpoint, "webUrl": format!("{endpoint}/"),
            "deployment": devnet.deployment, "deploymentFile": connection.deployment,
            "provider": Actor::Provider.address(), "tenant": Actor::Tenant.address(), "token": devnet.token,
            "lease": lease.as_ref().map(|(lease, _)| lease.id),
        });
        drop(progress);
        answer::print(json, &output, |_| {
            let mut lines = vec![
                format!("chain      {}", devnet.ws_url()),
                format!("market     {}", devnet.deployment.market),
                format!("page       {endpoint}/"),
                format!("API        {endpoint}/openapi.json"),
            ];
            if let Some((lease, view)) = &lease {
                lines.push(format!("lease      {}", short_id(lease.id)));
                for served in &view.served {
                    lines.push(format!("           {} → {}", served.service, served.path_url));
                }
            }
            lines.push(format!(
                "\nIn another terminal, as the tenant (a well-known development key):\n  export TIDEMARK_DEPLOYMENT={} \
                 TIDEMARK_DEV_KEY=0x{:x}\n  tidemark ls\nCtrl-C stops everything.",
                connection.deployment.display(),
                Actor::Tenant.signer().to_bytes()
            ));
            lines.join("\n")
        })?;
        stop.await;
        Ok(())
    }

    /// Runs the life of one lease from open to refund.
    ///
    /// # Errors
    /// When a step does not complete in time, or the amounts do not add up at the end.
    async fn run_once(
        &self,
        connection: &ConnectionSettings,
        endpoint: &str,
        progress: &ProgressLine,
    ) -> anyhow::Result<DemoOutcome> {
        let session = Session::signer(connection, &identity(Actor::Tenant)).await?;
        let opened = self.sample_lease().deploy(&session, progress, false).await?;
        let (lease, view) = opened.context("the sample lease was not opened")?;
        let remote = ProviderApi::new(endpoint)?;
        let tide = match self.no_tide {
            true => None,
            false => Some(load_demo::run(&session, &remote, &lease, progress).await?),
        };
        let patience = Duration::from_secs(120);
        let proven = wait_for_settlement(&session, &lease, self.epochs, patience, progress).await?;
        let verification = verify(&session, &lease, None).await?;
        let root_tx = remote.proof(lease.id, None).await?.and_then(|proof| proof.root_tx);
        progress.done(format!("the proof of epoch {} is verified", verification.epoch));

        let lease = close(&session, lease, patience, progress).await?;
        let containers_left = wait_until_gone(&remote, lease.id, patience, progress).await?;
        let epochs_proven = proven.max(session.market.providerOf(lease.terms.provider).call().await?.epoch.into());
        let earned = session.market.earnings(lease.terms.provider, lease.terms.currency).call().await?;
        ensure!(
            lease.deposited == earned + lease.returned + lease.balance(),
            "the amounts do not add up: {} deposited, {earned} earned, {} refunded, {} held",
            lease.deposited,
            lease.returned,
            lease.balance()
        );
        Ok(DemoOutcome {
            chain_id: session.deployment.chain_id,
            market: session.deployment.market,
            lease: lease.id,
            opened_block: lease.opened_block,
            opened_to_running_ms: view.opened_to_running_ms.unwrap_or_default(),
            epochs_proven,
            root_tx,
            deposited_wei: lease.deposited.to_string(),
            settled_wei: lease.paid.to_string(),
            earned_wei: earned.to_string(),
            refunded_wei: lease.returned.to_string(),
            held_wei: lease.balance().to_string(),
            containers_left,
            proof_verified: verification.verified,
            tide,
        })
    }

    fn sample_lease(&self) -> DeployArgs {
        DeployArgs {
            request: LeaseRequest {
                file: self.sample.clone(),
                replicas: 1,
                min: Some(1),
                max: Some(3),
                cpus: 0.25,
                memory: 128,
                disk: 256,
                gpus: 0,
                target: 70,
                up: 80,
                down: 40,
                cooldown: 10,
                step: 2,
                headroom: 1,
            },
            offer: None,
            currency: None,
            max_rate: "1/h".to_owned(),
            deposit: DEPOSIT.to_owned(),
            patience: Duration::from_secs(120),
            approval: Approval::none(),
        }
    }
}

fn text(outcome: &DemoOutcome) -> String {
    format!(
        "lease {} ran {} ms after the provider observed it, was proven in {} epochs, and is closed\n{} wei deposited = {} earned + {} \
         refunded; {} held; {} containers left; proof {}",
        outcome.lease,
        outcome.opened_to_running_ms,
        outcome.epochs_proven,
        outcome.deposited_wei,
        outcome.earned_wei,
        outcome.refunded_wei,
        outcome.held_wei,
        outcome.containers_left,
        if outcome.proof_verified { "verified" } else { "NOT verified" }
    )
}

/// Waits until a number of epochs is on chain and at least one settlement was paid. Returns the number of epochs.
async fn wait_for_settlement(
    session: &Session,
    lease: &Lease,
    epochs: u64,
    patience: Duration,
    progress: &ProgressLine,
) -> anyhow::Result<u64> {
    let deadline = Instant::now() + patience;
    loop {
        let posted = u64::from(session.market.providerOf(lease.terms.provider).call().await?.epoch);
        let paid = session.market.accountOf(lease.id, lease.terms.currency).call().await?.paid;
        if posted >= epochs && !paid.is_zero() {
            progress.done(format!("{posted} epochs proven, {paid} wei settled"));
            return Ok(posted);
        }
        ensure!(
            Instant::now() < deadline,
            "only {posted} epochs were proven and {paid} wei settled within {patience:?}"
        );
        progress.step(format!("Proving: {posted} of {epochs} epochs on chain, {paid} wei settled"));
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Waits until the provider runs no container of the lease. Returns the number of containers left.
async fn wait_until_gone(
    remote: &ProviderApi,
    lease: B256,
    patience: Duration,
    progress: &ProgressLine,
) -> anyhow::Result<usize> {
    let deadline = Instant::now() + patience;
    loop {
        let view = remote.lease(lease).await?.context("the provider no longer reports the lease")?;
        if view.containers.is_empty() {
            return Ok(0);
        }
        if Instant::now() >= deadline {
            bail!("{} containers still exist", view.containers.len());
        }
        progress.step("Waiting for the containers to be removed");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// The signing key of an actor of the devnet, which is well known.
fn identity(actor: Actor) -> IdentitySettings {
    let key = format!("0x{:x}", actor.signer().to_bytes());
    IdentitySettings { keystore: None, password_file: None, dev_key: Some(Secret::new(key)) }
}

/// A provider of four CPUs, with prices in ETH close to those of a cloud.
fn register(folder: &Path, endpoint: &str) -> anyhow::Result<ProviderRegisterArgs> {
    new_sealing_key(folder)?;
    Ok(ProviderRegisterArgs {
        endpoint: endpoint.to_owned(),
        sealing_key: folder.join("sealing.pub"),
        cpus: 4,
        memory: 4096,
        disk: 16_384,
        gpus: 0,
        bond: None,
        currency: Address::ZERO,
        price_cpu: "0.00001".to_owned(),
        price_memory: "0.000002".to_owned(),
        price_disk: "0.0000001".to_owned(),
        price_gpu: "0".to_owned(),
        price_cpu_used: "0.000005".to_owned(),
        price_memory_used: "0".to_owned(),
        price_network: "0".to_owned(),
        network_kibps: 0,
    })
}
