use std::io::{IsTerminal, Write, stdout};

use anyhow::bail;
use clap::Args;

use crate::{
    provider_api::event_stream::end_reason,
    render::{answer, ids::short_id, table::table},
    settings::{ConnectionSettings, IdentitySettings},
    signal::stop_signal,
    wallet::{session::Session, sign_in::sign_in},
};
use api_types::{leases::LeaseView, usage::LiveUsageView};

#[derive(Debug, Args)]
pub struct TopArgs {
    /// The id of the lease, or a unique prefix of it.
    lease: String,
    /// Print once, then exit.
    #[arg(long)]
    once: bool,
}

impl TopArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let remote = sign_in(&session, &lease).await?;
        let mut events = remote.events(&format!("/v1/leases/{}/live", lease.id)).await?;
        let redraw = !json && !self.once && stdout().is_terminal();
        let stop = stop_signal();
        tokio::pin!(stop);
        loop {
            let event = tokio::select! {
                () = &mut stop => return Ok(()),
                event = events.next() => event?,
            };
            let live: LiveUsageView = match event {
                Some((name, data)) if name == "live" => serde_json::from_str(&data)?,
                Some((name, data)) if name == "end" => bail!("the provider closed the stream: {}", end_reason(&data)),
                Some(_) => continue,
                None => bail!("the connection to the provider ended: run the command again to continue"),
            };
            let view = if json { None } else { remote.lease(lease.id).await? };
            if redraw {
                // Cursor home, clear to the end of the screen.
                write!(stdout(), "\u{1b}[H\u{1b}[J")?;
            }
            answer::print(json, &live, |live| text(&short_id(lease.id), live, view.as_ref()))?;
            if self.once {
                return Ok(());
            }
        }
    }
}

fn text(lease: &str, live: &LiveUsageView, view: Option<&LeaseView>) -> String {
    let mut lines = Vec::new();
    let mib = |bytes: f64| format!("{:.1} MiB", bytes / f64::from(1 << 20));
    let shape = view.map(|view| &view.terms.shape);
    let wanted = view.map(|view| f64::from(view.summary.replicas.wanted));
    let of = |what: Option<String>| what.map(|what| format!("of {what}")).unwrap_or_default();
    let cores =
        shape.zip(wanted).map(|(shape, count)| format!("{:.2} cores", f64::from(shape.millicores) / 1e3 * count));
    let memory = shape.zip(wanted).map(|(shape, count)| mib(f64::from(shape.memory_mib) * f64::from(1 << 20) * count));
    lines.push(format!("lease {lease}"));
    let mut rows = vec![
        ["replicas".to_owned(), format!("{:.1}", live.replicas), of(wanted.map(|count| count.to_string()))],
        ["CPU".to_owned(), format!("{:.3} cores", live.cpu), of(cores)],
        ["memory".to_owned(), mib(live.memory_bytes), of(memory)],
        ["network".to_owned(), format!("{:.1} KiB/s", live.network / 1024.0), String::new()],
    ];
    if let Some(requests) = live.requests {
        let failed = live.failed.unwrap_or_default();
        let (waiting, flying) = (live.waiting.unwrap_or_default(), live.in_flight.unwrap_or_default());
        let latency = live.latency.map(|seconds| format!("p99 {:.0} ms", seconds * 1e3)).unwrap_or_default();
        rows.push(["requests".to_owned(), format!("{requests:.1} /s"), latency]);
        rows.push(["".to_owned(), format!("{flying} in flight"), format!("{waiting} waiting, {failed:.1} /s failed")]);
    }
    lines.push(table(["", "", ""], &rows).trim_start().to_owned());
    if let Some(view) = view.filter(|view| !view.containers.is_empty()) {
        let rows: Vec<_> = view
            .containers
            .iter()
            .map(|seen| {
                [
                    format!("{}.{}", seen.service, seen.replica),
                    seen.state.clone(),
                    seen.health.clone().unwrap_or_default(),
                ]
            })
            .collect();
        lines.push(format!("\n{}", table(["container", "state", "health"], &rows)));
    }
    lines.join("\n")
}
