//! Start, listening socket and shutdown, the same for every role.

use std::env;
use std::future::Future;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// How long requests in flight may take to finish after a stop signal.
const GRACE: Duration = Duration::from_millis(250);

/// Runs one role to its end. An error is printed to stderr with its causes and becomes exit status 1.
pub fn run(role: impl Future<Output = Result<()>>) -> ExitCode {
    // Two workers serve any number of requests; a container's process limit counts threads too.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).max_blocking_threads(64).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => {
            let outcome = runtime.block_on(role);
            // Load threads that still run must not delay the exit.
            runtime.shutdown_background();
            outcome
        }
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sample: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Serves `router` until SIGTERM or SIGINT, at `LISTEN` (an address and port) or else on `port` of every address.
pub async fn http(service: &str, port: u16, router: Router) -> Result<()> {
    let mut stop = StopSignal::listen()?;
    let address = env::var("LISTEN").unwrap_or_else(|_| format!("0.0.0.0:{port}"));
    let listener = TcpListener::bind(&address).await.with_context(|| format!("cannot listen at LISTEN={address}"))?;
    eprintln!("{service} listens at {}", listener.local_addr()?);

    let (stop_server, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, router).with_graceful_shutdown(async {
        // A dropped sender means stop, as a message does.
        let _ = stopped.await;
    });
    tokio::select! {
        ended = server => ended.context("the server ended"),
        () = async {
            stop.received().await;
            drop(stop_server);
            tokio::time::sleep(GRACE).await;
        } => Ok(()),
    }
}

/// Idles for `duration`, or without an end, until SIGTERM or SIGINT.
pub async fn sleep(duration: Option<Duration>) -> Result<()> {
    let mut stop = StopSignal::listen()?;
    match duration {
        Some(duration) => tokio::select! {
            () = tokio::time::sleep(duration) => {}
            () = stop.received() => {}
        },
        None => stop.received().await,
    }
    Ok(())
}

/// The host name, which is the name of the container and differs between replicas.
pub fn host() -> String {
    env::var("HOSTNAME")
        .or_else(|_| std::fs::read_to_string("/etc/hostname").map(|name| name.trim().to_owned()))
        .unwrap_or_else(|_| "unknown".to_owned())
}

struct StopSignal {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignal {
    fn listen() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn received(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
