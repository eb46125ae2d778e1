use clap::Args;
use serde_json::json;

use crate::{
    market::lease_funds::LeaseFunds,
    provider_api::client::ProviderApi,
    render::{answer, ids::short, span::span},
    settings::ConnectionSettings,
    wallet::session::Session,
};
use api_types::leases::{LeaseView, ServedServiceView};
use lease::Lease;

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The id of the lease, or a unique prefix of it.
    lease: String,
}

impl ShowArgs {
    pub async fn run(self, connection: &ConnectionSettings, json: bool) -> anyhow::Result<()> {
        let session = Session::reader(connection).await?;
        let lease = session.find(&self.lease).await?;
        let money = LeaseFunds::of(&lease, &session).await?;
        // The answer comes from the chain; the view of the provider is additional and may be missing.
        let (view, silence) = match provider_view(&session, &lease).await {
            Ok(view) => (view, None),
            Err(error) => (None, Some(format!("{error:#}"))),
        };
        let output = json!({
            "lease": lease.id, "status": money.status, "tenant": lease.terms.tenant, "provider": lease.terms.provider,
            "offer": lease.offer, "terms": lease.terms, "policy": lease.policy, "replicas": lease.replicas,
            "currency": lease.terms.currency, "rate": lease.rate().to_string(),
            "deposited": lease.deposited.to_string(), "paid": lease.paid.to_string(),
            "returned": lease.returned.to_string(), "balance": money.balance.to_string(),
            "owed": money.owed.to_string(), "withdrawable": money.withdrawable.to_string(),
            "runwaySeconds": money.runway, "openedAt": lease.opened_at, "openedBlock": lease.opened_block,
            "closedAt": lease.closed_at, "noticeEnds": lease.notice_ends, "disputedUntil": lease.disputed_until,
            "atProvider": view, "providerError": silence,
        });
        answer::print(json, &output, |_| text(&lease, &money, view.as_ref(), silence.as_deref()))
    }
}

async fn provider_view(session: &Session, lease: &Lease) -> anyhow::Result<Option<LeaseView>> {
    ProviderApi::new(&session.endpoint(lease.terms.provider).await?)?.lease(lease.id).await
}

fn text(lease: &Lease, money: &LeaseFunds, view: Option<&LeaseView>, silence: Option<&str>) -> String {
    let unit = &money.unit;
    let shape = &lease.terms.shape;
    let mut lines = vec![
        format!("lease      {}", lease.id),
        format!("status     {}", money.status),
        format!("provider   {}   offer {}", short(lease.terms.provider), lease.offer),
        format!(
            "shape      {} millicores, {} MiB memory, {} MiB disk, {} GPUs",
            shape.millicores, shape.memoryMiB, shape.diskMiB, shape.gpus
        ),
        format!("replicas   {} (bounds {} to {})", lease.replicas, lease.policy.minReplicas, lease.policy.maxReplicas),
        format!("rate       {}", unit.format_rate(lease.rate())),
        format!(
            "money      deposited {}, paid {}, returned {}, balance {}, of which owed {}",
            unit.format(lease.deposited),
            unit.format(lease.paid),
            unit.format(lease.returned),
            unit.format(money.balance),
            unit.format(money.owed)
        ),
        format!("runway     {}", money.runway.map_or_else(|| "nothing is reserved".to_owned(), span)),
    ];
    let disputed = lease.disputed_until;
    lines
        .extend(disputed.map(|until| format!("disputed   no claim is paid until the arbiters rule, or until {until}")));
    match (view, silence) {
        (Some(view), _) => {
            for step in &view.timeline {
                lines.push(format!("  {:<11}{:<9}{}", step.stage, step.state, step.detail));
            }
            for container in &view.containers {
                let ports: Vec<_> = container.ports.iter().map(|(port, at)| format!("{port} → {at}")).collect();
                let health = container.health.as_deref().unwrap_or("no health check");
                lines.push(format!(
                    "  {}.{}  {}, {health}  {}",
                    container.service,
                    container.replica,
                    container.state,
                    ports.join(", ")
                ));
            }
            lines.extend(view.served.iter().map(|served| {
                let ServedServiceView { service, port, url, path_url } = served;
                format!("  {service}  {port} → {url} or {path_url}")
            }));
            lines.extend(view.reason.as_ref().map(|reason| format!("  not running: {reason}")));
        }
        (None, Some(silence)) => lines.push(format!("from the chain only; the provider did not answer: {silence}")),
        (None, None) => lines.push("the provider has not observed this lease yet".to_owned()),
    }
    lines.join("\n")
}
