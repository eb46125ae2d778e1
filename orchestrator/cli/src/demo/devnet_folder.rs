//! The folder of a devnet: emptied for each new one, and locked while one runs.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anvil::Actor;
use anyhow::{Context, bail, ensure};
use solidity::deploy::Deployment;

use crate::orchestrator::Orchestrator;

/// The deployment file; a folder that contains it is known to be a devnet's.
pub const DEPLOYMENT: &str = "deployment.json";

/// Empties the folder for a new devnet and locks it until the returned file is dropped. The database of the devnet before is
/// for a chain that no longer exists, and so are the containers that it left on the engine: both are removed.
///
/// # Errors
/// When the folder is not a devnet's, or another devnet runs in it.
pub async fn prepare(orchestrator: &dyn Orchestrator, folder: &Path) -> anyhow::Result<(PathBuf, File)> {
    let (marker, lock) = (folder.join(DEPLOYMENT), folder.join("lock"));
    let used = folder.exists() && fs::read_dir(folder)?.next().is_some();
    ensure!(
        !used || marker.is_file() || lock.is_file(),
        "{} is not the folder of a devnet: choose another one with --folder",
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
        orchestrator::RunningOrchestrator,
        settings::{ConnectionSettings, IdentitySettings, OrchestratorSettings},
    };

    /// No folder of these tests has a deployment, so the orchestrator is not called.
    struct NoEngine;

    #[async_trait::async_trait]
    impl Orchestrator for NoEngine {
        async fn start(
            &self,
            _: &ConnectionSettings,
            _: &IdentitySettings,
            _: &OrchestratorSettings,
        ) -> anyhow::Result<RunningOrchestrator> {
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
    async fn a_folder_that_is_not_a_devnets_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mine.txt"), "keep").unwrap();
        let refused = prepare(&NoEngine, folder.path()).await.unwrap_err();
        assert!(refused.to_string().contains("--folder"), "{refused}");
        assert!(folder.path().join("mine.txt").exists());
    }

    #[tokio::test]
    async fn the_folder_of_a_running_devnet_is_not_touched() {
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
