//! The container stage on a real chain and a real engine.
#![allow(clippy::unwrap_used)]

mod death;
mod drain;
mod faults;
mod hardening;
mod life;
mod money;
mod outage;
mod warm;
