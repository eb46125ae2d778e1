//! The broadcast from the publisher to all streams.

use std::sync::Arc;

use solidity::decoded;
use tokio::sync::{Semaphore, broadcast};

use super::cursor::Cursor;
use api_types::events::EventView;
use store::{BlockRef, EventRow, Store};

/// Concurrent streams.
pub(super) const MAX_STREAMS: usize = 1024;
/// Broadcasts that a stream may lag behind before it is closed; each holds at most a page.
pub(super) const BACKLOG: usize = 32;
/// Events of one read and one broadcast.
pub(super) const PAGE: u64 = 500;

/// The subscription point of all streams.
#[derive(Clone)]
pub struct Feed {
    pub(super) store: Arc<Store>,
    pub(super) news: broadcast::Sender<Arc<Update>>,
    pub(super) places: Arc<Semaphore>,
    pub(super) shutdown: tokio::sync::watch::Receiver<bool>,
}

/// What one read of the store found.
pub(super) enum Update {
    Events {
        /// The first block that was reverted before these events.
        undone: Option<u64>,
        events: Vec<FeedItem>,
        /// The head after these events. None when more of them follow.
        head: Option<BlockRef>,
    },
    /// A reorg reverted what an earlier broadcast of this run held. Streams end, and their clients resume.
    Restart,
}

/// An event, serialized once for all streams.
pub(super) struct FeedItem {
    pub(super) cursor: Cursor,
    pub(super) subject: String,
    pub(super) json: String,
}

impl Feed {
    pub fn new(store: Arc<Store>, shutdown: tokio::sync::watch::Receiver<bool>) -> Self {
        let (news, _) = broadcast::channel(BACKLOG);
        Self { store, news, places: Arc::new(Semaphore::new(MAX_STREAMS)), shutdown }
    }
}

/// `recent` are the newest blocks of the chain, for the cursor's hash.
pub(super) fn view(event: &EventRow, kept: &[BlockRef]) -> EventView {
    let (name, subject) = event.subject().map_or(("", String::new()), |(name, subject)| (name, subject.text()));
    EventView {
        cursor: Cursor::of(event, kept).to_string(),
        block: event.block,
        time: event.time,
        tx: event.transaction.to_string(),
        name: name.to_owned(),
        subject,
        args: decoded::arguments(event.log()).unwrap_or_default(),
    }
}
