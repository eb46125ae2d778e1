//! Joins stages, store, ports and API. It imports everything and decides nothing.

use std::{net::SocketAddr, sync::Arc};

use alloy::network::EthereumWallet;
use anyhow::Context;
use metrics_exporter_prometheus::PrometheusHandle;
use solidity::deploy::Deployment;
use tokio::{sync::watch, task::JoinHandle};

use crate::{
    api::{self, Api},
    config::{Connection, Identity, Orchestration},
    driver::{self, Bell, Board, Stage},
    ports::{
        clock::System,
        docker::{BollardEngine, Engine},
        ethereum::{AlloyEthereum, Ethereum},
    },
    stages::{chain::Chain, container::Container, meter::Meter, proof::Proof, settlement::Settlement},
    store::Store,
    telemetry,
};

/// A running orchestrator.
pub struct Running {
    /// Where the API listens.
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Tells everything to end, and waits until it has.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}
