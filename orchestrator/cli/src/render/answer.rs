//! The answer of a command on standard output: one line of JSON, or text for people.

use std::io::{ErrorKind, Write, stdout};

use serde::Serialize;

use crate::render::refusal::MarketRefusal;

/// Prints the answer: one line of JSON, or text for people.
pub fn print<T: Serialize>(json: bool, answer: &T, text: impl FnOnce(&T) -> String) -> anyhow::Result<()> {
    let line = if json { serde_json::to_string(answer)? } else { text(answer).trim_end().to_owned() };
    let mut out = stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        // The reader closed the pipe (`tidemark ls | head`): this is not an error.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// The message of a failed command: `{"error":{"name","message","remedy"}}`, or text for people. Only refusals of the market have
/// a name and a remedy.
pub fn failure(json: bool, error: &anyhow::Error) -> String {
    if !json {
        return format!("error: {error:#}");
    }
    let refusal = error.chain().find_map(|cause| cause.downcast_ref::<MarketRefusal>());
    let error = match refusal {
        Some(refusal) => serde_json::json!(refusal),
        None => serde_json::json!({"name": null, "message": format!("{error:#}"), "remedy": null}),
    };
    serde_json::json!({ "error": error }).to_string()
}
