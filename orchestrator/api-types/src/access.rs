//! Sign-in, grants and the access log of a lease.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use lease::access::Scope;

use crate::schema::{AccessKindName, AddressText, HexText, ScopeName};

/// What a sign-in message (EIP-4361) must contain.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NonceView {
    /// Valid for one sign-in.
    pub nonce: String,
    /// The chain id that the message must name.
    pub chain_id: u64,
    /// The statement that the message may contain.
    pub statement: String,
    /// Unix seconds of the provider's clock, now.
    pub issued_at: u64,
    /// Unix seconds of the provider's clock. The signed message must arrive before.
    pub expires_at: u64,
}

/// A session.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    /// The account that signed in.
    #[schema(value_type = AddressText)]
    pub address: String,
    /// Unix seconds of the provider's clock.
    pub expires_at: u64,
    /// The bearer token, only in the response of a sign-in that requested one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// A tenant's grant of access to the inside of a lease. Times are Unix seconds, as signed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GrantView {
    /// The lease's id.
    #[schema(value_type = HexText)]
    pub lease: String,
    /// The account that gets access.
    #[schema(value_type = AddressText)]
    pub grantee: String,
    /// What it allows; each scope includes those before it.
    #[schema(value_type = ScopeName)]
    pub scope: Scope,
    pub issued_at: u64,
    pub expiry: u64,
}

/// An entry of the access log: a read of a lease's inside, or a change of its grants.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessView {
    /// Unix milliseconds of the provider's clock.
    pub at_ms: u64,
    /// The account that signed in; for a grant, the tenant.
    #[schema(value_type = AddressText)]
    pub who: String,
    /// What was read or changed.
    #[schema(value_type = AccessKindName)]
    pub what: String,
    /// Details for people, such as the command of a shell.
    pub detail: String,
}
