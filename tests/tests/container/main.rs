//! The container stage on a real chain and a real engine.
#![allow(clippy::unwrap_used)]

mod hardening;
mod life;
