use std::time::Duration;

use alloy::{
    primitives::{Address, U256},
    providers::Provider as _,
};
use anyhow::ensure;
use clap::Args;
use serde_json::json;
use solidity::{
    Market::{Outage, OutageCredited, Provider},
    Parameters,
};

use crate::{
    render::{
        answer,
        ids::{short, short_id},
        progress::ProgressLine,
        refusal,
    },
    settings::{ConnectionSettings, IdentitySettings},
    wallet::session::Session,
};

/// Reports, confirms and credits as far as the chain allows now. Any account may; the account that credits gets a share of what
/// the bond pays.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The provider that posts no roots.
    provider: Address,
    /// Wait for each deadline, and continue until the leases are credited.
    #[arg(long)]
    wait: bool,
}

/// The next action for a provider that may have stopped posting roots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NextAction {
    /// It can be reported from this time on, unless it posts a root.
    Late(u64),
    Report,
    /// Its grace period lasts until this time and this block.
    Grace(u64, u64),
    Confirm,
    Credit,
}

impl ReportArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let progress = ProgressLine::new();
        loop {
            let provider = session.market.providerOf(self.provider).call().await?;
            ensure!(provider.registeredAt != 0, "{} is not a provider", self.provider);
            let outage = session.market.outageOf(self.provider).call().await?;
            let time = session.time().await?;
            let block = session.provider().get_block_number().await?;
            match next(&provider, &outage, &session.deployment.parameters, time, block) {
                NextAction::Report => {
                    progress.step("Reporting the silence");
                    session.send(session.market.reportSilence(self.provider)).await?;
                    progress.done("reported: the provider can post a root within its grace period");
                }
                NextAction::Confirm => {
                    progress.step("Confirming the silence");
                    session.send(session.market.confirmSilence(self.provider)).await?;
                    progress
                        .done("confirmed: its leases can be credited, and it is owed nothing beyond its newest root");
                }
                NextAction::Credit => {
                    let credited = credit(&session, self.provider, &progress).await?;
                    drop(progress);
                    return print(&session, self.provider, "credited", credited, json).await;
                }
                NextAction::Late(until) if !self.wait => {
                    drop(progress);
                    let output = json!({"provider": self.provider, "stage": "late", "until": until});
                    return answer::print(json, &output, |_| {
                        format!("{} can be reported from {until} on, unless it posts a root", short(self.provider))
                    });
                }
                NextAction::Grace(until, until_block) if !self.wait => {
                    drop(progress);
                    let output = json!({
                        "provider": self.provider, "stage": "reported", "until": until, "untilBlock": until_block,
                    });
                    return answer::print(json, &output, |_| {
                        format!(
                            "{} is reported; run this command again at {until}, block {until_block}",
                            short(self.provider)
                        )
                    });
                }
                NextAction::Late(_) | NextAction::Grace(..) => {
                    progress.step("Waiting for a root of the provider, or for its deadline");
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
            }
        }
    }
}

fn next(provider: &Provider, outage: &Outage, parameters: &Parameters, time: u64, block: u64) -> NextAction {
    let epoch_length = u64::from(parameters.epochLength);
    let reported = outage.reportedAt != 0 && outage.epoch == provider.epoch;
    if !reported {
        let missed = u64::from(parameters.missedEpochs) * epoch_length;
        let until = u64::from(provider.rootAt.max(provider.registeredAt)) + missed;
        return if time < until { NextAction::Late(until) } else { NextAction::Report };
    }
    let until = u64::from(outage.reportedAt) + epoch_length;
    let until_block = outage.reportedBlock + u64::from(parameters.graceBlocks);
    match (outage.confirmed, time >= until && block >= until_block) {
        (true, _) => NextAction::Credit,
        (false, true) => NextAction::Confirm,
        (false, false) => NextAction::Grace(until, until_block),
    }
}

/// Credits every open lease of the provider that is eligible.
async fn credit(session: &Session, provider: Address, progress: &ProgressLine) -> anyhow::Result<Vec<OutageCredited>> {
    let mut credited = Vec::new();
    let leases = session.leases(None).await?;
    for lease in leases.into_iter().filter(|lease| lease.terms.provider == provider && lease.closed_at.is_none()) {
        let id = short_id(lease.id);
        progress.step(format!("Crediting lease {id}"));
        match session.send(session.market.creditOutage(lease.terms.clone())).await {
            Ok(receipt) => credited.extend(receipt.decoded_log::<OutageCredited>().map(|event| event.data)),
            // A lease that was credited before, or is too young, must not keep the others from their credit.
            Err(error) if error.is::<refusal::MarketRefusal>() => progress.done(format!("lease {id}: {error}")),
            Err(error) => return Err(error),
        }
    }
    Ok(credited)
}

async fn print(
    session: &Session,
    provider: Address,
    stage: &str,
    credited: Vec<OutageCredited>,
    json: bool,
) -> anyhow::Result<()> {
    let eth = session.unit(Address::ZERO).await?;
    let leases: Vec<_> =
        credited.iter().map(|event| json!({"lease": event.lease, "slashed": event.slashed.to_string()})).collect();
    answer::print(json, &json!({"provider": provider, "stage": stage, "credited": leases}), |_| {
        let slashed: U256 = credited.iter().map(|event| event.slashed).sum();
        let (count, slashed) = (credited.len(), eth.format(slashed));
        format!("{} posts no roots: {count} leases credited, {slashed} of its bond slashed", short(provider))
    })
}

#[cfg(test)]
mod tests {
    use solidity::deploy::local_parameters;

    use super::*;

    #[test]
    fn each_stage_comes_in_its_time_and_a_root_ends_it() {
        let parameters = local_parameters();
        let provider = Provider { registeredAt: 1000, rootAt: 1100, epoch: 5, ..Provider::default() };
        let free = Outage::default();
        assert_eq!(next(&provider, &free, &parameters, 1129, 50), NextAction::Late(1130));
        assert_eq!(next(&provider, &free, &parameters, 1130, 50), NextAction::Report);
        let reported = Outage { epoch: 5, reportedAt: 1130, reportedBlock: 50, confirmed: false };
        assert_eq!(next(&provider, &reported, &parameters, 1140, 54), NextAction::Grace(1140, 55));
        assert_eq!(next(&provider, &reported, &parameters, 1139, 55), NextAction::Grace(1140, 55));
        assert_eq!(next(&provider, &reported, &parameters, 1140, 55), NextAction::Confirm);
        let confirmed = Outage { confirmed: true, ..reported.clone() };
        assert_eq!(next(&provider, &confirmed, &parameters, 1141, 56), NextAction::Credit);
        let back = Provider { epoch: 6, rootAt: 1141, ..provider };
        assert_eq!(next(&back, &confirmed, &parameters, 1142, 57), NextAction::Late(1171));
    }
}
