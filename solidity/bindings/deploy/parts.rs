//! The contracts of which the market consists, as the compiler wrote them.

use std::{collections::BTreeMap, ops::Range, sync::LazyLock};

use alloy::primitives::Bytes;
use serde::Deserialize;

/// In the order in which a call goes through them: each has the address of the next one in its code.
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
    /// What its constructor's arguments are appended to.
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
    /// Whether deployed code is this part's, whatever its parameters: immutables stand in the code, zero in the artifact, so
    /// they are left out of the comparison.
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
