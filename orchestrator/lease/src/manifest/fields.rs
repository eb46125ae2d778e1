//! Parsers of single values: durations, sizes, ports, mounts, names.

use std::time::Duration;

use super::{ManifestRefusal, Mount, Port, Protocol, Tmpfs, checks, node::At};

pub(super) enum Mounted {
    Volume(Mount),
    Tmpfs(Tmpfs),
}

const HOST: &str = "the provider's files are not shared; use a named volume (`data:/path`, with `data:` under the top-level `volumes`)";

/// `1m30s`, `500ms`: Go's grammar for durations, from 1 ms to a day.
pub(super) fn duration(at: &At<'_>) -> Result<Duration, ManifestRefusal> {
    let bad = || at.refuse("must be a duration of 1ms to 24h, such as 500ms, 10s or 1m30s");
    let text = at.text()?;
    let (mut rest, mut nanos) = (text.as_str(), 0f64);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(bad)?;
        let number: f64 = rest[..digits].parse().map_err(|_| bad())?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        nanos += number
            * match &rest[..letters] {
                "ns" => 1.0,
                "us" | "µs" => 1e3,
                "ms" => 1e6,
                "s" => 1e9,
                "m" => 60e9,
                "h" => 3600e9,
                _ => return Err(bad()),
            };
        rest = &rest[letters..];
    }
    if (1e6..=86_400e9).contains(&nanos) { Ok(Duration::from_nanos(nanos as u64)) } else { Err(bad()) }
}

/// `64m`, `1gb`, `512`: powers of 1024, in bytes.
pub(super) fn bytes(at: &At<'_>) -> Result<u64, ManifestRefusal> {
    let text = at.text()?;
    size(&text).ok_or_else(|| at.refuse("must be a size such as 64m or 1g"))
}

fn size(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..digits].parse().ok()?;
    let unit = match &text[digits..] {
        "" | "b" => 1u64,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        "t" | "tb" | "tib" => 1 << 40,
        _ => return None,
    };
    let size = number * unit as f64;
    (1.0..=1e15).contains(&size).then_some(size as u64)
}

/// `0.5`, `2`: CPUs.
pub(super) fn millicores(at: &At<'_>) -> Result<u32, ManifestRefusal> {
    let cpus: Option<f64> = at.text()?.trim().parse().ok();
    let millicores = cpus.map(|cpus| cpus * 1000.0).filter(|cpus| (10.0..=4e6).contains(cpus));
    millicores.map(|cpus| cpus as u32).ok_or_else(|| at.refuse("must be a number of CPUs such as 0.5, at least 0.01"))
}

/// Splits a command line into words: quotes and backslashes as in a shell, nothing else.
pub(super) fn words(at: &At<'_>, line: &str) -> Result<Vec<String>, ManifestRefusal> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None | Some('"'), '\\') => {
                let next = rest.next().ok_or_else(|| at.refuse("the command ends in a backslash"))?;
                let word = word.get_or_insert_default();
                if quote.is_some() && !matches!(next, '"' | '\\' | '`' | '$') {
                    word.push('\\');
                }
                word.push(next);
            }
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err(at.refuse("a quote is opened and not closed"));
    }
    words.extend(word);
    Ok(words)
}

/// `registry/name:tag@digest`.
pub(super) fn image(at: &At<'_>) -> Result<String, ManifestRefusal> {
    let text = at.text()?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-/:@".contains(c);
    let path = text.split_once('@').map_or(text.as_str(), |(path, _)| path);
    let path = path.rsplit_once('/').map_or(path, |(_, last)| last);
    let name = path.split_once(':').map_or(path, |(name, _)| name);
    let well_formed = text.len() <= 255
        && text.chars().all(allowed)
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
        && !name.is_empty()
        && !name.chars().any(|c| c.is_ascii_uppercase());
    if well_formed {
        Ok(text)
    } else {
        Err(at.refuse("must be an image's name, such as `nginx:1.27` or `registry/name@sha256:...`"))
    }
}

/// A path inside the container.
pub(super) fn absolute(at: &At<'_>, path: &str) -> Result<String, ManifestRefusal> {
    let parts = || path.split('/').filter(|part| !part.is_empty());
    if path.starts_with('/') && path.len() <= 1024 && parts().all(|part| part != ".." && part != ".") {
        Ok(path.to_owned())
    } else {
        Err(at.refuse("must be an absolute path inside the container, without `.` and `..`"))
    }
}

/// Checks that a mount is allowed at a path: not over what the engine itself mounts.
fn target(at: &At<'_>, path: &str) -> Result<String, ManifestRefusal> {
    let path = absolute(at, path)?;
    let first = path.split('/').find(|part| !part.is_empty());
    if path.contains([',', ':', '"']) || matches!(first, None | Some("proc" | "sys" | "dev")) {
        return Err(at.refuse(
            "a mount cannot stand at `/`, or under /proc, /sys or /dev, nor have `,`, `:` or `\"` in its path",
        ));
    }
    Ok(format!("/{}", path.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")))
}

pub(super) fn mount(at: &At<'_>) -> Result<Mounted, ManifestRefusal> {
    if at.is_map() {
        return long_mount(at);
    }
    let text = at.text()?;
    let parts: Vec<&str> = text.split(':').collect();
    let (volume, path, mode) = match parts[..] {
        [volume, path] => (volume, path, "rw"),
        [volume, path, mode] => (volume, path, mode),
        _ => {
            return Err(at.refuse("must be `name:/path` or `name:/path:ro`; a mount without a name has no lasting use"));
        }
    };
    if !checks::is_name(volume) {
        return Err(at.refuse(HOST));
    }
    let read_only = match mode {
        "ro" => true,
        "rw" => false,
        _ => return Err(at.refuse("the mode is `ro` or `rw`")),
    };
    Ok(Mounted::Volume(Mount { volume: volume.to_owned(), target: target(at, path)?, read_only }))
}

fn long_mount(at: &At<'_>) -> Result<Mounted, ManifestRefusal> {
    let (mut kind, mut source, mut path, mut read_only, mut size) = (String::new(), None, None, false, None);
    for (key, at) in at.entries()? {
        match key {
            "type" => kind = at.text()?,
            "source" => source = Some((at.text()?, at)),
            "target" => path = Some(target(&at, &at.text()?)?),
            "read_only" => read_only = at.flag()?,
            "tmpfs" => {
                for (key, at) in at.entries()? {
                    match key {
                        "size" => size = Some(bytes(&at)?),
                        _ => return Err(at.refuse("of a tmpfs only `size` can be said")),
                    }
                }
            }
            "bind" => return Err(at.refuse(HOST)),
            _ => {
                return Err(
                    at.refuse("not known for a mount; `type`, `source`, `target`, `read_only` and `tmpfs.size` are")
                );
            }
        }
    }
    let path = path.ok_or_else(|| at.refuse("the key `target` is missing"))?;
    match (kind.as_str(), source) {
        ("volume", Some((volume, _))) if checks::is_name(&volume) => {
            Ok(Mounted::Volume(Mount { volume, target: path, read_only }))
        }
        ("volume", Some((_, at))) => Err(at.refuse(HOST)),
        ("volume", None) => Err(at.refuse("the key `source` is missing; name a volume")),
        ("tmpfs", None) => Ok(Mounted::Tmpfs(Tmpfs { target: path, size })),
        ("tmpfs", Some((_, at))) => Err(at.refuse("a tmpfs has no source; remove the key")),
        ("bind" | "npipe" | "cluster" | "image", _) => Err(at.refuse(HOST)),
        _ => Err(at.refuse("the key `type` must be `volume` or `tmpfs`")),
    }
}

/// `/run`, `/run:size=64m`.
pub(super) fn tmpfs(at: &At<'_>) -> Result<Tmpfs, ManifestRefusal> {
    let text = at.text()?;
    let (path, options) = text.split_once(':').unwrap_or((&text, ""));
    let mut tmpfs = Tmpfs { target: target(at, path)?, size: None };
    for option in options.split(',').filter(|option| !option.is_empty()) {
        let size = option.strip_prefix("size=").and_then(size);
        tmpfs.size = Some(size.ok_or_else(|| at.refuse("of a tmpfs only the option `size=64m` can be said"))?);
    }
    Ok(tmpfs)
}

/// The container's side of `8080`, `80:8080/tcp`, `127.0.0.1:80:8080`, `3000-3005`, or of the long form.
pub(super) fn ports(at: &At<'_>) -> Result<Vec<Port>, ManifestRefusal> {
    if !at.is_map() {
        let text = at.text()?;
        let (rest, protocol) = text.split_once('/').unwrap_or((&text, "tcp"));
        let inner = rest.rsplit_once(':').map_or(rest, |(_, inner)| inner);
        return range(at, inner, protocol);
    }
    let (mut inner, mut protocol) = (None, "tcp".to_owned());
    for (key, at) in at.entries()? {
        match key {
            "target" => inner = Some(at.text()?),
            "protocol" => protocol = at.text()?,
            "published" | "host_ip" | "mode" | "name" | "app_protocol" => {}
            _ => return Err(at.refuse("not known for a port; `target` and `protocol` are")),
        }
    }
    range(at, &inner.ok_or_else(|| at.refuse("the key `target` is missing"))?, &protocol)
}

fn range(at: &At<'_>, text: &str, protocol: &str) -> Result<Vec<Port>, ManifestRefusal> {
    let bad = || at.refuse("must name a container port of 1 to 65535 (or a range of at most 64), tcp or udp");
    let protocol = match protocol {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        _ => return Err(bad()),
    };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let first: u16 = first.parse().map_err(|_| bad())?;
    let last: u16 = last.parse().map_err(|_| bad())?;
    if first == 0 || last < first || last - first >= 64 {
        return Err(bad());
    }
    Ok((first..=last).map(|number| Port { number, protocol }).collect())
}

pub(super) fn user(at: &At<'_>) -> Result<String, ManifestRefusal> {
    plain(at, 64, "._-:", "must be a user's name or number, with or without `:group`")
}

pub(super) fn signal(at: &At<'_>) -> Result<String, ManifestRefusal> {
    plain(at, 16, "+-", "must be a signal such as SIGTERM or 15")
}

pub(super) fn hostname(at: &At<'_>) -> Result<String, ManifestRefusal> {
    plain(at, 63, "-.", "must be a host name of letters, digits, `-` and `.`")
}

fn plain(at: &At<'_>, longest: usize, beside: &str, reason: &str) -> Result<String, ManifestRefusal> {
    let text = at.text()?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || beside.contains(c);
    let good = !text.is_empty() && text.len() <= longest && text.chars().all(allowed);
    if good { Ok(text) } else { Err(at.refuse(reason)) }
}
