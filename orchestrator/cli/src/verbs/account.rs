use alloy::primitives::{
    Address, U256,
    aliases::{U104, U112},
    ruint::UintTryFrom,
};
use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use serde_json::json;
use solidity::Market::{Limit, bindCall};

use crate::settings::{Connection, Identity};
use crate::{
    render::{answer, words},
    wallet::{
        approval::{Approval, binding},
        session::Session,
    },
};

#[derive(Debug, Subcommand)]
pub enum Account {
    /// Bind the wallet's account: what exceeds its limits takes its approvers' consents.
    Bind(Bind),
    /// Show how an account is bound, and how much of its limits is used.
    Show(Show),
    /// Free the wallet's account; its approvers have to consent.
    Free(Free),
}

#[derive(Debug, Args)]
pub struct Bind {
    /// An approver's address; once for each.
    #[arg(long = "approver", required = true, value_name = "ADDRESS")]
    approvers: Vec<Address>,
    /// How many of them have to consent.
    #[arg(long)]
    threshold: u64,
    /// What needs no consent in one currency: `eth:0.02/h:0.5:2` or `0x…:RATE:AMOUNT:EXPOSURE`: the rate that one lease may
    /// reserve, the amount that one call may move, and what may be in the market. Once for each currency; in any other,
    /// everything needs consent.
    #[arg(long = "limit", value_name = "CURRENCY:RATE:AMOUNT:EXPOSURE")]
    limits: Vec<String>,
    #[command(flatten)]
    approval: Approval,
}

#[derive(Debug, Args)]
pub struct Show {
    /// The account; the wallet's unless told otherwise.
    address: Option<Address>,
}

#[derive(Debug, Args)]
pub struct Free {
    #[command(flatten)]
    approval: Approval,
}

impl Account {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        match self {
            Account::Bind(bind) => bind.run(&Session::signer(connection, identity).await?, json).await,
            Account::Free(free) => {
                let session = Session::signer(connection, identity).await?;
                let call = bindCall { approvers: vec![], threshold: U256::ZERO, limits: vec![] };
                change(&session, &free.approval, &call, json).await
            }
            Account::Show(show) => show.run(connection, identity, json).await,
        }
    }
}

impl Bind {
    async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let mut approvers = self.approvers;
        approvers.sort_unstable();
        approvers.dedup();
        ensure!(
            !approvers.contains(&session.address()),
            "an account cannot be its own approver: what it takes it consents to anyway"
        );
        let mut limits = Vec::new();
        for text in &self.limits {
            limits.push(limit(session, text).await?);
        }
        let call = bindCall { approvers, threshold: U256::from(self.threshold), limits };
        change(session, &self.approval, &call, json).await
    }
}

async fn change(session: &Session, approval: &Approval, call: &bindCall, json: bool) -> anyhow::Result<()> {
    let account = session.address();
    let receipt = approval.act(session, account, Address::ZERO, call, U256::ZERO, json).await?;
    let Some(receipt) = receipt else { return Ok(()) };
    let said = json!({
        "account": account, "approvers": call.approvers, "threshold": call.threshold.to_string(),
        "tx": receipt.transaction_hash,
    });
    answer::give(json, &said, |_| match call.threshold.is_zero() {
        true => format!("{account} is free"),
        false => format!("{account} is bound to {} of {} approvers", call.threshold, call.approvers.len()),
    })
}

async fn limit(session: &Session, text: &str) -> anyhow::Result<Limit> {
    let parts: Vec<&str> = text.split(':').collect();
    let [currency, rate, amount, exposure] = parts[..] else {
        anyhow::bail!("--limit {text:?}: write it like eth:0.02/h:0.5:2, which is currency:rate:amount:exposure");
    };
    let currency = match currency.to_lowercase().as_str() {
        "eth" => Address::ZERO,
        _ => currency
            .parse()
            .with_context(|| format!("--limit {text:?}: {currency:?} is neither eth nor a token's address"))?,
    };
    let unit = session.unit(currency).await?;
    let too_high = || format!("--limit {text:?} is higher than the market counts");
    Ok(Limit {
        currency,
        rate: U104::uint_try_from(unit.parse_rate(rate)?).ok().with_context(too_high)?,
        amount: U104::uint_try_from(unit.parse(amount)?).ok().with_context(too_high)?,
        exposure: U112::uint_try_from(unit.parse(exposure)?).ok().with_context(too_high)?,
    })
}

impl Show {
    async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::reader(connection).await?;
        let account = match self.address {
            Some(address) => address,
            None => identity.signer(session.deployment.chain_id)?.address(),
        };
        let Some(binding) = binding(&session, account).await? else {
            return answer::give(json, &json!({"account": account, "bound": false}), |_| {
                format!("{account} is free: nothing that it does takes consents")
            });
        };
        let (mut limits, mut lines) = (
            Vec::new(),
            vec![format!(
                "{account} is bound (version {}): beyond its limits it takes {} of these approvers",
                binding.version, binding.threshold
            )],
        );
        lines.extend(binding.approvers.iter().map(|approver| format!("  {approver}")));
        for limit in &binding.limits {
            let unit = session.unit(limit.currency).await?;
            let exposed = U256::from(session.market.limitsOf(account, limit.currency).call().await?.exposed);
            lines.push(format!("  {}, of which {} is used", words::limits(&unit, limit), unit.format(exposed)));
            limits.push(json!({
                "currency": limit.currency, "rate": limit.rate.to_string(), "amount": limit.amount.to_string(),
                "exposure": limit.exposure.to_string(), "exposed": exposed.to_string(),
            }));
        }
        let said = json!({
            "account": account, "bound": true, "approvers": binding.approvers, "threshold": binding.threshold,
            "version": binding.version.to_string(), "limits": limits,
        });
        answer::give(json, &said, |_| lines.join("\n"))
    }
}
