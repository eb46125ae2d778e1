//! The cached answer of the list of providers.

use std::sync::Arc;

use alloy::primitives::B256;
use tokio::sync::Mutex;

use api_types::providers::ProviderView;

/// The answer as of the newest block.
#[derive(Clone, Default)]
pub struct ProviderCache(pub(super) Arc<Mutex<Option<ProvidersAtBlock>>>);

/// All providers, and the hash of the block as of which they were read.
pub(super) type ProvidersAtBlock = (B256, Arc<Vec<ProviderView>>);
