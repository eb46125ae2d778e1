use std::path::PathBuf;

use alloy::primitives::{Address, B256, U256, aliases::U80, ruint::UintTryFrom, utils::parse_ether};
use anyhow::{Context, ensure};
use clap::Args;
use serde_json::json;
use solidity::{Market::OfferListed, PriceList, Shape};

use crate::{
    render::{amount::Unit, answer, progress::ProgressLine},
    wallet::session::Session,
};
use lease::accrual::SCALE;

#[derive(Debug, Clone, Args)]
pub struct ProviderRegisterArgs {
    /// The URL under which tenants reach the API of this provider.
    #[arg(long, env = "TIDEMARK_ENDPOINT", value_name = "URL")]
    pub endpoint: String,
    /// The file with the public sealing key, as `tidemark provider init` writes it.
    #[arg(long, env = "TIDEMARK_SEALING_KEY", default_value = ".tidemark/sealing.pub", value_name = "FILE")]
    pub sealing_key: PathBuf,
    /// The CPUs for sale, in total.
    #[arg(long)]
    pub cpus: u32,
    /// The memory for sale, in total, in MiB.
    #[arg(long)]
    pub memory: u32,
    /// The disk space for sale, in total, in MiB.
    #[arg(long)]
    pub disk: u32,
    /// The GPUs for sale, in total.
    #[arg(long, default_value_t = 0)]
    pub gpus: u16,
    /// The bond, in ETH. Default: the minimum that the market requires for this capacity.
    #[arg(long)]
    pub bond: Option<String>,
    /// The token in which the offer is priced; address 0 is ETH.
    #[arg(long, default_value_t = Address::ZERO)]
    pub currency: Address,
    /// The price of one CPU reserved for an hour, in the currency.
    #[arg(long)]
    pub price_cpu: String,
    /// The price of one GiB of memory reserved for an hour.
    #[arg(long)]
    pub price_memory: String,
    /// The price of one GiB of disk reserved for an hour.
    #[arg(long, default_value = "0")]
    pub price_disk: String,
    /// The price of one GPU reserved for an hour.
    #[arg(long, default_value = "0")]
    pub price_gpu: String,
    /// The price of an hour of CPU time used.
    #[arg(long, default_value = "0")]
    pub price_cpu_used: String,
    /// The price of one GiB of memory used for an hour.
    #[arg(long, default_value = "0")]
    pub price_memory_used: String,
    /// The price of one GiB of traffic.
    #[arg(long, default_value = "0")]
    pub price_network: String,
    /// The traffic of one replica that its reserved rate covers, in KiB a second.
    #[arg(long, default_value_t = 0)]
    pub network_kibps: u32,
}

impl ProviderRegisterArgs {
    pub async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let progress = ProgressLine::new();
        let offer = self.register(session, &progress).await?;
        drop(progress);
        let output = json!({"provider": session.address(), "offer": offer});
        answer::print(json, &output, |_| format!("{} is registered; offer {offer} is open", session.address()))
    }

    /// Registers the provider, or updates its registration, and lists an offer. Returns the number of the offer.
    pub async fn register(&self, session: &Session, progress: &ProgressLine) -> anyhow::Result<u32> {
        ensure!(
            self.endpoint.starts_with("http://") || self.endpoint.starts_with("https://"),
            "TIDEMARK_ENDPOINT: {:?} is not an http or https URL",
            self.endpoint
        );
        let key = std::fs::read_to_string(&self.sealing_key).with_context(|| {
            format!("{} is not readable: `tidemark provider init` creates it", self.sealing_key.display())
        })?;
        let key: B256 =
            key.trim().parse().with_context(|| format!("{} is not a public key", self.sealing_key.display()))?;
        let capacity = Shape {
            millicores: self.cpus.checked_mul(1000).context("--cpus is too high")?,
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
        let listed = receipt.decoded_log::<OfferListed>().context("the receipt contains no offer")?;
        Ok(listed.offer)
    }

    fn prices(&self, unit: &Unit) -> anyhow::Result<PriceList> {
        // Converts a price for `seconds` of `units` to base units × 1e12 for a second of one unit, rounded up.
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
