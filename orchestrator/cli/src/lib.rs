//! The command line. Each command talks to the chain and to the APIs of providers as any client can.
//!
//! - `verbs/`: the commands, one file a verb; a verb with verbs of its own has a folder
//! - `settings/`: the flags that every command, or every orchestrator, takes
//! - `wallet/`: the connection to the chain, the key that signs, sign-in, and the ways to send a transaction
//! - `market/`: what commands read of the market on chain
//! - `provider_api/`: the API of a provider, as its clients use it
//! - `render/`: what commands print
//! - `demo/`: the parts of `tidemark up`
//! - `orchestrator.rs`: the trait by which the binary hands in the orchestrator of a provider

pub mod demo;
mod input;
mod market;
pub mod orchestrator;
pub mod provider_api;
pub mod render;
pub mod settings;
pub mod signal;
mod verbs;
pub mod wallet;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{
    orchestrator::Orchestrator,
    settings::{Connection, Identity, OutputSettings},
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
    pub output: OutputSettings,
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Start a whole market on this machine: chain, contracts, one provider and a sample application.
    Up(verbs::up::Up),
    /// Open a lease for a Compose file and wait until it runs.
    Deploy(verbs::deploy::Deploy),
    /// Say which offers fit a Compose file, what they cost, and why the others do not fit.
    Quote(verbs::quote::Quote),
    /// Let providers bid: ask, look, accept.
    #[command(subcommand)]
    Order(verbs::order::OrderCommand),
    /// List leases.
    Ls(verbs::ls::Ls),
    /// Show a lease: what runs, what it costs, how long the money lasts.
    Show(verbs::show::Show),
    /// Print what a lease's containers print.
    Logs(verbs::logs::Logs),
    /// Tell what happened to a lease or on the market, and go on telling it.
    Events(verbs::events::Events),
    /// Open a shell in one of a lease's containers, or run a command there.
    Exec(verbs::exec::Exec),
    /// Show what a lease uses and what comes for it, as it happens.
    Top(verbs::top::Top),
    /// Let somebody look inside a lease, for a time.
    Share(verbs::share::Share),
    /// Let somebody look inside a lease no more.
    Unshare(verbs::unshare::Unshare),
    /// Show who looked inside a lease.
    Accesses(verbs::accesses::Accesses),
    /// Set a lease's replica count.
    Scale(verbs::scale::Scale),
    /// Say why a lease has the replicas that it has: what was seen, what was wished, what the contract granted.
    Explain(verbs::explain::Explain),
    /// Scale a lease of yours from here, by a policy of your choice, until it is closed or this is stopped.
    Agent(verbs::agent::Agent),
    /// Change how a lease's capacity may follow demand.
    Policy(verbs::policy::Policy),
    /// Add money to a lease; anyone may.
    Topup(verbs::topup::Topup),
    /// Move a lease to another provider, in one transaction.
    Move(verbs::r#move::Move),
    /// Take money out of an open lease.
    Withdraw(verbs::withdraw::Withdraw),
    /// Close a lease and take back what it does not owe.
    Close(verbs::close::Close),
    /// Check a lease's newest proof against the chain, and what was paid against the proof.
    Verify(verbs::verify::Verify),
    /// Look whether what providers state can be true, and prove it when not; anyone may.
    Watch(verbs::watch::Watch),
    /// Report a provider that posts no roots, and have its leases credited; anyone may.
    Report(verbs::report::Report),
    /// Dispute what the chain cannot see of a lease, or end a dispute.
    Dispute(verbs::dispute::Dispute),
    /// Rule a dispute; for arbiters.
    Rule(verbs::rule::Rule),
    /// Stop or reopen the intake; for arbiters.
    #[command(subcommand)]
    Intake(verbs::intake::IntakeCommand),
    /// Bind an account to approvers and limits, show or free it.
    #[command(subcommand)]
    Account(verbs::account::AccountCommand),
    /// Consent to an action of a bound account; for approvers.
    Consent(verbs::consent::Consent),
    /// Take back a consent; for approvers.
    Revoke(verbs::revoke::Revoke),
    /// Sell capacity: set up, register, run, look, withdraw.
    #[command(subcommand)]
    Provider(verbs::provider::ProviderCommand),
    /// Deploy the contracts.
    #[command(subcommand)]
    Contracts(verbs::contracts::ContractsCommand),
    /// Say what scaling policies would have cost and spared on a trace of demand.
    Simulate(verbs::simulate::Simulate),
    /// Make or extract traces of demand.
    #[command(subcommand)]
    Trace(verbs::trace::TraceCommand),
    /// Let a scaling policy learn in the simulator, and save it as a file.
    Train(verbs::train::Train),
    /// Check what a provider needs (RPC, Docker, keys, clock, disk, addresses) and say how to mend it.
    Doctor(Box<verbs::doctor::Doctor>),
}

impl Verb {
    /// Whether it runs for long and unattended.
    pub fn is_a_service(&self) -> bool {
        matches!(self, Verb::Provider(verbs::provider::ProviderCommand::Run(_)) | Verb::Agent(_))
    }
}

impl Cli {
    /// The exit code says what a question was answered; that it failed, the error.
    pub async fn run(self, orchestrator: &dyn Orchestrator) -> anyhow::Result<ExitCode> {
        let Cli { connection, identity, output, verb } = self;
        let json = output.json;
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
