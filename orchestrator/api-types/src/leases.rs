//! Leases: terms, money, containers and progress.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    arguments::TermsArgument,
    schema::{AddressText, HexText, LeasePolicyShape, LeaseStatusName, ProgressStateName, StageName},
};

/// A lease in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeaseSummary {
    /// The lease's id, 32 bytes.
    #[schema(value_type = HexText)]
    pub id: String,
    /// The tenant's account.
    #[schema(value_type = AddressText)]
    pub tenant: String,
    /// The provider's account.
    #[schema(value_type = AddressText)]
    pub provider: String,
    /// The offer that was taken; 0 for a lease of an auction.
    pub offer: u32,
    /// As of the newest block.
    #[schema(value_type = LeaseStatusName)]
    pub status: String,
    pub replicas: ReplicasView,
    pub money: MoneyView,
    /// Unix seconds of the chain.
    pub opened_at: u64,
    /// The block that opened the lease.
    pub opened_block: u64,
    /// Unix seconds of the chain; null while the lease is open.
    #[schema(required)]
    pub closed_at: Option<u64>,
    /// The deadline of the arbiters' ruling, Unix seconds of the chain; null without a dispute. A dispute freezes payments.
    #[schema(required)]
    pub disputed_until: Option<u64>,
}

/// A lease with its terms, containers and progress.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeaseView {
    #[serde(flatten)]
    pub summary: LeaseSummary,
    /// The terms, as the contract's calls take them.
    pub terms: TermsArgument,
    /// The lease policy on chain.
    #[schema(value_type = LeasePolicyShape)]
    pub policy: serde_json::Value,
    pub manifest: ManifestView,
    pub containers: Vec<ContainerView>,
    /// The services that the gateway serves. Empty before the manifest is uploaded and after the lease has closed.
    #[serde(default)]
    #[schema(required)]
    pub served: Vec<ServedServiceView>,
    /// Why the lease does not run although it should; null when it runs.
    #[schema(required)]
    pub reason: Option<String>,
    /// Milliseconds from the first observation of the lease until all its replicas were healthy for the first time; null
    /// before.
    #[schema(required)]
    pub opened_to_running_ms: Option<u64>,
    /// The progress at each stage, in the order of the flow.
    pub timeline: Vec<StageProgressView>,
}

/// Counts of replicas. A replica counts as running or healthy when all its services do.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReplicasView {
    /// The desired count on chain.
    pub wanted: u16,
    pub running: u16,
    pub healthy: u16,
    /// The lower bound of the lease policy.
    pub min: u16,
    /// The upper bound of the lease policy.
    pub max: u16,
}

/// A lease's account, in base units of its currency unless a field says otherwise.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MoneyView {
    /// The token's address; the zero address is the chain's native coin.
    #[schema(value_type = AddressText)]
    pub currency: String,
    /// All deposits.
    pub deposited: String,
    /// All payments to the provider.
    pub paid: String,
    /// All that went back to the tenant.
    pub returned: String,
    /// What is left: deposited minus paid and returned.
    pub balance: String,
    /// The most that the provider may still claim.
    pub owed: String,
    /// The reserved rate, base units × 1e12 per second.
    pub rate: String,
    /// Seconds until the funds are exhausted; null while nothing is reserved.
    #[schema(required)]
    pub runway: Option<u64>,
}

/// The manifest of a lease.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManifestView {
    /// keccak256 of the manifest's bytes, as in the lease's terms.
    #[schema(value_type = HexText)]
    pub hash: String,
    /// Whether the tenant has uploaded it.
    pub received: bool,
}

/// A container of a lease, as last observed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContainerView {
    /// The service of the manifest.
    pub service: String,
    /// From 0.
    pub replica: u16,
    /// The engine's container id.
    pub container: String,
    /// The digest or id of the image that runs.
    pub image: String,
    /// The engine's state (`created`, `running`, `exited`, …), or `warm` for a container that is created ahead of demand.
    pub state: String,
    /// The engine's health status; null without a health check.
    #[schema(required)]
    pub health: Option<String>,
    /// From a container's port, such as `80/tcp`, to the published address on the provider's machine.
    pub ports: BTreeMap<String, String>,
}

/// A service behind the provider's gateway.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServedServiceView {
    /// The service of the manifest.
    pub service: String,
    /// The port in the container.
    pub port: u16,
    /// The URL with the service's own host name.
    pub url: String,
    /// The URL that names the service in the path, for clients that cannot resolve the host name.
    pub path_url: String,
}

/// A lease's progress at one stage.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StageProgressView {
    /// The stage.
    #[schema(value_type = StageName)]
    pub stage: String,
    /// Its state.
    #[schema(value_type = ProgressStateName)]
    pub state: String,
    /// The last change, Unix seconds; null when it is unknown.
    #[schema(required)]
    pub at: Option<u64>,
    /// For people.
    pub detail: String,
}
