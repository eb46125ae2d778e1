//! Whose pages may sign in and act here. A request's own `Host` says nothing: a page that relays one has the right one.

use alloy::primitives::Address;
use api_types::origin::normal;

use super::error::Result;
use store::Store;

/// The origins of pages that are this provider's: its registered endpoint, this machine's loopback, and those in the settings.
#[derive(Debug, Clone)]
pub struct Origins {
    known: Vec<String>,
}

impl Origins {
    /// For an API on a port.
    pub fn new(port: u16, told: &[String]) -> Self {
        let loopback = ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("http://{host}:{port}"));
        Self { known: loopback.iter().chain(told).filter_map(|origin| normal(origin)).collect() }
    }

    /// The origin of a page that calls itself so.
    pub async fn page(
        &self,
        store: &Store,
        provider: Address,
        scheme: Option<&str>,
        domain: &str,
    ) -> Result<Option<String>> {
        let mut all = self.all(store, provider).await?;
        all.retain(|origin| {
            let (of, _) = origin.split_once("://").unwrap_or_default();
            scheme.is_none_or(|scheme| scheme == of) && normal(&format!("{of}://{domain}")).as_ref() == Some(origin)
        });
        Ok(all.into_iter().next())
    }

    /// Whether an `Origin` header names one of them.
    pub async fn has(&self, store: &Store, provider: Address, origin: &str) -> Result<bool> {
        Ok(self.all(store, provider).await?.iter().any(|known| known == origin))
    }

    /// All of them, the registered endpoint's first.
    pub async fn all(&self, store: &Store, provider: Address) -> Result<Vec<String>> {
        let endpoint = store.provider(provider).await?.and_then(|provider| normal(&provider.endpoint));
        Ok(endpoint.into_iter().chain(self.known.iter().cloned()).collect())
    }
}
