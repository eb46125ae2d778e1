//! Shells: runs a command in a container of the lease, under the container's user and limits, over a WebSocket.
//!
//! Binary frames carry bytes in both directions. Without a terminal, the provider's frames start with one byte: 1 for
//! standard output, 2 for standard error. Text frames are JSON. The client sends `{"resize":{"cols":80,"rows":24}}` and
//! `{"eof":true}`; the provider sends `{"exit":0}` or `{"ended":"why"}` and closes. The command ends with its socket.

mod session;

pub(super) use self::session::end_left;

use axum::{
    extract::{Path, RawQuery, State, ws::WebSocketUpgrade},
    response::Response,
};
use url::form_urlencoded;

use super::{
    error::{Error, Result},
    lease_access::authorize,
    session::{Caller, PROTOCOL},
    state::Api,
};
use api_types::schema::HexText;
use lease::{access::Scope, reconcile::Slot};
use ports::container_io::{Command, ContainerSelector};
use store::{access::ShellRow, container::ContainerRow};

/// Bytes of a frame.
const LARGEST: usize = 64 << 10;
/// Words of a command, and bytes of all of them.
const MOST_WORDS: usize = 256;
const LONGEST: usize = 32 << 10;

/// The parsed query string.
#[derive(Debug, Default, PartialEq, Eq)]
struct ShellQuery {
    service: Option<String>,
    replica: Option<u16>,
    columns: u16,
    rows: u16,
    tty: bool,
    words: Vec<String>,
}

/// Open a shell or run a command in a container, over a WebSocket. Needs scope `shell`.
///
/// Binary frames carry bytes in both directions. Without a terminal, the provider's frames start with one byte: 1 for
/// standard output, 2 for standard error. Text frames are JSON: the client sends `{"resize":{"cols":80,"rows":24}}` and
/// `{"eof":true}`; the provider sends `{"exit":0}` or `{"ended":"why"}` and closes.
#[utoipa::path(
    get, path = "/v1/leases/{id}/shell", operation_id = "openShell",
    params(
        ("id" = HexText, Path, description = "The lease's id, 32 bytes"),
        ("service" = Option<String>, Query, description = "The service. May be omitted when only one runs"),
        ("replica" = Option<u16>, Query, description = "The replica. The default is the first that runs"),
        ("command" = Option<Vec<String>>, Query, description = "One word of the command; repeated for each word. The default is /bin/sh"),
        ("tty" = Option<bool>, Query, description = "Whether to allocate a terminal. The default is true"),
        ("cols" = Option<u16>, Query, description = "Columns of the terminal. The default is 80"),
        ("rows" = Option<u16>, Query, description = "Rows of the terminal. The default is 24"),
    ),
    responses((status = 101), (status = 401, body = api_types::error::ErrorView), (status = 403, body = api_types::error::ErrorView), (status = 409, body = api_types::error::ErrorView), (status = 429, body = api_types::error::ErrorView))
)]
pub async fn shell(
    State(api): State<Api>,
    caller: Caller,
    path: Path<String>,
    RawQuery(query): RawQuery,
    upgrade: std::result::Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response> {
    let query = ShellQuery::parse(&query.unwrap_or_default())?;
    let upgrade =
        upgrade.map_err(|refused| Error::BadRequest(format!("this is a WebSocket: {}", refused.body_text())))?;
    let ShellQuery { service, replica, .. } = &query;
    let mut detail: Vec<String> = service.iter().map(|service| format!("service {service}")).collect();
    detail.extend(replica.map(|replica| format!("replica {replica}")));
    detail.push(query.words.join(" "));
    let entry = authorize(&api, caller, path, Scope::Shell, "shell", detail.join(", ")).await?;
    let permit = api.streams.sit(entry.lease.id, "shell")?;
    let selector = ContainerSelector { service: service.clone(), replica: *replica };
    let slot = choose(&api.store.containers(entry.lease.id).await?, &selector)?;
    let command = Command { words: query.words, tty: query.tty };
    let made = api.container_io.prepare(entry.lease.id, &slot, &command).await?;
    let row = ShellRow {
        exec_id: made.exec_id.clone(),
        container_id: made.container_id.clone(),
        marker: made.marker.clone(),
    };
    // Stored before the command starts, so that the next process ends it if this one crashes.
    api.store.put_shell(&row).await?;
    let stay = entry.stay(permit);
    let size = (query.columns, query.rows);
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(LARGEST).max_frame_size(LARGEST);
    Ok(upgrade.on_upgrade(move |socket| session::run(api, stay, socket, made, command.tty, size)))
}

impl ShellQuery {
    fn parse(query: &str) -> Result<Self> {
        let mut parsed = Self { columns: 80, rows: 24, tty: true, ..Self::default() };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let none = || Error::BadRequest(format!("the query is not understood: {name}={value}"));
            match &*name {
                "service" => parsed.service = Some(value.into_owned()),
                "replica" => parsed.replica = Some(value.parse().map_err(|_| none())?),
                "cols" => parsed.columns = value.parse().map_err(|_| none())?,
                "rows" => parsed.rows = value.parse().map_err(|_| none())?,
                "tty" => parsed.tty = value.parse().map_err(|_| none())?,
                "command" if !value.contains('\0') => parsed.words.push(value.into_owned()),
                _ => return Err(none()),
            }
        }
        if parsed.words.is_empty() {
            parsed.words.push("/bin/sh".to_owned());
        }
        if parsed.words.len() > MOST_WORDS || parsed.words.iter().map(String::len).sum::<usize>() > LONGEST {
            return Err(Error::BadRequest(format!("a command has at most {MOST_WORDS} words and {LONGEST} bytes")));
        }
        Ok(parsed)
    }
}

/// Selects a container: the service must be unambiguous, and the first running replica is used.
fn choose(seen: &[ContainerRow], selector: &ContainerSelector) -> Result<Slot> {
    let slot = |seen: &ContainerRow| Slot { replica: seen.replica, service: seen.service.clone() };
    let running: Vec<Slot> =
        seen.iter().filter(|seen| seen.is_running()).map(slot).filter(|slot| selector.is(slot)).collect();
    let first = running.iter().min().ok_or_else(|| {
        Error::Conflict("no container of the lease runs that is asked for: `GET /v1/leases/{id}` shows them".to_owned())
    })?;
    let mut services: Vec<&str> = running.iter().map(|slot| slot.service.as_str()).collect();
    services.sort_unstable();
    services.dedup();
    if services.len() > 1 {
        return Err(Error::BadRequest(format!("say in which service: {}", services.join(", "))));
    }
    Ok(first.clone())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_read_word_by_word() {
        let query = ShellQuery::parse("service=web&command=ls&command=-l+a%26b&tty=false&cols=100").unwrap();
        assert_eq!(
            (query.words, query.tty, query.columns, query.rows),
            (vec!["ls".into(), "-l a&b".into()], false, 100, 24)
        );
        assert_eq!(ShellQuery::parse("").unwrap().words, ["/bin/sh"]);
        for wrong in ["replica=x", "cols=70000", "tty=yes", "shell=1", "command=%00"] {
            assert!(matches!(ShellQuery::parse(wrong), Err(Error::BadRequest(_))), "{wrong}");
        }
        assert!(ShellQuery::parse(&"command=x&".repeat(MOST_WORDS + 1)).is_err());
    }
}
