//! The built program.

use std::path::{Path, PathBuf};

use anvil::Actor;
use tokio::process::Command;

/// The repository's folder, from which the documentation's commands are run.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

/// The program in the target folder of this test. It is killed when its handle is dropped, and no setting of the environment
/// reaches it; its gateway listens on any free port, because several run at a time.
///
/// # Panics
/// When it has not been built: the end-to-end tests come after `cargo build`.
#[allow(clippy::expect_used)]
pub fn tidemark() -> Command {
    let test = std::env::current_exe().expect("the test knows its own path");
    let folder = test.ancestors().find(|folder| folder.join("tidemark").is_file());
    let program = folder.expect("target/…/tidemark is not built: run `cargo build`").join("tidemark");
    let mut command = Command::new(program);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TIDEMARK_")) {
        command.env_remove(name);
    }
    command.env("TIDEMARK_GATEWAY", "127.0.0.1:0");
    command.current_dir(root()).kill_on_drop(true);
    command
}

/// An actor's private key, in the form of TIDEMARK_DEV_KEY.
pub fn dev_key(actor: Actor) -> String {
    format!("0x{:x}", actor.signer().to_bytes())
}
