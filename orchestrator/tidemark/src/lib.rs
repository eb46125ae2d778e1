//! Tidemark's orchestrator: it follows the market's events, runs what tenants paid for, and posts the proofs by which it
//! is paid.
//!
//! # Theory of operation
//!
//! chain → clearing → container → meter → proof → scale → settlement
//!
//! Seven words carry the system; they name the [`stages`], the modules of the [`store`] and the migrations, and they sort
//! in the order of the flow. An eighth word, [`lease`], is the noun they act on: pure, without I/O. A stage takes no input.
//! Woken by its period or by a signal without data, it looks at everything again and does what is missing, so one path
//! serves normal work and recovery. The [`driver`] runs stages without knowing any by name; [`wiring`] joins them to the
//! [`ports`], which are the only files that know a foreign world.
//!
//! # Ground rules
//!
//! 1. Nothing lives only in memory: kill the process at any line and the next run converges.
//! 2. The chain is the only authority on money and on what is wanted; Docker is the only authority on what runs; the
//!    database is memory.
//! 3. Every container, network and volume carries labels (provider, chain, market, lease, service, replica, generation).
//!    Without them it is not ours and is never touched.
//! 4. A transaction is written down before it is sent. Each intent is sent at most once to effect.
//! 5. Unreachable is not gone: no teardown because an RPC, a database or Docker did not answer.
//! 6. No stage retries inside a run; the next run is the retry, with backoff. A panic in one lease's work does not stop
//!    another's.
//! 7. The API cannot act on the chain, nor make, start, stop or change what Docker runs. What goes on inside a lease it shows
//!    to the tenant alone, and to whom the tenant lets, and writes down who looked before it shows anything. A shell is the
//!    tenant's own hand inside its own container, under that container's user and limits, and ends with its socket.
//! 8. No secret in a log, an error, an event, a label or an image.

pub mod config;
pub mod telemetry;
pub mod wiring;
