//! What happens on the market, as it happens: events in pages, and a stream of them.
//!
//! One task ([`Feed::keep`]) looks at the store whenever the chain stage rang, and hands what is new to every stream at
//! once. A stream begins where its reader left off: it listens first, reads the store up to its head, and from then on
//! takes what it hears, so nothing falls between. Each item's id says up to where all was told and on query chain: block,
//! log, and the block's hash. A reader whose block was undone meanwhile is told `reorg` with the first block that it has
//! to forget; a stream that heard the reorg knows that block, one that comes back does not and names the oldest block that
//! the store can still compare.
//!
//! Nobody is waited for: who reads slower than the market moves loses its stream and resumes by its last id.

mod cursor;
mod publisher;
mod stream;

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderName, HeaderValue},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use solidity::decoded;
use tokio::sync::{Semaphore, broadcast};
use utoipa::IntoParams;

use super::{
    Api,
    error::{Error, QueryParams, Result, lease_id, unknown_lease},
};
use api_types::events::EventView;
use cursor::{Cursor, stands};
use store::{BlockRef, EventFilter, EventRow, Store};

/// Streams at a time.
const MOST_STREAMS: usize = 1024;
/// What a stream may be behind before it is cut: turns of the watching task, each of at most a page.
const BACKLOG: usize = 32;
/// Events that are read and told at a time.
const PAGE: u64 = 500;
/// Events in one answer, at most.
const MOST_EVENTS: u64 = 1000;

/// Hands what the watching task finds to every stream.
#[derive(Clone)]
pub struct Feed {
    store: Arc<Store>,
    news: broadcast::Sender<Arc<Update>>,
    places: Arc<Semaphore>,
    shutdown: tokio::sync::watch::Receiver<bool>,
}

/// What one look at the store found.
enum Update {
    Events {
        /// The first block that was undone before the rest of this happened.
        undone: Option<u64>,
        events: Vec<FeedItem>,
        /// Reached with these events; none when more of them are to come.
        head: Option<BlockRef>,
    },
    /// A part was told of a chain that was undone before the rest: readers have to come back and ask from where they are.
    Restart,
}

/// An event, ready to be sent to many.
struct FeedItem {
    cursor: Cursor,
    subject: String,
    json: String,
}

impl Feed {
    pub fn new(store: Arc<Store>, shutdown: tokio::sync::watch::Receiver<bool>) -> Self {
        let (news, _) = broadcast::channel(BACKLOG);
        Self { store, news, places: Arc::new(Semaphore::new(MOST_STREAMS)), shutdown }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EventQuery {
    /// Events behind this cursor, the oldest first.
    after: Option<String>,
    /// Instead: the newest before this cursor, or before now (`latest`); in their order too.
    before: Option<String>,
    /// At most so many; 100 unless told otherwise, 1000 at most.
    limit: Option<u64>,
    /// About this alone: a lease's id, an address, `order:ID`, an offer's number, or `market`.
    subject: Option<String>,
    /// Of this name alone, as in Solidity.
    name: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LeaseEventQuery {
    after: Option<String>,
    before: Option<String>,
    limit: Option<u64>,
    name: Option<String>,
}

/// What happened on the market, oldest first.
#[utoipa::path(get, path = "/v1/events", operation_id = "listEvents", params(EventQuery), responses((status = 200, body = Vec<EventView>), (status = 400, body = api_types::error::ErrorView)))]
pub async fn events(
    State(api): State<Api>,
    QueryParams(query): QueryParams<EventQuery>,
) -> Result<Json<Vec<EventView>>> {
    page(&api.store, query).await
}

/// What happened to a lease, oldest first.
#[utoipa::path(
    get, path = "/v1/leases/{id}/events", operation_id = "listLeaseEvents", params(("id" = String, Path, description = "The lease"), LeaseEventQuery),
    responses((status = 200, body = Vec<EventView>), (status = 404, body = api_types::error::ErrorView))
)]
pub async fn of_lease(
    State(api): State<Api>,
    Path(id): Path<String>,
    QueryParams(LeaseEventQuery { after, before, limit, name }): QueryParams<LeaseEventQuery>,
) -> Result<Json<Vec<EventView>>> {
    let id = lease_id(&id)?;
    api.store.lease(id).await?.ok_or_else(|| unknown_lease(id))?;
    page(&api.store, EventQuery { after, before, limit, name, subject: Some(id.to_string()) }).await
}

async fn page(store: &Store, query: EventQuery) -> Result<Json<Vec<EventView>>> {
    let newest = query.before.is_some();
    let limit = query.limit.unwrap_or(100);
    if query.after.is_some() && newest {
        return Err(Error::BadRequest("ask for events after a cursor or before one, not both".to_owned()));
    }
    if !(1..=MOST_EVENTS).contains(&limit) {
        return Err(Error::BadRequest(format!("the limit is a number of 1 to {MOST_EVENTS}")));
    }
    let kept = store.blocks_after(0).await?;
    let cursor = |text: String| {
        let cursor = Cursor::read(&text)?;
        match stands(&cursor, &kept) {
            true => Ok((cursor.block, cursor.index)),
            false => {
                Err(Error::Conflict(format!("block {} of this cursor was undone: read from the start", cursor.block)))
            }
        }
    };
    let wanted = EventFilter {
        // Ids and addresses stand in the store in lower case.
        subject: query.subject.map(|subject| subject.to_ascii_lowercase()),
        name: query.name,
        after: query.after.map(cursor).transpose()?,
        before: query.before.filter(|before| before != "latest").map(cursor).transpose()?,
        until: None,
    };
    let events = store.find_events(&wanted, limit, newest).await?;
    Ok(Json(events.iter().map(|event| view(event, &kept)).collect()))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct StreamQuery {
    /// Events of this lease alone.
    lease: Option<String>,
    /// Behind this cursor, or the id of an earlier item; from now on unless told. The header Last-Event-ID wins.
    after: Option<String>,
}

pub const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Everything from now on, as server-sent events: `head` (HeadView), `event` (EventView), `reorg` ({number}: everything of
/// this block and later is to be forgotten; what took its cursor follows), `beat` every three seconds. Whoever comes back
/// with Last-Event-ID goes on where it was, without a gap and without a double. A stream that is read too slowly ends.
#[utoipa::path(
    get, path = "/v1/stream", operation_id = "streamEvents", params(StreamQuery),
    responses((status = 200, content_type = "text/event-stream"), (status = 503, body = api_types::error::ErrorView))
)]
pub async fn stream(
    State(api): State<Api>,
    QueryParams(query): QueryParams<StreamQuery>,
    headers: axum::http::HeaderMap,
) -> Result<Response> {
    let lease = query.lease.as_deref().map(lease_id).transpose()?.map(|id| id.to_string());
    let last = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok()).map(str::to_owned).or(query.after);
    let from = last.as_deref().map(Cursor::read).transpose()?;
    let busy =
        |_| Error::Unavailable(format!("{MOST_STREAMS} streams are open, and no more are served: try again later"));
    let permit = api.feed.places.clone().try_acquire_owned().map_err(busy)?;
    let mut answer = stream::open(api.feed, lease, from, permit).into_response();
    // A proxy that collects answers would hold the news back.
    answer.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(answer)
}

/// An event with its cursor, on a chain of which the newest blocks are given.
fn view(event: &EventRow, kept: &[BlockRef]) -> EventView {
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
