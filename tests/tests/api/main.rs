//! What the web page gets of a provider: the page itself, the feed, the books, the mailbox. On a real chain and engine.
#![allow(clippy::unwrap_used)]

mod events;
mod manifest_check;
mod proposals;
mod provider_account;
mod static_page;
