//! The action file: it carries a proposed action to the approvers of an account, and their consents back.
//!
//! The file is untrusted input. The digest is recomputed from the signed fields, and the description that an approver reads is
//! derived from the call by the approver's own program.

use std::path::Path;

use alloy::primitives::{Address, B256, Bytes, U256};
use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use solidity::{
    deploy::Deployment,
    typed::{self, Action},
};

/// A call to the market that exceeds the spending policy of its account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionFile {
    pub chain_id: u64,
    pub market: Address,
    pub account: Address,
    /// The call in plain words, for people who read the file. No program relies on it.
    pub says: Vec<String>,
    pub call: Bytes,
    /// The value of the transaction, in wei.
    #[serde(with = "decimal")]
    pub value: U256,
    #[serde(with = "decimal")]
    pub nonce: U256,
    /// The last time at which the action may be executed, in Unix seconds.
    #[serde(with = "decimal")]
    pub expiry: U256,
    /// The version of the account's binding.
    #[serde(with = "decimal")]
    pub version: U256,
    /// The EIP-712 digest that approvers sign or consent to.
    pub digest: B256,
    #[serde(default)]
    pub consents: Vec<ApproverSignature>,
}

/// The consent of an approver, by signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApproverSignature {
    pub approver: Address,
    pub signature: Bytes,
}

impl ActionFile {
    /// Reads and verifies a file.
    ///
    /// # Errors
    /// When it is about another market, or its digest is not that of its call.
    pub fn read(path: &Path, deployment: &Deployment) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("{} is not readable", path.display()))?;
        let action: Self =
            serde_json::from_str(&text).with_context(|| format!("{} is not an action file", path.display()))?;
        ensure!(
            (action.chain_id, action.market) == (deployment.chain_id, deployment.market),
            "{} is for market {} on chain {}, not for this one",
            path.display(),
            action.market,
            action.chain_id
        );
        ensure!(
            action.digest == action.signed().digest(&typed::domain(deployment.chain_id, deployment.market)),
            "{} was modified: its digest does not match its call",
            path.display()
        );
        Ok(action)
    }

    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        std::fs::write(path, text + "\n").with_context(|| format!("{} cannot be written", path.display()))
    }

    /// The file with its digest set, under the EIP-712 domain of the market.
    pub fn sealed(mut self) -> Self {
        self.digest = self.signed().digest(&typed::domain(self.chain_id, self.market));
        self
    }

    fn signed(&self) -> Action {
        let Self { account, call, value, nonce, expiry, version, .. } = self.clone();
        Action { account, call, value, nonce, expiry, version }
    }
}

/// Serializes numbers as decimal text, because JSON numbers lose precision.
mod decimal {
    use alloy::primitives::U256;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(value: &U256, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<U256, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(Error::custom)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use solidity::deploy;

    use super::*;

    #[test]
    fn a_modified_file_is_refused() {
        let deployment = Deployment {
            chain_id: 1,
            market: Address::repeat_byte(1),
            block: 0,
            parameters: deploy::local_parameters(),
        };
        let action = ActionFile {
            chain_id: 1,
            market: deployment.market,
            account: Address::repeat_byte(2),
            says: vec!["add 5 ETH".to_owned()],
            call: Bytes::from(vec![1, 2, 3]),
            value: U256::from(5),
            nonce: U256::MAX,
            expiry: U256::from(7),
            version: U256::from(1),
            digest: B256::ZERO,
            consents: vec![],
        }
        .sealed();
        let file = tempfile::NamedTempFile::new().unwrap();
        action.write(file.path()).unwrap();
        assert_eq!(ActionFile::read(file.path(), &deployment).unwrap(), action);
        ActionFile { value: U256::from(6), ..action.clone() }.write(file.path()).unwrap();
        let refused = ActionFile::read(file.path(), &deployment).unwrap_err();
        assert!(refused.to_string().contains("was modified"), "{refused}");
        let other = Deployment { chain_id: 2, ..deployment };
        assert!(ActionFile::read(file.path(), &other).unwrap_err().to_string().contains("not for this one"));
    }
}
