//! The API of a provider, as its clients use it.

pub mod client;
pub mod event_stream;
pub mod manifest_upload;
