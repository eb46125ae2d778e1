//! The command line: one file a verb. Commands talk to the chain and to a provider's API, as anybody could.

mod auctions;
mod handover;
pub mod load;
mod offers;
pub mod orchestrator;
pub mod remote;
pub mod render;
mod request;
pub mod settings;
pub mod signal;
mod tide;
mod verbs;
pub mod wallet;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{
    orchestrator::Orchestrator,
    settings::{Connection, Identity, Speech},
    verbs::*,
};

/// Elastic compute market: rent capacity that follows demand, and pay only for what is proven.
#[derive(Debug, Parser)]
#[command(name = "tidemark", version, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub identity: Identity,
    #[command(flatten)]
    pub speech: Speech,
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Start a whole market on this machine: chain, contracts, one provider and a sample application.
    Up(up::Up),
    /// Open a lease for a Compose file and wait until it runs.
    Deploy(deploy::Deploy),
    /// Say which offers fit a Compose file, what they cost, and why the others do not fit.
    Quote(quote::Quote),
    /// Let providers bid: ask, look, accept.
    #[command(subcommand)]
    Order(order::Order),
    /// List leases.
    Ls(ls::Ls),
    /// Show a lease: what runs, what it costs, how long the money lasts.
    Show(show::Show),
    /// Print what a lease's containers print.
    Logs(logs::Logs),
    /// Tell what happened to a lease or on the market, and go on telling it.
    Events(events::Events),
    /// Open a shell in one of a lease's containers, or run a command there.
    Exec(exec::Exec),
    /// Show what a lease uses and what comes for it, as it happens.
    Top(top::Top),
    /// Let somebody look inside a lease, for a time.
    Share(share::Share),
    /// Let somebody look inside a lease no more.
    Unshare(share::Unshare),
    /// Show who looked inside a lease.
    Accesses(share::Accesses),
    /// Set a lease's replica count.
    Scale(scale::Scale),
    /// Say why a lease has the replicas that it has: what was seen, what was wished, what the contract granted.
    Explain(explain::Explain),
    /// Scale a lease of yours from here, by a policy of your choice, until it is closed or this is stopped.
    Agent(agent::Agent),
    /// Change how a lease's capacity may follow demand.
    Policy(policy::Policy),
    /// Add money to a lease; anyone may.
    Topup(topup::Topup),
    /// Move a lease to another provider, in one transaction.
    Move(r#move::Move),
    /// Take money out of an open lease.
    Withdraw(withdraw::Withdraw),
    /// Close a lease and take back what it does not owe.
    Close(close::Close),
    /// Check a lease's newest proof against the chain, and what was paid against the proof.
    Verify(verify::Verify),
    /// Look whether what providers state can be true, and prove it when not; anyone may.
    Watch(watch::Watch),
    /// Report a provider that posts no roots, and have its leases credited; anyone may.
    Report(report::Report),
    /// Dispute what the chain cannot see of a lease, or end a dispute.
    Dispute(dispute::Dispute),
    /// Rule a dispute; for arbiters.
    Rule(dispute::Rule),
    /// Stop or reopen the intake; for arbiters.
    #[command(subcommand)]
    Intake(intake::Intake),
    /// Bind an account to approvers and limits, show or free it.
    #[command(subcommand)]
    Account(account::Account),
    /// Consent to an action of a bound account; for approvers.
    Consent(consent::Consent),
    /// Take back a consent; for approvers.
    Revoke(consent::Revoke),
    /// Sell capacity: set up, register, run, look, withdraw.
    #[command(subcommand)]
    Provider(provider::Provider),
    /// Deploy the contracts.
    #[command(subcommand)]
    Contracts(contracts::Contracts),
    /// Say what scaling policies would have cost and spared on a trace of demand.
    Simulate(simulate::Simulate),
    /// Make or extract traces of demand.
    #[command(subcommand)]
    Trace(trace::Verb),
    /// Let a scaling policy learn in the simulator, and save it as a file.
    Train(train::Train),
    /// Check what a provider needs (RPC, Docker, keys, clock, disk, addresses) and say how to mend it.
    Doctor(Box<doctor::Doctor>),
}

impl Verb {
    /// Whether it runs for long and unattended.
    pub fn is_a_service(&self) -> bool {
        matches!(self, Verb::Provider(provider::Provider::Run(_)) | Verb::Agent(_))
    }
}

impl Cli {
    /// The exit code says what a question was answered; that it failed, the error.
    pub async fn run(self, orchestrator: &dyn Orchestrator) -> anyhow::Result<ExitCode> {
        let Cli { connection, identity, speech, verb } = self;
        let json = speech.json;
        match verb {
            Verb::Up(up) => Box::pin(up.run(orchestrator, json)).await,
            Verb::Deploy(deploy) => deploy.run(&connection, &identity, json).await,
            Verb::Quote(quote) => return quote.run(&connection, json).await,
            Verb::Order(order) => Box::pin(order.run(&connection, &identity, json)).await,
            Verb::Ls(ls) => ls.run(&connection, &identity, json).await,
            Verb::Show(show) => show.run(&connection, json).await,
            Verb::Logs(logs) => logs.run(&connection, &identity, json).await,
            Verb::Exec(exec) => return Box::pin(exec.run(&connection, &identity)).await,
            Verb::Top(top) => top.run(&connection, &identity, json).await,
            Verb::Share(share) => share.run(&connection, &identity, json).await,
            Verb::Unshare(unshare) => unshare.run(&connection, &identity, json).await,
            Verb::Accesses(accesses) => accesses.run(&connection, &identity, json).await,
            Verb::Scale(scale) => scale.run(&connection, &identity, json).await,
            Verb::Events(events) => events.run(&connection, json).await,
            Verb::Explain(explain) => explain.run(&connection, json).await,
            Verb::Agent(agent) => Box::pin(agent.run(&connection, &identity, json)).await,
            Verb::Policy(policy) => policy.run(&connection, &identity, json).await,
            Verb::Topup(topup) => topup.run(&connection, &identity, json).await,
            Verb::Move(r#move) => Box::pin(r#move.run(&connection, &identity, json)).await,
            Verb::Withdraw(withdraw) => withdraw.run(&connection, &identity, json).await,
            Verb::Watch(watch) => watch.run(&connection, &identity, json).await,
            Verb::Report(report) => report.run(&connection, &identity, json).await,
            Verb::Dispute(dispute) => dispute.run(&connection, &identity, json).await,
            Verb::Rule(rule) => rule.run(&connection, &identity, json).await,
            Verb::Intake(intake) => intake.run(&connection, &identity, json).await,
            Verb::Account(account) => account.run(&connection, &identity, json).await,
            Verb::Consent(consent) => consent.run(&connection, &identity, json).await,
            Verb::Revoke(revoke) => revoke.run(&connection, &identity, json).await,
            Verb::Close(close) => close.run(&connection, &identity, json).await,
            Verb::Verify(verify) => verify.run(&connection, json).await,
            Verb::Provider(provider) => Box::pin(provider.run(orchestrator, &connection, &identity, json)).await,
            Verb::Contracts(contracts) => contracts.run(&connection, &identity, json).await,
            Verb::Simulate(simulate) => simulate.run(json),
            Verb::Trace(trace) => trace.run(&connection, &identity, json).await,
            Verb::Train(train) => train.run(json),
            Verb::Doctor(doctor) => doctor.run(orchestrator, &connection, &identity, json).await,
        }?;
        Ok(ExitCode::SUCCESS)
    }
}
