//! What consents cost an account that is bound to two of three.

use alloy::{
    primitives::{
        Address, Bytes, U256,
        aliases::{U104, U112},
    },
    signers::SignerSync,
    sol_types::SolCall,
};
use anvil::{Actor, ApproverNumber};
use anyhow::Context;
use solidity::{
    Market::{Consents, Limit, topUpCall},
    typed,
};

use super::market::{Lease, Market, Seller, paid};

/// Wei. What one call may move alone; opening a lease stays within it.
const LIMIT: u64 = 10_000_000_000_000_000;
const WITHIN: u64 = 300_000_000_000_000;
const BEYOND: u64 = 2 * LIMIT;

/// A top-up beyond the limit with two signatures of three, less the same within it. Both come once before, so that no slot
/// is new: the account has taken actions, and the word of its nonces is not empty.
pub async fn two_of_three(market: &mut Market, seller: &Seller) -> anyhow::Result<u64> {
    let approvers = bind(market).await?;
    let lease = market.take(seller.eth).await?;
    let mut cost = (0, 0);
    for nonce in 0..2 {
        let within = market.tenant.topUp(Address::ZERO, lease.id, U256::from(WITHIN)).value(U256::from(WITHIN));
        cost = (paid(within).await?.gas_used, beyond(market, &lease, &approvers, nonce).await?);
    }
    cost.1.checked_sub(cost.0).context("consents cost less than none")
}

async fn bind(market: &Market) -> anyhow::Result<Vec<Actor>> {
    let mut approvers = [ApproverNumber::One, ApproverNumber::Two, ApproverNumber::Three].map(Actor::Approver).to_vec();
    approvers.sort_by_key(|approver| approver.address());
    let limit = Limit { currency: Address::ZERO, rate: U104::MAX, amount: U104::from(LIMIT), exposure: U112::MAX };
    let addresses = approvers.iter().map(|approver| approver.address()).collect();
    paid(market.tenant.bind(addresses, U256::from(2), vec![limit])).await?;
    Ok(approvers)
}

async fn beyond(market: &Market, lease: &Lease, approvers: &[Actor], nonce: u64) -> anyhow::Result<u64> {
    let deployment = market.deployment();
    let account = Actor::Tenant.address();
    let amount = U256::from(BEYOND);
    let call = topUpCall { currency: Address::ZERO, lease: lease.id, amount }.abi_encode();
    let version = market.tenant.bindingOf(account).call().await?.version;
    let (nonce, expiry) = (U256::from(nonce), U256::from(u32::MAX));
    let action = typed::Action { account, call: call.clone().into(), value: amount, nonce, expiry, version };
    let digest = action.digest(&typed::domain(deployment.chain_id, deployment.market));
    let mut signatures = Vec::new();
    for approver in &approvers[..2] {
        signatures.push(Bytes::from(approver.signer().sign_hash_sync(&digest)?.as_bytes().to_vec()));
    }
    let addresses = approvers.iter().map(|approver| approver.address()).collect();
    let consents = Consents { nonce, expiry, approvers: addresses, signatures };
    Ok(paid(market.tenant.approved(account, call.into(), consents).value(amount)).await?.gas_used)
}
