//! Matches sent transactions with the chain: mined, final, reorged, or displaced by a foreign transaction.

use std::collections::HashMap;

use alloy::primitives::B256;
use futures::{StreamExt, stream};

use super::{PIPELINE, SettlementStage, add, finalized};
use driver::Counts;
use ports::ethereum::{Block, Call, Error, Receipt};
use store::{MinedIntent, OpenIntent};

/// From this many intents on, receipts are requested by the block.
const MANY: usize = 4;

impl SettlementStage {
    /// Mined intents: final when their block is deep enough, open again when a reorg removed it.
    pub(super) async fn finish(&self, head: &Block, counts: &mut Counts) -> anyhow::Result<()> {
        let blocks = self.store.mined_blocks().await?;
        let mut now = stream::iter(blocks)
            .map(|(number, hash)| async move { (number, hash, self.ethereum.block(number).await) })
            .buffered(PIPELINE);
        while let Some((number, hash, block)) = now.next().await {
            if block?.is_none_or(|block| block.hash != hash) {
                let reorged = self.store.reopen_intents(hash, self.clock.now_ms()).await?;
                tracing::info!(number, %hash, reorged, "a reorg removed transactions; they are sent again");
                // The node may or may not have kept them.
                self.cache().answered.clear();
                add(counts, "reorged", reorged);
            } else if finalized(head, self.confirmations).is_some_and(|finalized| number <= finalized) {
                let (finals, failed) = self.store.finalize_intents(hash, self.clock.now_ms()).await?;
                add(counts, "final", finals);
                add(counts, "failed", failed);
            }
        }
        Ok(())
    }

    /// Open intents whose nonce the chain has used: they were mined, or a foreign transaction displaced them.
    pub(super) async fn confirm(&self, head: &Block, nonce: u64, counts: &mut Counts) -> anyhow::Result<()> {
        let used: Vec<OpenIntent> =
            self.store.open_intents().await?.into_iter().filter(|open| open.nonce < nonce).collect();
        if used.is_empty() {
            return Ok(());
        }
        let receipts = self.receipts_of(&used).await?;
        let (mut mined, mut lost) = (Vec::new(), Vec::new());
        for open in &used {
            match open.sendings.iter().find_map(|sending| receipts.get(&sending.tx)) {
                Some(receipt) => mined.push(self.mined(open, receipt).await?),
                None => lost.push(open),
            }
        }
        self.store.record_mined(&mined, self.clock.now_ms()).await?;
        add(counts, "mined", mined.len() as u64);
        add(counts, "reverted", mined.iter().filter(|mined| mined.error.is_some()).count() as u64);
        if let (false, Some(finalized)) = (lost.is_empty(), finalized(head, self.confirmations)) {
            // Only a nonce that is used in a final block proves that the intent's own transactions can never be mined.
            let for_good = self.ethereum.nonce(self.provider, Some(finalized)).await?;
            for open in lost.into_iter().filter(|open| open.nonce < for_good) {
                tracing::warn!(
                    key = %open.key,
                    nonce = open.nonce,
                    "another transaction of this key has used the nonce"
                );
                self.store.unsign_intent(open.key, self.clock.now_ms()).await?;
                add(counts, "foreign", 1);
            }
        }
        Ok(())
    }

    /// The receipts of any sendings of the intents: one by one, or by the block when there are many.
    async fn receipts_of(&self, used: &[OpenIntent]) -> anyhow::Result<HashMap<B256, Receipt>> {
        let mut found = HashMap::new();
        let mut by_block = used.len() > MANY;
        let mut rest = Vec::new();
        for open in used {
            let known = open.sendings.iter().any(|sending| found.contains_key(&sending.tx));
            if known || !by_block {
                rest.extend((!known).then_some(open));
                continue;
            }
            for sending in open.sendings.iter().rev() {
                let Some(receipt) = self.ethereum.receipt(sending.tx).await? else { continue };
                found.insert(sending.tx, receipt);
                match self.ethereum.receipts(receipt.block).await {
                    Ok(block) => {
                        found.extend(block.into_iter().flatten().map(|receipt| (receipt.transaction, receipt)))
                    }
                    // The node lacks this method: request them one by one.
                    Err(Error::Refused { .. }) => by_block = false,
                    Err(error) => return Err(error.into()),
                }
                break;
            }
        }
        let rest = rest.into_iter().flat_map(|open| &open.sendings);
        let rest: Vec<_> = rest.map(|sending| self.ethereum.receipt(sending.tx)).collect();
        let mut receipts = stream::iter(rest).buffer_unordered(PIPELINE);
        while let Some(receipt) = receipts.next().await {
            found.extend(receipt?.map(|receipt| (receipt.transaction, receipt)));
        }
        Ok(found)
    }

    async fn mined(&self, open: &OpenIntent, receipt: &Receipt) -> anyhow::Result<MinedIntent> {
        let error = if receipt.success { None } else { Some(self.reason(open, receipt).await?) };
        Ok(MinedIntent {
            key: open.key,
            tx: receipt.transaction,
            block: receipt.block,
            block_hash: receipt.block_hash,
            gas_used: receipt.gas_used,
            error,
        })
    }

    /// Why a transaction was reverted. A receipt does not say, so the call is simulated on the parent block's state; if that
    /// succeeds, an earlier transaction in the block or the gas limit was the cause.
    async fn reason(&self, open: &OpenIntent, receipt: &Receipt) -> anyhow::Result<String> {
        let reason = if receipt.gas_used >= open.gas {
            "it ran out of gas".to_owned()
        } else {
            match self.store.intent(open.key).await? {
                None => "it was reverted".to_owned(),
                Some(row) => {
                    let call = Call { to: row.intent.to, data: row.intent.data, value: row.intent.value };
                    match self.ethereum.call(&call, Some(receipt.block.saturating_sub(1))).await {
                        Err(Error::Reverted(reason)) => reason,
                        Ok(_) => match self.ethereum.call(&call, Some(receipt.block)).await {
                            Err(Error::Reverted(reason)) => reason,
                            _ => "it was reverted by what came before it in its block".to_owned(),
                        },
                        // A node without historical state only costs the reason.
                        Err(Error::Refused { .. }) => {
                            "it was reverted, and the node keeps no older state to ask".to_owned()
                        }
                        Err(error) => return Err(error.into()),
                    }
                }
            }
        };
        tracing::warn!(key = %open.key, tx = %receipt.transaction, reason, "a transaction was reverted on chain");
        Ok(reason)
    }
}
