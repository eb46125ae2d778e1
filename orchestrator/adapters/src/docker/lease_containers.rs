//! The containers of one owner's leases, as logs and shells find them.

use ::alloy::primitives::B256;

use super::BollardEngine;
use lease::label::Owner;
use ports::{
    container_io::{ContainerSelector, Result},
    engine::EngineContainer,
};

pub(super) struct LeaseContainers {
    pub(super) engine: BollardEngine,
    pub(super) owner: Owner,
}

impl LeaseContainers {
    /// The lease's containers, as the engine lists them.
    pub(super) async fn select(&self, lease: B256, selector: &ContainerSelector) -> Result<Vec<EngineContainer>> {
        let mut all = self.engine.list_containers(self.owner, Some(lease)).await?;
        all.retain(|container| selector.is(&container.seen.slot));
        Ok(all)
    }
}
