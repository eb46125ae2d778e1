//! The sample tenant application: what a tenant of the market might bring, small enough to read in one sitting.
//!
//! One static binary plays every part, so that its image holds one file and needs no base image:
//!
//! | command | part |
//! |---|---|
//! | `sample front` | the public service: greets, counts its visits, burns CPU, holds memory, fails on request |
//! | `sample back` | the private service: named counters, which the front asks by its service name |
//! | `sample health URL` | the health check: the image has no shell and no curl, so the binary checks itself |
//! | `sample exit CODE` | ends at once with that code |
//! | `sample sleep [SECONDS]` | does nothing, for that long or for ever |
//!
//! Ground rules, which follow from how the provider runs it:
//!
//! - It is process 1 of its container, for which the kernel drops every signal without a handler. So each part that
//!   stays up handles SIGTERM before it does anything else, and ends within a quarter of a second.
//! - It needs no capability, no writable root and no name in a user database. It writes below `/data` and nowhere
//!   else, and only when a volume is mounted there.
//! - Whatever a request asks for is bounded, and ends when the caller hangs up.

pub mod back;
pub mod client;
pub mod front;
pub mod load;
pub mod serve;
pub mod visits;
pub mod wire;
