//! A program of the provider's that prices bids instead of its price list.
//!
//! For an order it gets JSON on its standard input and answers JSON on its standard output. Until it has priced the
//! order it runs again, at most every few seconds. Its answer is a price and nothing else: the bid is screened like
//! any other.

use std::time::Duration;

use alloy::primitives::B256;
use lease::{auction::Auction, screen};
use serde::{Deserialize, Serialize};
use solidity::Rates;

/// The input of a pricer. Numbers of more than 32 bits are decimal strings; rates are base units × 1e12 a second;
/// times are the chain's Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PricerQuestion {
    pub order: PricedOrder,
    /// What one replica gets.
    pub shape: Sizes,
    /// The price of the shape by the provider's price list, with its margin; null without one in the order's currency.
    pub rates: Option<Priced>,
    pub capacity: Room,
    /// The chain's time now.
    pub time: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PricedOrder {
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

/// Amounts of the four kinds of capacity.
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
    /// Reserved neither on chain nor by bids on their way.
    pub free: Sizes,
}

/// Rates as decimal strings.
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
struct PricerAnswer {
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

/// Prices bids.
#[async_trait::async_trait]
pub trait Pricer: Send + Sync + 'static {
    async fn price(&self, question: &PricerQuestion) -> Result<Rates, Error>;
}

/// Parses a pricer's answer: `{"rates": …}` or `{"decline": "reason"}`.
///
/// # Errors
/// [`Error::Declined`] with the pricer's reason, or [`Error::Garbage`].
pub fn read(output: &[u8]) -> Result<Rates, Error> {
    let garbage = |error: &dyn std::fmt::Display| Error::Garbage(error.to_string());
    let answer: PricerAnswer = serde_json::from_slice(output).map_err(|error| garbage(&error))?;
    match answer {
        PricerAnswer { rates: None, decline: Some(reason) } => Err(Error::Declined(plain(&reason))),
        PricerAnswer { rates: Some(rates), decline: None } => rates.parse(),
        _ => Err(garbage(&r#"it needs either {"rates": …} or {"decline": "reason"}"#)),
    }
}

/// A foreign text without control characters, at most 200 characters of it.
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

impl PricerQuestion {
    pub fn new(auction: &Auction, rates: Option<&Rates>, seller: &screen::Seller, time: u64) -> Self {
        let terms = &auction.terms;
        Self {
            order: PricedOrder {
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
