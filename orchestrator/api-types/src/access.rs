//! Sessions, grants and the access log.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema::{AccessKindName, AddressText, HexText, ScopeName};
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
    #[schema(value_type = AddressText)]
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
    #[schema(value_type = HexText)]
    pub lease: String,
    #[schema(value_type = AddressText)]
    pub grantee: String,
    /// `view`, `logs` or `shell`; each holds those before it.
    #[schema(value_type = ScopeName)]
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
    #[schema(value_type = AddressText)]
    pub who: String,
    /// `usage`, `series`, `live`, `demand`, `manifest`, `logs`, `shell`, `grant`, `revoke`.
    #[schema(value_type = AccessKindName)]
    pub what: String,
    pub detail: String,
}
