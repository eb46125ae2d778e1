//! The HTTP API. It reads the store, and stores clients' requests as rows on which a stage acts. It cannot act on the chain
//! or on containers, except that a shell runs a command in a container of its own lease.
//!
//! The market and the state of leases are public. The inside of a lease (usage, logs, shells) is for its tenant and the
//! accounts to which the tenant grants access: `session::Caller` authenticates, `lease_access::LeaseAccess` authorizes
//! and records the access before anything is returned.

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
pub mod state;
mod write_timeout;

use std::{net::SocketAddr, time::Duration};

use anyhow::Context;
use axum::{
    Router,
    http::{HeaderName, HeaderValue, Method, header},
    routing::{delete, get, post, put},
};
use tokio::net::TcpListener;
use tower_http::{cors::CorsLayer, set_header::SetResponseHeaderLayer, timeout::TimeoutLayer, trace::TraceLayer};

use self::state::Api;

/// The timeout of a response's head. Streams may last longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a shutdown waits for shells and streams to end.
const FAREWELL: Duration = Duration::from_secs(5);

/// Binds the address before anything else starts, so that an address in use fails the start.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("TIDEMARK_LISTEN: nothing can listen on {address} (is another orchestrator running?)"))
}

/// Serves until the shutdown. Also ends shells that an earlier process left.
pub async fn serve(api: Api, listener: TcpListener) -> anyhow::Result<()> {
    let (mut shutdown, streams) = (api.shutdown.clone(), api.streams.clone());
    let stop = async move {
        let _ = shutdown.wait_for(|stop| *stop).await;
    };
    // Listed before this process can start shells. Ending them may take long, so it runs in its own task.
    let left = api.store.shells().await?;
    let left = tokio::spawn({
        let api = api.clone();
        async move { shell::end_left(&api, left).await }
    });
    axum::serve(write_timeout::TimeoutListener(listener), router(api)).with_graceful_shutdown(stop).await?;
    // Ends shells and records their ends. The next process ends what is left.
    let _ = tokio::join!(tokio::time::timeout(FAREWELL, left), streams.empty(FAREWELL));
    Ok(())
}

fn router(api: Api) -> Router {
    // Every origin may send requests without credentials. Cookies are accepted only from the provider's own pages; other
    // clients use bearer tokens, and uploads carry their own signature.
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
        // Responses are data: a browser that opens one runs nothing and embeds it nowhere.
        .layer(unless(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
        .layer(TimeoutLayer::with_status_code(axum::http::StatusCode::GATEWAY_TIMEOUT, PATIENCE))
        .layer(TraceLayer::new_for_http())
        .layer(cors)
        .with_state(api)
}

/// Sets a header on responses that lack it.
fn unless(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}
