//! The sample tenant application: a small example of what a tenant deploys.
//!
//! One static binary contains all roles, so that its image has one file and no base image:
//!
//! | command | role |
//! |---|---|
//! | `sample front` | the public service: greets, counts its visits, burns CPU, holds memory, fails on request |
//! | `sample back` | the private service: named counters, which the front requests under its service name |
//! | `sample health URL` | the health check: the image has no shell and no curl, so the binary is its own client |
//! | `sample exit CODE` | exits at once with that code |
//! | `sample sleep [SECONDS]` | idles, for that long or until stopped |
//!
//! Rules that follow from how a provider runs it:
//!
//! - It is process 1 of its container, for which the kernel drops every signal without a handler. Each long-running role
//!   therefore installs its SIGTERM handler first, and exits within a quarter of a second.
//! - It needs no capabilities, no writable root and no user database. It writes only below `/data`, and only when a volume is
//!   mounted there.
//! - The work of every request is bounded, and is cancelled when the client disconnects.

pub mod back;
pub mod client;
pub mod front;
pub mod load;
pub mod serve;
pub mod transfer;
pub mod visits;
