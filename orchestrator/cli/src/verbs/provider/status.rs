use alloy::{
    primitives::{Address, U256},
    providers::Provider as _,
};
use anyhow::ensure;
use clap::Args;
use serde_json::json;

use crate::{
    provider_api::client::ProviderApi,
    render::answer,
    settings::{ConnectionSettings, IdentitySettings},
    wallet::session::Session,
};

#[derive(Debug, Args)]
pub struct ProviderStatusArgs {
    /// The address of the provider. Default: the wallet's.
    #[arg(long)]
    provider: Option<Address>,
}

impl ProviderStatusArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::reader(connection).await?;
        let provider = match self.provider {
            Some(provider) => provider,
            None => identity.signer(session.deployment.chain_id)?.address(),
        };
        let registered = session.market.providerOf(provider).call().await?;
        ensure!(
            registered.registeredAt != 0,
            "{provider} is not registered as a provider: run `tidemark provider register`"
        );
        let capacity = session.market.capacityOf(provider).call().await?;
        let eth = session.unit(Address::ZERO).await?;
        let mut earnings = Vec::new();
        let mut currencies = vec![Address::ZERO];
        let leases = session.leases(None).await?;
        let leases: Vec<_> = leases.into_iter().filter(|lease| lease.terms.provider == provider).collect();
        currencies.extend(leases.iter().map(|lease| lease.terms.currency));
        currencies.sort();
        currencies.dedup();
        for currency in currencies {
            let amount = session.market.earnings(provider, currency).call().await?;
            earnings.push((session.unit(currency).await?, amount));
        }
        let open = leases.iter().filter(|lease| lease.closed_at.is_none()).count();
        let wallet = session.provider().get_balance(provider).await?;
        let health = match ProviderApi::new(&registered.endpoint) {
            Ok(remote) => remote.status().await,
            Err(error) => Err(error),
        };
        let output = json!({
            "provider": provider, "endpoint": registered.endpoint, "bond": registered.bond.to_string(),
            "wallet": wallet.to_string(), "epoch": registered.epoch, "lastRootAt": registered.rootAt,
            "capacity": capacity, "openLeases": open, "leases": leases.len(),
            "earnings": earnings.iter().map(|(unit, amount)| json!({"currency": unit.address, "amount": amount.to_string()})).collect::<Vec<_>>(),
            "orchestrator": health.as_ref().ok(), "orchestratorError": health.as_ref().err().map(|error| format!("{error:#}")),
        });
        answer::print(json, &output, |_| {
            let mut lines = vec![
                format!("provider  {provider} at {}", registered.endpoint),
                format!("bond      {}, wallet {}", eth.format(U256::from(registered.bond)), eth.format(wallet)),
                format!("leases    {open} open, {} in total", leases.len()),
                format!(
                    "capacity  {} of {} millicores, {} of {} MiB memory, {} of {} MiB disk, {} of {} GPUs held",
                    capacity.heldMillicores,
                    capacity.millicores,
                    capacity.heldMemoryMiB,
                    capacity.memoryMiB,
                    capacity.heldDiskMiB,
                    capacity.diskMiB,
                    capacity.heldGpus,
                    capacity.gpus
                ),
                format!("epoch     {}", registered.epoch),
            ];
            lines.extend(earnings.iter().map(|(unit, amount)| format!("earnings  {}", unit.format(*amount))));
            match &health {
                Ok(status) => {
                    let stages = status.stages.as_object().cloned().unwrap_or_default();
                    for (name, run) in stages {
                        let error =
                            run["error"].as_str().map_or_else(|| "ok".to_owned(), |error| format!("failing: {error}"));
                        lines.push(format!("  {name:<11}{error}, run {}", run["iteration"]));
                    }
                }
                Err(error) => lines.push(format!("the orchestrator is unreachable: {error:#}")),
            }
            lines.join("\n")
        })
    }
}
