//! A YAML document as a tree with a size limit, and a cursor that carries its path.
//!
//! Aliases let a short file describe a huge tree. The parser counts every node as it is created and stops at the limit,
//! so that the memory for a stranger's file is bounded by a constant.

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::ManifestRefusal;

/// The most nodes in one document, aliases counted each time. A long manifest has some hundred.
const MOST_NODES: usize = 10_000;
/// The most bytes of one key: every path below it repeats it.
const LONGEST_KEY: usize = 256;
/// The most brackets that are open at a time, anywhere, including in text where they have no meaning.
const MOST_OPEN: usize = 512;
/// The deepest nesting. Compose goes eight deep.
const DEEPEST: usize = 32;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum YamlNode {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    List(Vec<YamlNode>),
    Map(Vec<(String, YamlNode)>),
}

pub(super) fn read(text: &str) -> Result<YamlNode, serde_norway::Error> {
    if opens_too_many(text) {
        return Err(serde_norway::Error::custom(format_args!("more than {MOST_OPEN} brackets are open at a place")));
    }
    let budget = Cell::new(MOST_NODES);
    Seed { budget: &budget, depth: 0 }.deserialize(serde_norway::Deserializer::from_str(text))
}

/// Whether more brackets are open at a time than in any manifest, whatever else is between them. The parser's time
/// grows with the square of that, and it reads a file to its end before it returns anything.
fn opens_too_many(text: &str) -> bool {
    let mut open = 0usize;
    text.bytes().any(|byte| {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open > MOST_OPEN
    })
}

#[derive(Clone, Copy)]
struct Seed<'b> {
    budget: &'b Cell<usize>,
    depth: usize,
}

impl Seed<'_> {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth == DEEPEST {
            return Err(E::custom(format_args!("it nests deeper than {DEEPEST} levels")));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }

    fn spend<E: Error>(self) -> Result<(), E> {
        match self.budget.get().checked_sub(1) {
            Some(left) => {
                self.budget.set(left);
                Ok(())
            }
            None => Err(E::custom(format_args!("its aliases expand to more than {MOST_NODES} values"))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = YamlNode;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<YamlNode, D::Error> {
        self.spend()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = YamlNode;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("plain YAML without tags")
    }
    fn visit_unit<E>(self) -> Result<YamlNode, E> {
        Ok(YamlNode::Null)
    }
    fn visit_none<E>(self) -> Result<YamlNode, E> {
        Ok(YamlNode::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<YamlNode, E> {
        Ok(YamlNode::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<YamlNode, E> {
        Ok(YamlNode::Int(value.into()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<YamlNode, E> {
        Ok(YamlNode::Int(value.into()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<YamlNode, E> {
        Ok(YamlNode::Float(value))
    }
    fn visit_str<E>(self, value: &str) -> Result<YamlNode, E> {
        Ok(YamlNode::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<YamlNode, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(node) = access.next_element_seed(inner)? {
            list.push(node);
        }
        Ok(YamlNode::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<YamlNode, A::Error> {
        let inner = self.deeper()?;
        let (mut map, mut merged) = (Vec::new(), Vec::new());
        while let Some(key) = access.next_key_seed(inner)? {
            let key = scalar(&key).ok_or_else(|| A::Error::custom("a key must be a string"))?;
            if key.len() > LONGEST_KEY {
                return Err(A::Error::custom(format_args!("a key is longer than {LONGEST_KEY} bytes")));
            }
            let value = access.next_value_seed(inner)?;
            if key == "<<" {
                merge(value, &mut merged).map_err(A::Error::custom)?;
            } else if map.iter().any(|(known, _)| *known == key) {
                return Err(A::Error::custom(format_args!("the key `{key}` stands twice in one mapping")));
            } else {
                map.push((key, value));
            }
        }
        // A mapping's own keys take precedence over those that it merges.
        merged.retain(|(key, _)| !map.iter().any(|(known, _)| known == key));
        map.append(&mut merged);
        Ok(YamlNode::Map(map))
    }
}

/// `<<: *a` and `<<: [*a, *b]`; the earlier one takes precedence.
fn merge(value: YamlNode, into: &mut Vec<(String, YamlNode)>) -> Result<(), &'static str> {
    match value {
        YamlNode::Map(map) => {
            let new: Vec<_> = map.into_iter().filter(|(key, _)| !into.iter().any(|(known, _)| known == key)).collect();
            into.extend(new);
            Ok(())
        }
        YamlNode::List(list) => list.into_iter().try_for_each(|node| merge(node, into)),
        _ => Err("`<<` merges mappings only"),
    }
}

/// A scalar as text; `None` for null and collections.
fn scalar(node: &YamlNode) -> Option<String> {
    match node {
        YamlNode::Bool(value) => Some(value.to_string()),
        YamlNode::Int(value) => Some(value.to_string()),
        YamlNode::Float(value) => Some(value.to_string()),
        YamlNode::Text(value) => Some(value.clone()),
        YamlNode::Null | YamlNode::List(_) | YamlNode::Map(_) => None,
    }
}

/// A node and its path.
#[derive(Clone)]
pub(super) struct At<'n> {
    node: &'n YamlNode,
    path: String,
}

impl<'n> At<'n> {
    pub(super) fn root(node: &'n YamlNode) -> Self {
        Self { node, path: String::new() }
    }

    pub(super) fn refuse(&self, reason: impl Into<String>) -> ManifestRefusal {
        ManifestRefusal { path: self.path.clone(), reason: reason.into() }
    }

    pub(super) fn is_null(&self) -> bool {
        *self.node == YamlNode::Null
    }
    pub(super) fn is_map(&self) -> bool {
        matches!(self.node, YamlNode::Map(_))
    }
    pub(super) fn is_list(&self) -> bool {
        matches!(self.node, YamlNode::List(_))
    }

    pub(super) fn entries(&self) -> Result<Vec<(&'n str, At<'n>)>, ManifestRefusal> {
        let YamlNode::Map(map) = self.node else { return Err(self.refuse("must be a mapping")) };
        let dot = if self.path.is_empty() { "" } else { "." };
        Ok(map
            .iter()
            .map(|(key, node)| (key.as_str(), At { node, path: format!("{}{dot}{key}", self.path) }))
            .collect())
    }

    pub(super) fn items(&self) -> Result<Vec<At<'n>>, ManifestRefusal> {
        let YamlNode::List(list) = self.node else { return Err(self.refuse("must be a list")) };
        Ok(list.iter().enumerate().map(|(i, node)| At { node, path: format!("{}[{i}]", self.path) }).collect())
    }

    /// A scalar as text, with `$$` read as a dollar sign. Compose would substitute variables of the shell that starts
    /// it; here there is no such shell, and a guess would run something else than the tenant meant.
    pub(super) fn text(&self) -> Result<String, ManifestRefusal> {
        let raw = scalar(self.node).ok_or_else(|| self.refuse("must be a string"))?;
        if raw.contains('\0') {
            return Err(self.refuse("a NUL character cannot stand in a value"));
        }
        let mut text = String::with_capacity(raw.len());
        let mut rest = raw.chars();
        while let Some(character) = rest.next() {
            if character == '$' && rest.next() != Some('$') {
                return Err(self.refuse(
                    "variables are not filled in by the provider; write the value itself, and `$$` for a dollar sign",
                ));
            }
            text.push(character);
        }
        Ok(text)
    }

    pub(super) fn flag(&self) -> Result<bool, ManifestRefusal> {
        match self.node {
            YamlNode::Bool(value) => Ok(*value),
            _ => Err(self.refuse("must be true or false")),
        }
    }

    pub(super) fn whole(&self, range: std::ops::RangeInclusive<i128>) -> Result<i128, ManifestRefusal> {
        let number = match self.node {
            YamlNode::Int(value) => Some(*value),
            YamlNode::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        number
            .filter(|number| range.contains(number))
            .ok_or_else(|| self.refuse(format!("must be a whole number from {} to {}", range.start(), range.end())))
    }

    /// A list of strings.
    pub(super) fn texts(&self) -> Result<Vec<String>, ManifestRefusal> {
        self.items()?.iter().map(At::text).collect()
    }
}
