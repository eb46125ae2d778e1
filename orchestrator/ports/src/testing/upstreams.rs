//! The gateway as the stages see it: the demand that a test sets, and the replicas that were drained.

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use alloy::primitives::B256;
use async_trait::async_trait;

use super::lock;
use crate::demand::{Demand, DemandSource, Upstreams};

#[derive(Debug, Default)]
pub struct FakeUpstreams {
    demand: Mutex<BTreeMap<B256, Demand>>,
    drained: Mutex<Vec<(B256, u16)>>,
}

impl FakeUpstreams {
    pub fn set(&self, lease: B256, demand: Demand) {
        lock(&self.demand).insert(lease, demand);
    }

    /// The replicas that were drained, in order.
    pub fn drained(&self) -> Vec<(B256, u16)> {
        lock(&self.drained).clone()
    }
}

impl DemandSource for FakeUpstreams {
    fn demand(&self, lease: B256) -> Option<Demand> {
        lock(&self.demand).get(&lease).copied()
    }
}

#[async_trait]
impl Upstreams for FakeUpstreams {
    async fn drain(&self, lease: B256, replica: u16, _: Duration) -> u32 {
        lock(&self.drained).push((lease, replica));
        0
    }
}
