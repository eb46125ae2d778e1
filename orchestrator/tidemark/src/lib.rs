//! The binary: configuration, telemetry, and the wiring of the orchestrator's parts.
//!
//! Tidemark's orchestrator follows the events of the market, runs the containers that tenants pay for, and posts the proofs by
//! which their provider is paid.
//!
//! # Theory of operation
//!
//! chain → clearing → container → meter → proof → scale → settlement
//!
//! These seven words name the `stages`, the modules of the `store`, the migrations and the folders of the end-to-end tests.
//! They sort alphabetically in the order of the flow. Each stage is a level-triggered reconciler: it takes no input. The
//! `driver` runs it periodically and when another stage wakes it, and each run compares the whole current state with the
//! desired state and does what is missing. Normal operation and recovery are therefore the same code path. Stages do not import
//! one another; they communicate through the store, and the events of the chain reach the others only through the chain stage.
//!
//! `lease` and `autoscaling` are pure: they decide and do no I/O. `ports` are the traits of the outside world and
//! `adapters` their implementations; only these use a node, a container engine or the kernel. `gateway` routes
//! requests to replicas and measures demand, `api` serves the store, `cli` holds the commands. `wiring` constructs all
//! of them and decides nothing; `config` is the only file that reads the environment.
//!
//! # Invariants
//!
//! 1. No state lives only in memory. The process may be killed at any point, and the next run converges.
//! 2. The chain is the only authority on money and on the desired state, Docker on what runs; the database is a record of both.
//! 3. Every container, network and volume carries labels (provider, chain, market, lease, service, replica, generation). The
//!    orchestrator never touches one without them.
//! 4. A transaction is written to the store before it is sent. Each intent takes effect at most once.
//! 5. Unreachable is not gone: an RPC, a database or a Docker that does not answer never causes a teardown.
//! 6. No stage retries within a run; the next run is the retry, with backoff. A panic in the work on one lease does not stop the
//!    work on another.
//! 7. The API cannot act on the chain, nor create, start, stop or change what Docker runs. It shows logs, usage and shells of a
//!    lease only to its tenant and to those with a grant of the tenant, and records each access before it answers. A shell runs
//!    in the tenant's own container with that container's user and limits, and ends with its connection.
//! 8. No log, error, event, label or image contains a secret.
//! 9. No statement is made from lost state. When a root on chain is not in the database, leases that it may have covered get no
//!    further statements: their time lapses to their tenants, because a wrong statement would cost the bond.
//! 10. Spending on transactions is bounded: the gas of an hour by a budget, the fee of a replacement by four times the current
//!     fee. The budget is in gas; there is no bound in wei yet.

pub mod config;
pub mod telemetry;
pub mod wiring;
