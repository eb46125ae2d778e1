//! The folder of a devnet: emptied for each new one, and locked while one runs.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anvil::Actor;
use anyhow::{Context, bail, ensure};
use solidity::deploy::Deployment;

use crate::orchestrator::Orchestrator;

/// Where the deployment is written; by it a devnet's folder is known.
pub const DEPLOYMENT: &str = "deployment.json";

/// An empty folder for a new devnet, held by the returned lock. The old one's database knows a chain that is gone, and
/// what it left on the engine belongs to nobody.
pub async fn prepare(orchestrator: &dyn Orchestrator, folder: &Path) -> anyhow::Result<(PathBuf, File)> {
    let (marker, lock) = (folder.join(DEPLOYMENT), folder.join("lock"));
    let used = folder.exists() && fs::read_dir(folder)?.next().is_some();
    ensure!(
        !used || marker.is_file() || lock.is_file(),
        "{} is not a devnet's folder: choose another with --folder",
        folder.display()
    );
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let held = File::create(&lock).with_context(|| format!("{} cannot be made", lock.display()))?;
    if held.try_lock().is_err() {
        bail!("another `tidemark up` runs in {}: stop it, or choose another folder with --folder", folder.display());
    }
    if let Ok(deployment) = Deployment::read(&marker) {
        orchestrator.sweep(&deployment, Actor::Provider.address()).await?;
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path != lock {
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.with_context(|| format!("{} cannot be removed", path.display()))?;
        }
    }
    Ok((folder.to_owned(), held))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use alloy::primitives::Address;

    use super::*;
    use crate::{
        orchestrator::Running,
        settings::{Connection, Identity, OrchestratorSettings},
    };

    /// No folder of these tests names a deployment, so nothing is asked of an orchestrator.
    struct NoEngine;

    #[async_trait::async_trait]
    impl Orchestrator for NoEngine {
        async fn start(&self, _: &Connection, _: &Identity, _: &OrchestratorSettings) -> anyhow::Result<Running> {
            bail!("no orchestrator here")
        }
        async fn sweep(&self, _: &Deployment, _: Address) -> anyhow::Result<()> {
            bail!("no engine here")
        }
        async fn engine(&self, _: &OrchestratorSettings) -> anyhow::Result<ports::engine::Info> {
            bail!("no engine here")
        }
        async fn database(&self, _: &OrchestratorSettings) -> anyhow::Result<()> {
            bail!("no database here")
        }
    }

    #[tokio::test]
    async fn a_folder_that_is_no_devnet_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mine.txt"), "keep").unwrap();
        let refused = prepare(&NoEngine, folder.path()).await.unwrap_err();
        assert!(refused.to_string().contains("--folder"), "{refused}");
        assert!(folder.path().join("mine.txt").exists());
    }

    #[tokio::test]
    async fn a_devnet_that_runs_keeps_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let first = prepare(&NoEngine, folder.path()).await.unwrap();
        fs::write(folder.path().join("tidemark.db"), "rows").unwrap();
        let refused = prepare(&NoEngine, folder.path()).await.unwrap_err();
        assert!(refused.to_string().contains("another `tidemark up`"), "{refused}");
        assert!(folder.path().join("tidemark.db").exists());
        drop(first);
        prepare(&NoEngine, folder.path()).await.unwrap();
        assert!(!folder.path().join("tidemark.db").exists());
    }
}
