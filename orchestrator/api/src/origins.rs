//! The origins of the provider's own pages, which may sign in and use session cookies. A request's `Host` header is no
//! evidence: a proxy on another site can send the right one.

use alloy::primitives::Address;
use api_types::origin::normal;

use super::error::Result;
use store::Store;

/// The registered endpoint, this machine's loopback addresses, and the configured origins.
#[derive(Debug, Clone)]
pub struct Origins {
    known: Vec<String>,
}

impl Origins {
    /// `port` is the API's, for the loopback origins.
    pub fn new(port: u16, configured: &[String]) -> Self {
        let loopback = ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("http://{host}:{port}"));
        Self { known: loopback.iter().chain(configured).filter_map(|origin| normal(origin)).collect() }
    }

    /// The known origin that matches a sign-in message's scheme and domain. Without a scheme, any matches.
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

    /// Whether this value of an `Origin` header is a known origin.
    pub async fn has(&self, store: &Store, provider: Address, origin: &str) -> Result<bool> {
        Ok(self.all(store, provider).await?.iter().any(|known| known == origin))
    }

    /// All known origins, the registered endpoint's first.
    pub async fn all(&self, store: &Store, provider: Address) -> Result<Vec<String>> {
        let endpoint = store.provider(provider).await?.and_then(|provider| normal(&provider.endpoint));
        Ok(endpoint.into_iter().chain(self.known.iter().cloned()).collect())
    }
}
