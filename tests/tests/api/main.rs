//! The endpoints that the web page uses: the page itself, the event feed, the provider's account, manifest checks and proposals.
//! On a real chain and engine.
#![allow(clippy::unwrap_used)]

mod events;
mod manifest_check;
mod proposals;
mod provider_account;
mod static_page;
