//! The accounts of the devnet. Their keys are Anvil's, derived from a well-known mnemonic: never use them elsewhere.

use std::sync::LazyLock;

use alloy::{
    primitives::Address,
    signers::local::{MnemonicBuilder, PrivateKeySigner, coins_bip39::English},
};

/// Anvil's default mnemonic: a well-known development secret.
const MNEMONIC: &str = "test test test test test test test test test test test junk";

/// Each has 10,000 ETH of the devnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Deploys the contracts and has no rights afterwards.
    Deployer,
    Provider,
    Tenant,
    Approver(ApproverNumber),
    Arbiter(ArbiterNumber),
    /// Has no rights.
    Stranger,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApproverNumber {
    One,
    Two,
    Three,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArbiterNumber {
    One,
    Two,
}

impl Actor {
    pub const ALL: [Actor; 9] = [
        Actor::Deployer,
        Actor::Provider,
        Actor::Tenant,
        Actor::Approver(ApproverNumber::One),
        Actor::Approver(ApproverNumber::Two),
        Actor::Approver(ApproverNumber::Three),
        Actor::Arbiter(ArbiterNumber::One),
        Actor::Arbiter(ArbiterNumber::Two),
        Actor::Stranger,
    ];

    /// The index of the account in Anvil's list.
    fn index(self) -> u32 {
        match self {
            Actor::Deployer => 0,
            Actor::Provider => 1,
            Actor::Tenant => 2,
            Actor::Approver(number) => 3 + number as u32,
            Actor::Arbiter(number) => 6 + number as u32,
            Actor::Stranger => 8,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Actor::Deployer => "deployer",
            Actor::Provider => "provider",
            Actor::Tenant => "tenant",
            Actor::Approver(ApproverNumber::One) => "approver 1",
            Actor::Approver(ApproverNumber::Two) => "approver 2",
            Actor::Approver(ApproverNumber::Three) => "approver 3",
            Actor::Arbiter(ArbiterNumber::One) => "arbiter 1",
            Actor::Arbiter(ArbiterNumber::Two) => "arbiter 2",
            Actor::Stranger => "stranger",
        }
    }

    pub fn signer(self) -> PrivateKeySigner {
        /// Deriving a key is slow, so each process does it once.
        static SIGNERS: LazyLock<Vec<PrivateKeySigner>> =
            LazyLock::new(|| (0..Actor::ALL.len() as u32).map(derive).collect());
        SIGNERS[self.index() as usize].clone()
    }

    pub fn address(self) -> Address {
        self.signer().address()
    }
}

/// # Panics
/// Never: the mnemonic is a constant.
#[allow(clippy::expect_used)]
fn derive(index: u32) -> PrivateKeySigner {
    let builder = MnemonicBuilder::<English>::default().phrase(MNEMONIC).index(index);
    builder.and_then(|builder| builder.build()).expect("Anvil's mnemonic is well formed")
}
