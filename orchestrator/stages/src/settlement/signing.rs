//! From a wish to signed bytes, and only then to the node.

use alloy::primitives::U256;
use futures::{StreamExt, stream};

use super::{PIPELINE, SettlementStage, add};
use driver::Counts;
use lease::intent::IntentKey;
use ports::ethereum::{Call, Error, Fees};
use store::{IntentRow, IntentState, SignedIntent};

/// Intents that are tried out, signed and written down together.
const BATCH: usize = 256;

/// Transactions that may wait at the node. Nodes drop what is too much of one account, and a longer queue earns nothing.
const IN_FLIGHT: usize = 4096;

/// Intents that are tried out again and again because the chain is not ready for them; the newer ones go past.
const WAITING: usize = 1024;

const HOUR_MS: u64 = 3_600_000;

/// What trying an intent out came to.
enum DryRun {
    /// The gas limit to sign.
    Ready(u64),
    /// The chain is not ready for it.
    Wait,
    /// It can only fail.
    Fails(String),
}

impl SettlementStage {
    /// Signs and sends prepared intents in the order in which they were wanted, as far as the gas budget reaches.
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
                    // An intent larger than the whole budget would never be sent: it goes when the hour is empty.
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
                        // What comes later must not overtake it.
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
            // The state may have changed a little by the time it is mined.
            Ok(gas) => Ok(DryRun::Ready(gas + gas / 4 + 5_000)),
            Err(Error::Reverted(reason)) if is_transient(&reason) => Ok(DryRun::Wait),
            Err(Error::Reverted(reason)) => Ok(DryRun::Fails(reason)),
            // One that the node will not even try must not hold up the others.
            Err(Error::Refused { message, .. }) => {
                tracing::warn!(key = %intent.key, message, "the node did not try a transaction out; it waits");
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

/// Whether time alone, or an earlier intent, will change the contract's mind. `reason` is a custom error as the port
/// tells it: `WrongEpoch(epoch: 5, expected: 4)`.
fn is_transient(reason: &str) -> bool {
    let (name, arguments) = reason.split_once('(').unwrap_or((reason, ""));
    match name {
        "RootTooSoon" | "RootImmature" => true,
        // The epoch before is not on chain yet, or a reorg took it back. An epoch that is there already is done with.
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
