//! Rust files as syntax: which paths they name, outside of their tests.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Item, UseTree,
    visit::{self, Visit},
};

/// One file of a crate.
pub struct Source {
    /// From the repository's root: `orchestrator/lease/src/accrual.rs`.
    pub file: String,
    /// The crate's name as Rust writes it: `api_types`.
    pub krate: String,
    /// The module that the file is: `["chain", "apply"]`; empty for `lib.rs` and `main.rs`.
    pub module: Vec<String>,
    /// Every path that the file names outside of tests, with its leading alias, `self` and `super` resolved:
    /// `["crate", "chain", "apply", "fold"]`, `["std", "env", "var"]`.
    pub paths: BTreeSet<Vec<String>>,
    /// Structs, enums, traits and type aliases defined outside of tests.
    pub types: BTreeSet<String>,
    pub lines: usize,
}

impl Source {
    /// Parses a file.
    ///
    /// # Errors
    /// The parser's message, with the file's name.
    pub fn parse(file: &str, text: &str) -> Result<Self, String> {
        let syntax = syn::parse_file(text).map_err(|error| format!("{file}: {error}"))?;
        let (krate, module) = place(file);
        let mut collector = Collector::default();
        for item in syntax.items.iter().filter_map(import) {
            flatten(&item.tree, &mut Vec::new(), &mut collector.imports);
        }
        collector.visit_file(&syntax);
        let Collector { imports, mut paths, types, .. } = collector;
        let aliases: BTreeMap<&String, &Vec<String>> = imports.iter().map(|(alias, path)| (alias, path)).collect();
        paths.extend(imports.iter().map(|(_, path)| path.clone()));
        let paths = paths.into_iter().map(|path| resolve(path, &aliases, &module)).collect();
        Ok(Self { file: file.to_owned(), krate, module, paths, types, lines: text.lines().count() })
    }

    /// Whether a path begins with these segments.
    pub fn names(&self, prefix: &[&str]) -> bool {
        self.paths.iter().any(|path| begins(path, prefix))
    }
}

/// Whether a path begins with these segments.
pub fn begins(path: &[String], prefix: &[&str]) -> bool {
    path.len() >= prefix.len() && path.iter().zip(prefix).all(|(have, want)| have == want)
}

/// Every Rust file below a folder of the repository; files that are tests as a whole are left out.
///
/// # Errors
/// An unreadable folder, a file that does not parse, or no file at all: a rule over nothing would hold nothing.
pub fn load(root: &Path, folder: &str) -> Result<Vec<Source>, String> {
    let files = files(root, folder, &["rs"])?;
    let code = files.into_iter().filter(|(name, _)| !is_test(name));
    code.map(|(name, text)| Source::parse(&name, &text)).collect()
}

/// Every file below a folder with one of these endings, with its text.
///
/// # Errors
/// An unreadable folder, or no file at all.
pub fn files(root: &Path, folder: &str, endings: &[&str]) -> Result<Vec<(String, String)>, String> {
    const MADE: [&str; 6] = ["node_modules", "target", "dist", "out", "cache", "__generated__"];
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for entry in entries {
            let path = entry.map_err(|error| error.to_string())?.path();
            if path.is_symlink() || MADE.iter().any(|made| path.ends_with(made)) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted)) {
                let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
                let text = fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?;
                found.push((name, text));
            }
        }
    }
    found.sort();
    if found.is_empty() { Err(format!("{folder} has no file with {endings:?}")) } else { Ok(found) }
}

fn is_test(file: &str) -> bool {
    file.contains("/tests/") || file.ends_with("/tests.rs") || file.contains("/testing/") || file.ends_with("build.rs")
}

/// `orchestrator/api-types/src/books/shape.rs` is module `["books", "shape"]` of crate `api_types`.
fn place(file: &str) -> (String, Vec<String>) {
    let (folder, inside) = file.split_once("/src/").unwrap_or(("", file));
    let krate = folder.rsplit('/').next().unwrap_or_default().replace('-', "_");
    let module = inside.trim_end_matches(".rs").split('/').map(str::to_owned);
    (krate, module.filter(|part| !matches!(part.as_str(), "lib" | "main" | "mod")).collect())
}

/// The name by which a path is known in a file, and the path.
type Import = (String, Vec<String>);

#[derive(Default)]
struct Collector {
    imports: Vec<Import>,
    paths: BTreeSet<Vec<String>>,
    types: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Collector {
    fn visit_item(&mut self, item: &'ast Item) {
        if attributes(item).iter().any(only_for_tests) {
            return;
        }
        match item {
            Item::Struct(item) => self.types.insert(item.ident.to_string()),
            Item::Enum(item) => self.types.insert(item.ident.to_string()),
            Item::Trait(item) => self.types.insert(item.ident.to_string()),
            Item::Type(item) => self.types.insert(item.ident.to_string()),
            // Those of the file itself were read first, because an alias may be used above its import.
            Item::Use(item) => {
                let mut nested = Vec::new();
                flatten(&item.tree, &mut Vec::new(), &mut nested);
                self.paths.extend(nested.into_iter().map(|(_, path)| path));
                false
            }
            _ => false,
        };
        visit::visit_item(self, item);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.paths.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invocation: &'ast syn::Macro) {
        self.tokens(invocation.tokens.clone());
        visit::visit_macro(self, invocation);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone());
        }
        visit::visit_attribute(self, attribute);
    }
}

impl Collector {
    /// Paths in what only a macro understands: identifiers that are joined by `::`.
    fn tokens(&mut self, tokens: TokenStream) {
        let (mut path, mut colons) = (Vec::new(), 0);
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if colons == 2 || path.is_empty() => {
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => colons += 1,
                other => {
                    self.keep(&mut path);
                    colons = 0;
                    match other {
                        TokenTree::Ident(ident) => path.push(ident.to_string()),
                        TokenTree::Group(group) => self.tokens(group.stream()),
                        _ => {}
                    }
                }
            }
        }
        self.keep(&mut path);
    }

    fn keep(&mut self, path: &mut Vec<String>) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.paths.insert(path);
        }
    }
}

fn import(item: &Item) -> Option<&syn::ItemUse> {
    match item {
        Item::Use(item) if !item.attrs.iter().any(only_for_tests) => Some(item),
        _ => None,
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Mod(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Const(item) => &item.attrs,
        _ => &[],
    }
}

fn only_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && matches!(&attribute.meta, syn::Meta::List(list) if list.tokens.to_string() == "test")
}

/// `use a::{b, c as d}` imports `b` as `a::b` and `d` as `a::c`.
fn flatten(tree: &UseTree, before: &mut Vec<String>, into: &mut Vec<Import>) {
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, into);
            before.pop();
        }
        UseTree::Name(name) if name.ident == "self" => {
            into.push((before.last().cloned().unwrap_or_default(), before.clone()));
        }
        UseTree::Name(name) => into.push((name.ident.to_string(), [&before[..], &[name.ident.to_string()]].concat())),
        UseTree::Rename(rename) => {
            let mut path = before.clone();
            if rename.ident != "self" {
                path.push(rename.ident.to_string());
            }
            into.push((rename.rename.to_string(), path));
        }
        UseTree::Glob(_) => into.push((String::new(), before.clone())),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, into)),
    }
}

/// Replaces a leading alias, `self` or `super` by what it means.
fn resolve(path: Vec<String>, aliases: &BTreeMap<&String, &Vec<String>>, module: &[String]) -> Vec<String> {
    let mut path = path;
    // An alias may lead to another; a few steps are enough, and a name that means itself ends it.
    for _ in 0..4 {
        match path.first().and_then(|first| aliases.get(first)) {
            Some(meant) if meant.first() != path.first() => path = [&meant[..], &path[1..]].concat(),
            _ => break,
        }
    }
    let mut base = module.to_vec();
    let mut rest = &path[..];
    match rest.first().map(String::as_str) {
        Some("self") => rest = &rest[1..],
        Some("super") => {
            while rest.first().is_some_and(|first| first == "super") {
                base.pop();
                rest = &rest[1..];
            }
        }
        _ => return path,
    }
    [&["crate".to_owned()], &base[..], rest].concat()
}
