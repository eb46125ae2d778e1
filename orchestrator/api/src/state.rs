//! What the API's handlers share.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use alloy::primitives::Address;
use metrics_exporter_prometheus::PrometheusHandle;
use solidity::deploy::Deployment;
use tokio::sync::watch;

use super::{
    feed::broadcast::Feed, lease_access::concurrency::OpenStreams, origins::Origins, page::assets::Page,
    provider_account::settings::AccountSettings, providers::cache::ProviderCache,
};
use driver::{StageStatuses, Wakeup};
use ports::{clock::Clock, container_io::ContainerIo, demand::DemandSource, signature::Signatures};
use store::Store;

/// What handlers share.
#[derive(Clone)]
pub struct Api {
    pub store: Arc<Store>,
    pub deployment: Deployment,
    pub provider: Address,
    /// Whether the provider takes no new leases, for maintenance.
    pub draining: bool,
    pub statuses: StageStatuses,
    pub metrics: PrometheusHandle,
    /// Wakes the container stage after the upload of a manifest.
    pub container_wakeup: Wakeup,
    pub gateway: GatewayAddress,
    pub feed: Feed,
    pub providers: ProviderCache,
    pub account: AccountSettings,
    /// None when the provider serves no page.
    pub page: Option<Page>,
    pub clock: Arc<dyn Clock>,
    /// The origins of pages that may use session cookies.
    pub origins: Origins,
    /// The lifetime of a session.
    pub session_lifetime: Duration,
    /// Verifies signatures of contract accounts (EIP-1271).
    pub signatures: Arc<dyn Signatures>,
    /// Logs and shells of containers.
    pub container_io: Arc<dyn ContainerIo>,
    /// The gateway's counters of each lease.
    pub demand: Arc<dyn DemandSource>,
    /// Limits the streams and shells of each lease.
    pub streams: OpenStreams,
    /// A shell without input and output for this long ends.
    pub shell_idle: Duration,
    pub shutdown: watch::Receiver<bool>,
}

/// Where clients reach the gateway.
#[derive(Debug, Clone)]
pub struct GatewayAddress {
    pub domain: String,
    pub address: SocketAddr,
}
