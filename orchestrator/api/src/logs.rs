//! Logs of a lease's containers.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    error::{QueryParams, Result},
    lease_access::authorize,
    series::{event, sent},
    session::Caller,
    state::Api,
};
use api_types::{error::ErrorView, logs::LogLineView, schema::HexText};
use lease::access::Scope;
use ports::container_io::{ContainerLine, ContainerSelector, OutputStream};

/// The default and the largest number of past lines.
const TAIL: usize = 1_000;
const MOST: usize = 100_000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LogQuery {
    /// Only lines of this service.
    service: Option<String>,
    /// Only lines of this replica.
    replica: Option<u16>,
    /// The number of newest past lines. The default is 1000, the maximum 100000 and 16 MiB of text.
    tail: Option<usize>,
    /// Only lines since this time, Unix milliseconds of the provider's clock.
    since: Option<u64>,
    /// Continue with new lines, as server-sent events: `line` (LogLineView), and at last `end` (`{reason}`).
    #[serde(default)]
    follow: bool,
}

/// Get log lines of a lease's containers, in order of time. Needs scope `logs`.
#[utoipa::path(
    get, path = "/v1/leases/{id}/logs", operation_id = "getLogs", params(("id" = HexText, Path, description = "The lease's id, 32 bytes"), LogQuery),
    responses((status = 200, body = Vec<LogLineView>), (status = 401, body = ErrorView), (status = 403, body = ErrorView), (status = 404, body = ErrorView))
)]
pub async fn logs(
    State(api): State<Api>,
    caller: Caller,
    path: Path<String>,
    QueryParams(query): QueryParams<LogQuery>,
) -> Result<Response> {
    let LogQuery { service, replica, follow, .. } = query;
    let mut detail = vec![if follow { "follow" } else { "read" }.to_owned()];
    detail.extend(service.as_ref().map(|service| format!("service {service}")));
    detail.extend(replica.map(|replica| format!("replica {replica}")));
    let entry = authorize(&api, caller, path, Scope::Logs, "logs", detail.join(", ")).await?;
    let selector = ContainerSelector { service, replica };
    let (id, tail, since) = (entry.lease.id, query.tail.unwrap_or(TAIL).min(MOST), query.since.unwrap_or_default());
    if !follow {
        let lines = api.container_io.logs(id, &selector, tail, since).await?;
        return Ok(Json(lines.into_iter().map(view).collect::<Vec<_>>()).into_response());
    }
    let permit = api.streams.sit(id, "logs")?;
    let lines = api.container_io.follow(id, &selector, tail, since).await?;
    Ok(sent(entry.stay(permit), lines.map(|line| event("line", &view(line)))))
}

fn view(line: ContainerLine) -> LogLineView {
    let stream = match line.source {
        OutputStream::Stdout => "stdout",
        OutputStream::Stderr => "stderr",
    };
    LogLineView {
        at_ms: line.at_ns / 1_000_000,
        service: line.slot.service,
        replica: line.slot.replica,
        stream: stream.to_owned(),
        line: line.text,
    }
}
