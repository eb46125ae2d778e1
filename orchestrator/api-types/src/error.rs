//! The error response of the API.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The body of every response with an error status.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ErrorView {
    /// For programs: `bad_request` (400), `unauthorized` (401), `forbidden` (403), `not_found` (404), `conflict` (409),
    /// `too_large` (413), `busy` (429), `internal` (500) or `unavailable` (503).
    pub code: String,
    /// For people: what is wrong, and what to do.
    pub message: String,
}
