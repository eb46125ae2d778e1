//! The one task that looks for news.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use super::{Feed, FeedItem, PAGE, Update, cursor::Cursor, view};
use driver::Wakeup;
use store::{BlockRef, EventFilter, EventRow, Result};

/// Blocks that are remembered to find where a reorg began; the store keeps as many.
const REMEMBERED: usize = 128;
/// The longest pause between two looks: another process may write to the same database.
const PERIOD: Duration = Duration::from_secs(2);

/// The newest blocks of which everything was told, oldest first; none before the first look.
#[derive(Default)]
struct PublishedBlocks(Option<VecDeque<BlockRef>>);

impl Feed {
    /// Reads again at every wakeup, until the shutdown.
    pub async fn keep(self, wakeup: Wakeup) {
        let (mut told, mut shutdown) = (PublishedBlocks::default(), self.shutdown.clone());
        loop {
            match self.look(&mut told).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(error = %error, "the feed could not read the store; looking again"),
            }
            tokio::select! {
                _ = shutdown.wait_for(|stop| *stop) => return,
                () = wakeup.notified() => {}
                () = tokio::time::sleep(PERIOD) => {}
            }
        }
    }

    /// Tells what is new. `true` when the chain stage wrote meanwhile, so that it has to be looked at again.
    async fn look(&self, told: &mut PublishedBlocks) -> Result<bool> {
        let head = self.store.head().await?;
        let Some(blocks) = &told.0 else {
            // There is nobody to tell yet; streams read for themselves what was before they began.
            let until = head.map_or(0, |head| head.number);
            let blocks = self.store.blocks_after(0).await?;
            told.0 = Some(blocks.into_iter().filter(|block| block.number <= until).collect());
            return Ok(false);
        };
        let (Some(head), last) = (head, blocks.back().copied()) else { return Ok(false) };
        if last.is_some_and(|last| last.hash == head.hash) {
            return Ok(false);
        }
        let extended = match last {
            Some(last) => head.number > last.number && self.store.is_canonical(last.number, last.hash).await?,
            None => true,
        };
        let agreed = match last {
            Some(last) if extended => last.number,
            Some(_) => told.agreed(&self.store.blocks_after(0).await?),
            None => 0,
        };
        let undone = (!extended).then_some(agreed + 1);
        let blocks = self.store.blocks_after(agreed).await?;
        if self.news.receiver_count() > 0 {
            let mut from = Cursor { block: agreed, index: u64::MAX, mark: None };
            let (mut undone, mut began) = (undone, false);
            loop {
                let events = self.page(&from, head.number, None).await?;
                // What was read while the chain stage wrote may be of two chains.
                if !self.store.is_canonical(head.number, head.hash).await? {
                    if began {
                        let _ = self.news.send(Arc::new(Update::Restart));
                    }
                    return Ok(true);
                }
                began = true;
                let full = events.len() as u64 == PAGE;
                let items: Vec<FeedItem> = events.iter().map(|event| item(event, &blocks)).collect();
                from = items.last().map_or(from, |item| item.cursor);
                let (undone, head) = (undone.take(), (!full).then_some(head));
                // Nobody listens any more: no harm.
                let _ = self.news.send(Arc::new(Update::Events { undone, events: items, head }));
                if !full {
                    break;
                }
            }
        } else if !self.store.is_canonical(head.number, head.hash).await? {
            return Ok(true);
        }
        told.reached(agreed, blocks, head);
        Ok(false)
    }

    /// The events behind a cursor, up to a block.
    pub(super) async fn page(&self, from: &Cursor, until: u64, lease: Option<&str>) -> Result<Vec<EventRow>> {
        let wanted = EventFilter {
            subject: lease.map(str::to_owned),
            after: Some((from.block, from.index)),
            until: Some(until),
            ..EventFilter::default()
        };
        self.store.find_events(&wanted, PAGE, false).await
    }
}

impl PublishedBlocks {
    /// The newest block on which the store and what was told agree; before the oldest that can be compared when there is
    /// none.
    fn agreed(&self, kept: &[BlockRef]) -> u64 {
        let told = || self.0.iter().flatten();
        let same = told().rev().find(|told| kept.iter().any(|kept| kept.hash == told.hash));
        let oldest = told().chain(kept).map(|block| block.number).min();
        same.map_or_else(|| oldest.unwrap_or_default().saturating_sub(1), |block| block.number)
    }

    /// Everything up to `head` was told; `blocks` came after the one that still stood.
    fn reached(&mut self, agreed: u64, blocks: Vec<BlockRef>, head: BlockRef) {
        let told = self.0.get_or_insert_default();
        told.retain(|block| block.number <= agreed);
        told.extend(blocks.into_iter().filter(|block| block.number <= head.number));
        if told.back().is_none_or(|block| block.hash != head.hash) {
            told.push_back(head);
        }
        while told.len() > REMEMBERED {
            told.pop_front();
        }
    }
}

pub(super) fn item(event: &EventRow, kept: &[BlockRef]) -> FeedItem {
    let view = view(event, kept);
    FeedItem {
        cursor: Cursor::of(event, kept),
        json: serde_json::to_string(&view).unwrap_or_default(),
        subject: view.subject,
    }
}
