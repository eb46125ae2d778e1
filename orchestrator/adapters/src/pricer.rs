//! Runs the provider's own program that prices bids.
//!
//! The program may hang, answer nonsense or never stop writing. It gets a process group of its own, a bounded time, a
//! bounded output and none of the orchestrator's environment, which holds secrets.

use std::{path::PathBuf, process::Stdio, time::Duration};

use ports::pricer::{Error, Pricer, PricerQuestion, read};
use rustix::process::{Pid, Signal, kill_process_group};
use solidity::Rates;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
};

/// More than an answer ever needs.
const MOST_OUTPUT: u64 = 64 * 1024;

/// The `PATH` of the pricer.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A program of the provider's.
#[derive(Debug, Clone)]
pub struct PricerProgram {
    pub path: PathBuf,
    pub patience: Duration,
}

#[async_trait::async_trait]
impl Pricer for PricerProgram {
    async fn price(&self, question: &PricerQuestion) -> Result<Rates, Error> {
        let input = serde_json::to_vec(question).map_err(|error| Error::Start(error.to_string()))?;
        let mut child = Command::new(&self.path)
            .env_clear()
            .env("PATH", PATH)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| Error::Start(format!("{}: {error}", self.path.display())))?;
        let group = ProcessGroup(child.id());
        let output = match tokio::time::timeout(self.patience, converse(&mut child, input)).await {
            Ok(output) => output?,
            Err(_) => return Err(Error::Late(self.patience)),
        };
        // The process has ended by itself and was waited for: its number may already belong to another.
        std::mem::forget(group);
        read(&output)
    }
}

/// Kills a process and all that it started when dropped.
struct ProcessGroup(Option<u32>);

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        let pid = self.0.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // The process has not been waited for yet, so the number is still its own.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

async fn converse(child: &mut Child, input: Vec<u8>) -> Result<Vec<u8>, Error> {
    let failed = |error: std::io::Error| Error::Ended(error.to_string());
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let told = async {
        if let Some(mut stdin) = stdin {
            // A program may answer without reading its input.
            let _ = stdin.write_all(&input).await;
        }
    };
    let heard = async {
        let mut output = Vec::new();
        if let Some(stdout) = stdout {
            stdout.take(MOST_OUTPUT + 1).read_to_end(&mut output).await.map_err(failed)?;
        }
        if output.len() as u64 > MOST_OUTPUT {
            return Err(Error::Garbage(format!("it is longer than {MOST_OUTPUT} bytes")));
        }
        Ok(output)
    };
    let ((), output) = tokio::join!(told, heard);
    let output = output?;
    let status = child.wait().await.map_err(failed)?;
    if status.success() { Ok(output) } else { Err(Error::Ended(status.to_string())) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, path::Path, time::Instant};

    use alloy::primitives::{B256, U256};
    use lease::{auction::Auction, screen};
    use solidity::AuctionOrder;

    use super::*;

    fn program(folder: &Path, script: &str) -> PricerProgram {
        let path = folder.join("pricer");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        PricerProgram { path, patience: Duration::from_secs(5) }
    }

    fn question() -> PricerQuestion {
        let auction = Auction::new(B256::ZERO, AuctionOrder::default(), U256::from(7), 0, 0);
        PricerQuestion::new(&auction, Some(&Rates::default()), &screen::Seller::default(), 9)
    }

    async fn answer(script: &str) -> Result<Rates, Error> {
        let folder = tempfile::tempdir().unwrap();
        program(folder.path(), script).price(&question()).await
    }

    #[tokio::test]
    async fn it_gives_a_price_or_declines() {
        let rates = r#"{"reserved":"12","replicaSecond":"3","cpuSecond":"0","memoryMiBSecond":"0","networkMiB":"0"}"#;
        let priced = answer(&format!("grep -q '\"deposit\":\"7\"' && echo '{{\"rates\":{rates}}}'")).await.unwrap();
        assert_eq!((priced.reserved.to_string(), priced.replicaSecond.to_string()), ("12".into(), "3".into()));
        let declined = answer(r#"echo '{"decline":"too late today"}'"#).await.unwrap_err();
        assert_eq!(declined, Error::Declined("too late today".to_owned()));
    }

    #[tokio::test]
    async fn what_is_no_answer_is_no_price() {
        for (script, told) in [
            ("echo nonsense", "not understood"),
            ("echo '{}'", "needs either"),
            (r#"echo '{"rates":{"reserved":"1"}}'"#, "missing field"),
            ("exit 3", "exit status: 3"),
            ("yes", "longer than"),
            (r#"echo '{"decline":"a","rates":null,"more":1}'"#, "unknown field"),
        ] {
            let error = answer(script).await.unwrap_err().to_string();
            assert!(error.contains(told), "{script}: {error}");
        }
        let rates = r#"{"reserved":"-1","replicaSecond":"3","cpuSecond":"0","memoryMiBSecond":"0","networkMiB":"0"}"#;
        let error = answer(&format!("echo '{{\"rates\":{rates}}}'")).await.unwrap_err().to_string();
        assert!(error.contains("reserved is \"-1\""), "{error}");
        let missing = PricerProgram { path: "/nowhere/pricer".into(), patience: Duration::from_secs(1) };
        assert!(matches!(missing.price(&question()).await.unwrap_err(), Error::Start(_)));
    }

    #[tokio::test]
    async fn one_that_is_late_dies_with_all_that_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let pid = folder.path().join("pid");
        let mut late = program(folder.path(), &format!("sleep 100 & echo $! > {}\nwait", pid.display()));
        late.patience = Duration::from_millis(500);
        let begun = Instant::now();
        assert_eq!(late.price(&question()).await.unwrap_err(), Error::Late(late.patience));
        assert!(begun.elapsed() < Duration::from_secs(3));
        let grandchild = fs::read_to_string(&pid).unwrap();
        let gone = || {
            // A zombie that has not been waited for does not run any more.
            let stat = fs::read_to_string(format!("/proc/{}/stat", grandchild.trim())).unwrap_or_default();
            stat.is_empty() || stat.contains(") Z ")
        };
        for _ in 0..50 {
            if gone() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("what the pricer started still runs");
    }

    #[tokio::test]
    async fn it_sees_none_of_our_environment() {
        let declined = answer(
            r#"printf '{"decline":"%s"}' "$(env | cut -d= -f1 | grep -v -e PATH -e PWD -e SHLVL -e ^_ | tr '\n' ' ')""#,
        )
        .await
        .unwrap_err();
        assert_eq!(declined, Error::Declined(String::new()));
    }
}
