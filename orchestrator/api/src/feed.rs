//! The market's events, in pages and as a stream.
//!
//! One task (`publisher`) reads the store after every wakeup of the chain stage and broadcasts what is new to all
//! streams. A stream first subscribes, then reads the store from its client's cursor to the head, and then continues with
//! the broadcast, so it has neither a gap nor a duplicate. Each item's id is a cursor: block, log, and the block's hash. A
//! client whose block was reverted receives `reorg` with the first block to discard. A stream that was open during the reorg
//! has that block; one that resumes does not, so it gets the oldest block that the store can still compare.
//!
//! There is no backpressure: a client that reads too slowly loses its stream, and resumes with its last id.

pub mod broadcast;
mod cursor;
mod publisher;
mod stream;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderName, HeaderValue},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    error::{Error, QueryParams, Result, lease_id, unknown_lease},
    state::Api,
};
use api_types::{events::EventView, schema::HexText};
use broadcast::{MAX_STREAMS, view};
use cursor::{Cursor, is_on_chain};
use store::{EventFilter, Store};

/// Events in one response.
const MAX_EVENTS: u64 = 1000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EventQuery {
    /// Only events after this cursor, from the oldest on.
    after: Option<String>,
    /// Only events before this cursor, or before now with `latest`: the newest of them, oldest first. Excludes `after`.
    before: Option<String>,
    /// The largest number of events, 1 to 1000. The default is 100.
    limit: Option<u64>,
    /// Only events about this subject: a lease's id, an address, `order:ID`, an offer's number, or `market`.
    subject: Option<String>,
    /// Only events of this name in Solidity.
    name: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LeaseEventQuery {
    /// Only events after this cursor, from the oldest on.
    after: Option<String>,
    /// Only events before this cursor, or before now with `latest`: the newest of them, oldest first. Excludes `after`.
    before: Option<String>,
    /// The largest number of events, 1 to 1000. The default is 100.
    limit: Option<u64>,
    /// Only events of this name in Solidity.
    name: Option<String>,
}

/// Events of the market, oldest first.
///
/// 409 when a reorg has reverted the cursor's block.
#[utoipa::path(get, path = "/v1/events", operation_id = "listEvents", params(EventQuery), responses((status = 200, body = Vec<EventView>), (status = 400, body = api_types::error::ErrorView)))]
pub async fn events(
    State(api): State<Api>,
    QueryParams(query): QueryParams<EventQuery>,
) -> Result<Json<Vec<EventView>>> {
    page(&api.store, query).await
}

/// Events of a lease, oldest first.
#[utoipa::path(
    get, path = "/v1/leases/{id}/events", operation_id = "listLeaseEvents", params(("id" = HexText, Path, description = "The lease's id, 32 bytes"), LeaseEventQuery),
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
    if !(1..=MAX_EVENTS).contains(&limit) {
        return Err(Error::BadRequest(format!("the limit is a number of 1 to {MAX_EVENTS}")));
    }
    let kept = store.blocks_after(0).await?;
    let cursor = |text: String| {
        let cursor = Cursor::read(&text)?;
        match is_on_chain(&cursor, &kept) {
            true => Ok((cursor.block, cursor.index)),
            false => {
                Err(Error::Conflict(format!("block {} of this cursor was undone: read from the start", cursor.block)))
            }
        }
    };
    let wanted = EventFilter {
        // The store holds ids and addresses in lower case.
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
    /// Only events of this lease.
    #[param(value_type = Option<HexText>)]
    lease: Option<String>,
    /// Start after this cursor, or after the id of an earlier item. The default is now. The header `Last-Event-ID` takes
    /// precedence.
    after: Option<String>,
}

pub const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Stream the market's events as server-sent events.
///
/// `head` (HeadView): a new block. `event` (EventView). `reorg` (`{number}`): discard this block and all later ones; their
/// replacements follow. `beat`: a keep-alive, every three seconds. A client that reconnects with `Last-Event-ID` continues
/// without a gap or a duplicate. A client that reads too slowly is disconnected. 503 when too many streams are open.
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
        |_| Error::Unavailable(format!("{MAX_STREAMS} streams are open, and no more are served: try again later"));
    let permit = api.feed.places.clone().try_acquire_owned().map_err(busy)?;
    let mut answer = stream::open(api.feed, lease, from, permit).into_response();
    // A buffering proxy would delay the events.
    answer.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(answer)
}
