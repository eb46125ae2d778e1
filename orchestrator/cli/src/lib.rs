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

mod clock;
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
    settings::{ConnectionSettings, IdentitySettings, OutputSettings},
};

/// An elastic compute market: rent capacity that scales with demand, and pay only for usage that is proven.
#[derive(Debug, Parser)]
#[command(name = "tidemark", version, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    pub connection: ConnectionSettings,
    #[command(flatten)]
    pub identity: IdentitySettings,
    #[command(flatten)]
    pub output: OutputSettings,
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Start a complete market on this machine: a chain, the contracts, one provider and a sample application.
    Up(verbs::up::UpArgs),
    /// Open a lease for a Compose file and wait until its replicas run.
    Deploy(verbs::deploy::DeployArgs),
    /// List the offers that fit a Compose file with their prices, and the reasons why the others do not fit.
    Quote(verbs::quote::QuoteArgs),
    /// Open an order on which providers bid; list, accept or cancel orders.
    #[command(subcommand)]
    Order(verbs::order::OrderCommand),
    /// List leases.
    Ls(verbs::ls::LsArgs),
    /// Show a lease: its containers, its cost and its runway.
    Show(verbs::show::ShowArgs),
    /// Print the logs of a lease's containers.
    Logs(verbs::logs::LogsArgs),
    /// Print the events of a lease or of the whole market, and follow new ones.
    Events(verbs::events::EventsArgs),
    /// Open a shell in a container of a lease, or run a command there.
    Exec(verbs::exec::ExecArgs),
    /// Show the resource usage and the requests of a lease, live.
    Top(verbs::top::TopArgs),
    /// Grant an address access to a lease for a limited time.
    Share(verbs::share::ShareArgs),
    /// Revoke the access of an address to a lease.
    Unshare(verbs::unshare::UnshareArgs),
    /// List who accessed a lease.
    Accesses(verbs::accesses::AccessesArgs),
    /// Set the replica count of a lease.
    Scale(verbs::scale::ScaleArgs),
    /// Explain the replica count of a lease: the metrics observed, the count wanted, and the count that the contract allowed.
    Explain(verbs::explain::ExplainArgs),
    /// Scale your own lease from this machine with an autoscaler of your choice, until the lease closes or you stop the command.
    Agent(verbs::agent::AgentArgs),
    /// Change the lease policy: the bounds within which a lease is scaled.
    Policy(verbs::policy::PolicyArgs),
    /// Add money to a lease; any account may.
    Topup(verbs::topup::TopupArgs),
    /// Move a lease to another provider in one transaction.
    Move(verbs::r#move::MoveArgs),
    /// Withdraw money from an open lease.
    Withdraw(verbs::withdraw::WithdrawArgs),
    /// Close a lease and refund what it does not owe.
    Close(verbs::close::CloseArgs),
    /// Verify the newest proof of a lease against the chain, and the payments against the proof.
    Verify(verbs::verify::VerifyArgs),
    /// Check the statements of providers for fraud, and prove it on chain; any account may.
    Watch(verbs::watch::WatchArgs),
    /// Report a provider that posts no roots, and credit its leases; any account may.
    Report(verbs::report::ReportArgs),
    /// Dispute what the chain cannot observe of a lease, or end a dispute.
    Dispute(verbs::dispute::DisputeArgs),
    /// Rule on a dispute; for arbiters.
    Rule(verbs::rule::RuleArgs),
    /// Stop or reopen the intake of the market; for arbiters.
    #[command(subcommand)]
    Intake(verbs::intake::IntakeCommand),
    /// Bind an account to approvers and a spending policy; show or unbind it.
    #[command(subcommand)]
    Account(verbs::account::AccountCommand),
    /// Consent to an action of a bound account; for approvers.
    Consent(verbs::consent::ConsentArgs),
    /// Revoke a consent; for approvers.
    Revoke(verbs::revoke::RevokeArgs),
    /// Sell capacity: create keys, register, run the orchestrator, show the status, withdraw earnings.
    #[command(subcommand)]
    Provider(verbs::provider::ProviderCommand),
    /// Deploy the contracts.
    #[command(subcommand)]
    Contracts(verbs::contracts::ContractsCommand),
    /// Simulate autoscalers on a trace of demand: their cost and their shortfalls.
    Simulate(verbs::simulate::SimulateArgs),
    /// Generate or extract traces of demand.
    #[command(subcommand)]
    Trace(verbs::trace::TraceCommand),
    /// Train an autoscaler in the simulator, and save it to a file.
    Train(verbs::train::TrainArgs),
    /// Check what a provider needs (RPC, Docker, keys, clock, disk, addresses), and print how to fix what fails.
    Doctor(Box<verbs::doctor::DoctorArgs>),
}

impl Verb {
    /// Whether the command runs unattended until it is stopped, as a service does.
    pub fn is_a_service(&self) -> bool {
        matches!(self, Verb::Provider(verbs::provider::ProviderCommand::Run(_)) | Verb::Agent(_))
    }
}

impl Cli {
    /// Runs the command. The exit code is its answer, for commands that answer by it (`quote`, `exec`).
    ///
    /// # Errors
    /// When the command failed; the error is the message for the user.
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
