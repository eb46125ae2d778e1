//! The custom errors of the market as sentences with their numbers, and what to do about them, from the manual of the contracts.

use alloy::{contract::Error, sol_types::SolInterface};
use serde::Serialize;
use solidity::{Market::MarketErrors, manual};

/// The market's refusal of a call.
#[derive(Debug, Clone, Serialize, thiserror::Error)]
#[error("the market refused: {message}. {remedy}")]
pub struct MarketRefusal {
    /// The name of the custom error.
    pub name: &'static str,
    pub message: String,
    pub remedy: &'static str,
    /// The error as the chain returned it.
    #[serde(skip)]
    pub error: MarketErrors,
}

impl MarketRefusal {
    pub fn of(error: &MarketErrors) -> Self {
        let name = MarketErrors::name_by_selector(error.selector()).unwrap_or_default();
        let entry = manual::entry(name);
        let message = sentence(error, entry.map_or(name, |entry| entry.meaning));
        Self { name, message, remedy: entry.map_or("", |entry| entry.remedy), error: error.clone() }
    }
}

/// Converts the error of a call: a refusal of the market becomes a [`MarketRefusal`]; other errors keep their chain.
pub fn explain(error: Error) -> anyhow::Error {
    match error.as_decoded_interface_error::<MarketErrors>() {
        Some(refused) => anyhow::Error::new(MarketRefusal::of(&refused)),
        None => anyhow::Error::new(error).context("the transaction was not accepted"),
    }
}

/// The meaning from the manual, with the arguments of the error under their names in the contracts.
fn numbered(error: &MarketErrors, meaning: &str) -> String {
    // `Debug` prints `Outer(Name { field: 1 })`.
    let text = format!("{error:?}");
    let meaning = meaning.trim_end_matches('.');
    match (text.find('{'), text.rfind('}')) {
        (Some(from), Some(to)) if from < to => format!("{meaning} ({})", text[from + 1..to].trim()),
        _ => meaning.to_owned(),
    }
}

/// The sentence for each custom error; the meaning from the manual for errors without a sentence of their own.
fn sentence(error: &MarketErrors, meaning: &str) -> String {
    match error {
        MarketErrors::BondTooSmall(e) => format!("the bond of {} wei is below the {} required", e.bond, e.required),
        MarketErrors::AlreadyRegistered(_) => "this account is already registered as a provider".to_owned(),
        MarketErrors::NotRegistered(e) => {
            format!("{} is not registered as a provider", e.provider)
        }
        MarketErrors::LeasesOpen(_) => "leases are still open".to_owned(),
        MarketErrors::RootsPending(e) => format!("roots may still be contested until {}", e.until),
        MarketErrors::OfferClosed(e) => format!("offer {} does not exist or was withdrawn", e.offer),
        MarketErrors::EmptyShape(_) => "the shape asks for no CPU or no memory".to_owned(),
        MarketErrors::BadPolicy(_) => "the policy contradicts itself".to_owned(),
        MarketErrors::ReplicasOutOfBounds(e) => {
            format!("{} replicas are outside the lease's bounds of {} to {}", e.replicas, e.min, e.max)
        }
        MarketErrors::RateTooHigh(e) => {
            format!("the highest rate would be {}, above the budget of {}", e.rate, e.maxRate)
        }
        MarketErrors::CapacityExceeded(e) => {
            let kind = ["millicores", "MiB of memory", "MiB of disk", "GPUs"];
            let kind = kind.get(e.kind.saturating_to::<usize>()).unwrap_or(&"units");
            format!("the provider has {} {kind} left, but {} are requested", e.free, e.asked)
        }
        MarketErrors::LeaseExists(_) => "a lease with exactly these terms already exists".to_owned(),
        MarketErrors::LeaseUnknown(e) => format!("lease {} with these terms does not exist", e.lease),
        MarketErrors::LeaseIsClosed(_) => "the lease is closed".to_owned(),
        MarketErrors::LeaseIsOpen(_) => "the lease is still open".to_owned(),
        MarketErrors::NotAllowed(e) => format!("{} has no right to this", e.caller),
        MarketErrors::NoticeRunning(e) => format!("the notice runs until {}", e.until),
        MarketErrors::SameReplicas(e) => format!("the replica count is already {}", e.replicas),
        MarketErrors::CooldownRunning(e) => format!("the next step may be taken at {}", e.until),
        MarketErrors::StepTooLarge(e) => {
            format!("a step of {} replicas exceeds the largest step of {}", e.moved, e.step)
        }
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
            format!("the statement of time {} is not newer than the last step of time {}", e.time, e.since)
        }
        MarketErrors::StatementStale(e) => format!("the statement of time {} is older than {}", e.time, e.oldest),
        MarketErrors::SettlementDue(e) => format!("no statement was settled since {}", e.settledAt),
        MarketErrors::WrongValue(e) => format!("{} wei were sent instead of {}", e.sent, e.expected),
        MarketErrors::NothingReceived(_) => "the amount is zero, or the token delivered nothing".to_owned(),
        MarketErrors::InsufficientFunds(e) => {
            format!("{} are available, but {} are required", e.available, e.required)
        }
        MarketErrors::NothingToPay(_) => "there is nothing to pay out".to_owned(),
        MarketErrors::WrongEpoch(e) => format!("epoch {} was posted, but {} is next", e.epoch, e.expected),
        MarketErrors::RootTooSoon(e) => format!("the next root may be posted at {}", e.until),
        MarketErrors::RootUnknown(e) => format!("the root of epoch {} does not exist or is no longer stored", e.epoch),
        MarketErrors::RootImmature(e) => format!("the root matures at {}", e.until),
        MarketErrors::BadPath(_) => "the path does not lead from the statement to the root".to_owned(),
        MarketErrors::StatementLapsed(e) => format!("the statement of time {} is older than the claim window", e.time),
        MarketErrors::BadSignature(_) => "the signature is not the tenant's".to_owned(),
        MarketErrors::ConsentRequired(e) => {
            let limit = ["rate of one lease", "amount of one call", "exposure", "binding"];
            let limit = limit.get(usize::from(e.limit)).unwrap_or(&"limit");
            format!(
                "the spending policy of {} limits the {limit} to {}, and this action needs {}",
                e.account, e.allowed, e.asked
            )
        }
        MarketErrors::ConsentsMissing(e) => {
            format!("{} consents are given, but {} are required", e.consents, e.threshold)
        }
        MarketErrors::ConsentExpired(e) => format!("the consents expired at {}", e.expiry),
        MarketErrors::ConsentRevoked(e) => format!("{} revoked its consent to this action", e.approver),
        _ => numbered(error, meaning),
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::U256;
    use solidity::Market::{GraceRunning, InsufficientFunds};

    use super::*;

    #[test]
    fn a_refusal_has_its_numbers_and_a_remedy() {
        let (available, required) = (U256::from(5), U256::from(7));
        let refusal = MarketRefusal::of(&MarketErrors::InsufficientFunds(InsufficientFunds { available, required }));
        assert_eq!(
            (refusal.name, refusal.message.as_str()),
            ("InsufficientFunds", "5 are available, but 7 are required")
        );
        assert_eq!(refusal.remedy, manual::entry("InsufficientFunds").map_or("", |entry| entry.remedy));
        let running = GraceRunning { until: U256::from(11), untilBlock: U256::from(12) };
        let refusal = MarketRefusal::of(&MarketErrors::GraceRunning(running));
        assert!(refusal.message.ends_with("(until: 11, untilBlock: 12)"), "{}", refusal.message);
    }
}
