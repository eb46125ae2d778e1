use std::{
    path::PathBuf,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use alloy::{
    primitives::{B256, U256, aliases::U104, keccak256, ruint::UintTryFrom},
    signers::SignerSync,
};
use anyhow::{Context, bail, ensure};
use clap::Args;
use serde_json::json;
use solidity::{
    Market::{Offer, takeCall},
    Order, Policy, Shape, typed,
};

use super::{
    answer::{self, Progress},
    approval::Approval,
    remote::Remote,
    session::Session,
    topup::{allow, value},
};
use crate::{
    api::views::LeaseView,
    config::{Connection, Identity, short, short_id},
    lease::{Lease, accrual, manifest::Manifest},
};

#[derive(Debug, Clone, Args)]
pub struct Deploy {
    /// The manifest: a Compose file.
    pub file: PathBuf,
    /// The offer to take; the cheapest that fits unless told otherwise.
    #[arg(long)]
    pub offer: Option<u32>,
    /// Replicas to begin with.
    #[arg(long, default_value_t = 1)]
    pub replicas: u16,
    /// The fewest replicas; as many as --replicas unless told otherwise.
    #[arg(long)]
    pub min: Option<u16>,
    /// The most replicas; as many as --replicas unless told otherwise.
    #[arg(long)]
    pub max: Option<u16>,
    /// CPUs of one replica: `0.5`.
    #[arg(long, default_value_t = 0.25)]
    pub cpus: f64,
    /// Memory of one replica, in MiB.
    #[arg(long, default_value_t = 128)]
    pub memory: u32,
    /// Disk of one replica, in MiB.
    #[arg(long, default_value_t = 256)]
    pub disk: u32,
    /// GPUs of one replica.
    #[arg(long, default_value_t = 0)]
    pub gpus: u16,
    /// The most that the whole lease may ever cost, at its highest replica count: `0.02/h` (or /s, /m, /d).
    #[arg(long, allow_negative_numbers = true)]
    pub max_rate: String,
    /// What to pay in, in the offer's currency: `0.5`.
    #[arg(long, allow_negative_numbers = true)]
    pub deposit: String,
    /// Utilization to aim for, percent.
    #[arg(long, default_value_t = 70)]
    pub target: u8,
    /// Utilization above which replicas are added, percent.
    #[arg(long, default_value_t = 80)]
    pub up: u8,
    /// Utilization below which replicas are removed, percent.
    #[arg(long, default_value_t = 40)]
    pub down: u8,
    /// Seconds between two steps that the provider takes.
    #[arg(long, default_value_t = 30)]
    pub cooldown: u16,
    /// Replicas that one step may add or remove.
    #[arg(long, default_value_t = 2)]
    pub step: u8,
    /// Replicas beyond what the proven demand justifies.
    #[arg(long, default_value_t = 1)]
    pub headroom: u8,
    /// How long to wait until it runs.
    #[arg(long, default_value = "2m", value_parser = crate::config::duration)]
    pub patience: Duration,
    #[command(flatten)]
    pub approval: Approval,
}

impl Deploy {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let progress = Progress::new();
        let deployed = self.deploy(&session, &progress, json).await?;
        drop(progress);
        let Some((lease, view)) = deployed else { return Ok(()) };
        let unit = session.unit(lease.terms.currency).await?;
        let said = json!({
            "lease": lease.id, "provider": lease.terms.provider, "openedBlock": lease.opened_block,
            "replicas": lease.replicas, "rate": lease.rate().to_string(),
            "openedToRunningMs": view.opened_to_running_ms, "containers": view.containers,
        });
        answer::give(json, &said, |_| {
            let mut lines = vec![
                format!("lease {} runs at {}", short_id(lease.id), short(lease.terms.provider)),
                format!("  costs at most {}", unit.format_rate(lease.rate())),
            ];
            for container in &view.containers {
                for (port, at) in &container.ports {
                    lines.push(format!("  {}.{} {port} → {at}", container.service, container.replica));
                }
            }
            lines.push(format!("`tidemark show {}` says more", short_id(lease.id)));
            lines.join("\n")
        })
    }

    /// Opens a lease, hands over the manifest and waits until everything runs. `None` when it was only proposed.
    pub async fn deploy(
        &self,
        session: &Session,
        progress: &Progress,
        json: bool,
    ) -> anyhow::Result<Option<(Lease, LeaseView)>> {
        let bytes = std::fs::read(&self.file).with_context(|| format!("{} is not readable", self.file.display()))?;
        // The provider would refuse it too, but by then the deposit would be on its way.
        Manifest::parse(&bytes).with_context(|| format!("{} cannot be deployed", self.file.display()))?;
        progress.step("Choosing an offer");
        let consented = self.approval.consented::<takeCall>(session)?;
        let (offer, prices) = self.choose(session, consented.as_ref().map(|call| call.offer)).await?;
        let unit = session.unit(prices.currency).await?;
        let deposit = unit.parse(&self.deposit)?;
        let max_rate = unit.parse_rate(&self.max_rate)?;
        let order = self.order(keccak256(&bytes), max_rate, consented.map(|call| call.order.salt))?;
        progress.done(format!("offer {offer} of {}", short(prices.provider)));

        if self.approval.propose.is_none() {
            allow(session, &unit, deposit, progress).await?;
        }
        progress.step(format!("Opening the lease with {}", unit.format(deposit)));
        let call = takeCall { offer, order, deposit };
        let (account, value) = (session.address(), value(prices.currency, deposit));
        let sent = self.approval.act(session, account, prices.currency, &call, value, json).await?;
        let Some(receipt) = sent else { return Ok(None) };
        let opened = receipt.decoded_log::<solidity::Market::LeaseOpened>().context("the receipt names no lease")?;
        let lease = session.lease(opened.lease).await?;
        progress.done(format!("lease {} opened in block {}", lease.id, lease.opened_block));

        let remote = Remote::new(&session.endpoint(lease.terms.provider).await?)?;
        let deadline = Instant::now() + self.patience;
        progress.step("Handing the manifest to the provider");
        let signature = sign_manifest(session, lease.id, lease.terms.manifestHash)?;
        while !remote.put_manifest(lease.id, bytes.clone(), signature.clone()).await? {
            ensure!(Instant::now() < deadline, "the provider does not see the lease: is its orchestrator running?");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let view = wait_until_running(&remote, lease.id, deadline, progress).await?;
        Ok(Some((lease, view)))
    }

    /// `consented` is the salt of an order to which approvers consented.
    fn order(&self, manifest_hash: B256, max_rate: U256, consented: Option<u64>) -> anyhow::Result<Order> {
        ensure!(self.cpus > 0.0 && self.cpus <= 4_000_000.0, "--cpus {} is not a number of CPUs", self.cpus);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
        Ok(Order {
            shape: self.shape(),
            replicas: self.replicas,
            policy: Policy {
                minReplicas: self.min.unwrap_or(self.replicas),
                maxReplicas: self.max.unwrap_or(self.replicas),
                target: self.target,
                up: self.up,
                down: self.down,
                cooldown: self.cooldown,
                step: self.step,
                headroom: self.headroom,
            },
            maxRate: U104::uint_try_from(max_rate).ok().context("--max-rate is too high")?,
            manifestHash: manifest_hash,
            salt: consented.unwrap_or(now),
        })
    }

    fn shape(&self) -> Shape {
        let millicores = (self.cpus * 1000.0).round() as u32;
        Shape { millicores, memoryMiB: self.memory, diskMiB: self.disk, gpus: self.gpus }
    }

    /// The cheapest open offer whose provider has room, with what it asks per replica; or why each does not fit.
    async fn choose(&self, session: &Session, consented: Option<u32>) -> anyhow::Result<(u32, Offer)> {
        let count: u32 = session.market.offerCount().call().await?.saturating_to();
        let wanted = consented.or(self.offer).map_or_else(|| (1..=count).collect(), |offer| vec![offer]);
        let mut refusals = Vec::new();
        let mut best: Option<(U256, u32, Offer)> = None;
        for id in wanted {
            let offer = session.market.offerOf(id).call().await?;
            if !offer.open {
                refusals.push(format!("offer {id} is closed"));
                continue;
            }
            let capacity = session.market.capacityOf(offer.provider).call().await?;
            let most = u64::from(self.max.unwrap_or(self.replicas));
            let shape = self.shape();
            let room = [
                (
                    "millicores",
                    shape.millicores,
                    capacity.millicores - capacity.heldMillicores.min(capacity.millicores),
                ),
                ("MiB of memory", shape.memoryMiB, capacity.memoryMiB - capacity.heldMemoryMiB.min(capacity.memoryMiB)),
                ("MiB of disk", shape.diskMiB, capacity.diskMiB - capacity.heldDiskMiB.min(capacity.diskMiB)),
                ("GPUs", shape.gpus.into(), (capacity.gpus - capacity.heldGpus.min(capacity.gpus)).into()),
            ];
            if let Some((kind, each, free)) =
                room.into_iter().find(|(_, each, free)| u64::from(*each) * most > u64::from(*free))
            {
                refusals.push(format!("offer {id} has {free} {kind} free where {most} × {each} are asked"));
                continue;
            }
            let price = accrual::rates(&offer.prices, &shape).reserved;
            if best.as_ref().is_none_or(|(cheapest, ..)| U256::from(price) < *cheapest) {
                best = Some((U256::from(price), id, offer));
            }
        }
        match best {
            Some((_, id, offer)) => Ok((id, offer)),
            None if refusals.is_empty() => bail!("the market has no offers yet"),
            None => bail!("no offer fits:\n  {}", refusals.join("\n  ")),
        }
    }
}

/// The tenant's word that these bytes are the lease's manifest.
pub fn sign_manifest(session: &Session, lease: B256, manifest_hash: B256) -> anyhow::Result<String> {
    let domain = typed::domain(session.deployment.chain_id, session.deployment.market);
    let digest = typed::Manifest { lease, manifestHash: manifest_hash }.digest(&domain);
    let signer = session.signer.as_ref().context("nobody can sign")?;
    Ok(format!("0x{}", alloy::hex::encode(signer.sign_hash_sync(&digest)?.as_bytes())))
}

async fn wait_until_running(
    remote: &Remote,
    lease: B256,
    deadline: Instant,
    progress: &Progress,
) -> anyhow::Result<LeaseView> {
    loop {
        let view = remote.lease(lease).await?.context("the provider lost sight of the lease")?;
        let replicas = &view.summary.replicas;
        if replicas.healthy >= replicas.wanted {
            progress.done(format!("{} of {} replicas are healthy", replicas.healthy, replicas.wanted));
            return Ok(view);
        }
        let reason = view.reason.clone().unwrap_or_else(|| "starting".to_owned());
        if Instant::now() >= deadline {
            bail!(
                "{} of {} replicas run: {reason}. The lease stays open: `tidemark close {}` returns its money",
                replicas.healthy,
                replicas.wanted,
                short_id(lease)
            );
        }
        progress.step(format!("{} of {} replicas healthy: {reason}", replicas.healthy, replicas.wanted));
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
