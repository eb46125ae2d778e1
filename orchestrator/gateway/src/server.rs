//! The server for clients: accepts connections, detects HTTP/1.1 or HTTP/2, and shuts down gracefully.

use std::{net::IpAddr, sync::Arc, time::Duration};

use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
};

use super::{
    proxy,
    state::{GatewayLimits, GatewayState},
};

/// How long a graceful shutdown waits for requests in flight.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);
/// The pause after a failed accept: the process may be out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

pub(super) async fn serve(gateway: Arc<GatewayState>, listener: TcpListener, mut shutdown: watch::Receiver<bool>) {
    let protocols = Arc::new(protocols(&gateway.limits));
    let permits = Arc::new(Semaphore::new(gateway.limits.connections));
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = async {
            // The permit comes first: at the limit, connections wait in the listen backlog.
            let permit = permits.clone().acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            _ = shutdown.wait_for(|stop| *stop) => break,
            accepted = accepted => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::debug!(%error, "accepting a connection failed");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let watcher = graceful.watcher();
        let (gateway, protocols) = (gateway.clone(), protocols.clone());
        tokio::spawn(async move {
            let _permit = permit;
            serve_connection(gateway, &protocols, stream, peer.ip(), watcher).await;
        });
    }
    drop(listener);
    if tokio::time::timeout(SHUTDOWN_TIMEOUT, graceful.shutdown()).await.is_err() {
        tracing::info!("some requests were still in flight at the end of the shutdown");
    }
}

async fn serve_connection(
    gateway: Arc<GatewayState>,
    protocols: &auto::Builder<TokioExecutor>,
    stream: TcpStream,
    peer: IpAddr,
    watcher: hyper_util::server::graceful::Watcher,
) {
    // Responses are written in large pieces, so Nagle's algorithm would only delay them.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| proxy::handle(gateway.clone(), peer, request));
    let connection = protocols.serve_connection_with_upgrades(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::trace!(error, "a client's connection ended early");
    }
}

fn protocols(limits: &GatewayLimits) -> auto::Builder<TokioExecutor> {
    let mut protocols = auto::Builder::new(TokioExecutor::new());
    protocols
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        .max_buf_size(limits.header_bytes);
    protocols
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(limits.header_bytes as u32)
        .max_concurrent_streams(limits.streams)
        .keep_alive_interval(limits.header_time);
    protocols
}
