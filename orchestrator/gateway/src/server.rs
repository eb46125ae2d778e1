//! The clients' side: connections are taken, spoken to in HTTP/1.1 or HTTP/2 as they begin, and let end in peace when the
//! gateway stops.

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

use super::{Gateway, Limits, proxy};

/// How long requests under way may take to end when the gateway stops.
const LAST_WORDS: Duration = Duration::from_secs(10);
/// After the system had no connection to give: it may be out of files for a moment.
const PAUSE: Duration = Duration::from_millis(50);

pub(super) async fn serve(gateway: Arc<Gateway>, listener: TcpListener, mut shutdown: watch::Receiver<bool>) {
    let protocols = Arc::new(protocols(&gateway.limits));
    let places = Arc::new(Semaphore::new(gateway.limits.connections));
    let graceful = GracefulShutdown::new();
    loop {
        let taken = async {
            // A place first: who finds none waits in the system's own queue.
            let place = places.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            _ = shutdown.wait_for(|stop| *stop) => break,
            taken = taken => taken,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::debug!(%error, "a connection could not be taken");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let watcher = graceful.watcher();
        let (gateway, protocols) = (gateway.clone(), protocols.clone());
        tokio::spawn(async move {
            let _place = place;
            speak(gateway, &protocols, stream, peer.ip(), watcher).await;
        });
    }
    drop(listener);
    if tokio::time::timeout(LAST_WORDS, graceful.shutdown()).await.is_err() {
        tracing::info!("requests outlast the gateway");
    }
}

async fn speak(
    gateway: Arc<Gateway>,
    protocols: &auto::Builder<TokioExecutor>,
    stream: TcpStream,
    peer: IpAddr,
    watcher: hyper_util::server::graceful::Watcher,
) {
    // Answers are written whole; waiting for more would only delay them.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| proxy::handle(gateway.clone(), peer, request));
    let connection = protocols.serve_connection_with_upgrades(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::trace!(error, "a client's connection ended early");
    }
}

fn protocols(limits: &Limits) -> auto::Builder<TokioExecutor> {
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
