//! Log lines of containers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema::LogStreamName;

/// A line that a container wrote.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogLineView {
    /// Unix milliseconds of the engine's clock.
    pub at_ms: u64,
    /// The service of the manifest.
    pub service: String,
    /// From 0.
    pub replica: u16,
    /// The output stream.
    #[schema(value_type = LogStreamName)]
    pub stream: String,
    /// The text, without its line break.
    pub line: String,
}
