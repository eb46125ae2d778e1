//! The replayed lease and `lease::accrual` agree with the contract after every step of random histories.

use lease::{Lease, Status, accrual};
use rand::{Rng, SeedableRng, rngs::StdRng};

use super::*;

/// Lives, and steps in each.
const LIVES: u64 = 4;
const STEPS: usize = 40;

#[tokio::test]
async fn the_money_functions_agree_with_the_contract_through_random_lives() {
    let settling = Settling::sqlite().await;
    for seed in 0..LIVES {
        let mut random = StdRng::seed_from_u64(seed);
        let (id, terms) = settling.take(seed).await;
        let tenant = settling.world.devnet.market(Actor::Tenant).await.unwrap();
        let mut claimed = 0;
        for step in 0..STEPS {
            settling.pass(random.gen_range(1..200)).await;
            let balance = tenant.accountOf(id, Address::ZERO).call().await.unwrap().balance;
            // A refusal is a step too: nothing may have moved.
            match random.gen_range(0..8) {
                0 => drop(tenant.scale(terms.clone(), random.gen_range(0..=8)).send().await),
                1 => drop(tenant.topUp(Address::ZERO, id, U256::from(500)).value(U256::from(500)).send().await),
                2 => drop(tenant.withdraw(terms.clone(), U256::from(balance) / U256::from(4)).send().await),
                3 => settling.dispute_if_it_can(&terms).await,
                4 => settling.rule_if_it_can(&terms, random.gen_bool(0.5)).await,
                5 => drop(settling.world.devnet.warp(Duration::from_secs(random.gen_range(0..4000))).await),
                _ => {
                    settling.follow().await;
                    claimed += random.gen_range(0..100);
                    settling.meter(id, claimed, false).await;
                    settling.prove_and_claim().await;
                }
            }
            settling.world.devnet.mine(1).await.unwrap();
            settling.follow().await;
            agree(&settling, id, &format!("seed {seed}, step {step}")).await;
        }
        transactions::sent(tenant.close(terms).send().await.unwrap().get_receipt().await.unwrap()).unwrap();
        settling.follow().await;
        agree(&settling, id, &format!("seed {seed}, closed")).await;
    }
}

pub(super) async fn agree(settling: &Settling, id: B256, when: &str) {
    let lease: Lease = settling.store().lease(id).await.unwrap().unwrap().lease;
    let head = settling.store().head().await.unwrap().unwrap();
    let market = settling.world.devnet.market(Actor::Stranger).await.unwrap();
    let block = alloy::eips::BlockId::number(head.number);
    let terms = lease.terms.clone();
    let account = market.accountOf(id, Address::ZERO).block(block).call().await.unwrap();
    let reservation = market.reservationOf(id).block(block).call().await.unwrap();
    assert_eq!(U256::from(account.balance), lease.balance(), "{when}: balance");
    assert_eq!(U256::from(account.paid), lease.paid, "{when}: paid");
    assert_eq!(U256::from(reservation.integral), lease.integral, "{when}: integral");
    assert_eq!(u64::from(reservation.since), lease.since, "{when}: since");
    assert_eq!(account.frozen, lease.is_frozen(), "{when}: frozen");
    let owed = market.owed(terms.clone()).block(block).call().await.unwrap();
    assert_eq!(owed, accrual::owed(&lease, head.time), "{when}: owed");
    let runway = market.runway(terms.clone()).block(block).call().await.unwrap();
    let ours = accrual::runway(&lease, head.time).map_or(U256::MAX, U256::from);
    if owed < lease.balance() {
        assert_eq!(runway, ours, "{when}: runway");
    }
    let status = market.statusOf(terms).block(block).call().await.unwrap();
    let ours = match lease.status(head.time) {
        Status::Active => 1,
        Status::Exhausted => 2,
        Status::Closed => 3,
    };
    assert_eq!(status, ours, "{when}: status");
}
