//! Lines that containers print.

use crate::schema::LogStreamName;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A line that a container printed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogLineView {
    /// Unix milliseconds of the engine's clock.
    pub at_ms: u64,
    pub service: String,
    pub replica: u16,
    /// `stdout` or `stderr`.
    #[schema(value_type = LogStreamName)]
    pub stream: String,
    pub line: String,
}
