//! What a command says: the answer on standard output, progress on standard error.

use std::{
    io::{IsTerminal, Write, stderr, stdout},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::render::refusal::Refusal;

/// Prints the answer: one line of JSON, or the text for people.
pub fn give<T: Serialize>(json: bool, answer: &T, text: impl FnOnce(&T) -> String) -> anyhow::Result<()> {
    let line = if json { serde_json::to_string(answer)? } else { text(answer).trim_end().to_owned() };
    let mut out = stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        // The reader went away (`tidemark ls | head`): nobody is left to tell.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
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

/// Says which step a long command is at: a spinner on a terminal, a line a new step elsewhere.
pub struct Progress {
    bar: Option<ProgressBar>,
    said: Mutex<String>,
}

impl Default for Progress {
    fn default() -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar, said: Mutex::default() }
    }
}

impl Progress {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn step(&self, what: impl Into<String>) {
        let what = what.into();
        match &self.bar {
            Some(bar) => bar.set_message(what),
            None => {
                let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
                if *said != what {
                    drop(writeln!(stderr(), "… {what}"));
                    *said = what;
                }
            }
        }
    }

    /// Keeps a line on the screen.
    pub fn done(&self, what: impl AsRef<str>) {
        match &self.bar {
            Some(bar) => bar.println(format!("✓ {}", what.as_ref())),
            None => drop(writeln!(stderr(), "✓ {}", what.as_ref())),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Rows under headings, columns as wide as they need to be.
pub fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = headings.map(|heading| heading.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; N]| {
        let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let body = rows.iter().map(|row| line(std::array::from_fn(|i| row[i].as_str())));
    std::iter::once(line(headings)).chain(body).collect::<Vec<_>>().join("\n")
}
