//! Leases.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::arguments::TermsArgument;
use crate::schema::{AddressText, HexText, LeasePolicyShape, LeaseStatusName, ProgressStateName, StageName};

/// A lease in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeaseSummary {
    #[schema(value_type = HexText)]
    pub id: String,
    #[schema(value_type = AddressText)]
    pub tenant: String,
    #[schema(value_type = AddressText)]
    pub provider: String,
    pub offer: u32,
    /// `active`, `exhausted` or `closed`.
    #[schema(value_type = LeaseStatusName)]
    pub status: String,
    pub replicas: ReplicasView,
    pub money: MoneyView,
    pub opened_at: u64,
    pub opened_block: u64,
    #[schema(required)]
    pub closed_at: Option<u64>,
    /// The arbiters' deadline, while a dispute freezes what is paid.
    #[schema(required)]
    pub disputed_until: Option<u64>,
}

/// A lease whole.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeaseView {
    #[serde(flatten)]
    pub summary: LeaseSummary,
    pub terms: TermsArgument,
    #[schema(value_type = LeasePolicyShape)]
    pub policy: serde_json::Value,
    pub manifest: ManifestView,
    pub containers: Vec<ContainerView>,
    /// What the gateway serves of it.
    #[serde(default)]
    #[schema(required)]
    pub served: Vec<ServedServiceView>,
    /// Why it does not run, when it should.
    #[schema(required)]
    pub reason: Option<String>,
    /// Milliseconds from seeing the lease to all its replicas running and healthy for the first time.
    #[schema(required)]
    pub opened_to_running_ms: Option<u64>,
    /// The seven words, in the order of the flow.
    pub timeline: Vec<StageProgressView>,
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
    #[schema(value_type = AddressText)]
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
    #[schema(required)]
    pub runway: Option<u64>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManifestView {
    /// keccak256 of the manifest's bytes, as the lease's terms have it.
    #[schema(value_type = HexText)]
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
    #[schema(required)]
    pub health: Option<String>,
    /// Port in the container → address on the provider's machine.
    pub ports: BTreeMap<String, String>,
}

/// A service behind the provider's gateway.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServedServiceView {
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
pub struct StageProgressView {
    /// chain, clearing, container, meter, proof, scale or settlement.
    #[schema(value_type = StageName)]
    pub stage: String,
    /// `done`, `working`, `waiting` or `failed`.
    #[schema(value_type = ProgressStateName)]
    pub state: String,
    /// When it last moved.
    #[schema(required)]
    pub at: Option<u64>,
    pub detail: String,
}
