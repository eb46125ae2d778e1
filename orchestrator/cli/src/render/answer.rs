//! The answer of a command on standard output: one line of JSON, or text for people.

use std::io::{ErrorKind, Write, stdout};

use serde::Serialize;

use crate::render::refusal::Refusal;

/// Prints the answer: one line of JSON, or the text for people.
pub fn give<T: Serialize>(json: bool, answer: &T, text: impl FnOnce(&T) -> String) -> anyhow::Result<()> {
    let line = if json { serde_json::to_string(answer)? } else { text(answer).trim_end().to_owned() };
    let mut out = stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        // The reader went away (`tidemark ls | head`): nobody is left to tell.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// What a command says when it fails: `{"error":{"name","message","remedy"}}`, or the text for people. Only the market's
/// refusals have a name and a remedy.
pub fn failure(json: bool, error: &anyhow::Error) -> String {
    if !json {
        return format!("error: {error:#}");
    }
    let refusal = error.chain().find_map(|cause| cause.downcast_ref::<Refusal>());
    let error = match refusal {
        Some(refusal) => serde_json::json!(refusal),
        None => serde_json::json!({"name": null, "message": format!("{error:#}"), "remedy": null}),
    };
    serde_json::json!({ "error": error }).to_string()
}
