//! What the market's refusals mean, in a sentence, and what to do about them.

use alloy::contract::Error;
use solidity::Market::MarketErrors;

/// Turns a failed call into a sentence with a remedy; other failures keep their own chain.
pub fn explain(error: Error) -> anyhow::Error {
    match error.as_decoded_interface_error::<MarketErrors>() {
        Some(refusal) => anyhow::anyhow!("the market refused: {}", sentence(&refusal)),
        None => anyhow::Error::new(error).context("the transaction was not accepted"),
    }
}

/// The sentence of each custom error.
pub fn sentence(error: &MarketErrors) -> String {
    match error {
        MarketErrors::BondTooSmall(e) => format!("the bond of {} wei is below the {} required", e.bond, e.required),
        MarketErrors::AlreadyRegistered(_) => "this account is a provider already".to_owned(),
        MarketErrors::NotRegistered(e) => {
            format!("{} is not registered as a provider: `tidemark provider register`", e.provider)
        }
        MarketErrors::LeasesOpen(_) => "leases are still open: close them or wait for their tenants".to_owned(),
        MarketErrors::RootsPending(e) => format!("roots may still be contested until {}", e.until),
        MarketErrors::OfferClosed(e) => format!("offer {} does not exist or was withdrawn: choose another", e.offer),
        MarketErrors::EmptyShape(_) => "the shape asks for no CPU or no memory".to_owned(),
        MarketErrors::BadPolicy(_) => {
            "the policy contradicts itself: min ≤ max, down < target ≤ up ≤ 100, step ≥ 1".to_owned()
        }
        MarketErrors::ReplicasOutOfBounds(e) => {
            format!("{} replicas are outside the lease's bounds of {} to {}", e.replicas, e.min, e.max)
        }
        MarketErrors::RateTooHigh(e) => {
            format!(
                "the highest rate would be {}, above the budget of {}: raise --max-rate or lower the replicas",
                e.rate, e.maxRate
            )
        }
        MarketErrors::CapacityExceeded(e) => {
            let kind = ["millicores", "MiB of memory", "MiB of disk", "GPUs"];
            let kind = kind.get(e.kind.saturating_to::<usize>()).unwrap_or(&"units");
            format!("the provider has {} {kind} left, but {} are asked: choose another offer", e.free, e.asked)
        }
        MarketErrors::LeaseExists(_) => "a lease on exactly these terms exists: choose another salt".to_owned(),
        MarketErrors::LeaseUnknown(e) => format!("there is no lease {} on these terms", e.lease),
        MarketErrors::LeaseIsClosed(_) => "the lease is closed".to_owned(),
        MarketErrors::LeaseIsOpen(_) => "the lease is still open: close it first".to_owned(),
        MarketErrors::NotAllowed(e) => format!("{} has no right to this", e.caller),
        MarketErrors::NoticeRunning(e) => format!("the notice runs until {}", e.until),
        MarketErrors::SameReplicas(e) => format!("{} replicas run already", e.replicas),
        MarketErrors::CooldownRunning(e) => format!("the next step may be taken at {}", e.until),
        MarketErrors::StepTooLarge(e) => format!("{} replicas at once are more than a step's {}", e.moved, e.step),
        MarketErrors::DemandTooLow(e) => {
            format!(
                "a utilization of {} basis points is not above the {} from which replicas are added",
                e.utilization, e.up
            )
        }
        MarketErrors::DemandTooHigh(e) => format!(
            "a utilization of {} basis points is not below the {} from which replicas are removed",
            e.utilization, e.down
        ),
        MarketErrors::BeyondDemand(e) => {
            format!("{} replicas are beyond the {} that demand justifies", e.replicas, e.limit)
        }
        MarketErrors::StatementUsed(e) => {
            format!("the statement of {} is not younger than the last step, of {}", e.time, e.since)
        }
        MarketErrors::StatementStale(e) => format!("the statement of {} is older than {}", e.time, e.oldest),
        MarketErrors::SettlementDue(e) => format!("nothing was settled since {}: settle first", e.settledAt),
        MarketErrors::WrongValue(e) => format!("{} wei were sent where {} belong", e.sent, e.expected),
        MarketErrors::NothingReceived(_) => "the amount is zero, or the token delivered nothing".to_owned(),
        MarketErrors::InsufficientFunds(e) => {
            format!("{} are there where {} are needed: deposit more", e.available, e.required)
        }
        MarketErrors::NothingToPay(_) => "there is nothing to pay out".to_owned(),
        MarketErrors::WrongEpoch(e) => format!("epoch {} was posted where {} is next", e.epoch, e.expected),
        MarketErrors::RootTooSoon(e) => format!("the next root may be posted at {}", e.until),
        MarketErrors::RootUnknown(e) => format!("there is no root of epoch {}, or it is no longer kept", e.epoch),
        MarketErrors::RootImmature(e) => format!("the root matures at {}", e.until),
        MarketErrors::BadPath(_) => "the path does not lead from the statement to the root".to_owned(),
        MarketErrors::StatementLapsed(e) => format!("the statement of {} is older than the claim window", e.time),
        MarketErrors::BadSignature(_) => "the signature is not the tenant's".to_owned(),
        other => format!("{other:?}"),
    }
}
