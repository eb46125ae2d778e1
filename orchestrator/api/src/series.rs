//! A lease's usage over time, and as a stream.

use std::{convert::Infallible, time::Duration};

use axum::{
    Json,
    extract::{Path, State},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{Stream, StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::IntoParams;

use super::{
    error::{Error, QueryParams, Result},
    lease_access::{StreamAccess, authorize},
    session::Caller,
    state::Api,
};
use api_types::{
    error::ErrorView,
    schema::HexText,
    usage::{LiveUsageView, UsageSeriesView},
};
use lease::access::Scope;
use ports::demand::Demand;
use store::meter::Totals;

/// How often the store is polled for the next sample.
const LOOK: Duration = Duration::from_millis(200);
/// Old samples are thinned to one a minute. Twice that before a time there is one, unless sampling paused.
const BEFORE_MS: u64 = 120_000;
/// The period of a stream's keep-alives.
const BEAT: Duration = Duration::from_secs(10);

#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SeriesQuery {
    /// Only values after this time, Unix milliseconds. The default is five minutes before the newest sample.
    since: Option<u64>,
    /// Seconds between two values, at least 1. The default is 1.
    step: Option<u64>,
}

/// Get a lease's usage over time. Needs scope `view`.
///
/// All samples are kept for a day, and one a minute for a month.
#[utoipa::path(
    get, path = "/v1/leases/{id}/series", operation_id = "getUsageSeries", params(("id" = HexText, Path, description = "The lease's id, 32 bytes"), SeriesQuery),
    responses((status = 200, body = UsageSeriesView), (status = 401, body = ErrorView), (status = 403, body = ErrorView), (status = 404, body = ErrorView))
)]
pub async fn series(
    State(api): State<Api>,
    caller: Caller,
    path: Path<String>,
    QueryParams(SeriesQuery { since, step }): QueryParams<SeriesQuery>,
) -> Result<Json<UsageSeriesView>> {
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(Error::BadRequest("a step of 0 seconds is none: ask for 1 or more".to_owned()));
    }
    let detail = since.map_or_else(|| format!("step {step} s"), |since| format!("since {since}, step {step} s"));
    let id = authorize(&api, caller, path, Scope::View, "series", detail).await?.lease.id;
    let newest = api.store.meter_totals(id).await?.map_or(0, |totals| totals.sampled_at_ms);
    let (since, step_ms) = (since.unwrap_or(newest.saturating_sub(300_000)), step.saturating_mul(1000));
    // The first value needs an earlier sample.
    let samples = api.store.samples(id, since.saturating_sub(step_ms.saturating_add(BEFORE_MS))).await?;
    Ok(Json(columns(&samples, since, step_ms)))
}

/// The means between the last samples of consecutive steps, for steps that end after `since_ms`.
fn columns(samples: &[Totals], since_ms: u64, step_ms: u64) -> UsageSeriesView {
    let mut view = UsageSeriesView::default();
    let mut before: Option<&Totals> = None;
    for (at, sample) in samples.iter().enumerate() {
        let step = sample.sampled_at_ms / step_ms;
        if samples.get(at + 1).is_some_and(|next| next.sampled_at_ms / step_ms == step) {
            continue;
        }
        let preceding = before.filter(|_| sample.sampled_at_ms > since_ms);
        if let Some(means) = preceding.and_then(|before| Means::between(before, sample)) {
            view.at_ms.push(sample.sampled_at_ms);
            view.cpu.push(means.cpu);
            view.memory_bytes.push(means.memory_bytes);
            view.network.push(means.network);
            view.replicas.push(means.replicas);
        }
        before = Some(sample);
    }
    view
}

/// The mean rates between two samples.
struct Means {
    cpu: f64,
    memory_bytes: f64,
    network: f64,
    replicas: f64,
}

impl Means {
    fn between(before: &Totals, now: &Totals) -> Option<Self> {
        let ms = now.sampled_at_ms.checked_sub(before.sampled_at_ms).filter(|ms| *ms > 0)? as f64;
        let (from, to) = (&before.counters, &now.counters);
        let rounded = |value: f64| (value * 1e4).round() / 1e4;
        Some(Self {
            cpu: rounded(to.cpu_nanos.saturating_sub(from.cpu_nanos) as f64 / (ms * 1e6)),
            memory_bytes: (to.memory_byte_seconds.saturating_sub(from.memory_byte_seconds) as f64 / (ms / 1e3)).round(),
            network: (to.network_bytes.saturating_sub(from.network_bytes) as f64 / (ms / 1e3)).round(),
            replicas: rounded(to.replica_millis.saturating_sub(from.replica_millis) as f64 / ms),
        })
    }
}

/// Stream a lease's usage as it is sampled. Needs scope `view`.
///
/// Server-sent events: `live` (LiveUsageView), and at last `end` (`{reason}`).
#[utoipa::path(
    get, path = "/v1/leases/{id}/live", operation_id = "streamUsage", params(("id" = HexText, Path, description = "The lease's id, 32 bytes")),
    responses((status = 200, body = LiveUsageView, content_type = "text/event-stream"), (status = 401, body = ErrorView), (status = 403, body = ErrorView), (status = 404, body = ErrorView))
)]
pub async fn live(State(api): State<Api>, caller: Caller, path: Path<String>) -> Result<Response> {
    let entry = authorize(&api, caller, path, Scope::View, "live", String::new()).await?;
    let permit = api.streams.sit(entry.lease.id, "live")?;
    let before = api.store.meter_totals(entry.lease.id).await?;
    let counted = api.demand.demand(entry.lease.id);
    let id = entry.lease.id;
    let samples = stream::unfold((api, before, counted), move |(api, before, counted)| async move {
        loop {
            tokio::time::sleep(LOOK).await;
            // Polls again when the database does not answer.
            let Ok(Some(now)) = api.store.meter_totals(id).await else { continue };
            let Some(before) = &before else { return Some((None, (api, Some(now), counted))) };
            let Some(means) = Means::between(before, &now) else { continue };
            let seconds = (now.sampled_at_ms - before.sampled_at_ms) as f64 / 1e3;
            let demand = api.demand.demand(id);
            let view = view(now.sampled_at_ms, &means, seconds, counted, demand);
            return Some((Some(view), (api, Some(now), demand)));
        }
    });
    let events = samples.filter_map(async |view| Some(event("live", &view?)));
    Ok(sent(entry.stay(permit), events))
}

fn view(at_ms: u64, means: &Means, seconds: f64, before: Option<Demand>, now: Option<Demand>) -> LiveUsageView {
    let before = before.unwrap_or_default();
    // The counters restart at 0 with the process.
    let rate = |from: u64, to: u64| to.saturating_sub(from) as f64 / seconds;
    LiveUsageView {
        at_ms,
        cpu: means.cpu,
        memory_bytes: means.memory_bytes,
        network: means.network,
        replicas: means.replicas,
        requests: now.map(|now| rate(before.arrived, now.arrived)),
        failed: now.map(|now| rate(before.failed, now.failed)),
        waiting: now.map(|now| now.waiting),
        in_flight: now.map(|now| now.in_flight),
        latency: now.and_then(|now| now.latency),
    }
}

/// A server-sent event with a JSON body.
pub(super) fn event<T: Serialize>(name: &str, data: &T) -> Event {
    let event = Event::default().event(name);
    // Serialization fails only for maps with keys that are not text, and these types have none.
    event.json_data(data).unwrap_or_default()
}

/// Streams events while the access lasts, then one that says why it ended.
pub(super) fn sent(stay: StreamAccess, events: impl Stream<Item = Event> + Send + 'static) -> Response {
    let watched = stream::unfold(Some((stay, Box::pin(events))), |state| async move {
        let (mut stay, mut events) = state?;
        let reason = tokio::select! {
            biased;
            reason = stay.over() => reason,
            next = events.next() => match next {
                Some(event) => return Some((Ok::<_, Infallible>(event), Some((stay, events)))),
                None => "there is no more",
            },
        };
        stay.why = reason;
        Some((Ok(event("end", &json!({ "reason": reason }))), None))
    });
    Sse::new(watched).keep_alive(KeepAlive::new().interval(BEAT)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lease::statement::Counters;

    fn sample(at_ms: u64, cpu_nanos: u64) -> Totals {
        let counters = Counters {
            replica_millis: 2 * at_ms,
            cpu_nanos,
            memory_byte_seconds: u128::from(at_ms) * 64,
            network_bytes: at_ms / 10,
        };
        Totals { counters, sampled_at_ms: at_ms }
    }

    #[test]
    fn rates_are_the_growth_between_samples() {
        let samples = [sample(1_000, 0), sample(2_000, 500_000_000), sample(4_000, 500_000_000)];
        let view = columns(&samples, 0, 1_000);
        assert_eq!((view.at_ms, view.cpu), (vec![2_000, 4_000], vec![0.5, 0.0]));
        assert_eq!((view.memory_bytes, view.network), (vec![64_000.0, 64_000.0], vec![100.0, 100.0]));
        assert_eq!(view.replicas, [2.0, 2.0]);
        let view = columns(&samples, 2_000, 1_000);
        assert_eq!((view.at_ms, view.cpu), (vec![4_000], vec![0.0]), "what came before is only counted from");
    }

    #[test]
    fn steps_are_means_over_all_of_their_samples() {
        let samples: Vec<_> = (0..100).map(|i| sample(1_000 * i, 1_000_000 * i * i)).collect();
        let view = columns(&samples, 0, 10_000);
        assert_eq!(view.at_ms, [19_000, 29_000, 39_000, 49_000, 59_000, 69_000, 79_000, 89_000, 99_000]);
        assert_eq!(view.cpu[0], 0.028, "from 9² to 19² milliseconds in ten seconds");
        assert!(columns(&samples[..1], 0, 1_000).at_ms.is_empty() && columns(&[], 0, 1_000).at_ms.is_empty());
    }

    #[test]
    fn demand_is_told_by_the_second_and_not_at_all_without_a_gateway() {
        let means = Means { cpu: 0.0, memory_bytes: 0.0, network: 0.0, replicas: 1.0 };
        let before = Demand { arrived: 100, ..Demand::default() };
        let now = Demand { arrived: 140, failed: 2, in_flight: 3, waiting: 1, latency: Some(0.25) };
        let seen = view(7, &means, 2.0, Some(before), Some(now));
        assert_eq!(
            (seen.requests, seen.failed, seen.in_flight, seen.waiting),
            (Some(20.0), Some(1.0), Some(3), Some(1))
        );
        assert_eq!(view(7, &means, 2.0, Some(now), Some(before)).requests, Some(0.0), "the gateway began anew");
        assert_eq!(view(7, &means, 2.0, None, None).requests, None);
    }
}
