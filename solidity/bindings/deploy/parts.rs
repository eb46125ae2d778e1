//! The compiled parts of the market.

use std::{collections::BTreeMap, ops::Range, sync::LazyLock};

use alloy::primitives::Bytes;
use serde::Deserialize;

/// In the order of delegation: each has the next one's address as an immutable.
pub static PARTS: LazyLock<[Part; 5]> = LazyLock::new(|| {
    [
        include_str!("../../abi/Market.json"),
        include_str!("../../abi/Approvals.json"),
        include_str!("../../abi/Registry.json"),
        include_str!("../../abi/Auction.json"),
        include_str!("../../abi/Faults.json"),
    ]
    .map(read)
});

/// One contract of the market.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// Creation code, to which the constructor's arguments are appended.
    pub bytecode: Bytes,
    deployed_bytecode: Bytes,
    immutable_references: BTreeMap<String, Vec<Reference>>,
}

#[derive(Deserialize)]
struct Reference {
    start: usize,
    length: usize,
}

impl Part {
    /// Whether deployed code is this part's, whatever its parameters. Immutables are zero in the artifact and set in the deployed
    /// code, so the comparison skips them.
    pub fn is(&self, code: &Bytes) -> bool {
        let immutables: Vec<Range<usize>> =
            self.immutable_references.values().flatten().map(|r| r.start..r.start + r.length).collect();
        let expected = &self.deployed_bytecode;
        let differs = |i: usize| code[i] != expected[i] && !immutables.iter().any(|range| range.contains(&i));
        code.len() == expected.len() && !(0..code.len()).any(differs)
    }
}

/// # Panics
/// Never: the artifacts are part of this crate, and a test reads them all.
#[allow(clippy::expect_used)]
fn read(artifact: &str) -> Part {
    serde_json::from_str(artifact).expect("an artifact that the compiler wrote")
}
