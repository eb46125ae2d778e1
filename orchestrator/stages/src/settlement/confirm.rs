//! What became of what was sent.

use std::collections::HashMap;

use alloy::primitives::B256;
use futures::{StreamExt, stream};

use super::{PIPELINE, SettlementStage, add, settled};
use driver::Counts;
use ports::ethereum::{Block, Call, Error, Receipt};
use store::{MinedIntent, OpenIntent};

/// From so many on, a block's receipts are asked for at once.
const MANY: usize = 4;

impl SettlementStage {
    /// Mined intents: final when their block is deep enough, open again when it is gone.
    pub(super) async fn finish(&self, head: &Block, counts: &mut Counts) -> anyhow::Result<()> {
        let blocks = self.store.mined_blocks().await?;
        let mut now = stream::iter(blocks)
            .map(|(number, hash)| async move { (number, hash, self.ethereum.block(number).await) })
            .buffered(PIPELINE);
        while let Some((number, hash, block)) = now.next().await {
            if block?.is_none_or(|block| block.hash != hash) {
                let reorged = self.store.reopen_intents(hash, self.clock.now_ms()).await?;
                tracing::info!(number, %hash, reorged, "a reorg took transactions back; they are sent again");
                // Nothing is known of what the node kept.
                self.cache().answered.clear();
                add(counts, "reorged", reorged);
            } else if settled(head, self.confirmations).is_some_and(|settled| number <= settled) {
                let (finals, failed) = self.store.finalize_intents(hash, self.clock.now_ms()).await?;
                add(counts, "final", finals);
                add(counts, "failed", failed);
            }
        }
        Ok(())
    }

    /// OpenIntent intents whose nonce the chain has used: they were mined, or a foreign transaction took their place.
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
        if let (false, Some(settled)) = (lost.is_empty(), settled(head, self.confirmations)) {
            // Only what no reorg brings back proves that ours can never be mined.
            let for_good = self.ethereum.nonce(self.provider, Some(settled)).await?;
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

    /// The receipts of any of the sendings: one by one, or a block at a time when there are many.
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
                    // A node without this method is asked for each.
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

    /// Why a transaction was reverted. A receipt does not say, so the call is repeated on the state in which its block
    /// began; when that succeeds, something earlier in the block was the cause, or the gas.
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
                        // Old state that the node does not keep is no reason to stop.
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
