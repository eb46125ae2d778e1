//! The rules. Each takes what it judges and returns the violations, one sentence each; an empty answer is a kept rule.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Source, begins};

/// A path that some files may not name.
pub struct Ban {
    pub path: &'static [&'static str],
    pub why: &'static str,
}

/// Files that name a banned path.
pub fn banned(sources: &[Source], within: &dyn Fn(&Source) -> bool, bans: &[Ban]) -> Vec<String> {
    let mut broken = Vec::new();
    for source in sources.iter().filter(|source| within(source)) {
        for ban in bans.iter().filter(|ban| source.names(ban.path)) {
            broken.push(format!("{} names {}: {}", source.file, ban.path.join("::"), ban.why));
        }
    }
    broken
}

/// What a pure crate may not name: the system, and its clock.
pub const IMPURE: [Ban; 8] = [
    Ban { path: &["std", "fs"], why: "a pure crate has no files" },
    Ban { path: &["std", "env"], why: "a pure crate has no environment" },
    Ban { path: &["std", "net", "TcpStream"], why: "a pure crate has no network" },
    Ban { path: &["std", "net", "UdpSocket"], why: "a pure crate has no network" },
    Ban { path: &["std", "process"], why: "a pure crate starts no process" },
    Ban { path: &["std", "thread"], why: "a pure crate has no threads" },
    Ban { path: &["std", "time", "SystemTime"], why: "a pure crate is given the time" },
    Ban { path: &["std", "time", "Instant"], why: "a pure crate is given the time" },
];

/// What only the binary's config may name.
pub const ENVIRONMENT: [Ban; 5] = [
    Ban { path: &["std", "env", "var"], why: "only tidemark/src/config.rs reads the environment" },
    Ban { path: &["std", "env", "var_os"], why: "only tidemark/src/config.rs reads the environment" },
    Ban { path: &["std", "env", "vars"], why: "only tidemark/src/config.rs reads the environment" },
    Ban { path: &["std", "env", "vars_os"], why: "only tidemark/src/config.rs reads the environment" },
    Ban { path: &["dotenvy"], why: "only tidemark/src/config.rs reads the environment" },
];

/// Stages that import one another.
pub fn stages_apart(sources: &[Source]) -> Vec<String> {
    let stages: BTreeSet<&str> = sources
        .iter()
        .filter(|source| source.krate == "stages")
        .filter_map(|source| Some(source.module.first()?.as_str()))
        .collect();
    let mut broken = Vec::new();
    for source in sources.iter().filter(|source| source.krate == "stages") {
        let Some(own) = source.module.first() else { continue };
        for other in stages.iter().filter(|other| *other != own) {
            if source.names(&["crate", other]) {
                broken.push(format!("{} imports stage {other}: stages are joined by the store alone", source.file));
            }
        }
    }
    broken
}

/// Files of a crate that name a module of `ports` beyond those listed, and listed ones that no file names.
pub fn ports_of(sources: &[Source], krate: &str, allowed: &[&str], why: &str) -> Vec<String> {
    let mut broken = Vec::new();
    let mut used = BTreeSet::new();
    for source in sources.iter().filter(|source| source.krate == krate) {
        for path in source.paths.iter().filter(|path| begins(path, &["ports"])) {
            let Some(port) = path.get(1) else {
                broken.push(format!("{} names all of ports: {why}", source.file));
                continue;
            };
            if allowed.contains(&port.as_str()) {
                used.insert(port.clone());
            } else {
                broken.push(format!("{} names ports::{port}: {why}", source.file));
            }
        }
    }
    let unused = allowed.iter().filter(|port| !used.contains(**port));
    broken.extend(unused.map(|port| format!("{krate} names no ports::{port}: take it from the list")));
    broken
}

/// Circles of imports between files of one crate. A module and its submodules count as one: between them any
/// direction is fine.
pub fn circles(sources: &[Source]) -> Vec<String> {
    let mut broken = Vec::new();
    let crates: BTreeSet<&str> = sources.iter().map(|source| source.krate.as_str()).collect();
    for krate in crates {
        let own: Vec<&Source> = sources.iter().filter(|source| source.krate == krate).collect();
        let modules: BTreeMap<&[String], &Source> = own.iter().map(|source| (&source.module[..], *source)).collect();
        let edges: BTreeMap<&[String], BTreeSet<&[String]>> =
            own.iter().map(|source| (&source.module[..], imports(source, &modules))).collect();
        for start in edges.keys().copied() {
            if let Some(circle) = walk(start, &edges) {
                // Reported once: by its first module.
                if circle.iter().min() == Some(&start) {
                    let names: Vec<String> = circle.iter().map(|module| module.join("::")).collect();
                    broken.push(format!("{krate}: {} import one another", names.join(" → ")));
                }
            }
        }
    }
    broken
}

/// The modules that a file imports, its own ancestors and descendants aside.
fn imports<'s>(source: &'s Source, modules: &BTreeMap<&'s [String], &'s Source>) -> BTreeSet<&'s [String]> {
    let mut found = BTreeSet::new();
    for path in source.paths.iter().filter(|path| begins(path, &["crate"])) {
        let inside = &path[1..];
        let target = (1..=inside.len()).rev().find_map(|length| modules.get_key_value(&inside[..length]));
        if let Some((target, _)) = target
            && !target.starts_with(&source.module)
            && !source.module.starts_with(target)
        {
            found.insert(*target);
        }
    }
    found
}

/// The shortest way from a module back to itself.
fn walk<'s>(start: &'s [String], edges: &BTreeMap<&'s [String], BTreeSet<&'s [String]>>) -> Option<Vec<&'s [String]>> {
    let mut queue = std::collections::VecDeque::from([vec![start]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = queue.pop_front() {
        let at = way.last().copied()?;
        for next in edges.get(at).into_iter().flatten() {
            if *next == start {
                return Some(way);
            }
            if seen.insert(*next) {
                queue.push_back([&way[..], &[*next]].concat());
            }
        }
    }
    None
}

/// Types of the same name in several places of the workspace.
pub fn named_once(sources: &[Source], shared: &[&str]) -> Vec<String> {
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for source in sources {
        for name in source.types.iter().filter(|name| !shared.contains(&name.as_str())) {
            places.entry(name).or_default().push(&source.file);
        }
    }
    let twice = places.into_iter().filter(|(_, files)| files.len() > 1);
    twice.map(|(name, files)| format!("{name} is defined in {}", files.join(" and "))).collect()
}

/// Files of more lines than `most`.
pub fn long(files: &[(String, String)], most: usize) -> Vec<String> {
    let lines = files.iter().map(|(name, text)| (name, text.lines().count()));
    lines.filter(|(_, lines)| *lines > most).map(|(name, lines)| format!("{name}: {lines} lines")).collect()
}

/// Files whose code, comments aside, has one of these texts.
pub fn containing(files: &[(String, String)], texts: &[&str], why: &str) -> Vec<String> {
    let mut broken = Vec::new();
    for (name, text) in files {
        for line in code(text) {
            if texts.iter().any(|wanted| line.contains(wanted)) {
                broken.push(format!("{name}: {}: {why}", line.trim()));
            }
        }
    }
    broken
}

/// Lines without those that are comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let comment = |line: &&str| ["//", "*", "/*"].iter().any(|begin| line.trim_start().starts_with(begin));
    text.lines().filter(move |line| !comment(line))
}

/// Files that promise work instead of doing it.
pub fn unfinished(files: &[(String, String)]) -> Vec<String> {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X ")];
    let mut broken = Vec::new();
    for (name, text) in files {
        let promise = text.lines().find(|line| marks.iter().any(|mark| line.contains(mark)));
        broken.extend(promise.map(|line| format!("{name}: {}: nothing is left for later", line.trim())));
    }
    broken
}

/// Files with a name that says nothing about what is inside, and so collects everything.
pub fn empty_names(files: &[(String, String)]) -> Vec<String> {
    let empty = ["utils", "helpers", "common", "manager", "misc"];
    let says_nothing = |name: &&(String, String)| empty.iter().any(|word| name.0.contains(word));
    files.iter().filter(says_nothing).map(|(name, _)| format!("{name}: the name says nothing")).collect()
}
