//! Deployment of the contracts. The devnet, the tests and `tidemark contracts deploy` all use this module.

#[cfg(feature = "rpc")]
mod parts;
#[cfg(feature = "rpc")]
mod send;

use std::{fs, io, path::Path};

use alloy::primitives::{Address, address, aliases::U96};
use serde::{Deserialize, Serialize};

#[cfg(feature = "rpc")]
pub use self::send::{Error, deploy};
use crate::Market::Parameters;

/// The arbiters on a local chain: a well-known development account of Anvil, without value elsewhere.
const DEV_ARBITERS: Address = address!("0x976EA74026E726554dB657fA54763abd0C3a0aa9");

const ETHER: u128 = 1_000_000_000_000_000_000;

/// The address and parameters of deployed contracts. `contracts deploy` prints and writes it; all other programs read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deployment {
    pub chain_id: u64,
    pub market: Address,
    /// The block of the deployment: no event of the market is older.
    pub block: u64,
    /// The contract's parameters, which are immutable. With them a provider can start while its node is unreachable.
    pub parameters: Parameters,
}

/// Why a deployment's file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{path} is not readable")]
    Read { path: String, source: io::Error },
    #[error("{path} is not a deployment")]
    Parse { path: String, source: serde_json::Error },
    #[error("{path} is not writable")]
    Write { path: String, source: io::Error },
}

/// The parameters of a local chain: intervals short enough to observe.
pub fn local_parameters() -> Parameters {
    Parameters {
        epochLength: 10,
        rootSpacing: 2,
        challengeWindow: 4,
        claimWindow: 3600,
        noticePeriod: 30,
        rootRing: 64,
        exitDelay: 60,
        disputeWindow: 300,
        missedEpochs: 3,
        graceBlocks: 5,
        fraudShare: 5000,
        minBond: U96::from(ETHER),
        bondPerCore: U96::from(ETHER / 100),
        creditPerCore: U96::from(ETHER / 1000),
        bidDeposit: U96::from(ETHER / 100),
        disputeDeposit: U96::from(ETHER / 10),
        arbiters: DEV_ARBITERS,
    }
}

/// The default parameters of `contracts deploy` on other chains.
pub fn public_parameters(arbiters: Address) -> Parameters {
    Parameters {
        epochLength: 300,
        rootSpacing: 60,
        challengeWindow: 3600,
        claimWindow: 7 * 24 * 3600,
        noticePeriod: 3600,
        rootRing: 128,
        exitDelay: 14 * 24 * 3600,
        disputeWindow: 3 * 24 * 3600,
        missedEpochs: 6,
        graceBlocks: 25,
        fraudShare: 5000,
        minBond: U96::from(ETHER),
        bondPerCore: U96::from(ETHER / 50),
        creditPerCore: U96::from(ETHER / 1000),
        bidDeposit: U96::from(ETHER / 200),
        disputeDeposit: U96::from(ETHER / 20),
        arbiters,
    }
}

impl Deployment {
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let name = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|source| FileError::Read { path: name.clone(), source })?;
        serde_json::from_str(&text).map_err(|source| FileError::Parse { path: name, source })
    }

    pub fn write(&self, path: &Path) -> Result<(), FileError> {
        let text = serde_json::to_string_pretty(self).unwrap_or_default() + "\n";
        fs::write(path, text).map_err(|source| FileError::Write { path: path.display().to_string(), source })
    }
}
