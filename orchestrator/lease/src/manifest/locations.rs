//! Positions of refusals in a file, so that an editor can show them at their lines.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, Span};

use super::{LARGEST, Manifest, ManifestRefusal, Refused, node};

/// The deepest nesting that is followed; a deeper file is refused in any case.
const DEEPEST: usize = 32;
/// Limit for the bytes of all paths, because the file is a stranger's.
const MOST_BYTES: usize = 4 << 20;

/// A line and a column, both from 1; a column counts characters.
pub type SourceLocation = (usize, usize);

/// A refusal and its position in the file; none when it is about the whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocatedRefusal {
    pub refusal: ManifestRefusal,
    pub place: Option<SourceLocation>,
}

impl Manifest {
    /// The same as [`Manifest::parse`], with the position of each refusal.
    pub fn check(bytes: &[u8]) -> Result<Self, Vec<LocatedRefusal>> {
        Self::parse(bytes).map_err(|Refused(refusals)| {
            let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= LARGEST).unwrap_or_default();
            // For a file that is no YAML, or exceeds the limits, nothing else is known.
            let (places, broken) = match node::read(text) {
                Ok(_) => (places(text), None),
                Err(error) => (BTreeMap::new(), error.location().map(|location| (location.line(), location.column()))),
            };
            let placed = |refusal: ManifestRefusal| {
                let place = if refusal.path.is_empty() { broken } else { find(&places, &refusal.path) };
                LocatedRefusal { refusal, place }
            };
            refusals.into_iter().map(placed).collect()
        })
    }
}

/// The position of a path, or of the nearest enclosing one: a missing key, and a key from an alias, have no position of
/// their own.
fn find(places: &BTreeMap<String, SourceLocation>, path: &str) -> Option<SourceLocation> {
    let mut path = path;
    loop {
        if let Some(place) = places.get(path) {
            return Some(*place);
        }
        path = &path[..path.rfind(['.', '['])?];
    }
}

/// A collection that is open.
enum Open {
    Map { path: String, key: Option<String> },
    List { path: String, next: usize },
}

/// The position of every key and of every item, by its path as refusals write it. For a file that ends in an error, the
/// positions before it.
fn places(text: &str) -> BTreeMap<String, SourceLocation> {
    let (mut places, mut open, mut bytes) = (BTreeMap::new(), Vec::<Open>::new(), 0);
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { break };
        if matches!(event, Event::SequenceEnd | Event::MappingEnd) {
            open.pop();
            continue;
        }
        let scalar = match &event {
            Event::Scalar(text, ..) => Some(text.as_ref()),
            Event::Alias(_) | Event::SequenceStart(..) | Event::MappingStart(..) => None,
            _ => continue,
        };
        let path = match open.last_mut() {
            None => String::new(),
            Some(Open::Map { path, key: key @ None }) => {
                // A collection as a key is refused when the file is parsed.
                let Some(text) = scalar else { break };
                places.entry(inner(path, text)).or_insert(begin(&span));
                *key = Some(text.to_owned());
                continue;
            }
            Some(Open::Map { path, key }) => inner(path, &key.take().unwrap_or_default()),
            Some(Open::List { path, next }) => {
                let item = format!("{path}[{next}]");
                *next += 1;
                places.entry(item.clone()).or_insert(begin(&span));
                item
            }
        };
        bytes += path.len();
        if open.len() == DEEPEST || bytes > MOST_BYTES {
            break;
        }
        match event {
            Event::MappingStart(..) => open.push(Open::Map { path, key: None }),
            Event::SequenceStart(..) => open.push(Open::List { path, next: 0 }),
            _ => {}
        }
    }
    places
}

/// Merged keys have the position of the merge.
fn inner(path: &str, key: &str) -> String {
    match (path, key) {
        (path, "<<") => path.to_owned(),
        ("", key) => key.to_owned(),
        (path, key) => format!("{path}.{key}"),
    }
}

fn begin(span: &Span) -> SourceLocation {
    (span.start.line(), span.start.col() + 1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A refusal's path and place.
    type Found = (&'static str, Option<SourceLocation>);

    /// Files, and what is refused of each.
    const BAD: &[(&str, &[Found])] = &[
        ("", &[("", None)]),
        ("- a\n", &[("", None)]),
        ("services:\n", &[("services", Some((1, 1)))]),
        ("volumes: {}\n", &[("services", None)]),
        (
            "services:\n  web:\n    image: app\n    privileged: true\n    cap_add: [ALL]\n",
            &[("services.web.privileged", Some((4, 5))), ("services.web.cap_add", Some((5, 5)))],
        ),
        (
            "# é\nservices: { web: { image: app, ports: [\"80\", \"0\"] } }\n",
            &[("services.web.ports[1]", Some((2, 46)))],
        ),
        (
            "services:\n  web:\n    image: app\n    volumes:\n      - data:/a\n      - { type: bind, source: /, target: /b }\n",
            &[("services.web.volumes[1]", Some((6, 9)))],
        ),
        ("services:\n  web:\n    command: x\n", &[("services.web", Some((2, 3)))]),
        (
            "x-base: &base\n  image: app\n  privileged: true\nservices:\n  web: *base\n",
            &[("services.web.privileged", Some((5, 3)))],
        ),
        (
            "services:\n  web:\n    <<: { privileged: true }\n    image: app\n",
            &[("services.web.privileged", Some((3, 11)))],
        ),
        ("services:\n  web: [\n    image: app\n  }\n", &[("", Some((4, 3)))]),
        ("services:\n  web:\n\timage: app\n", &[("", Some((3, 1)))]),
        (
            "services:\n  web: { image: app }\nx-tidemark:\n  scaling:\n    policy: nothing\n",
            &[("x-tidemark.scaling.policy", Some((5, 5)))],
        ),
    ];

    #[test]
    fn every_refusal_stands_at_its_line() {
        for (text, wanted) in BAD {
            let placed = Manifest::check(text.as_bytes()).expect_err(text);
            let found: Vec<_> = placed.iter().map(|placed| (placed.refusal.path.as_str(), placed.place)).collect();
            assert_eq!(found, *wanted, "{text}\n{placed:?}");
        }
    }

    #[test]
    fn what_is_refused_is_what_parsing_refuses() {
        for (text, _) in BAD {
            let refused = Manifest::parse(text.as_bytes()).unwrap_err().0;
            let placed = Manifest::check(text.as_bytes()).unwrap_err();
            assert_eq!(placed.into_iter().map(|placed| placed.refusal).collect::<Vec<_>>(), refused);
        }
    }

    #[test]
    fn a_hostile_file_costs_little() {
        let long_key = format!("{}:\n{}", "k".repeat(30_000), " a: 1\n".repeat(5_000));
        for text in ["[".repeat(60_000), "{a: ".repeat(15_000), "- ".repeat(30_000), long_key, "a".repeat(LARGEST + 1)]
        {
            let refused = Manifest::check(text.as_bytes()).unwrap_err();
            assert_eq!(refused.len(), 1, "{refused:?}");
        }
        assert!(Manifest::check(b"\xff\xfe").unwrap_err()[0].place.is_none());
    }
}
