//! The manual of the market's errors (`ERRORS.md`): meaning, cause and remedy of each.

use std::sync::LazyLock;

/// An error's entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub name: &'static str,
    pub meaning: &'static str,
    pub cause: &'static str,
    pub remedy: &'static str,
}

const TEXT: &str = include_str!("../ERRORS.md");

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| TEXT.split("\n### ").skip(1).map(read).collect());

/// All entries, in the order of the manual.
pub fn entries() -> &'static [Entry] {
    &ENTRIES
}

/// The entry of an error.
pub fn entry(name: &str) -> Option<Entry> {
    entries().iter().find(|entry| entry.name == name).copied()
}

/// A heading `Name(arguments)`, then a line for each of the three keywords, with or without markup.
fn read(section: &'static str) -> Entry {
    let (heading, body) = section.split_once('\n').unwrap_or((section, ""));
    let line = |word: &str| {
        let lines = body.lines().map(|line| line.trim_start_matches(['-', '*', ' ']));
        let mut told = lines.filter_map(|line| line.strip_prefix(word));
        told.next().unwrap_or_default().trim_start_matches(['*', ':', ' ']).trim()
    };
    let name = heading.trim_matches(['`', ' ']).split('(').next().unwrap_or_default();
    Entry { name, meaning: line("Meaning"), cause: line("Cause"), remedy: line("Remedy") }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Market::MarketErrors;

    /// Solidity's own error, which no ABI lists.
    const OF_THE_LANGUAGE: &str = "Panic";

    #[test]
    fn every_error_has_an_entry_and_no_entry_lacks_an_error() {
        let of_the_abi = MarketErrors::SIGNATURES.iter().filter_map(|signature| signature.split('(').next());
        let names = entries().iter().map(|entry| entry.name);
        let of_the_manual: Vec<_> = names.filter(|name| *name != OF_THE_LANGUAGE).collect();
        assert_eq!(of_the_manual.iter().copied().collect::<BTreeSet<_>>(), of_the_abi.collect());
        assert_eq!(of_the_manual.len(), MarketErrors::SIGNATURES.len(), "an error has two entries");
    }

    #[test]
    fn every_entry_says_all_three() {
        for entry in entries() {
            assert!([entry.meaning, entry.cause, entry.remedy].iter().all(|line| !line.is_empty()), "{}", entry.name);
        }
    }
}
