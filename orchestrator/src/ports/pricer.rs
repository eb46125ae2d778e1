//! The provider's own program that prices bids.
//!
//! It is asked about an order until it has priced it, at most every few seconds: JSON on its standard input, JSON on its standard output, then it ends. It is the
//! provider's, but it may hang, talk nonsense or never stop talking, so it gets a process group of its own, a bounded
//! time, a bounded output and none of the orchestrator's environment, which holds secrets. What it says is a price and
//! nothing else: whether the bid is sound is decided as for any other.

use std::{path::PathBuf, process::Stdio, time::Duration};

use alloy::primitives::B256;
use rustix::process::{Pid, Signal, kill_process_group};
use serde::{Deserialize, Serialize};
use solidity::Rates;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
};

use crate::lease::{auction::Auction, screen};

/// More than an answer ever needs.
const MOST_OUTPUT: u64 = 64 * 1024;

/// What a pricer finds its own programs by.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What a pricer is asked. Numbers of more than 32 bits are decimal strings; rates are base units × 1e12 a second, times
/// the chain's Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    pub order: Asked,
    /// What one replica gets.
    pub shape: Sizes,
    /// What the provider's price list asks for the shape, with its margin; null without one in the order's currency.
    pub rates: Option<Priced>,
    pub capacity: Room,
    /// Now.
    pub time: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    pub id: B256,
    pub tenant: String,
    pub currency: String,
    pub deposit: String,
    pub replicas: u16,
    pub min_replicas: u16,
    pub max_replicas: u16,
    pub max_rate: String,
    pub bid_until: u32,
    pub accept_until: u32,
    pub attributes: Vec<String>,
}

/// Amounts of the four kinds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sizes {
    pub millicores: u64,
    #[serde(rename = "memoryMiB")]
    pub memory_mib: u64,
    #[serde(rename = "diskMiB")]
    pub disk_mib: u64,
    pub gpus: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Room {
    pub registered: Sizes,
    /// Held neither on chain nor by bids on their way.
    pub free: Sizes,
}

/// Rates as people and programs write them: decimal strings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Priced {
    pub reserved: String,
    pub replica_second: String,
    pub cpu_second: String,
    #[serde(rename = "memoryMiBSecond")]
    pub memory_mib_second: String,
    #[serde(rename = "networkMiB")]
    pub network_mib: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Answer {
    rates: Option<Priced>,
    decline: Option<String>,
}

/// Why there is no price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("the pricer declined: {0}")]
    Declined(String),
    #[error("the pricer could not be started: {0}")]
    Start(String),
    #[error("the pricer did not answer within {0:?} and was killed")]
    Late(Duration),
    #[error("the pricer ended with {0}")]
    Ended(String),
    #[error("the pricer's answer is not understood: {0}")]
    Garbage(String),
}

/// Who prices bids instead of the price list.
#[async_trait::async_trait]
pub trait Pricer: Send + Sync + 'static {
    async fn price(&self, question: &Question) -> Result<Rates, Error>;
}

/// A program of the provider's.
#[derive(Debug, Clone)]
pub struct Program {
    pub path: PathBuf,
    pub patience: Duration,
}

#[async_trait::async_trait]
impl Pricer for Program {
    async fn price(&self, question: &Question) -> Result<Rates, Error> {
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
        let group = Group(child.id());
        let output = match tokio::time::timeout(self.patience, converse(&mut child, input)).await {
            Ok(output) => output?,
            Err(_) => return Err(Error::Late(self.patience)),
        };
        // It has ended by itself and was waited for: its number may be another's by now.
        std::mem::forget(group);
        read(&output)
    }
}

/// Kills a process and all that it started when dropped.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        let pid = self.0.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // It is not waited for before this, so the number is still its own.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

async fn converse(child: &mut Child, input: Vec<u8>) -> Result<Vec<u8>, Error> {
    let failed = |error: std::io::Error| Error::Ended(error.to_string());
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let told = async {
        if let Some(mut stdin) = stdin {
            // One that answers without reading is right to do so.
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

fn read(output: &[u8]) -> Result<Rates, Error> {
    let garbage = |error: &dyn std::fmt::Display| Error::Garbage(error.to_string());
    let answer: Answer = serde_json::from_slice(output).map_err(|error| garbage(&error))?;
    match answer {
        Answer { rates: None, decline: Some(reason) } => Err(Error::Declined(plain(&reason))),
        Answer { rates: Some(rates), decline: None } => rates.parse(),
        _ => Err(garbage(&r#"it needs either {"rates": …} or {"decline": "reason"}"#)),
    }
}

/// As much of a foreign text as a reason needs.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

impl Priced {
    fn parse(&self) -> Result<Rates, Error> {
        fn each<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, Error> {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let number = if digits { text.parse().ok() } else { None };
            number.ok_or_else(|| Error::Garbage(format!("{name} is {:?}, no number that a rate can be", plain(text))))
        }
        Ok(Rates {
            reserved: each("reserved", &self.reserved)?,
            replicaSecond: each("replicaSecond", &self.replica_second)?,
            cpuSecond: each("cpuSecond", &self.cpu_second)?,
            memoryMiBSecond: each("memoryMiBSecond", &self.memory_mib_second)?,
            networkMiB: each("networkMiB", &self.network_mib)?,
        })
    }
}

impl From<&Rates> for Priced {
    fn from(rates: &Rates) -> Self {
        Self {
            reserved: rates.reserved.to_string(),
            replica_second: rates.replicaSecond.to_string(),
            cpu_second: rates.cpuSecond.to_string(),
            memory_mib_second: rates.memoryMiBSecond.to_string(),
            network_mib: rates.networkMiB.to_string(),
        }
    }
}

impl From<screen::Amounts> for Sizes {
    fn from(amounts: screen::Amounts) -> Self {
        let [millicores, memory_mib, disk_mib, gpus] = amounts.0;
        Self { millicores, memory_mib, disk_mib, gpus }
    }
}

impl Question {
    pub fn new(auction: &Auction, rates: Option<&Rates>, seller: &screen::Seller, time: u64) -> Self {
        let terms = &auction.terms;
        Self {
            order: Asked {
                id: auction.id,
                tenant: terms.tenant.to_string(),
                currency: terms.currency.to_string(),
                deposit: auction.deposit.to_string(),
                replicas: terms.order.replicas,
                min_replicas: terms.order.policy.minReplicas,
                max_replicas: terms.order.policy.maxReplicas,
                max_rate: terms.order.maxRate.to_string(),
                bid_until: terms.bidUntil,
                accept_until: terms.acceptUntil,
                attributes: terms.attributes.iter().map(|attribute| screen::attribute_text(*attribute)).collect(),
            },
            shape: screen::Amounts::of(&terms.order.shape, 1).into(),
            rates: rates.map(Priced::from),
            capacity: Room { registered: seller.capacity.into(), free: seller.capacity.less(seller.held).into() },
            time,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, path::Path, time::Instant};

    use alloy::primitives::U256;
    use solidity::AuctionOrder;

    use super::*;

    fn program(folder: &Path, script: &str) -> Program {
        let path = folder.join("pricer");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        Program { path, patience: Duration::from_secs(5) }
    }

    fn question() -> Question {
        let auction = Auction::new(B256::ZERO, AuctionOrder::default(), U256::from(7), 0, 0);
        Question::new(&auction, Some(&Rates::default()), &screen::Seller::default(), 9)
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
        let missing = Program { path: "/nowhere/pricer".into(), patience: Duration::from_secs(1) };
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
            // A zombie that nobody has waited for yet runs no more.
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
