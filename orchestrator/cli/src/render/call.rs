//! Describes a call to the market in plain words, for the approvers who consent to it.

use alloy::{
    primitives::{Address, U256, keccak256},
    sol_types::SolInterface,
};
use solidity::{
    LeasePolicy,
    Market::{Limit, MarketCalls},
    Shape, Terms,
};

use crate::{
    render::{amount::Unit, ids::short_id},
    wallet::session::Session,
};
use lease::screen::highest_rate;

/// The lines that describe a call. A call without a description of its own is named, with the hash of its data.
pub async fn describe(session: &Session, call: &[u8], value: U256) -> anyhow::Result<Vec<String>> {
    let eth = session.unit(Address::ZERO).await?;
    let mut lines = match MarketCalls::abi_decode(call) {
        Ok(call) => decoded(session, &eth, &call).await?,
        Err(_) => None,
    }
    .unwrap_or_else(|| unknown(call));
    if !value.is_zero() {
        lines.push(format!("send {} with the transaction", eth.format(value)));
    }
    Ok(lines)
}

fn unknown(call: &[u8]) -> Vec<String> {
    let selector = call.first_chunk::<4>().copied().unwrap_or_default();
    let name = MarketCalls::name_by_selector(selector).unwrap_or("(not a function of the market)");
    vec![format!("call {name} with data of hash {}", keccak256(call))]
}

async fn decoded(session: &Session, eth: &Unit, call: &MarketCalls) -> anyhow::Result<Option<Vec<String>>> {
    Ok(Some(match call {
        MarketCalls::take(call) => {
            let offer = session.market.offerOf(call.offer).call().await?;
            let unit = session.unit(offer.currency).await?;
            let order = &call.order;
            vec![
                format!("open a lease from offer {} of provider {}", call.offer, offer.provider),
                format!("start with {} replicas of {}", order.replicas, shape(&order.shape)),
                policy(&order.policy),
                format!("deposit {}", unit.format(call.deposit)),
                format!("reserve at most {}", unit.format_rate(U256::from(order.maxRate))),
                format!("run the manifest {}", order.manifestHash),
            ]
        }
        MarketCalls::scale(call) => vec![format!("set {} to {} replicas", lease(session, &call.terms), call.replicas)],
        MarketCalls::setPolicy(call) => {
            vec![format!("change the policy of {}", lease(session, &call.terms)), policy(&call.policy)]
        }
        MarketCalls::topUp(call) => {
            let unit = session.unit(call.currency).await?;
            vec![format!("add {} to lease {}", unit.format(call.amount), short_id(call.lease))]
        }
        MarketCalls::withdraw(call) => {
            let unit = session.unit(call.terms.currency).await?;
            vec![format!("withdraw {} from {}", unit.format(call.amount), lease(session, &call.terms))]
        }
        MarketCalls::withdrawEarnings(call) => {
            let unit = session.unit(call.currency).await?;
            let all = call.amount == U256::MAX;
            let amount = if all { format!("all earnings in {}", unit.symbol) } else { unit.format(call.amount) };
            vec![format!("pay {amount} to {}", call.to)]
        }
        MarketCalls::unregister(_) => vec!["unregister the provider; its bond becomes earnings".to_owned()],
        MarketCalls::close(call) => vec![format!("close {}", lease(session, &call.terms))],
        MarketCalls::bind(call) if call.threshold.is_zero() => {
            vec!["unbind the account: it no longer needs consents".to_owned()]
        }
        MarketCalls::bind(call) => {
            let mut lines = vec![format!(
                "bind the account: actions beyond its limits need the consent of {} of {} approvers",
                call.threshold,
                call.approvers.len()
            )];
            lines.extend(call.approvers.iter().map(|approver| format!("approver {approver}")));
            for limit in &call.limits {
                lines.push(limits(&session.unit(limit.currency).await?, limit));
            }
            lines
        }
        MarketCalls::rule(call) => {
            let side = if call.forTenant { "tenant" } else { "provider" };
            vec![
                format!("rule the dispute about {} in favour of its {side}", lease(session, &call.terms)),
                format!("take {} from the provider's bond", eth.format(call.slash)),
            ]
        }
        MarketCalls::setIntake(call) if call.open => vec!["reopen the market's intake".to_owned()],
        MarketCalls::setIntake(_) => vec!["stop the market's intake of leases, orders, bids and providers".to_owned()],
        MarketCalls::moveToOffer(call) => {
            let unit = session.unit(call.terms.currency).await?;
            vec![
                format!("move {} to offer {}", lease(session, &call.terms), call.offer),
                format!("reserve at most {}", unit.format_rate(U256::from(call.maxRate))),
            ]
        }
        MarketCalls::moveToBid(call) => {
            let unit = session.unit(call.terms.currency).await?;
            vec![
                format!("move {} to the bid of provider {}", lease(session, &call.terms), call.winner.provider),
                format!(
                    "reserve at most {} for each replica",
                    unit.format_rate(U256::from(call.winner.rates.reserved))
                ),
            ]
        }
        MarketCalls::openOrder(call) => {
            let (unit, order) = (session.unit(call.order.currency).await?, &call.order.order);
            vec![
                "open an order for providers to bid on".to_owned(),
                format!("start with {} replicas of {}", order.replicas, shape(&order.shape)),
                policy(&order.policy),
                format!("deposit {}", unit.format(call.deposit)),
                format!("reserve at most {}", unit.format_rate(U256::from(order.maxRate))),
                format!("run the manifest {}", order.manifestHash),
            ]
        }
        MarketCalls::accept(call) => {
            let mut lines = vec![format!("accept {} bids, all or none", call.acceptances.len())];
            for acceptance in &call.acceptances {
                let (unit, order) = (session.unit(acceptance.order.currency).await?, &acceptance.order.order);
                let rate = highest_rate(&acceptance.bid.rates, order.policy.maxReplicas);
                lines.push(format!(
                    "open a lease at provider {} with {} replicas of {}, reserve at most {}, run the manifest {}",
                    acceptance.bid.provider,
                    order.replicas,
                    shape(&order.shape),
                    unit.format_rate(rate),
                    order.manifestHash
                ));
            }
            lines
        }
        _ => return Ok(None),
    }))
}

fn lease(session: &Session, terms: &Terms) -> String {
    let id = solidity::lease_id(session.deployment.chain_id, session.deployment.market, terms);
    format!("lease {} of tenant {} at provider {}", short_id(id), terms.tenant, terms.provider)
}

fn shape(shape: &Shape) -> String {
    let Shape { millicores, memoryMiB, diskMiB, gpus } = shape;
    format!("{millicores} millicores, {memoryMiB} MiB memory, {diskMiB} MiB disk, {gpus} GPUs each")
}

fn policy(policy: &LeasePolicy) -> String {
    format!(
        "allow {} to {} replicas, target {} %, up above {} %, down below {} %, {} at a step, headroom {}",
        policy.minReplicas, policy.maxReplicas, policy.target, policy.up, policy.down, policy.step, policy.headroom
    )
}

/// The limits of an account in a currency, within which it needs no consents.
pub fn limits(unit: &Unit, limit: &Limit) -> String {
    format!(
        "without consent: {} a lease, {} a call, {} in the market",
        unit.format_rate(U256::from(limit.rate)),
        unit.format(U256::from(limit.amount)),
        unit.format(U256::from(limit.exposure))
    )
}
