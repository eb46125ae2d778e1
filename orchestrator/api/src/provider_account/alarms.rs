//! Alarms: derived from the store and the stage statuses, without any request elsewhere.

use std::{collections::BTreeMap, time::Duration};

use alloy::primitives::U256;
use solidity::Market::Parameters;

use api_types::provider_account::{AlarmView, GasView};
use driver::StageStatus;
use store::{BlockRef, ProviderRow};

/// Consecutive failures of a stage that raise an alarm.
const FAILURES: u32 = 3;
/// How long a stage may go without a run: longer than every period and every backoff.
const SILENT_MS: u64 = 120_000;
/// The maximal age of the newest block.
const STILL_SECS: u64 = 120;
/// How far the chain's clock may be ahead of this machine's.
const AHEAD_SECS: u64 = 30;

/// The inputs of the alarms.
pub(super) struct AlarmInputs {
    pub(super) now_ms: u64,
    pub(super) head: Option<BlockRef>,
    pub(super) stages: BTreeMap<&'static str, StageStatus>,
    pub(super) gas: GasView,
    /// Wei. None before the wallet was first read.
    pub(super) wallet: Option<U256>,
    pub(super) fees_last_day: U256,
    /// When the oldest unmined intent was signed.
    pub(super) oldest_sent_ms: Option<u64>,
    pub(super) replace_after: Duration,
    /// Intents that failed within the hour, and the last one's error.
    pub(super) failed: (u64, Option<String>),
    /// When the newest root was posted.
    pub(super) rooted_at: Option<u64>,
    /// When the oldest open lease was opened.
    pub(super) serves: Option<u64>,
    pub(super) registered: Option<ProviderRow>,
    pub(super) parameters: Parameters,
    pub(super) draining: bool,
}

impl AlarmInputs {
    pub(super) fn alarms(&self) -> Vec<AlarmView> {
        let mut alarms = self.stages();
        alarms.extend([self.chain(), self.gas(), self.wallet(), self.stuck(), self.failed()].into_iter().flatten());
        alarms.extend([self.roots(), self.bond(), self.maintenance()].into_iter().flatten());
        alarms
    }

    fn stages(&self) -> Vec<AlarmView> {
        let mut alarms = Vec::new();
        for (stage, run) in &self.stages {
            let since = self.now_ms.saturating_sub(run.started_at_ms + run.took_ms);
            if run.failures >= FAILURES {
                let why = run.error.clone().unwrap_or_default();
                let message = format!("{stage} has failed {} times in a row: {why}", run.failures);
                alarms.push(alarm("stage", message, "what the message names is missing; the stage goes on by itself"));
            } else if since > SILENT_MS {
                let message = format!("{stage} has not run for {} s", since / 1000);
                alarms.push(alarm("stage", message, "check the log, and restart the orchestrator"));
            }
        }
        alarms
    }

    fn chain(&self) -> Option<AlarmView> {
        let (now, time) = (self.now_ms / 1000, self.head?.time);
        if time > now + AHEAD_SECS {
            let message = format!("this machine's clock is {} s behind the chain's", time - now);
            return Some(alarm("clock", message, "set the clock by NTP: what is metered and signed is dated by it"));
        }
        let still = now.saturating_sub(time);
        (still > STILL_SECS).then(|| {
            let message = format!("the newest block that was read is {still} s old");
            alarm("chain", message, "check the node at TIDEMARK_RPC_URL, and that this machine's clock is right")
        })
    }

    fn gas(&self) -> Option<AlarmView> {
        let GasView { per_hour, last_hour, .. } = &self.gas;
        (u128::from(*last_hour) * 10 >= u128::from(*per_hour) * 9).then(|| {
            let message =
                format!("{last_hour} of the {per_hour} gas of an hour are spent; beyond that, transactions wait");
            alarm("gas", message, "raise TIDEMARK_GAS_PER_HOUR, or find in the list what spends it")
        })
    }

    /// An empty wallet, or less than the fees of the last day.
    fn wallet(&self) -> Option<AlarmView> {
        let wallet = self.wallet?;
        (wallet.is_zero() || wallet < self.fees_last_day).then(|| {
            let message = format!("the wallet has {wallet} wei; the last day cost up to {}", self.fees_last_day);
            alarm("wallet", message, "send the provider's address the chain's coin: without gas no root is posted")
        })
    }

    fn stuck(&self) -> Option<AlarmView> {
        let waits = Duration::from_millis(self.now_ms.saturating_sub(self.oldest_sent_ms?));
        (waits > 4 * self.replace_after).then(|| {
            let message = format!("a transaction has not been mined for {} s, with its fee raised", waits.as_secs());
            alarm("intents", message, "check the node's fees and its pool; the orchestrator goes on raising the fee")
        })
    }

    fn failed(&self) -> Option<AlarmView> {
        let (count, why) = &self.failed;
        (*count > 0).then(|| {
            let why = why.as_deref().unwrap_or("no reason is known");
            let message = format!("{count} transactions failed within the hour, the last because: {why}");
            alarm("intents", message, "what the reason names; /v1/errors has a remedy for each of the market's errors")
        })
    }

    fn roots(&self) -> Option<AlarmView> {
        let (now, epoch) = (self.head?.time, u64::from(self.parameters.epochLength));
        let late = now.saturating_sub(self.rooted_at?.max(self.serves?));
        let missed = late / epoch.max(1);
        (missed >= 2).then(|| {
            let message = format!("no root has come for {late} s, {missed} epochs, while leases run: they are unpaid");
            let remedy = format!(
                "see whether proof or settlement fails; after {} epochs anybody may report it, and the bond pays",
                self.parameters.missedEpochs
            );
            alarm("roots", message, &remedy)
        })
    }

    /// The contract's formula: a minimum, plus an amount per core of the weighted capacity.
    fn bond(&self) -> Option<AlarmView> {
        let provider = self.registered.as_ref().filter(|provider| provider.registered)?;
        let shape = &provider.capacity;
        let units = u64::from(shape.millicores) + u64::from(shape.memoryMiB / 4) + u64::from(shape.gpus) * 8000;
        let parameters = &self.parameters;
        let needed =
            U256::from(parameters.minBond) + U256::from(units) * U256::from(parameters.bondPerCore) / U256::from(1000);
        (provider.bond < needed).then(|| {
            let message =
                format!("the bond is {} wei, and the capacity needs {needed}: nothing new is sold", provider.bond);
            alarm("bond", message, "`tidemark provider bond` adds to it; or register less capacity")
        })
    }

    fn maintenance(&self) -> Option<AlarmView> {
        self.draining.then(|| {
            let message = "the provider is draining: it takes no new leases".to_owned();
            alarm("draining", message, "set TIDEMARK_DRAIN=false and restart when the maintenance is over")
        })
    }
}

fn alarm(kind: &str, message: String, remedy: &str) -> AlarmView {
    AlarmView { kind: kind.to_owned(), message, remedy: remedy.to_owned() }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{Address, B256};
    use solidity::{Shape, deploy};

    use super::*;
    use driver::RunReason;

    const NOW: u64 = 1_000_000;

    fn run(age_ms: u64, failures: u32) -> StageStatus {
        let error = (failures > 0).then(|| "the node is not reachable".to_owned());
        let started_at_ms = NOW * 1000 - age_ms;
        StageStatus {
            iteration: 9,
            reason: RunReason::Period,
            started_at_ms,
            took_ms: 0,
            counts: BTreeMap::new(),
            error,
            failures,
        }
    }

    /// The kinds of alarms of healthy inputs after `change`.
    fn kinds(change: impl FnOnce(&mut AlarmInputs)) -> Vec<String> {
        let parameters = deploy::local_parameters();
        let capacity = Shape { millicores: 2000, memoryMiB: 4000, diskMiB: 1, gpus: 1 };
        let bond = U256::from(parameters.minBond) + U256::from(parameters.bondPerCore) * U256::from(11);
        let provider = ProviderRow {
            address: Address::ZERO,
            bond,
            capacity,
            sealing_key: B256::ZERO,
            endpoint: String::new(),
            registered: true,
            attributes: vec![],
            exit_at: None,
            silence: None,
        };
        let mut inputs = AlarmInputs {
            now_ms: NOW * 1000,
            head: at(NOW),
            stages: BTreeMap::from([("proof", run(1000, 0)), ("chain", run(500, FAILURES - 1))]),
            gas: GasView { per_hour: 100, last_hour: 89, last_day: 500, fees_last_day: String::new(), by_kind: vec![] },
            wallet: Some(U256::from(10)),
            fees_last_day: U256::from(10),
            oldest_sent_ms: Some(NOW * 1000 - 120_000),
            replace_after: Duration::from_secs(30),
            failed: (0, None),
            rooted_at: Some(NOW - 2 * u64::from(parameters.epochLength) + 1),
            serves: Some(0),
            registered: Some(provider),
            parameters,
            draining: false,
        };
        change(&mut inputs);
        inputs.alarms().into_iter().map(|alarm| alarm.kind).collect()
    }

    fn at(time: u64) -> Option<BlockRef> {
        Some(BlockRef { number: 1, hash: B256::ZERO, time })
    }

    #[test]
    fn nothing_is_said_while_all_is_well() {
        assert!(kinds(|_| {}).is_empty());
        let young = kinds(|inputs| (inputs.rooted_at, inputs.serves) = (Some(0), Some(NOW - 5)));
        assert!(young.is_empty(), "without an open lease no root is owed: {young:?}");
    }

    #[test]
    fn each_fact_has_its_alarm() {
        let failing = BTreeMap::from([("proof", run(1000, FAILURES)), ("scale", run(SILENT_MS + 1, 0))]);
        assert_eq!(kinds(|inputs| inputs.stages = failing), ["stage", "stage"]);
        assert_eq!(kinds(|inputs| inputs.gas.last_hour = 90), ["gas"]);
        assert_eq!(kinds(|inputs| inputs.draining = true), ["draining"]);
        assert_eq!(kinds(|inputs| inputs.wallet = Some(U256::from(9))), ["wallet"]);
        assert_eq!(kinds(|inputs| (inputs.wallet, inputs.fees_last_day) = (Some(U256::ZERO), U256::ZERO)), ["wallet"]);
        assert_eq!(kinds(|inputs| inputs.oldest_sent_ms = Some(NOW * 1000 - 120_001)), ["intents"]);
        assert_eq!(kinds(|inputs| inputs.failed = (1, Some("why".to_owned()))), ["intents"]);
        assert_eq!(kinds(|inputs| (inputs.head, inputs.serves) = (at(NOW + AHEAD_SECS + 1), None)), ["clock"]);
        assert_eq!(kinds(|inputs| (inputs.head, inputs.serves) = (at(NOW - STILL_SECS - 1), None)), ["chain"]);
        assert_eq!(kinds(|inputs| inputs.rooted_at = inputs.rooted_at.map(|at| at - 1)), ["roots"]);
        let poor = kinds(|inputs| {
            let provider = inputs.registered.as_mut();
            provider.into_iter().for_each(|provider| provider.bond -= U256::from(1));
        });
        assert_eq!(poor, ["bond"]);
    }
}
