//! The progress of a long command, on standard error.

use std::{
    io::{IsTerminal, Write, stderr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};

/// Shows the current step of a long command: as a spinner on a terminal, as one line a step otherwise.
pub struct ProgressLine {
    bar: Option<ProgressBar>,
    output: Mutex<String>,
}

impl Default for ProgressLine {
    fn default() -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar, output: Mutex::default() }
    }
}

impl ProgressLine {
    pub fn new() -> Self {
        Self::default()
    }

    /// Shows a step as the current one.
    pub fn step(&self, what: impl Into<String>) {
        let what = what.into();
        match &self.bar {
            Some(bar) => bar.set_message(what),
            None => {
                let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
                if *output != what {
                    drop(writeln!(stderr(), "… {what}"));
                    *output = what;
                }
            }
        }
    }

    /// Prints a line for a completed step.
    pub fn done(&self, what: impl AsRef<str>) {
        match &self.bar {
            Some(bar) => bar.println(format!("✓ {}", what.as_ref())),
            None => drop(writeln!(stderr(), "✓ {}", what.as_ref())),
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
