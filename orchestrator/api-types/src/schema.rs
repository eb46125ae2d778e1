//! Schemas of values that Rust keeps as text or as JSON. A field names one with `value_type`, so that the description states
//! the exact set of values; serialization does not use these types.

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// 20 bytes in 0x hex; answers use the mixed case of EIP-55.
#[derive(ToSchema)]
#[schema(as = Address, value_type = String, format = "address", pattern = "^0x[0-9a-fA-F]{40}$")]
pub struct AddressText(#[allow(dead_code)] String);

/// Bytes in 0x hex.
#[derive(ToSchema)]
#[schema(as = Hex, value_type = String, format = "hex", pattern = "^0x[0-9a-fA-F]*$")]
pub struct HexText(#[allow(dead_code)] String);

/// What was read or changed.
#[derive(ToSchema)]
#[schema(as = AccessKind, rename_all = "lowercase")]
pub enum AccessKindName {
    Usage,
    Series,
    Live,
    Demand,
    Manifest,
    Logs,
    Shell,
    Grant,
    Revoke,
}

/// What an alarm is about.
#[derive(ToSchema)]
#[schema(as = AlarmKind, rename_all = "lowercase")]
pub enum AlarmKindName {
    Stage,
    Chain,
    Clock,
    Gas,
    Wallet,
    Intents,
    Roots,
    Bond,
    Draining,
}

/// The state of a transaction intent: stored, sent, in a block, final, or given up.
#[derive(ToSchema)]
#[schema(as = IntentState, rename_all = "lowercase")]
pub enum IntentStateName {
    Prepared,
    Sent,
    Mined,
    Final,
    Failed,
}

/// `active`, `exhausted` (its funds are spent) or `closed`.
#[derive(ToSchema)]
#[schema(as = LeaseStatus, rename_all = "lowercase")]
pub enum LeaseStatusName {
    Active,
    Exhausted,
    Closed,
}

/// The output stream of a container.
#[derive(ToSchema)]
#[schema(as = LogStream, rename_all = "lowercase")]
pub enum LogStreamName {
    Stdout,
    Stderr,
}

/// The state of this provider's answer to an order.
#[derive(ToSchema)]
#[schema(as = OrderStanding, rename_all = "lowercase")]
pub enum OrderStandingName {
    Open,
    Declined,
    Bidding,
    Placed,
    Won,
    Released,
    Failed,
}

/// `working` goes on; `waiting` needs something from elsewhere, which the detail names.
#[derive(ToSchema)]
#[schema(as = StageState, rename_all = "lowercase")]
pub enum ProgressStateName {
    Done,
    Working,
    Waiting,
    Failed,
}

/// Why a stage ran: the start of the process, its period, a wakeup (`bell`), or the backoff after a failure.
#[derive(ToSchema)]
#[schema(as = RunReason, rename_all = "lowercase")]
pub enum RunReasonName {
    Start,
    Period,
    #[schema(rename = "bell")]
    Wakeup,
    Backoff,
}

/// What followed from a scaling decision: nothing to change, a step that is held back, a step that waits for its proof, or a step that was sent.
#[derive(ToSchema)]
#[schema(as = ScalingOutcome, rename_all = "lowercase")]
pub enum ScalingOutcomeName {
    Steady,
    Held,
    Proving,
    Stepping,
}

/// What a grant allows. Each scope includes those before it.
#[derive(ToSchema)]
#[schema(as = Scope, rename_all = "lowercase")]
pub enum ScopeName {
    View,
    Logs,
    Shell,
}

/// A report that a provider's roots are missing: `reported`, then `confirmed`.
#[derive(ToSchema)]
#[schema(as = Silence, rename_all = "lowercase")]
pub enum SilenceName {
    Reported,
    Confirmed,
}

/// A stage of the orchestrator, in the order of the flow.
#[derive(ToSchema)]
#[schema(as = Stage, rename_all = "lowercase")]
pub enum StageName {
    Chain,
    Clearing,
    Container,
    Meter,
    Proof,
    Scale,
    Settlement,
}

/// An EIP-712 domain.
#[derive(ToSchema)]
#[schema(as = DomainView, rename_all = "camelCase")]
#[allow(dead_code)]
pub struct DomainShape {
    name: String,
    version: String,
    chain_id: u64,
    #[schema(value_type = AddressText)]
    verifying_contract: String,
}

/// A field of an EIP-712 type.
#[derive(ToSchema)]
#[schema(as = TypedFieldView)]
#[allow(dead_code)]
pub struct TypedFieldShape {
    name: String,
    /// As in Solidity.
    r#type: String,
}

/// `LeasePolicy` of the contracts: the bounds within which a lease's replica count may change.
#[derive(ToSchema)]
#[schema(as = PolicyView, rename_all = "camelCase")]
#[allow(dead_code)]
pub struct LeasePolicyShape {
    min_replicas: u16,
    max_replicas: u16,
    /// Utilization to aim for, percent.
    target: u8,
    /// Utilization above which the provider may add replicas, percent; 100: never.
    up: u8,
    /// Utilization below which the provider may remove replicas, percent; 0: never.
    down: u8,
    /// Seconds between a step of either side and the provider's next step.
    cooldown: u16,
    /// Replicas that one step may add or remove.
    step: u8,
    /// Replicas beyond what proven demand justifies; from zero: the most that the provider may start.
    headroom: u8,
}

/// `PriceList` of the contracts: base units × 1e12 as text, in decimal or 0x hex.
#[derive(ToSchema)]
#[schema(as = PricesView, rename_all = "camelCase")]
#[allow(dead_code)]
pub struct PricesShape {
    /// Per millicore and second reserved.
    millicore: String,
    /// Per MiB of memory and second reserved.
    #[schema(rename = "memoryMiB")]
    memory_mib: String,
    /// Per MiB of disk and second reserved.
    #[schema(rename = "diskMiB")]
    disk_mib: String,
    /// Per GPU and second reserved.
    gpu: String,
    /// Per CPU-second used.
    cpu_second: String,
    /// Per MiB-second of memory used.
    #[schema(rename = "memoryMiBSecond")]
    memory_mib_second: String,
    /// Per MiB received or sent.
    #[schema(rename = "networkMiB")]
    network_mib: String,
    /// The traffic of one replica that the reserved rate covers, in KiB per second.
    #[schema(rename = "networkKiBps")]
    network_kibps: u32,
}

/// The last run of a stage.
#[derive(ToSchema)]
#[schema(as = RunView, rename_all = "camelCase")]
#[allow(dead_code)]
pub struct RunShape {
    /// Runs since the process started.
    iteration: u64,
    reason: RunReasonName,
    /// Unix milliseconds of the provider's clock.
    started_at_ms: u64,
    took_ms: u64,
    /// What the run counted, by the stage's own names.
    counts: BTreeMap<String, u64>,
    /// Why the run failed.
    #[schema(required)]
    error: Option<String>,
    /// Consecutive failed runs.
    failures: u32,
}
