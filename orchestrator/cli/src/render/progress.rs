//! The progress of a long command, on standard error.

use std::{
    io::{IsTerminal, Write, stderr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};

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
