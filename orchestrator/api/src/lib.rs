//! HTTP. It has no hands: it reads the store, and what a client hands over becomes a row that a stage acts on.
//!
//! The market and the state of leases are public. What goes on inside a lease is its tenant's, and whom the tenant lets:
//! who asks is a [`session::Caller`], who is let in an [`inside::LeaseAccess`], and that is written down before anything is shown.
//! A shell is the tenant's own hand, in its own container.

mod error;
mod evidence;
pub mod feed;
mod grants;
pub mod lease_access;
mod leases;
mod logs;
mod manifest;
mod market;
mod openapi;
mod orders;
pub mod origins;
pub mod page;
mod proofs;
mod proposals;
pub mod provider_account;
pub mod providers;
mod scaling;
mod screen;
mod series;
mod session;
mod shell;
mod write_timeout;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use alloy::primitives::Address;
use anyhow::Context;
use axum::{
    Router,
    http::{HeaderName, HeaderValue, Method, header},
    routing::{delete, get, post, put},
};
use metrics_exporter_prometheus::PrometheusHandle;
use solidity::deploy::Deployment;
use tokio::{net::TcpListener, sync::watch};
use tower_http::{cors::CorsLayer, set_header::SetResponseHeaderLayer, timeout::TimeoutLayer, trace::TraceLayer};

use self::{lease_access::OpenStreams, origins::Origins};
use driver::{StageStatuses, Wakeup};
use ports::{clock::Clock, container_io::ContainerIo, demand::DemandSource, signature::Signatures};
use store::Store;

/// What every handler may touch.
#[derive(Clone)]
pub struct Api {
    pub store: Arc<Store>,
    pub deployment: Deployment,
    pub provider: Address,
    /// Whether the provider takes no new leases.
    pub draining: bool,
    pub statuses: StageStatuses,
    pub metrics: PrometheusHandle,
    /// The container stage's: a manifest came.
    pub container_wakeup: Wakeup,
    pub gateway: GatewayAddress,
    pub feed: feed::Feed,
    pub providers: providers::ProviderCache,
    pub account: provider_account::AccountSettings,
    /// Nothing when the provider serves no page.
    pub page: Option<page::Page>,
    pub clock: Arc<dyn Clock>,
    /// Whose pages may sign in and act here.
    pub origins: Origins,
    /// How long a session lasts.
    pub session_lifetime: Duration,
    /// Signatures of accounts that are contracts.
    pub signatures: Arc<dyn Signatures>,
    /// Logs and shells.
    pub container_io: Arc<dyn ContainerIo>,
    /// What comes in at the gateway.
    pub demand: Arc<dyn DemandSource>,
    /// Who stays inside which lease.
    pub streams: OpenStreams,
    /// After how long a shell ends in which nothing is typed or printed.
    pub shell_idle: Duration,
    pub shutdown: watch::Receiver<bool>,
}

/// Where requests to leases come in.
#[derive(Debug, Clone)]
pub struct GatewayAddress {
    pub domain: String,
    pub address: SocketAddr,
}

/// For an answer's head. What is streamed after it may last.
const PATIENCE: Duration = Duration::from_secs(10);
/// For those who stay inside leases to go, at the end.
const FAREWELL: Duration = Duration::from_secs(5);

/// Binds the address, so that a port that is taken is known before anything starts.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("TIDEMARK_LISTEN: nothing can listen on {address} (is another orchestrator running?)"))
}

/// Serves until the shutdown.
pub async fn serve(api: Api, listener: TcpListener) -> anyhow::Result<()> {
    let (mut shutdown, streams) = (api.shutdown.clone(), api.streams.clone());
    let stop = async move {
        let _ = shutdown.wait_for(|stop| *stop).await;
    };
    // Listed before there can be others. The engine may take its time, and is not waited for.
    let left = api.store.shells().await?;
    let left = tokio::spawn({
        let api = api.clone();
        async move { shell::end_left(&api, left).await }
    });
    axum::serve(write_timeout::TimeoutListener(listener), router(api)).with_graceful_shutdown(stop).await?;
    // Shells are ended and their ends written down. What is left then, the next process ends.
    let _ = tokio::join!(tokio::time::timeout(FAREWELL, left), streams.empty(FAREWELL));
    Ok(())
}

fn router(api: Api) -> Router {
    // Any page may ask, without credentials: a cookie goes along only from pages of ours, and what is not public asks for it
    // or for a token that the page was given. Uploads carry their own signature.
    let cors = CorsLayer::new()
        .allow_origin(tower_http::cors::Any)
        .allow_methods([Method::GET, Method::PUT, Method::POST, Method::DELETE])
        .allow_headers([header::CONTENT_TYPE, header::AUTHORIZATION, manifest::SIGNATURE, feed::LAST_EVENT_ID]);
    Router::new()
        .route("/v1/market", get(market::market))
        .route("/v1/status", get(market::status))
        .route("/v1/offers", get(market::offers))
        .route("/v1/orders", get(orders::orders))
        .route("/v1/screen", get(screen::screen))
        .route("/v1/providers", get(providers::providers))
        .route("/v1/provider", get(provider_account::provider_account))
        .route("/v1/errors", get(market::errors))
        .route("/v1/epochs/{epoch}", get(proofs::epoch))
        .route("/v1/leases", get(leases::list))
        .route("/v1/leases/{id}", get(leases::show))
        .route("/v1/leases/{id}/usage", get(leases::usage))
        .route("/v1/leases/{id}/scaling", get(scaling::scaling))
        .route("/v1/leases/{id}/demand", get(scaling::demand))
        .route("/v1/leases/{id}/series", get(series::series))
        .route("/v1/leases/{id}/live", get(series::live))
        .route("/v1/leases/{id}/logs", get(logs::logs))
        .route("/v1/leases/{id}/shell", get(shell::shell))
        .route("/v1/leases/{id}/grants", get(grants::grants).post(grants::grant))
        .route("/v1/leases/{id}/grants/{grantee}", delete(grants::revoke))
        .route("/v1/leases/{id}/accesses", get(grants::accesses))
        .route("/v1/leases/{id}/manifest", put(manifest::put_manifest).get(manifest::get_manifest))
        .route("/v1/manifest/check", post(manifest::check))
        .route("/v1/leases/{id}/proofs", get(proofs::proofs))
        .route("/v1/leases/{id}/proofs/{epoch}", get(proofs::proof))
        .route("/v1/session/nonce", post(session::nonce))
        .route("/v1/session", post(session::open).get(session::show).delete(session::close))
        .route("/openapi.json", get(|| async { axum::Json(openapi::description()) }))
        .route("/metrics", get(market::metrics))
        .route("/v1/events", get(feed::events))
        .route("/v1/leases/{id}/events", get(feed::of_lease))
        .route("/v1/stream", get(feed::stream))
        .route("/v1/proposals", post(proposals::propose).get(proposals::list))
        .route("/v1/proposals/{digest}", get(proposals::show).delete(proposals::withdraw))
        .route("/v1/proposals/{digest}/consents", post(proposals::add_consent))
        .route("/v1/evidence/{hash}", put(evidence::put).get(evidence::get))
        .route("/config.json", get(page::config))
        .fallback(page::serve)
        .layer(unless(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // What the API answers is data: opened in a browser it runs nothing and stands in no frame.
        .layer(unless(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
        .layer(TimeoutLayer::with_status_code(axum::http::StatusCode::GATEWAY_TIMEOUT, PATIENCE))
        .layer(TraceLayer::new_for_http())
        .layer(cors)
        .with_state(api)
}

/// Sets a header where the answer has none of its own.
fn unless(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}
