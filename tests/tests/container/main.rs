//! The container stage on a real chain and a real engine.
#![allow(clippy::unwrap_used)]

mod drain;
mod engine_outage;
mod funds_and_reorgs;
mod hardening;
mod lifecycle;
mod process_killed;
mod tenant_faults;
mod warm_replicas;
