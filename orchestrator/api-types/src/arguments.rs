//! What the contract's calls take, as JSON gives it: pass it back unchanged. Numbers of more than 32 bits are decimal
//! strings, because JSON numbers end at 2^53.

use crate::schema::{AddressText, HexText};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use solidity::{Rates, Shape, Statement, Terms};
use utoipa::ToSchema;

/// `Terms` of the contracts.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TermsArgument {
    #[schema(value_type = AddressText)]
    pub tenant: String,
    #[schema(value_type = AddressText)]
    pub provider: String,
    #[schema(value_type = AddressText)]
    pub currency: String,
    pub shape: ShapeArgument,
    pub rates: RatesArgument,
    #[schema(value_type = HexText)]
    pub manifest_hash: String,
    pub salt: String,
}

/// `Shape` of the contracts: what one replica gets.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShapeArgument {
    pub millicores: u32,
    #[serde(rename = "memoryMiB")]
    pub memory_mib: u32,
    #[serde(rename = "diskMiB")]
    pub disk_mib: u32,
    pub gpus: u16,
}

/// `Rates` of the contracts: base units × 1e12.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RatesArgument {
    pub reserved: String,
    pub replica_second: String,
    pub cpu_second: String,
    #[serde(rename = "memoryMiBSecond")]
    pub memory_mib_second: String,
    #[serde(rename = "networkMiB")]
    pub network_mib: String,
}

/// `Statement` of the contracts: cumulative counters of a lease.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatementArgument {
    pub time: u32,
    pub replica_seconds: String,
    pub cpu_nanos: String,
    pub memory_byte_seconds: String,
    pub network_bytes: String,
    /// CPU used of the CPU that healthy replicas had since the statement before, in basis points.
    pub utilization: u16,
}

impl From<&Terms> for TermsArgument {
    fn from(terms: &Terms) -> Self {
        Self {
            tenant: terms.tenant.to_string(),
            provider: terms.provider.to_string(),
            currency: terms.currency.to_string(),
            shape: (&terms.shape).into(),
            rates: (&terms.rates).into(),
            manifest_hash: terms.manifestHash.to_string(),
            salt: terms.salt.to_string(),
        }
    }
}

impl From<&Shape> for ShapeArgument {
    fn from(shape: &Shape) -> Self {
        let Shape { millicores, memoryMiB: memory_mib, diskMiB: disk_mib, gpus } = *shape;
        Self { millicores, memory_mib, disk_mib, gpus }
    }
}

impl From<&Rates> for RatesArgument {
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

impl From<&Statement> for StatementArgument {
    fn from(usage: &Statement) -> Self {
        Self {
            time: usage.time,
            replica_seconds: usage.replicaSeconds.to_string(),
            cpu_nanos: usage.cpuNanos.to_string(),
            memory_byte_seconds: usage.memoryByteSeconds.to_string(),
            network_bytes: usage.networkBytes.to_string(),
            utilization: usage.utilization,
        }
    }
}

impl TryFrom<&StatementArgument> for Statement {
    type Error = anyhow::Error;

    fn try_from(usage: &StatementArgument) -> anyhow::Result<Self> {
        let bad = |field: &str| format!("{field} is not a number that a statement can hold");
        Ok(Self {
            time: usage.time,
            replicaSeconds: usage.replica_seconds.parse().with_context(|| bad("replicaSeconds"))?,
            cpuNanos: usage.cpu_nanos.parse().with_context(|| bad("cpuNanos"))?,
            memoryByteSeconds: usage.memory_byte_seconds.parse().with_context(|| bad("memoryByteSeconds"))?,
            networkBytes: usage.network_bytes.parse().with_context(|| bad("networkBytes"))?,
            utilization: usage.utilization,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use alloy::primitives::aliases::{U80, U96, U104};

    use super::*;

    #[test]
    fn the_widest_numbers_go_there_and_back() {
        let usage = Statement {
            time: u32::MAX,
            replicaSeconds: u64::MAX,
            cpuNanos: U96::MAX,
            memoryByteSeconds: u128::MAX,
            networkBytes: U96::MAX,
            utilization: u16::MAX,
        };
        let json = serde_json::to_value(StatementArgument::from(&usage)).unwrap();
        assert_eq!(json["memoryByteSeconds"], u128::MAX.to_string());
        assert_eq!(Statement::try_from(&serde_json::from_value::<StatementArgument>(json).unwrap()).unwrap(), usage);
    }

    #[test]
    fn terms_have_the_names_of_the_contract() {
        let rates = Rates { reserved: U104::MAX, cpuSecond: U80::MAX, ..Rates::default() };
        let terms = Terms { rates, salt: u64::MAX, ..Terms::default() };
        let json = serde_json::to_value(TermsArgument::from(&terms)).unwrap();
        let by_the_bindings = serde_json::to_value(&terms).unwrap();
        let names = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&json), names(&by_the_bindings));
        for part in ["shape", "rates"] {
            assert_eq!(names(&json[part]), names(&by_the_bindings[part]));
        }
        assert_eq!(json["salt"], u64::MAX.to_string());
        assert_eq!(json["rates"]["reserved"], U104::MAX.to_string());
    }
}
