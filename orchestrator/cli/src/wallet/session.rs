//! The session of a command: the market on chain, its leases, and transactions signed by the user's wallet.

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
    settings::{ConnectionSettings, IdentitySettings},
    wallet::connection::connect,
};
use lease::{Lease, needs_last_root};

pub struct Session {
    pub deployment: Deployment,
    pub market: MarketInstance<DynProvider>,
    /// The key that signs; none in a read-only session.
    pub signer: Option<alloy::signers::local::PrivateKeySigner>,
}

impl Session {
    /// A read-only session.
    pub async fn reader(connection: &ConnectionSettings) -> anyhow::Result<Self> {
        Self::open(connection, None).await
    }

    /// A session that signs transactions.
    pub async fn signer(connection: &ConnectionSettings, identity: &IdentitySettings) -> anyhow::Result<Self> {
        Self::open(connection, Some(identity)).await
    }

    async fn open(connection: &ConnectionSettings, identity: Option<&IdentitySettings>) -> anyhow::Result<Self> {
        let deployment = Deployment::read(&connection.deployment)
            .context("no deployment file is readable: run `tidemark up`, or set TIDEMARK_DEPLOYMENT")?;
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

    /// The time of the newest block, in Unix seconds.
    pub async fn time(&self) -> anyhow::Result<u64> {
        let block = self.provider().get_block_by_number(Default::default()).await?.context("the chain has no block")?;
        Ok(block.header.timestamp)
    }

    /// Sends a call and waits until it is mined.
    ///
    /// # Errors
    /// A [`MarketRefusal`](refusal::MarketRefusal) when the market refused the call.
    pub async fn send<D: CallDecoder>(
        &self,
        call: CallBuilder<&DynProvider, D, Ethereum>,
    ) -> anyhow::Result<TransactionReceipt> {
        // The state and the time of the block in which the call is mined differ from those of the estimate.
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

    /// The lease whose id has this prefix.
    ///
    /// # Errors
    /// When no lease or several leases have it.
    pub async fn find(&self, prefix: &str) -> anyhow::Result<Lease> {
        let wanted = prefix.trim().trim_start_matches("0x").to_lowercase();
        ensure!(
            !wanted.is_empty() && wanted.len() <= 64 && wanted.chars().all(|c| c.is_ascii_hexdigit()),
            "{prefix:?} is not a lease id or a prefix of one: `tidemark ls` lists the leases"
        );
        let opened = self.filter().event_signature(Market::LeaseOpened::SIGNATURE_HASH);
        let logs = self.provider().get_logs(&opened).await?;
        let ids: Vec<B256> = logs.iter().filter_map(|log| log.topics().get(1).copied()).collect();
        let found: Vec<B256> = ids.into_iter().filter(|id| format!("{id:x}").starts_with(&wanted)).collect();
        match found.as_slice() {
            [] => bail!("no lease id starts with {prefix}: `tidemark ls` lists the leases"),
            [id] => self.lease(*id).await,
            several => bail!("{} lease ids start with {prefix}: give a longer prefix", several.len()),
        }
    }

    /// A lease, replayed from its events.
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
            let number = log.block_number.context("the node returned a log without its block number")?;
            events.push((event.data, self.time_of(&log).await?, number));
        }
        Ok(events)
    }

    /// The time of the provider's last root before an event that limits by it what is owed: a confirmed silence or a credited
    /// outage. None for other events.
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

    /// The time of the block of a log, in Unix seconds.
    async fn time_of(&self, log: &alloy::rpc::types::Log) -> anyhow::Result<u64> {
        if let Some(time) = log.block_timestamp {
            return Ok(time);
        }
        let number = log.block_number.context("the node returned a log without its block number")?;
        let block = self.provider().get_block_by_number(number.into()).await?;
        Ok(block.with_context(|| format!("the chain has no block {number}"))?.header.timestamp)
    }

    /// The URL of the API of a provider, as registered on chain.
    pub async fn endpoint(&self, provider: Address) -> anyhow::Result<String> {
        let endpoint = self.market.providerOf(provider).call().await?.endpoint;
        ensure!(!endpoint.is_empty(), "provider {provider} has no endpoint on chain");
        Ok(endpoint.trim_end_matches('/').to_owned())
    }

    pub async fn unit(&self, currency: Address) -> anyhow::Result<Unit> {
        Unit::of(currency, self.provider()).await
    }

    /// A filter for the logs of the market since its deployment.
    pub fn filter(&self) -> Filter {
        Filter::new().address(self.deployment.market).from_block(self.deployment.block)
    }
}
