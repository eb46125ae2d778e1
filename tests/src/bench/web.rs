//! The page's figures. They are measured in a real Chromium by `web/bench`; its lines are handed on as they are.

use std::{env, path::Path, process::Stdio};

use anyhow::{Context, ensure};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

pub async fn run() -> anyhow::Result<()> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web");
    let mut command = Command::new("npm");
    command.args(["run", "--silent", "bench"]).current_dir(page).stdin(Stdio::null()).stdout(Stdio::piped());
    // The market before which it is measured is the one that was built with this.
    if env::var_os("TIDEMARK_PROFILE").is_none() && !cfg!(debug_assertions) {
        command.env("TIDEMARK_PROFILE", "release");
    }
    let mut child = command.kill_on_drop(true).spawn().context("npm cannot be run: is Node.js installed?")?;
    let lines = child.stdout.take().context("the figures have no output")?;
    let mut lines = BufReader::new(lines).lines();
    let mut figures = 0;
    while let Some(line) = lines.next_line().await? {
        if serde_json::from_str::<serde_json::Value>(&line).is_ok_and(|figure| figure.get("ok").is_some()) {
            figures += 1;
            super::hand_on(&line)?;
        }
    }
    let status = child.wait().await?;
    ensure!(figures > 0, "web/bench gave no figure: it ended with {status}");
    ensure!(status.success(), "a figure of web/bench could not be measured: it ended with {status}");
    Ok(())
}
