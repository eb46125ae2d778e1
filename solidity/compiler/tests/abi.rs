//! The committed ABIs are those of the sources.
//!
//! `make abi` runs this test with `BLESS=1`, which writes them; without it a difference fails.

use std::{env, fs, path::Path};

use compiler::{compile, market};

/// Contracts that only tests use: source file, contract.
const CONTRACTS: [(&str, &str); 2] = [("test/tokens/TestToken.sol", "TestToken"), ("test/Repeater.sol", "Repeater")];

#[test]
fn committed_abi_is_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate is a folder of solidity/");
    let bless = env::var_os("BLESS").is_some();
    let others = CONTRACTS.map(|(file, contract)| (file.to_owned(), contract.to_owned()));
    for (contract, artifact) in market(root).into_iter().chain(compile(root, &others)) {
        let path = root.join("abi").join(format!("{contract}.json"));
        let fresh = serde_json::to_string_pretty(&artifact).expect("an artifact is JSON") + "\n";
        if bless {
            fs::write(&path, &fresh).expect("abi/ is writable");
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == fresh, "{} is stale: run `make abi`", path.display());
    }
}
