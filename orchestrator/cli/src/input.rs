//! Files that a user names on the command line.

use std::{fs, io, path::Path};

use anyhow::Context;

/// The text of a file, or of standard input for `-`.
pub fn read_text(path: &Path) -> anyhow::Result<String> {
    let text = if path == Path::new("-") { io::read_to_string(io::stdin()) } else { fs::read_to_string(path) };
    text.with_context(|| format!("{} cannot be read", path.display()))
}
