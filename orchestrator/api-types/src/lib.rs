//! The shapes that the API gives and the command line reads. Addresses, hashes and ids are 0x hex; money is a decimal
//! string of base units, because JSON numbers end at 2^53; rates are base units × 1e12 per second; times are Unix seconds
//! of the chain unless a name says otherwise.

pub mod arguments;
pub mod books;
pub mod checked;
pub mod inside;
pub mod mailbox;
pub mod origin;
pub mod page;
pub mod scaling;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::arguments::{RatesArgument, ShapeArgument, TermsArgument, UsageArgument};

/// Which market this provider serves, and what a client needs to sign for it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MarketView {
    pub chain_id: u64,
    pub market: String,
    pub block: u64,
    pub provider: String,
    pub endpoint: String,
    /// X25519 public key for secrets.
    pub sealing_key: String,
    /// The EIP-712 domain of manifests and countersignatures.
    pub domain: serde_json::Value,
    /// The EIP-712 types that are signed under it.
    pub types: serde_json::Value,
    /// Types of a leaf's values, for `StandardMerkleTree`.
    pub leaf_encoding: Vec<String>,
    /// Whether new leases, orders, bids and providers are let in.
    pub intake_open: bool,
    /// The contract's parameters: seconds, counts, wei.
    pub parameters: BTreeMap<String, String>,
    /// The newest block that the orchestrator has applied.
    pub head: Option<HeadView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeadView {
    pub number: u64,
    pub hash: String,
    pub time: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferView {
    pub id: u32,
    pub provider: String,
    pub open: bool,
    pub currency: String,
    /// Base units × 1e12 per second and unit; see `PriceList` in the contracts.
    pub prices: serde_json::Value,
}

/// A lease in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeaseSummary {
    pub id: String,
    pub tenant: String,
    pub provider: String,
    pub offer: u32,
    /// `active`, `exhausted` or `closed`.
    pub status: String,
    pub replicas: ReplicasView,
    pub money: MoneyView,
    pub opened_at: u64,
    pub opened_block: u64,
    pub closed_at: Option<u64>,
    /// The arbiters' deadline, while a dispute freezes what is paid.
    pub disputed_until: Option<u64>,
}

/// A lease whole.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeaseView {
    #[serde(flatten)]
    pub summary: LeaseSummary,
    pub terms: TermsArgument,
    pub policy: serde_json::Value,
    pub manifest: ManifestView,
    pub containers: Vec<ContainerView>,
    /// What the gateway serves of it.
    #[serde(default)]
    pub served: Vec<ServedView>,
    /// Why it does not run, when it should.
    pub reason: Option<String>,
    /// Milliseconds from seeing the lease to all its replicas running and healthy for the first time.
    pub opened_to_running_ms: Option<u64>,
    /// The seven words, in the order of the flow.
    pub timeline: Vec<StepView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReplicasView {
    pub wanted: u16,
    pub running: u16,
    pub healthy: u16,
    pub min: u16,
    pub max: u16,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MoneyView {
    /// Address of the token; address 0 is the chain's own coin.
    pub currency: String,
    pub deposited: String,
    pub paid: String,
    pub returned: String,
    pub balance: String,
    /// What the provider may still be owed.
    pub owed: String,
    /// Reserved per second, base units × 1e12.
    pub rate: String,
    /// Seconds until the funds are exhausted; none when nothing is reserved.
    pub runway: Option<u64>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManifestView {
    /// keccak256 of the manifest's bytes, as the lease's terms have it.
    pub hash: String,
    pub received: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContainerView {
    pub service: String,
    pub replica: u16,
    pub container: String,
    /// The digest or id of the image that runs.
    pub image: String,
    /// The engine's word (`created`, `running`, `exited`, …); `warm` for what is made ahead, beyond the wanted replicas.
    pub state: String,
    pub health: Option<String>,
    /// Port in the container → address on the provider's machine.
    pub ports: BTreeMap<String, String>,
}

/// A service behind the provider's gateway.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServedView {
    pub service: String,
    /// In the container.
    pub port: u16,
    /// By host name.
    pub url: String,
    /// The same by path, where host names do not resolve.
    pub path_url: String,
}

/// Where a lease stands at one of the seven words.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    /// chain, clearing, container, meter, proof, scale or settlement.
    pub stage: String,
    /// `done`, `working`, `waiting` or `failed`.
    pub state: String,
    /// When it last moved.
    pub at: Option<u64>,
    pub detail: String,
}

/// Cumulative counters since the lease was opened.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageView {
    pub lease: String,
    /// Healthy replicas × seconds.
    pub replica_seconds: u64,
    pub cpu_nanos: String,
    pub memory_byte_seconds: String,
    pub network_bytes: String,
    /// When the counters were last read, Unix milliseconds of the provider's clock.
    pub sampled_at_ms: u64,
    pub samples: Vec<SampleView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SampleView {
    pub at_ms: u64,
    pub replica_seconds: u64,
    pub cpu_nanos: String,
    pub memory_byte_seconds: String,
    pub network_bytes: String,
}

/// A statement with its path to a posted root: all that is needed to check it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProofView {
    pub lease: String,
    pub provider: String,
    pub epoch: u64,
    pub root: String,
    /// None until the root is seen on chain.
    pub posted_at: Option<u64>,
    pub root_tx: Option<String>,
    pub leaf: String,
    /// The leaf's values in the order of `leafEncoding`.
    pub values: Vec<String>,
    /// The statement.
    pub usage: UsageArgument,
    /// The siblings from the leaf up.
    pub path: Vec<String>,
    pub leaf_encoding: Vec<String>,
    /// How many statements the root covers.
    pub leaves: usize,
}

/// All that a provider stated under one root: what a watcher checks.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EpochView {
    pub provider: String,
    pub epoch: u64,
    pub root: String,
    pub posted_at: u64,
    pub statements: Vec<StatementView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatementView {
    pub lease: String,
    pub usage: UsageArgument,
    /// The siblings from the leaf up.
    pub path: Vec<String>,
}

/// A statement under a posted root, without its path.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProofSummary {
    pub epoch: u64,
    pub root: String,
    pub posted_at: Option<u64>,
    pub root_tx: Option<String>,
    pub usage: UsageArgument,
}

/// What one of the market's errors means, and what to do about it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RefusalView {
    pub name: String,
    pub meaning: String,
    pub cause: String,
    pub remedy: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusView {
    pub version: String,
    pub provider: String,
    /// Whether the provider takes no new leases, as before maintenance.
    pub draining: bool,
    pub head: Option<HeadView>,
    /// Each stage's last run.
    pub stages: serde_json::Value,
}

/// An order that providers bid on, and what this provider does about it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderView {
    pub id: String,
    pub tenant: String,
    pub currency: String,
    pub deposit: String,
    /// Neither accepted nor cancelled.
    pub open: bool,
    pub shape: ShapeArgument,
    pub replicas: u16,
    pub policy: serde_json::Value,
    /// The budget of the whole lease, base units × 1e12 a second.
    pub max_rate: String,
    pub manifest_hash: String,
    pub salt: String,
    /// What a provider has to claim.
    pub attributes: Vec<String>,
    pub bid_until: u32,
    pub accept_until: u32,
    pub opened_at: u64,
    pub opened_block: u64,
    pub closed_at: Option<u64>,
    /// Bids that hold capacity, the cheapest first.
    pub bids: Vec<BidView>,
    pub decision: DecisionView,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BidView {
    pub id: String,
    pub provider: String,
    pub rates: RatesArgument,
    pub expiry: u32,
}

/// What this provider decided about an order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecisionView {
    /// `open`, `declined`, `bidding`, `placed`, `won`, `released` or `failed`.
    pub standing: String,
    /// Why there is no bid.
    pub reason: Option<String>,
    /// This provider's bid.
    pub bid: Option<BidView>,
    /// What the bid became.
    pub lease: Option<String>,
    /// When it was decided, Unix milliseconds of the provider's clock.
    pub decided_at_ms: Option<u64>,
    /// Whether inventory is reserved for a bid that the chain does not show yet.
    pub reserved: bool,
}

/// How an order fits this provider's offers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScreenView {
    /// How many offers match.
    pub matches: usize,
    /// The block as of which the provider's capacity was counted.
    pub block: u64,
    pub offers: Vec<ScreenedView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScreenedView {
    pub offer: u32,
    pub currency: String,
    pub matches: bool,
    pub rates: RatesArgument,
    /// What the first replica count reserves a second, base units × 1e12.
    pub rate: String,
    /// The same at the highest count.
    pub highest_rate: String,
    /// Every reason why it does not match.
    pub reasons: Vec<ReasonView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReasonView {
    /// The contract's error.
    pub error: String,
    /// Its arguments, numbers in decimal.
    pub arguments: Vec<String>,
    /// A sentence for people, with what would make it fit.
    pub message: String,
}

/// Every error of the API.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ErrorView {
    /// A word for programs: `not_found`, `bad_request`, …
    pub code: String,
    /// A sentence for people: what is wrong and what to do.
    pub message: String,
}

/// The types of a statement's values, for `StandardMerkleTree`.
pub fn leaf_encoding() -> Vec<String> {
    ["bytes32", "uint32", "uint64", "uint96", "uint128", "uint96", "uint16"].map(str::to_owned).to_vec()
}
