//! Replaces transactions that wait too long, and fills nonce gaps.

use alloy::primitives::{Bytes, U256};

use super::{SettlementStage, add};
use driver::Counts;
use lease::intent::{Intent, IntentKey};
use ports::ethereum::{Call, Fees};
use store::{OpenIntent, SendingRow};

/// How many are replaced in one run, lowest nonce first: the others wait for them.
const AT_ONCE: usize = 64;

/// A replacement never offers more than this many times the fee of a new transaction.
const CAP: u128 = 4;

/// The gas of a transfer without data.
const TRANSFER_GAS: u64 = 21_000;

impl SettlementStage {
    /// Replaces what waits too long, and fills a nonce gap that blocks later transactions.
    pub(super) async fn replace_stuck(
        &self,
        open: &[OpenIntent],
        nonce: u64,
        counts: &mut Counts,
    ) -> anyhow::Result<()> {
        let due = self.clock.now_ms().saturating_sub(self.replace_after.as_millis() as u64);
        let is_old = |open: &OpenIntent| open.sendings.last().is_some_and(|sending| sending.sent_at_ms <= due);
        let old: Vec<_> = open.iter().filter(|open| open.nonce >= nonce && is_old(open)).take(AT_ONCE).collect();
        let Some(first) = old.first() else { return Ok(()) };
        let fees = self.ethereum.fees().await?;
        let lowest = open.iter().map(|open| open.nonce).filter(|open| *open >= nonce).min();
        if lowest.is_some_and(|lowest| lowest > nonce) && self.ethereum.pending_nonce(self.provider).await? == nonce {
            tracing::warn!(nonce, waiting = %first.key, "a nonce gap blocks later transactions; it is filled");
            return self.fill_nonce(nonce, fees, counts).await;
        }
        let (mut signatures, mut again) = (Vec::new(), Vec::new());
        for open in old {
            let Some(last) = open.sendings.last() else { continue };
            let higher = match raise(last, fees) {
                Some(higher) => self.store.intent(open.key).await?.map(|row| (higher, row.intent)),
                None => None,
            };
            match higher {
                Some((higher, intent)) => {
                    let call = Call { to: intent.to, data: intent.data, value: intent.value };
                    signatures.push(self.sign_call(open.key, &call, open.nonce, open.gas, higher)?);
                }
                // Not a matter of the fee: the node may have dropped it.
                None => again.push(last.tx),
            }
        }
        self.store.record_replacements(&signatures, self.clock.now_ms()).await?;
        self.store.record_resent(&again, self.clock.now_ms()).await?;
        add(counts, "replaced", signatures.len() as u64);
        add(counts, "resent", again.len() as u64);
        again.iter().for_each(|hash| {
            self.cache().answered.remove(hash);
        });
        let hashes: Vec<_> = signatures.iter().map(|signature| signature.tx).chain(again).collect();
        self.send(&hashes, counts).await
    }

    /// Fills a nonce gap with an empty transfer to the own account. A gap appears when a foreign transaction with that nonce was
    /// dropped, or when a reorg below the final block removed an own one.
    async fn fill_nonce(&self, nonce: u64, fees: Fees, counts: &mut Counts) -> anyhow::Result<()> {
        let now_ms = self.clock.now_ms();
        let intent = Intent {
            key: IntentKey::Fill { nonce, at_ms: now_ms },
            to: self.provider,
            data: Bytes::new(),
            value: U256::ZERO,
        };
        let call = Call { to: intent.to, data: Bytes::new(), value: U256::ZERO };
        let signature = self.sign_call(intent.key, &call, nonce, TRANSFER_GAS, fees)?;
        self.store.prepare_signed(&intent, &signature, now_ms).await?;
        add(counts, "filled", 1);
        self.send(&[signature.tx], counts).await
    }
}

/// The fees of a replacement: an eighth more, as nodes demand, and at least those of a new transaction. `None` beyond the
/// cap.
fn raise(last: &SendingRow, offered: Fees) -> Option<Fees> {
    let more = |fee: u128| fee.saturating_add(fee.div_ceil(8)).max(fee + 1);
    let max = more(last.max_fee).max(offered.max);
    let priority = more(last.priority_fee).max(offered.priority).min(max);
    (max <= offered.max.saturating_mul(CAP)).then_some(Fees { max, priority })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sending(max_fee: u128, priority_fee: u128) -> SendingRow {
        SendingRow { tx: Default::default(), max_fee, priority_fee, sent_at_ms: 0 }
    }

    #[test]
    fn a_replacement_pays_an_eighth_more() {
        let higher = raise(&sending(1001, 9), Fees { max: 500, priority: 5 }).unwrap();
        assert_eq!(higher, Fees { max: 1127, priority: 11 });
        assert!(higher.max * 8 >= 1001 * 9 && higher.priority * 8 >= 9 * 9);
    }

    #[test]
    fn a_replacement_offers_what_a_new_one_would() {
        assert_eq!(raise(&sending(100, 1), Fees { max: 900, priority: 40 }), Some(Fees { max: 900, priority: 40 }));
    }

    #[test]
    fn fees_stop_at_the_cap() {
        assert_eq!(raise(&sending(3600, 1), Fees { max: 1000, priority: 1 }), None);
    }

    #[test]
    fn a_fee_of_nothing_grows_too() {
        assert_eq!(raise(&sending(0, 0), Fees { max: 1, priority: 0 }), Some(Fees { max: 1, priority: 1 }));
    }
}
