//! The result of checking a manifest.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema::HexText;

/// What a manifest declares, or all reasons why it is refused.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManifestCheckView {
    /// Whether the manifest is accepted.
    pub ok: bool,
    /// keccak256 of the bytes, as a lease's terms name it.
    #[schema(value_type = HexText)]
    pub hash: String,
    /// The services of an accepted manifest.
    pub services: Vec<CheckedServiceView>,
    /// The autoscaler.
    pub policy: String,
    /// The shadow autoscaler; null without one.
    #[schema(required)]
    pub shadow: Option<String>,
    /// Every reason for a refusal. Empty when the manifest is accepted.
    pub refusals: Vec<ManifestRefusalView>,
}

/// A service of a manifest.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckedServiceView {
    pub name: String,
    pub image: String,
    /// Ports in the container.
    pub ports: Vec<u16>,
}

/// A refusal with its position in the file.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManifestRefusalView {
    /// From 1; null when the whole file is refused.
    #[schema(required)]
    pub line: Option<usize>,
    /// From 1; null when the whole file is refused.
    #[schema(required)]
    pub column: Option<usize>,
    /// The path of the key, such as `services.web.image`.
    pub path: String,
    /// For people.
    pub message: String,
}
