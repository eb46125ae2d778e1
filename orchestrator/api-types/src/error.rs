//! The error of the API.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Every error of the API.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ErrorView {
    /// A word for programs: `not_found`, `bad_request`, …
    pub code: String,
    /// A sentence for people: what is wrong and what to do.
    pub message: String,
}
