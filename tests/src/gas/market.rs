//! A market on which costs are measured: sellers, leases, and a clock that the measurement turns.

use alloy::{
    contract::{CallBuilder, CallDecoder},
    network::Ethereum,
    primitives::{
        Address, B256, U256,
        aliases::{U80, U96, U104},
        keccak256,
    },
    providers::{DynProvider, Provider, ext::AnvilApi},
    rpc::types::TransactionReceipt,
};
use anvil::{Actor, Devnet, Mining, Options};
use anyhow::{Context, ensure};
use solidity::{
    Claim, LeasePolicy,
    Market::{LeaseOpened, MarketInstance, Settled},
    Order, Parameters, PriceList, Shape, Statement, Step, Terms,
    tree::Multiproof,
};

/// When the measured chain begins: far enough ahead that no machine's clock is past it.
const GENESIS: u64 = 2_000_000_000;

/// The gas limit that a transaction must fit under on a public chain: EIP-7825's 2^24.
const TRANSACTION_GAS: u64 = 1 << 24;

pub struct Market {
    devnet: Devnet,
    /// For the chain's own controls.
    chain: DynProvider,
    pub(super) tenant: MarketInstance<DynProvider>,
    parameters: Parameters,
    /// Tells leases apart.
    salt: u64,
}

/// A provider with an offer in each currency.
pub struct Seller {
    market: MarketInstance<DynProvider>,
    actor: Actor,
    pub erc20: u32,
    pub eth: u32,
    epoch: u64,
}

impl Seller {
    pub fn address(&self) -> Address {
        self.actor.address()
    }
}

pub struct Lease {
    pub id: B256,
    terms: Terms,
    opened: u64,
    /// What opening it cost.
    pub gas: u64,
}

impl Market {
    pub async fn start() -> anyhow::Result<Self> {
        // Always the same addresses, because the zero bytes in them have a price.
        let devnet = Devnet::start(Options { mining: Mining::OnDemand, nonce: Some(0), ..Default::default() }).await?;
        let chain = devnet.provider(Actor::Deployer).await?;
        let tenant = devnet.market(Actor::Tenant).await?;
        let parameters = tenant.parameters().call().await?;
        chain.anvil_set_next_block_timestamp(GENESIS).await?;
        chain.anvil_mine(Some(1), None).await?;
        chain.anvil_set_block_timestamp_interval(1).await?;
        Ok(Self { devnet, chain, tenant, parameters, salt: 0 })
    }

    /// Registers a provider and lists what it sells.
    pub async fn seller(&mut self, actor: Actor) -> anyhow::Result<Seller> {
        let market = self.devnet.market(actor).await?;
        let capacity = Shape { millicores: 4_000_000, memoryMiB: 16_000_000, diskMiB: 64_000_000, gpus: 0 };
        let key = keccak256("a sealing key");
        let bond = market.bondFor(capacity.clone()).call().await?;
        paid(market.register(capacity, key, "https://provider.example".into()).value(bond)).await?;
        // Four cents a core and hour and as much for its use, in a token of six decimals and in ETH at $4,000.
        let erc20 = self.list(&market, self.devnet.token, 1).await?;
        let eth = self.list(&market, Address::ZERO, 250_000_000).await?;
        Ok(Seller { market, actor, erc20, eth, epoch: 0 })
    }

    async fn list(&self, market: &MarketInstance<DynProvider>, currency: Address, scale: u64) -> anyhow::Result<u32> {
        let price = |base_units: u64| U80::from(base_units) * U80::from(scale);
        let prices = PriceList {
            millicore: price(11_111_111_111),
            memoryMiB: price(1_356_336_805),
            diskMiB: price(27_126_736),
            gpu: price(0),
            cpuSecond: price(11_111_111_111_111),
            memoryMiBSecond: price(1_356_336_805),
            networkMiB: price(9_765_625_000_000),
            networkKiBps: 1_024,
        };
        paid(market.listOffer(currency, prices)).await?;
        Ok(market.offerCount().call().await?.saturating_to())
    }

    /// The tenant opens a lease of two replicas that may become four.
    pub async fn take(&mut self, offer: u32) -> anyhow::Result<Lease> {
        self.salt += 1;
        let currency = self.tenant.offerOf(offer).call().await?.currency;
        let native = currency.is_zero();
        // Twenty dollars: a day or so of two replicas.
        let deposit = if native { U256::from(5_000_000_000_000_000u64) } else { U256::from(20_000_000) };
        let order = Order {
            shape: Shape { millicores: 1_500, memoryMiB: 3_072, diskMiB: 10_240, gpus: 0 },
            replicas: 2,
            policy: LeasePolicy {
                minReplicas: 1,
                maxReplicas: 4,
                target: 70,
                up: 80,
                down: 40,
                cooldown: 300,
                step: 2,
                headroom: 1,
            },
            maxRate: U104::MAX >> 8,
            manifestHash: keccak256(self.salt.to_be_bytes()),
            // As wide as the clock reading that the command line takes.
            salt: 1_999_999_999_123_456_789 + self.salt,
        };
        let value = if native { deposit } else { U256::ZERO };
        let receipt = paid(self.tenant.take(offer, order, deposit).value(value)).await?;
        let event = receipt.decoded_log::<LeaseOpened>().context("the receipt names no lease")?.data;
        Ok(Lease { id: event.lease, terms: event.terms, opened: self.time().await?, gas: receipt.gas_used })
    }

    /// A top-up, which anyone may make, here by the tenant. ETH by the same worth as the token.
    pub async fn top_up(&self, lease: &Lease, amount: u64) -> anyhow::Result<u64> {
        let native = lease.terms.currency.is_zero();
        let amount = U256::from(amount) * U256::from(if native { 250_000_000u64 } else { 1 });
        let value = if native { amount } else { U256::ZERO };
        let call = self.tenant.topUp(lease.terms.currency, lease.id, amount).value(value);
        Ok(paid(call).await?.gas_used)
    }

    pub async fn scale(&self, lease: &Lease, replicas: u16) -> anyhow::Result<u64> {
        Ok(paid(self.tenant.scale(lease.terms.clone(), replicas)).await?.gas_used)
    }

    /// Ends the lease; its tenant has to get money back in the same transaction.
    pub async fn close(&self, lease: &Lease) -> anyhow::Result<u64> {
        let receipt = paid(self.tenant.close(lease.terms.clone())).await?;
        let refunded = receipt.decoded_log::<solidity::Market::Refunded>().is_some();
        ensure!(refunded, "closing returned nothing, so its cost says nothing");
        Ok(receipt.gas_used)
    }

    /// Posts the seller's next root, as soon as the spacing lets it.
    pub async fn post_root(&self, seller: &mut Seller, root: B256) -> anyhow::Result<u64> {
        self.pass(self.parameters.rootSpacing.into()).await?;
        seller.epoch += 1;
        Ok(paid(seller.market.postRoot(U256::from(seller.epoch), root)).await?.gas_used)
    }

    fn claim(&self, lease: &Lease, statement: &Statement) -> Claim {
        solidity::claim(self.devnet.deployment.chain_id, self.devnet.deployment.market, &lease.terms, statement)
    }

    /// Settles under the seller's newest root.
    pub async fn settle(
        &self,
        seller: &Seller,
        lease: &Lease,
        statement: &Statement,
        path: Vec<B256>,
    ) -> anyhow::Result<u64> {
        let (epoch, claim) = (U256::from(seller.epoch), self.claim(lease, statement));
        let call = seller.market.settle(seller.address(), lease.terms.currency, epoch, claim, path);
        Ok(paid(call).await?.gas_used)
    }

    /// Moves a lease to a count by a statement under the seller's newest root.
    pub async fn scale_by_proof(
        &self,
        seller: &Seller,
        lease: &Lease,
        replicas: u16,
        statement: &Statement,
        path: Vec<B256>,
    ) -> anyhow::Result<u64> {
        let step = Step { currency: lease.terms.currency, replicas, claim: self.claim(lease, statement), path };
        Ok(paid(seller.market.scaleByProof(step)).await?.gas_used)
    }

    /// Settles many under the seller's newest root; the gas of it all and how many were paid.
    pub async fn settle_batch(
        &self,
        seller: &Seller,
        statements: &[(&Lease, Statement)],
        proof: Multiproof,
    ) -> anyhow::Result<(u64, usize)> {
        let (first, _) = statements.first().context("a batch of nothing")?;
        let (currency, flags) = (first.terms.currency, proof.flag_words());
        let claims = statements.iter().map(|(lease, statement)| self.claim(lease, statement)).collect();
        let epoch = U256::from(seller.epoch);
        let call = seller.market.settleBatch(seller.address(), currency, epoch, claims, proof.proof, flags);
        let receipt = paid(call).await?;
        let fits = receipt.gas_used <= TRANSACTION_GAS;
        ensure!(fits, "the batch took {} gas: more than a transaction may", receipt.gas_used);
        let settled = receipt.logs().iter().filter_map(|log| log.log_decode::<Settled>().ok());
        Ok((receipt.gas_used, settled.filter(|log| !log.inner.data.amount.is_zero()).count()))
    }

    pub async fn withdraw(&self, seller: &Seller, to: Address, amount: U256) -> anyhow::Result<u64> {
        Ok(paid(seller.market.withdrawEarnings(self.devnet.token, to, amount)).await?.gas_used)
    }

    pub async fn earnings(&self, seller: &Seller) -> anyhow::Result<U256> {
        Ok(self.tenant.earnings(seller.address(), self.devnet.token).call().await?)
    }

    /// What the meters of a busy lease would have counted until now: both replicas healthy, CPU at six tenths.
    pub async fn statement(&self, lease: &Lease) -> anyhow::Result<Statement> {
        let time = self.time().await?;
        let seconds = 2 * (time - lease.opened);
        let shape = &lease.terms.shape;
        Ok(Statement {
            time: time.try_into().context("the chain's time")?,
            replicaSeconds: seconds,
            cpuNanos: U96::from(seconds * u64::from(shape.millicores) * 612_345),
            memoryByteSeconds: u128::from(seconds) * u128::from(shape.memoryMiB) * 543_210,
            networkBytes: U96::from(seconds * 123_457),
            utilization: 6_123,
        })
    }

    pub(super) fn deployment(&self) -> &solidity::deploy::Deployment {
        &self.devnet.deployment
    }

    /// How many roots of a provider are kept.
    pub fn ring(&self) -> usize {
        self.parameters.rootRing as usize
    }

    /// The time of the newest block.
    async fn time(&self) -> anyhow::Result<u64> {
        let block = self.chain.get_block_by_number(Default::default()).await?.context("the chain has no block")?;
        Ok(block.header.timestamp)
    }

    /// Lets time pass until the next block.
    pub async fn pass(&self, seconds: u64) -> anyhow::Result<()> {
        let time = self.time().await?;
        self.chain.anvil_set_next_block_timestamp(time + seconds).await?;
        Ok(self.chain.anvil_mine(Some(1), None).await?)
    }

    /// Lets the newest root become old enough to settle.
    pub async fn mature(&self) -> anyhow::Result<()> {
        self.pass(self.parameters.challengeWindow.into()).await
    }
}

/// Sends a call and waits for its receipt.
pub(super) async fn paid<D: CallDecoder>(
    call: CallBuilder<&DynProvider, D, Ethereum>,
) -> anyhow::Result<TransactionReceipt> {
    let receipt = call.send().await?.get_receipt().await?;
    ensure!(receipt.status(), "transaction {} failed on chain", receipt.transaction_hash);
    Ok(receipt)
}
