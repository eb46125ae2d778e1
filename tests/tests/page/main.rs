//! What the web page gets of a provider: the page itself, the feed, the books, the mailbox. On a real chain and engine.
#![allow(clippy::unwrap_used)]

mod books;
mod checked;
mod feed;
mod mailbox;
mod served;
