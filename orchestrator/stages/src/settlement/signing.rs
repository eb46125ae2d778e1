//! Takes prepared intents through simulation and signing to the node. Signed bytes are recorded before they are sent.

use alloy::primitives::U256;
use futures::{StreamExt, stream};

use super::{PIPELINE, SettlementStage, add};
use driver::Counts;
use lease::intent::IntentKey;
use ports::ethereum::{Call, Error, Fees};
use store::{IntentRow, IntentState, SignedIntent};

/// Intents that are simulated, signed and recorded together.
const BATCH: usize = 256;

/// The most transactions that wait at the node. Nodes limit how many they keep per account.
const IN_FLIGHT: usize = 4096;

/// Intents that may wait because their simulation fails for now; newer ones overtake them.
const WAITING: usize = 1024;

const HOUR_MS: u64 = 3_600_000;

/// The result of simulating an intent.
enum DryRun {
    /// The gas limit to sign.
    Ready(u64),
    /// It reverts for now: time or an earlier intent will change that.
    Wait,
    /// It would revert for good.
    Fails(String),
}

impl SettlementStage {
    /// Signs and sends prepared intents in the order in which they were prepared, within the hourly gas budget.
    pub(super) async fn sign_prepared(&self, open: usize, counts: &mut Counts) -> anyhow::Result<()> {
        let room = IN_FLIGHT.saturating_sub(open);
        let prepared = self.store.intents(IntentState::Prepared, room.min(WAITING + BATCH)).await?;
        if prepared.is_empty() {
            return Ok(());
        }
        let mut spent = self.store.gas_since(self.clock.now_ms().saturating_sub(HOUR_MS)).await?;
        if spent >= self.gas_per_hour {
            add(counts, "budget_waits", self.store.waiting_intents().await?);
            return Ok(());
        }
        let fees = self.ethereum.fees().await?;
        let next = self.store.highest_nonce().await?.map_or(0, |nonce| nonce + 1);
        let mut nonce = self.ethereum.pending_nonce(self.provider).await?.max(next);
        for batch in prepared.chunks(BATCH) {
            let trials: Vec<_> = batch.iter().map(|row| self.dry_run(row)).collect();
            let trials: Vec<_> = stream::iter(trials).buffered(PIPELINE).collect().await;
            let (mut signatures, mut full) = (Vec::new(), false);
            let mut unanswered = None;
            for (row, trial) in batch.iter().zip(trials) {
                match trial {
                    // An intent larger than the whole budget is sent when nothing else was spent within the hour.
                    Ok(DryRun::Ready(gas)) if full || (spent > 0 && spent + gas > self.gas_per_hour) => {
                        full = true;
                        add(counts, "budget_waits", 1);
                    }
                    Ok(DryRun::Ready(gas)) => {
                        signatures.push(self.sign(row, nonce, gas, fees)?);
                        nonce += 1;
                        spent += gas;
                    }
                    Ok(DryRun::Wait) => add(counts, "waits", 1),
                    Ok(DryRun::Fails(reason)) => {
                        tracing::warn!(key = %row.intent.key, reason, "a transaction would fail and is not sent");
                        self.store.fail_intent(row.intent.key, &reason, self.clock.now_ms()).await?;
                        add(counts, "failed", 1);
                    }
                    Err(error) => {
                        // Later intents must not overtake it.
                        unanswered = Some(error);
                        break;
                    }
                }
            }
            self.store.record_signed(&signatures, self.clock.now_ms()).await?;
            add(counts, "signed", signatures.len() as u64);
            let hashes: Vec<_> = signatures.iter().map(|signature| signature.tx).collect();
            self.send(&hashes, counts).await?;
            match unanswered {
                Some(error) => return Err(error.into()),
                None if full => break,
                None => {}
            }
        }
        Ok(())
    }

    async fn dry_run(&self, row: &IntentRow) -> Result<DryRun, Error> {
        let intent = &row.intent;
        let call = Call { to: intent.to, data: intent.data.clone(), value: intent.value };
        match self.ethereum.estimate(&call).await {
            // A margin for state that changes until it is mined.
            Ok(gas) => Ok(DryRun::Ready(gas + gas / 4 + 5_000)),
            Err(Error::Reverted(reason)) if is_transient(&reason) => Ok(DryRun::Wait),
            Err(Error::Reverted(reason)) => Ok(DryRun::Fails(reason)),
            // The node refuses to simulate it: it must not block the others.
            Err(Error::Refused { message, .. }) => {
                tracing::warn!(key = %intent.key, message, "the node refused to simulate a transaction; it waits");
                Ok(DryRun::Wait)
            }
            Err(error) => Err(error),
        }
    }

    fn sign(&self, row: &IntentRow, nonce: u64, gas: u64, fees: Fees) -> Result<SignedIntent, Error> {
        let intent = &row.intent;
        let call = Call { to: intent.to, data: intent.data.clone(), value: intent.value };
        self.sign_call(intent.key, &call, nonce, gas, fees)
    }

    pub(super) fn sign_call(
        &self,
        key: IntentKey,
        call: &Call,
        nonce: u64,
        gas: u64,
        fees: Fees,
    ) -> Result<SignedIntent, Error> {
        let signed = self.ethereum.sign(call, nonce, gas, fees)?;
        Ok(SignedIntent {
            key,
            nonce,
            gas,
            tx: signed.hash,
            raw: signed.raw,
            max_fee: fees.max,
            priority_fee: fees.priority,
        })
    }
}

/// Whether time alone, or an earlier intent, will make the call succeed. `reason` is a custom error as the port renders it:
/// `WrongEpoch(epoch: 5, expected: 4)`.
fn is_transient(reason: &str) -> bool {
    let (name, arguments) = reason.split_once('(').unwrap_or((reason, ""));
    match name {
        "RootTooSoon" | "RootImmature" => true,
        // The previous epoch is not on chain yet, or a reorg removed it. An epoch that is on chain already will not change.
        "WrongEpoch" => {
            let numbers: Vec<U256> = arguments
                .split(|c: char| !c.is_ascii_digit())
                .filter(|digits| !digits.is_empty())
                .filter_map(|digits| digits.parse().ok())
                .collect();
            matches!(numbers[..], [epoch, expected] if epoch > expected)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_time_will_change_waits() {
        assert!(is_transient("RootTooSoon(until: 1700000000)"));
        assert!(is_transient("RootImmature(until: 1700000000)"));
        assert!(is_transient("WrongEpoch(epoch: 6, expected: 5)"));
    }

    #[test]
    fn what_can_only_fail_does_not_wait() {
        for reason in ["WrongEpoch(epoch: 5, expected: 6)", "BadPath", "NotAllowed(caller: 0x00)", "out of gas", ""] {
            assert!(!is_transient(reason), "{reason}");
        }
    }
}
