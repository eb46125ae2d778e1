//! The task that reads new events from the store and broadcasts them.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use super::{
    broadcast::{Feed, FeedItem, PAGE, Update, view},
    cursor::Cursor,
};
use driver::Wakeup;
use store::{BlockRef, EventFilter, EventRow, Result};

/// PublishedBlocks blocks that are kept to find where a reorg began. The store keeps as many.
const PUBLISHED_KEPT: usize = 128;
/// The longest time between two reads: another process may write to the same database.
const PERIOD: Duration = Duration::from_secs(2);

/// The newest blocks whose events are published, oldest first. None before the first read.
#[derive(Default)]
struct PublishedBlocks(Option<VecDeque<BlockRef>>);

impl Feed {
    /// Reads the store at every wakeup, until the shutdown.
    pub async fn publish(self, wakeup: Wakeup) {
        let (mut published, mut shutdown) = (PublishedBlocks::default(), self.shutdown.clone());
        loop {
            match self.publish_new(&mut published).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(error = %error, "the feed could not read the store; it reads again"),
            }
            tokio::select! {
                _ = shutdown.wait_for(|stop| *stop) => return,
                () = wakeup.notified() => {}
                () = tokio::time::sleep(PERIOD) => {}
            }
        }
    }

    /// Publishes what is new. `true` when the chain stage wrote during the read, so that it must be repeated.
    async fn publish_new(&self, published: &mut PublishedBlocks) -> Result<bool> {
        let head = self.store.head().await?;
        let Some(blocks) = &published.0 else {
            // The first read publishes nothing. Each stream reads earlier events itself.
            let until = head.map_or(0, |head| head.number);
            let blocks = self.store.blocks_after(0).await?;
            published.0 = Some(blocks.into_iter().filter(|block| block.number <= until).collect());
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
            Some(_) => published.common(&self.store.blocks_after(0).await?),
            None => 0,
        };
        let undone = (!extended).then_some(agreed + 1);
        let blocks = self.store.blocks_after(agreed).await?;
        if self.news.receiver_count() > 0 {
            let mut from = Cursor { block: agreed, index: u64::MAX, mark: None };
            let (mut undone, mut began) = (undone, false);
            loop {
                let events = self.page(&from, head.number, None).await?;
                // A read during a write of the chain stage may mix two chains.
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
                // Fails only without a subscriber.
                let _ = self.news.send(Arc::new(Update::Events { undone, events: items, head }));
                if !full {
                    break;
                }
            }
        } else if !self.store.is_canonical(head.number, head.hash).await? {
            return Ok(true);
        }
        published.advance(agreed, blocks, head);
        Ok(false)
    }

    /// The events after a cursor, up to a block.
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
    /// The newest block that the store and the published blocks have in common. Without one, the block before the oldest
    /// that can be compared.
    fn common(&self, kept: &[BlockRef]) -> u64 {
        let all = || self.0.iter().flatten();
        let same = all().rev().find(|block| kept.iter().any(|kept| kept.hash == block.hash));
        let oldest = all().chain(kept).map(|block| block.number).min();
        same.map_or_else(|| oldest.unwrap_or_default().saturating_sub(1), |block| block.number)
    }

    /// Records that everything up to `head` is published. `blocks` follow the block `agreed`.
    fn advance(&mut self, agreed: u64, blocks: Vec<BlockRef>, head: BlockRef) {
        let published = self.0.get_or_insert_default();
        published.retain(|block| block.number <= agreed);
        published.extend(blocks.into_iter().filter(|block| block.number <= head.number));
        if published.back().is_none_or(|block| block.hash != head.hash) {
            published.push_back(head);
        }
        while published.len() > PUBLISHED_KEPT {
            published.pop_front();
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
