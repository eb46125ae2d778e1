//! A command's view of the chain: the market, the leases on it, and transactions signed by the user's wallet.

use std::time::Duration;

use alloy::{
    contract::{CallBuilder, CallDecoder},
    network::{Ethereum, EthereumWallet},
    primitives::{Address, B256, U256},
    providers::{DynProvider, Provider},
    rpc::types::{Filter, TransactionReceipt},
    sol_types::{SolEvent, SolEventInterface},
};
use anyhow::{Context, bail, ensure};
use solidity::{
    Market::{self, MarketEvents, MarketInstance},
    deploy::Deployment,
};

use crate::{
    render::{amount::Unit, refusal},
    settings::{Connection, Identity},
    wallet::connection::connect,
};
use lease::{Lease, needs_last_root};

pub struct Session {
    pub deployment: Deployment,
    pub market: MarketInstance<DynProvider>,
    /// Who signs; nobody in a read-only session.
    pub signer: Option<alloy::signers::local::PrivateKeySigner>,
}

impl Session {
    /// For commands that only look.
    pub async fn reader(connection: &Connection) -> anyhow::Result<Self> {
        Self::open(connection, None).await
    }

    /// For commands that send transactions.
    pub async fn signer(connection: &Connection, identity: &Identity) -> anyhow::Result<Self> {
        Self::open(connection, Some(identity)).await
    }

    async fn open(connection: &Connection, identity: Option<&Identity>) -> anyhow::Result<Self> {
        let deployment = Deployment::read(&connection.deployment)
            .context("the market is not known: run `tidemark up`, or set TIDEMARK_DEPLOYMENT")?;
        let signer = identity.map(|identity| identity.signer(deployment.chain_id)).transpose()?;
        let provider = connect(&connection.rpc_url, signer.clone().map(EthereumWallet::from)).await?;
        deployment.check(&provider).await?;
        Ok(Self { market: Market::new(deployment.market, provider), deployment, signer })
    }

    pub fn provider(&self) -> &DynProvider {
        self.market.provider()
    }

    pub fn address(&self) -> Address {
        self.signer.as_ref().map(alloy::signers::local::PrivateKeySigner::address).unwrap_or_default()
    }

    /// The chain's clock.
    pub async fn time(&self) -> anyhow::Result<u64> {
        let block = self.provider().get_block_by_number(Default::default()).await?.context("the chain has no block")?;
        Ok(block.header.timestamp)
    }

    /// Sends a call and waits until it is mined; a refusal becomes a sentence.
    pub async fn send<D: CallDecoder>(
        &self,
        call: CallBuilder<&DynProvider, D, Ethereum>,
    ) -> anyhow::Result<TransactionReceipt> {
        // The state, and the second, in which it is mined are not quite those in which it is tried out.
        let gas = call.estimate_gas().await.map_err(refusal::explain)?;
        let pending = call.gas(gas + gas / 4).send().await.map_err(refusal::explain)?;
        let receipt = pending.with_timeout(Some(Duration::from_secs(120))).get_receipt().await?;
        ensure!(receipt.status(), "transaction {} failed on chain", receipt.transaction_hash);
        Ok(receipt)
    }

    /// Every lease of the market, or of one tenant, oldest first.
    pub async fn leases(&self, tenant: Option<Address>) -> anyhow::Result<Vec<Lease>> {
        let mut opened = self.filter().event_signature(Market::LeaseOpened::SIGNATURE_HASH);
        if let Some(tenant) = tenant {
            opened = opened.topic2(tenant);
        }
        let mut leases = Vec::new();
        for log in self.provider().get_logs(&opened).await? {
            if let Some(id) = log.topics().get(1) {
                leases.push(self.lease(*id).await?);
            }
        }
        Ok(leases)
    }

    /// The lease whose id begins so.
    pub async fn find(&self, prefix: &str) -> anyhow::Result<Lease> {
        let wanted = prefix.trim().trim_start_matches("0x").to_lowercase();
        ensure!(
            !wanted.is_empty() && wanted.len() <= 64 && wanted.chars().all(|c| c.is_ascii_hexdigit()),
            "{prefix:?} is not a lease id or the beginning of one: `tidemark ls` lists them"
        );
        let opened = self.filter().event_signature(Market::LeaseOpened::SIGNATURE_HASH);
        let logs = self.provider().get_logs(&opened).await?;
        let ids: Vec<B256> = logs.iter().filter_map(|log| log.topics().get(1).copied()).collect();
        let found: Vec<B256> = ids.into_iter().filter(|id| format!("{id:x}").starts_with(&wanted)).collect();
        match found.as_slice() {
            [] => bail!("no lease begins with {prefix}: `tidemark ls` lists them"),
            [id] => self.lease(*id).await,
            several => bail!("{} leases begin with {prefix}: give more of the id", several.len()),
        }
    }

    /// A lease as the fold of its events.
    pub async fn lease(&self, id: B256) -> anyhow::Result<Lease> {
        let claim_window = self.deployment.parameters.claimWindow.into();
        let mut lease: Option<Lease> = None;
        for (event, time, block) in self.events(id).await? {
            match &mut lease {
                None => lease = Lease::open(&event, time, block, claim_window),
                Some(lease) => {
                    let reach = self.reach(&event, lease.terms.provider, block).await?;
                    lease.apply(&event, time, reach);
                }
            }
        }
        lease.with_context(|| format!("there is no lease {id}"))
    }

    /// The events of a lease or an order with the time and number of their blocks, in order.
    pub async fn events(&self, id: B256) -> anyhow::Result<Vec<(MarketEvents, u64, u64)>> {
        let logs = self.provider().get_logs(&self.filter().topic1(id)).await?;
        let mut events = Vec::new();
        for log in logs {
            let Ok(event) = MarketEvents::decode_log(&log.inner) else { continue };
            let number = log.block_number.context("a log without its block")?;
            events.push((event.data, self.time_of(&log).await?, number));
        }
        Ok(events)
    }

    /// When the newest root of a lease's silent provider was posted, if an event of the lease ends at that what is owed.
    async fn reach(&self, event: &MarketEvents, provider: Address, block: u64) -> anyhow::Result<Option<u64>> {
        if !needs_last_root(event) {
            return Ok(None);
        }
        let roots = self.filter().event_signature(Market::RootPosted::SIGNATURE_HASH).topic1(provider);
        let epoch = match event {
            MarketEvents::OutageCredited(credited) => credited.epoch,
            _ => {
                let confirmed =
                    self.filter().event_signature(Market::SilenceConfirmed::SIGNATURE_HASH).topic1(provider);
                let confirmed = self.provider().get_logs(&confirmed.to_block(block)).await?;
                let Some(last) = confirmed.last() else { return Ok(None) };
                let epoch = last.log_decode::<Market::SilenceConfirmed>()?.inner.data.epoch;
                let newer = roots.clone().topic2(epoch + U256::from(1)).to_block(block);
                if !self.provider().get_logs(&newer).await?.is_empty() {
                    return Ok(None);
                }
                epoch
            }
        };
        let posted = self.provider().get_logs(&roots.topic2(epoch)).await?;
        let Some(log) = posted.first() else { return Ok(Some(0)) };
        Ok(Some(self.time_of(log).await?))
    }

    /// When a log's block was made.
    async fn time_of(&self, log: &alloy::rpc::types::Log) -> anyhow::Result<u64> {
        if let Some(time) = log.block_timestamp {
            return Ok(time);
        }
        let number = log.block_number.context("a log without its block")?;
        let block = self.provider().get_block_by_number(number.into()).await?;
        Ok(block.with_context(|| format!("the chain has no block {number}"))?.header.timestamp)
    }

    /// Where the provider of a lease answers.
    pub async fn endpoint(&self, provider: Address) -> anyhow::Result<String> {
        let endpoint = self.market.providerOf(provider).call().await?.endpoint;
        ensure!(!endpoint.is_empty(), "provider {provider} has no endpoint on chain");
        Ok(endpoint.trim_end_matches('/').to_owned())
    }

    pub async fn unit(&self, currency: Address) -> anyhow::Result<Unit> {
        Unit::of(currency, self.provider()).await
    }

    /// The market's logs.
    pub fn filter(&self) -> Filter {
        Filter::new().address(self.deployment.market).from_block(self.deployment.block)
    }
}
