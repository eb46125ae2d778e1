//! The EIP-712 types that people sign, under the market's domain.

use alloy::{
    primitives::{Address, B256},
    sol,
    sol_types::{Eip712Domain, SolStruct, eip712_domain},
};

use crate::Market;

sol! {
    /// A tenant's countersignature of a statement, which settles it at once.
    #[derive(Debug)]
    struct Statement {
        bytes32 lease;
        uint32 time;
        uint64 replicaSeconds;
        uint96 cpuNanos;
        uint128 memoryByteSeconds;
        uint96 networkBytes;
        uint16 utilization;
    }

    /// An approver's consent to an action of a bound account.
    #[derive(Debug)]
    struct Action {
        address account;
        bytes call;
        uint256 value;
        uint256 nonce;
        uint256 expiry;
        uint256 version;
    }

    /// A tenant's upload of a manifest to the provider of its lease.
    #[derive(Debug)]
    struct Manifest {
        bytes32 lease;
        bytes32 manifestHash;
    }

    /// A tenant's grant of access to a lease: `view`, `logs` or `shell`. Times are Unix seconds.
    #[derive(Debug)]
    struct Grant {
        bytes32 lease;
        address grantee;
        string scope;
        uint256 issuedAt;
        uint256 expiry;
    }
}

pub fn domain(chain_id: u64, market: Address) -> Eip712Domain {
    eip712_domain! { name: "Tidemark", version: "1", chain_id: chain_id, verifying_contract: market, }
}

impl Statement {
    pub fn new(lease: B256, statement: &Market::Statement) -> Self {
        Self {
            lease,
            time: statement.time,
            replicaSeconds: statement.replicaSeconds,
            cpuNanos: statement.cpuNanos,
            memoryByteSeconds: statement.memoryByteSeconds,
            networkBytes: statement.networkBytes,
            utilization: statement.utilization,
        }
    }

    /// The digest that a countersignature signs.
    pub fn digest(&self, domain: &Eip712Domain) -> B256 {
        self.eip712_signing_hash(domain)
    }
}

impl Action {
    /// The hash that approvers sign or consent to, as `Market.actionOf` computes it.
    pub fn digest(&self, domain: &Eip712Domain) -> B256 {
        self.eip712_signing_hash(domain)
    }
}

impl Manifest {
    /// The digest that the tenant signs when it uploads a manifest.
    pub fn digest(&self, domain: &Eip712Domain) -> B256 {
        self.eip712_signing_hash(domain)
    }
}

impl Grant {
    /// The digest that the tenant signs to grant access to a lease.
    pub fn digest(&self, domain: &Eip712Domain) -> B256 {
        self.eip712_signing_hash(domain)
    }
}
