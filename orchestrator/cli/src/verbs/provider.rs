use std::path::{Path, PathBuf};

use crate::{orchestrator::Orchestrator, signal::stop_signal};
use alloy::{
    primitives::{Address, B256, U256, aliases::U80, ruint::UintTryFrom, utils::parse_ether},
    providers::Provider as _,
    signers::local::PrivateKeySigner,
};
use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use serde_json::json;
use solidity::{Market::withdrawEarningsCall, PriceList, Shape};

use crate::settings::{Connection, Identity, Orchestration};
use crate::{
    remote::Remote,
    render::{
        answer::{self, Progress},
        money::Unit,
    },
    verbs::stake::{Attributes, Bond, Exit},
    wallet::{approval::Approval, session::Session},
};
use lease::accrual::SCALE;

#[derive(Debug, Subcommand)]
pub enum Provider {
    /// Make a keystore and a sealing key.
    Init(Init),
    /// Register on chain with a bond, and list an offer.
    Register(Register),
    /// Run the orchestrator until it is told to stop.
    Run(Box<Run>),
    /// What the provider has earned, holds and runs.
    Status(Status),
    /// Pay earnings out.
    Withdraw(Withdraw),
    /// Add to the bond.
    Bond(Bond),
    /// Announce the exit; then, when it is due, leave and get the bond back.
    Exit(Exit),
    /// Claim attributes that orders may require.
    Attributes(Attributes),
}

#[derive(Debug, Args)]
pub struct Init {
    /// The folder for the keys.
    #[arg(long, default_value = ".tidemark", value_name = "FOLDER")]
    folder: PathBuf,
}

#[derive(Debug, Clone, Args)]
pub struct Register {
    /// The URL at which tenants reach this provider's API.
    #[arg(long, env = "TIDEMARK_ENDPOINT", value_name = "URL")]
    pub endpoint: String,
    /// The file with the public sealing key, as `tidemark provider init` makes it.
    #[arg(long, env = "TIDEMARK_SEALING_KEY", default_value = ".tidemark/sealing.pub", value_name = "FILE")]
    pub sealing_key: PathBuf,
    /// CPUs for sale in all.
    #[arg(long)]
    pub cpus: u32,
    /// Memory for sale in all, in MiB.
    #[arg(long)]
    pub memory: u32,
    /// Disk for sale in all, in MiB.
    #[arg(long)]
    pub disk: u32,
    /// GPUs for sale in all.
    #[arg(long, default_value_t = 0)]
    pub gpus: u16,
    /// The stake, in ETH; what the market asks for this capacity unless told otherwise.
    #[arg(long)]
    pub bond: Option<String>,
    /// The token that the offer is priced in; address 0 is ETH.
    #[arg(long, default_value_t = Address::ZERO)]
    pub currency: Address,
    /// Price of a CPU reserved for an hour, in the currency.
    #[arg(long)]
    pub price_cpu: String,
    /// Price of a GiB of memory reserved for an hour.
    #[arg(long)]
    pub price_memory: String,
    /// Price of a GiB of disk reserved for an hour.
    #[arg(long, default_value = "0")]
    pub price_disk: String,
    /// Price of a GPU reserved for an hour.
    #[arg(long, default_value = "0")]
    pub price_gpu: String,
    /// Price of an hour of CPU time used.
    #[arg(long, default_value = "0")]
    pub price_cpu_used: String,
    /// Price of a GiB of memory used for an hour.
    #[arg(long, default_value = "0")]
    pub price_memory_used: String,
    /// Price of a GiB of traffic.
    #[arg(long, default_value = "0")]
    pub price_network: String,
    /// Traffic of one replica that its reserve has room for, in KiB a second.
    #[arg(long, default_value_t = 0)]
    pub network_kibps: u32,
}

#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    orchestration: Orchestration,
}

#[derive(Debug, Args)]
pub struct Status {
    /// The provider; the wallet that is set up unless told otherwise.
    #[arg(long)]
    provider: Option<Address>,
}

#[derive(Debug, Args)]
pub struct Withdraw {
    /// The token; address 0 is ETH.
    #[arg(long, default_value_t = Address::ZERO)]
    currency: Address,
    /// How much; everything unless told otherwise.
    #[arg(long)]
    amount: Option<String>,
    /// Who receives it; the provider itself unless told otherwise.
    #[arg(long)]
    to: Option<Address>,
    #[command(flatten)]
    approval: Approval,
}

impl Provider {
    pub async fn run(
        self,
        orchestrator: &dyn Orchestrator,
        connection: &Connection,
        identity: &Identity,
        json: bool,
    ) -> anyhow::Result<()> {
        match self {
            Provider::Init(init) => init.run(identity, json),
            Provider::Register(register) => {
                let session = Session::signer(connection, identity).await?;
                let progress = Progress::new();
                let offer = register.register(&session, &progress).await?;
                drop(progress);
                let said = json!({"provider": session.address(), "offer": offer});
                answer::give(json, &said, |_| format!("{} is registered; offer {offer} is open", session.address()))
            }
            Provider::Run(run) => run.run(orchestrator, connection, identity).await,
            Provider::Status(status) => status.run(connection, identity, json).await,
            Provider::Withdraw(withdraw) => withdraw.run(connection, identity, json).await,
            Provider::Bond(bond) => bond.run(&Session::signer(connection, identity).await?, json).await,
            Provider::Exit(exit) => exit.run(&Session::signer(connection, identity).await?, json).await,
            Provider::Attributes(set) => set.run(&Session::signer(connection, identity).await?, json).await,
        }
    }
}

impl Run {
    /// Until the process is told to stop.
    async fn run(
        self,
        orchestrator: &dyn Orchestrator,
        connection: &Connection,
        identity: &Identity,
    ) -> anyhow::Result<()> {
        let stop = stop_signal();
        tokio::pin!(stop);
        let running = tokio::select! {
            running = orchestrator.start(connection, identity, &self.orchestration) => running?,
            () = &mut stop => return Ok(()),
        };
        stop.await;
        tracing::info!("stopping; containers go on running");
        running.stop().await;
        Ok(())
    }
}

impl Init {
    fn run(self, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let folder = &self.folder;
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let keystore = folder.join("keystore.json");
        ensure!(!keystore.exists(), "{} exists already; it is left as it is", keystore.display());
        let password = identity.password(&keystore.display().to_string())?;
        ensure!(!password.expose().is_empty(), "an empty password protects nothing");
        let progress = Progress::new();
        progress.step("Encrypting the key");
        let key = PrivateKeySigner::random();
        PrivateKeySigner::encrypt_keystore(
            folder,
            &mut rand::thread_rng(),
            key.to_bytes(),
            password.expose(),
            Some("keystore.json"),
        )
        .with_context(|| format!("{} cannot be written", keystore.display()))?;
        let sealing = new_sealing_key(folder)?;
        drop(progress);
        let said = json!({"address": key.address(), "keystore": keystore, "sealingKey": sealing});
        answer::give(json, &said, |_| {
            format!(
                "address     {}\nkeystore    {}\nsealing key {sealing}\nFund the address, set TIDEMARK_KEYSTORE={}, then \
                 `tidemark provider register`.",
                key.address(),
                keystore.display(),
                keystore.display()
            )
        })
    }
}

/// Makes an X25519 key pair: the secret half readable by its owner alone, the public half for the chain.
pub fn new_sealing_key(folder: &Path) -> anyhow::Result<B256> {
    let secret = x25519_dalek::StaticSecret::random();
    let public = B256::from(x25519_dalek::PublicKey::from(&secret).to_bytes());
    write_secret(&folder.join("sealing.key"), &alloy::hex::encode(secret.to_bytes()))?;
    let path = folder.join("sealing.pub");
    std::fs::write(&path, format!("{public}\n")).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(public)
}

fn write_secret(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let mut options = std::fs::OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(path);
    let mut file = file.with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(writeln!(file, "{text}")?)
}

impl Register {
    /// Registers, or updates what is registered, and lists the offer.
    pub async fn register(&self, session: &Session, progress: &Progress) -> anyhow::Result<u32> {
        ensure!(
            self.endpoint.starts_with("http://") || self.endpoint.starts_with("https://"),
            "TIDEMARK_ENDPOINT: {:?} is not an http or https URL",
            self.endpoint
        );
        let key = std::fs::read_to_string(&self.sealing_key).with_context(|| {
            format!("{} is not readable: `tidemark provider init` makes it", self.sealing_key.display())
        })?;
        let key: B256 =
            key.trim().parse().with_context(|| format!("{} is not a public key", self.sealing_key.display()))?;
        let capacity = Shape {
            millicores: self.cpus.checked_mul(1000).context("--cpus is too many")?,
            memoryMiB: self.memory,
            diskMiB: self.disk,
            gpus: self.gpus,
        };
        let unit = session.unit(self.currency).await?;
        let prices = self.prices(&unit)?;
        let known = session.market.providerOf(session.address()).call().await?;
        if known.registeredAt == 0 {
            let least = session.market.bondFor(capacity.clone()).call().await?;
            let bond = self
                .bond
                .as_deref()
                .map_or(Ok(least), |bond| parse_ether(bond).context("--bond is not an amount of ETH"))?;
            progress.step("Registering the provider");
            session.send(session.market.register(capacity, key, self.endpoint.clone()).value(bond)).await?;
        } else {
            progress.step("Updating the provider");
            session.send(session.market.updateProvider(capacity, key, self.endpoint.clone())).await?;
        }
        progress.step("Listing the offer");
        let receipt = session.send(session.market.listOffer(self.currency, prices)).await?;
        let listed = receipt.decoded_log::<solidity::Market::OfferListed>().context("the receipt names no offer")?;
        Ok(listed.offer)
    }

    fn prices(&self, unit: &Unit) -> anyhow::Result<PriceList> {
        // An amount for an hour of `units` → base units × 1e12 for a second of one unit, rounded up.
        let each = |amount: &str, units: u64, seconds: u64| -> anyhow::Result<_> {
            let scaled = (unit.parse(amount)? * SCALE).div_ceil(U256::from(units * seconds));
            U80::uint_try_from(scaled).ok().with_context(|| format!("a price of {amount} is too high"))
        };
        Ok(PriceList {
            millicore: each(&self.price_cpu, 1000, 3600)?,
            memoryMiB: each(&self.price_memory, 1024, 3600)?,
            diskMiB: each(&self.price_disk, 1024, 3600)?,
            gpu: each(&self.price_gpu, 1, 3600)?,
            cpuSecond: each(&self.price_cpu_used, 1, 3600)?,
            memoryMiBSecond: each(&self.price_memory_used, 1024, 3600)?,
            networkMiB: each(&self.price_network, 1024, 1)?,
            networkKiBps: self.network_kibps,
        })
    }
}

impl Status {
    async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::reader(connection).await?;
        let provider = match self.provider {
            Some(provider) => provider,
            None => identity.signer(session.deployment.chain_id)?.address(),
        };
        let registered = session.market.providerOf(provider).call().await?;
        ensure!(registered.registeredAt != 0, "{provider} is not registered: `tidemark provider register`");
        let capacity = session.market.capacityOf(provider).call().await?;
        let eth = session.unit(Address::ZERO).await?;
        let mut earnings = Vec::new();
        let mut currencies = vec![Address::ZERO];
        let leases = session.leases(None).await?;
        let leases: Vec<_> = leases.into_iter().filter(|lease| lease.terms.provider == provider).collect();
        currencies.extend(leases.iter().map(|lease| lease.terms.currency));
        currencies.sort();
        currencies.dedup();
        for currency in currencies {
            let amount = session.market.earnings(provider, currency).call().await?;
            earnings.push((session.unit(currency).await?, amount));
        }
        let open = leases.iter().filter(|lease| lease.closed_at.is_none()).count();
        let wallet = session.provider().get_balance(provider).await?;
        let health = match Remote::new(&registered.endpoint) {
            Ok(remote) => remote.status().await,
            Err(error) => Err(error),
        };
        let said = json!({
            "provider": provider, "endpoint": registered.endpoint, "bond": registered.bond.to_string(),
            "wallet": wallet.to_string(), "epoch": registered.epoch, "lastRootAt": registered.rootAt,
            "capacity": capacity, "openLeases": open, "leases": leases.len(),
            "earnings": earnings.iter().map(|(unit, amount)| json!({"currency": unit.address, "amount": amount.to_string()})).collect::<Vec<_>>(),
            "orchestrator": health.as_ref().ok(), "orchestratorError": health.as_ref().err().map(|error| format!("{error:#}")),
        });
        answer::give(json, &said, |_| {
            let mut lines = vec![
                format!("provider  {provider} at {}", registered.endpoint),
                format!("bond      {}, wallet {}", eth.format(U256::from(registered.bond)), eth.format(wallet)),
                format!("leases    {open} open, {} in all", leases.len()),
                format!(
                    "capacity  {} of {} millicores, {} of {} MiB memory, {} of {} MiB disk, {} of {} GPUs held",
                    capacity.heldMillicores,
                    capacity.millicores,
                    capacity.heldMemoryMiB,
                    capacity.memoryMiB,
                    capacity.heldDiskMiB,
                    capacity.diskMiB,
                    capacity.heldGpus,
                    capacity.gpus
                ),
                format!("epoch     {}", registered.epoch),
            ];
            lines.extend(earnings.iter().map(|(unit, amount)| format!("earnings  {}", unit.format(*amount))));
            match &health {
                Ok(status) => {
                    let stages = status.stages.as_object().cloned().unwrap_or_default();
                    for (name, run) in stages {
                        let error = run["error"]
                            .as_str()
                            .map_or_else(|| "well".to_owned(), |error| format!("failing: {error}"));
                        lines.push(format!("  {name:<11}{error}, run {}", run["iteration"]));
                    }
                }
                Err(error) => lines.push(format!("orchestrator not reached: {error:#}")),
            }
            lines.join("\n")
        })
    }
}

impl Withdraw {
    async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let unit = session.unit(self.currency).await?;
        let available = session.market.earnings(session.address(), self.currency).call().await?;
        let amount = self.amount.as_deref().map_or(Ok(available), |amount| unit.parse(amount))?;
        ensure!(!amount.is_zero(), "there are no earnings in {} to pay out", unit.symbol);
        let to = self.to.unwrap_or(session.address());
        let progress = Progress::new();
        progress.step(format!("Withdrawing {}", unit.format(amount)));
        let call = withdrawEarningsCall { currency: self.currency, to, amount };
        let sent = self.approval.act(&session, session.address(), self.currency, &call, U256::ZERO, json).await?;
        drop(progress);
        let Some(receipt) = sent else { return Ok(()) };
        let said = json!({"withdrawn": amount.to_string(), "to": to, "tx": receipt.transaction_hash});
        answer::give(json, &said, |_| format!("{} paid to {to}", unit.format(amount)))
    }
}
