//! Leases.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::arguments::TermsArgument;

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
    pub served: Vec<ServedServiceView>,
    /// Why it does not run, when it should.
    pub reason: Option<String>,
    /// Milliseconds from seeing the lease to all its replicas running and healthy for the first time.
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
    pub stage: String,
    /// `done`, `working`, `waiting` or `failed`.
    pub state: String,
    /// When it last moved.
    pub at: Option<u64>,
    pub detail: String,
}
