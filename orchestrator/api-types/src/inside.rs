//! The shapes of signing in and of a lease's inside.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use lease::access::Scope;

/// What a message that signs in has to carry.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NonceView {
    pub nonce: String,
    pub chain_id: u64,
    pub statement: String,
    /// Unix seconds of the provider's clock: now, and before when the message has to be handed in.
    pub issued_at: u64,
    pub expires_at: u64,
}

/// Who is signed in, and until when in Unix seconds of the provider's clock.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    pub address: String,
    pub expires_at: u64,
    /// For `Authorization: Bearer`, when it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// Whom a tenant lets look inside a lease. Times are Unix seconds, as signed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GrantView {
    pub lease: String,
    pub grantee: String,
    /// `view`, `logs` or `shell`; each holds those before it.
    #[schema(value_type = String)]
    pub scope: Scope,
    pub issued_at: u64,
    pub expiry: u64,
}

/// A look inside a lease, or a change of who may.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessView {
    /// Unix milliseconds of the provider's clock.
    pub at_ms: u64,
    pub who: String,
    /// `usage`, `series`, `live`, `demand`, `manifest`, `logs`, `shell`, `grant`, `revoke`.
    pub what: String,
    pub detail: String,
}

/// A lease's use over time, one array a column, oldest first: means between one time and the one before.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeriesView {
    /// Unix milliseconds of the provider's clock.
    pub at_ms: Vec<u64>,
    /// Cores used.
    pub cpu: Vec<f64>,
    pub memory_bytes: Vec<f64>,
    /// Bytes a second.
    pub network: Vec<f64>,
    /// Ready replicas.
    pub replicas: Vec<f64>,
}

/// A lease's use between one sample and the one before, and what came for it through the gateway meanwhile.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LiveView {
    /// Unix milliseconds of the provider's clock.
    pub at_ms: u64,
    /// Cores used.
    pub cpu: f64,
    pub memory_bytes: f64,
    /// Bytes a second.
    pub network: f64,
    /// Ready replicas.
    pub replicas: f64,
    /// Requests a second; none for a lease of which none ever came through the gateway.
    pub requests: Option<f64>,
    /// Of those, what the gateway answered itself because no replica did.
    pub failed: Option<f64>,
    /// Held until a replica is there for them.
    pub waiting: Option<u32>,
    /// Under way at replicas.
    pub in_flight: Option<u32>,
    /// The 99th percentile over the last ten seconds, in seconds.
    pub latency: Option<f64>,
}

/// A line that a container printed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    /// Unix milliseconds of the engine's clock.
    pub at_ms: u64,
    pub service: String,
    pub replica: u16,
    /// `stdout` or `stderr`.
    pub stream: String,
    pub line: String,
}
