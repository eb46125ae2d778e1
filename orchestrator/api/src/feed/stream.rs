//! One client's event stream.

use std::{collections::VecDeque, convert::Infallible, sync::Arc, time::Duration};

use axum::response::sse::{Event, Sse};
use futures::Stream;
use serde_json::json;
use tokio::{
    sync::{OwnedSemaphorePermit, broadcast::Receiver},
    time::{Instant, Interval, MissedTickBehavior, interval_at},
};

use super::{
    broadcast::{Feed, FeedItem, PAGE, Update},
    cursor::{Cursor, is_on_chain},
    publisher::item,
};
use store::{BlockRef, Result};

/// The period of keep-alives.
const KEEP_ALIVE_PERIOD: Duration = Duration::from_secs(3);
/// The reconnection delay that the stream sends to clients.
const RETRY: Duration = Duration::from_secs(1);

struct Subscriber {
    feed: Feed,
    news: Receiver<Arc<Update>>,
    lease: Option<String>,
    /// Everything up to here was delivered. None before the first item.
    at: Option<Cursor>,
    phase: Phase,
    ready: VecDeque<Event>,
    beat: Interval,
    _permit: OwnedSemaphorePermit,
}

enum Phase {
    /// The start is not determined yet.
    Fresh,
    /// Reads the store up to this head.
    Reading(BlockRef),
    /// Delivers broadcasts as they arrive.
    Live,
}

pub(super) fn open(
    feed: Feed,
    lease: Option<String>,
    from: Option<Cursor>,
    permit: OwnedSemaphorePermit,
) -> Sse<impl Stream<Item = std::result::Result<Event, Infallible>>> {
    // Subscribes before the first read of the store, so that no event falls between the two.
    let news = feed.news.subscribe();
    let mut beat = interval_at(Instant::now() + KEEP_ALIVE_PERIOD, KEEP_ALIVE_PERIOD);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let ready = VecDeque::from([Event::default().retry(RETRY).comment("tidemark")]);
    let reader = Subscriber { feed, news, lease, at: from, phase: Phase::Fresh, ready, beat, _permit: permit };
    Sse::new(futures::stream::unfold(reader, |mut reader| async move {
        let event = reader.next().await?;
        Some((Ok(event), reader))
    }))
}

impl Subscriber {
    /// `None` ends the stream: at the shutdown, when the store cannot be read, or when the client was too slow.
    async fn next(&mut self) -> Option<Event> {
        let mut shutdown = self.feed.shutdown.clone();
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            match self.phase {
                Phase::Fresh => logged(self.begin().await)?,
                Phase::Reading(head) => logged(self.read_on(head).await)?,
                Phase::Live => tokio::select! {
                    biased;
                    _ = shutdown.wait_for(|stop| *stop) => return None,
                    heard = self.news.recv() => match &*heard.ok()? {
                        Update::Events { undone, events, head } => self.take(*undone, events, *head),
                        Update::Restart => return None,
                    },
                    _ = self.beat.tick() => return Some(Event::default().event("beat").data("{}")),
                },
            }
        }
    }

    /// Checks whether the client's cursor is still on the chain.
    async fn begin(&mut self) -> Result<()> {
        let head = self.feed.store.head().await?;
        self.phase = match (head, self.at) {
            (None, _) => Phase::Live,
            (Some(head), None) => {
                self.reach(head);
                Phase::Live
            }
            (Some(head), Some(at)) => {
                let kept = self.feed.store.blocks_after(0).await?;
                if at.block > head.number || !is_on_chain(&at, &kept) {
                    let oldest = kept.first().map_or(head.number, |block| block.number);
                    self.undo(oldest.min(head.number));
                }
                Phase::Reading(head)
            }
        };
        Ok(())
    }

    async fn read_on(&mut self, head: BlockRef) -> Result<()> {
        let at = self.at.unwrap_or(Cursor::before(0));
        let events = self.feed.page(&at, head.number, self.lease.as_deref()).await?;
        let kept = self.feed.store.blocks_after(at.block.saturating_sub(1)).await?;
        if !self.feed.store.is_canonical(head.number, head.hash).await? {
            // A read during a write of the chain stage may mix two chains.
            self.phase = Phase::Fresh;
            return Ok(());
        }
        events.iter().for_each(|event| self.tell(&item(event, &kept)));
        if (events.len() as u64) < PAGE {
            self.reach(head);
            self.phase = Phase::Live;
        }
        Ok(())
    }

    /// Delivers the part of a broadcast that this client does not have yet.
    fn take(&mut self, undone: Option<u64>, events: &[FeedItem], head: Option<BlockRef>) {
        let at = self.at.unwrap_or(Cursor::before(0));
        if head.is_some_and(|head| Cursor::after(head) == at) {
            return;
        }
        if let Some(number) = undone.filter(|number| at.block >= *number) {
            self.undo(number);
        }
        for item in events {
            let fresh = self.at.is_none_or(|at| at.is_before(&item.cursor));
            if fresh && self.lease.as_ref().is_none_or(|lease| *lease == item.subject) {
                self.tell(item);
            }
        }
        if let Some(head) = head.filter(|head| self.at.is_none_or(|at| at.block < head.number || at.mark.is_none())) {
            self.reach(head);
        }
    }

    fn tell(&mut self, item: &FeedItem) {
        self.at = Some(item.cursor);
        self.ready.push_back(Event::default().event("event").id(item.cursor.to_string()).data(&item.json));
    }

    fn undo(&mut self, number: u64) {
        let cursor = Cursor::before(number);
        self.at = Some(cursor);
        let said = json!({ "number": number }).to_string();
        self.ready.push_back(Event::default().event("reorg").id(cursor.to_string()).data(said));
    }

    fn reach(&mut self, head: BlockRef) {
        let cursor = Cursor::after(head);
        self.at = Some(cursor);
        let said = json!({ "number": head.number, "hash": head.hash, "time": head.time }).to_string();
        self.ready.push_back(Event::default().event("head").id(cursor.to_string()).data(said));
    }
}

/// A stream whose store cannot be read ends, and its client reconnects.
fn logged(read: Result<()>) -> Option<()> {
    read.map_err(|error| tracing::warn!(%error, "a stream ended: the store could not be read")).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use alloy::primitives::B256;
    use futures::StreamExt;

    use super::{super::broadcast::BACKLOG, *};
    use store::Store;

    fn news(number: u64) -> Arc<Update> {
        let head = BlockRef { number, hash: B256::with_last_byte(number as u8), time: number };
        Arc::new(Update::Events { undone: None, events: Vec::new(), head: Some(head) })
    }

    #[tokio::test]
    async fn a_reader_that_is_too_slow_loses_its_stream_and_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("tide.db").display());
        let (_stop, shutdown) = tokio::sync::watch::channel(false);
        let feed = Feed::new(Arc::new(Store::open(&url).await.unwrap()), shutdown);
        let permit = feed.places.clone().try_acquire_owned().unwrap();
        let free = feed.places.available_permits();
        let answer = axum::response::IntoResponse::into_response(open(feed.clone(), None, None, permit));
        let mut body = answer.into_body().into_data_stream();
        let first = body.next().await.unwrap().unwrap();
        assert!(first.starts_with(b"retry: 1000"), "{first:?}");
        (1..=BACKLOG as u64).for_each(|number| drop(feed.news.send(news(number))));
        let heard = String::from_utf8(body.next().await.unwrap().unwrap().to_vec()).unwrap();
        assert!(heard.contains("event: head") && heard.contains("\"number\":1"), "the head is sent: {heard}");
        (0..=BACKLOG as u64).for_each(|number| drop(feed.news.send(news(100 + number))));
        assert!(body.next().await.is_none(), "a slow reader is cut off, not buffered for");
        drop(body);
        assert_eq!(feed.places.available_permits(), free + 1);
    }
}
