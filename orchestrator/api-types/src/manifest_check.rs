//! A manifest that was checked.

use crate::schema::HexText;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a manifest says, or everything that stands against it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManifestCheckView {
    /// Whether it can run.
    pub ok: bool,
    /// keccak256 of the bytes, as a lease's terms have it.
    #[schema(value_type = HexText)]
    pub hash: String,
    /// Of a manifest that can run.
    pub services: Vec<CheckedServiceView>,
    pub policy: String,
    #[schema(required)]
    pub shadow: Option<String>,
    pub refusals: Vec<ManifestRefusalView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckedServiceView {
    pub name: String,
    pub image: String,
    /// In the container.
    pub ports: Vec<u16>,
}

/// A refusal at its place. Lines and columns from 1; none when the place is the whole file.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManifestRefusalView {
    #[schema(required)]
    pub line: Option<usize>,
    #[schema(required)]
    pub column: Option<usize>,
    pub path: String,
    pub message: String,
}
