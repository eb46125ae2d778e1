//! One service of a manifest: each key has its own parser.

use std::collections::BTreeMap;

use super::{
    Condition, Health, ManifestLimits, ManifestRefusal, Refusals, Service,
    fields::{self, absolute, bytes, duration, words},
    node::At,
    refusals, tidemark,
};

/// The longest `stop_grace_period`, in seconds: a closed lease must be able to end.
const LONGEST_GRACE: u64 = 300;

/// `None` when the service cannot be parsed at all; refusals of single keys are collected.
pub(super) fn read(at: &At<'_>, refusals: &mut Refusals) -> Option<Service> {
    let mut service = Service::default();
    for (key, at) in refusals.note(at.entries())? {
        let result = self::key(key, &at, &mut service, refusals);
        refusals.note(result);
    }
    if service.image.is_empty() && refusals.0.is_empty() {
        refusals.0.push(at.refuse("the key `image` is missing; name the image that the service runs"));
    }
    Some(service)
}

fn key(key: &str, at: &At<'_>, service: &mut Service, refusals: &mut Refusals) -> Result<(), ManifestRefusal> {
    match key {
        "image" => service.image = fields::image(at)?,
        "command" => service.command = command(at)?,
        "entrypoint" => service.entrypoint = command(at)?,
        "environment" => service.environment = environment(at)?,
        "ports" => {
            for item in at.items()? {
                service.ports.extend(refusals.note(fields::ports(&item)).unwrap_or_default());
            }
        }
        "expose" => {
            for item in at.items()? {
                refusals.note(fields::ports(&item));
            }
        }
        "volumes" => {
            for item in at.items()? {
                match refusals.note(fields::mount(&item)) {
                    Some(fields::Mounted::Volume(mount)) => service.volumes.push(mount),
                    Some(fields::Mounted::Tmpfs(tmpfs)) => service.tmpfs.push(tmpfs),
                    None => {}
                }
            }
        }
        "tmpfs" => {
            let items = if at.is_list() { at.items()? } else { vec![at.clone()] };
            for item in items {
                service.tmpfs.extend(refusals.note(fields::tmpfs(&item)));
            }
        }
        "healthcheck" => service.healthcheck = Some(healthcheck(at, refusals)?),
        "depends_on" => service.depends_on = depends_on(at, refusals)?,
        "user" => service.user = Some(fields::user(at)?),
        "working_dir" => service.working_dir = Some(absolute(at, &at.text()?)?),
        "read_only" => service.read_only = at.flag()?,
        "stop_grace_period" => {
            let grace = duration(at)?;
            if grace.as_secs() > LONGEST_GRACE {
                return Err(at.refuse(format!("at most {LONGEST_GRACE} seconds, so that a closed lease can end")));
            }
            service.stop_grace_period = Some(grace);
        }
        "stop_signal" => service.stop_signal = Some(fields::signal(at)?),
        "init" => service.init = at.flag()?,
        "hostname" => service.hostname = Some(fields::hostname(at)?),
        "deploy" => service.limits = deploy(at, refusals)?,
        "restart" => restart(at)?,
        "labels" | "annotations" | "pull_policy" | "tty" | "stdin_open" | "attach" => {}
        "privileged" if at.flag() == Ok(false) => {}
        "x-tidemark" => service.gateway = tidemark::of_service(at)?,
        key if key.starts_with("x-") => {}
        key => return Err(at.refuse(refusals::of_service(key))),
    }
    Ok(())
}

/// A list is taken as it is; a string is split into words as a shell would. Null keeps the image's own.
fn command(at: &At<'_>) -> Result<Option<Vec<String>>, ManifestRefusal> {
    if at.is_null() {
        return Ok(None);
    }
    let parts = if at.is_list() { at.texts()? } else { words(at, &at.text()?)? };
    Ok(Some(parts))
}

fn environment(at: &At<'_>) -> Result<BTreeMap<String, String>, ManifestRefusal> {
    const FROM_SHELL: &str = "a variable without a value would come from your shell; write the value";
    let mut environment = BTreeMap::new();
    let mut insert = |at: &At<'_>, key: &str, value: String| {
        if key.is_empty() || key.contains(['=', '\0', '$']) {
            return Err(at.refuse("a variable's name is not empty and has neither `=` nor `$`"));
        }
        environment.insert(key.to_owned(), value);
        Ok(())
    };
    if at.is_map() {
        for (key, at) in at.entries()? {
            if at.is_null() {
                return Err(at.refuse(FROM_SHELL));
            }
            insert(&at, key, at.text()?)?;
        }
    } else if !at.is_null() {
        for item in at.items()? {
            let text = item.text()?;
            let (key, value) = text.split_once('=').ok_or_else(|| item.refuse(FROM_SHELL))?;
            insert(&item, key, value.to_owned())?;
        }
    }
    Ok(environment)
}

fn healthcheck(at: &At<'_>, refusals: &mut Refusals) -> Result<Health, ManifestRefusal> {
    let (mut test, mut interval, mut timeout, mut retries, mut start_period) = (None, None, None, None, None);
    let mut off = false;
    for (key, at) in at.entries()? {
        match key {
            "disable" => off |= at.flag()?,
            "test" => match self::test(&at)? {
                Some(command) => test = Some(command),
                None => off = true,
            },
            "interval" => interval = refusals.note(duration(&at)),
            "timeout" => timeout = refusals.note(duration(&at)),
            "start_period" => start_period = refusals.note(duration(&at)),
            "start_interval" => _ = refusals.note(duration(&at)),
            "retries" => retries = refusals.note(at.whole(0..=1000)).map(|retries| retries as u32),
            key if key.starts_with("x-") => {}
            _ => return Err(at.refuse("not a key of a health check; remove it")),
        }
    }
    Ok(if off { Health::Off } else { Health::Check { test, interval, timeout, retries, start_period } })
}

/// `None` for NONE.
fn test(at: &At<'_>) -> Result<Option<Vec<String>>, ManifestRefusal> {
    if !at.is_list() {
        return Ok(Some(vec!["CMD-SHELL".to_owned(), at.text()?]));
    }
    let parts = at.texts()?;
    match parts.first().map(String::as_str) {
        Some("NONE") if parts.len() == 1 => Ok(None),
        Some("CMD") if parts.len() > 1 => Ok(Some(parts)),
        Some("CMD-SHELL") if parts.len() == 2 => Ok(Some(parts)),
        _ => Err(at
            .refuse("must be a string, or a list of `CMD` and a command, of `CMD-SHELL` and one string, or of `NONE`")),
    }
}

fn depends_on(at: &At<'_>, refusals: &mut Refusals) -> Result<BTreeMap<String, Condition>, ManifestRefusal> {
    if !at.is_map() {
        return Ok(at.texts()?.into_iter().map(|name| (name, Condition::Started)).collect());
    }
    let mut dependencies = BTreeMap::new();
    for (name, at) in at.entries()? {
        let mut condition = Condition::Started;
        if !at.is_null() {
            for (key, at) in at.entries()? {
                match key {
                    "condition" => {
                        condition = match at.text()?.as_str() {
                            "service_started" => Condition::Started,
                            "service_healthy" => Condition::Healthy,
                            "service_completed_successfully" => Condition::CompletedSuccessfully,
                            _ => {
                                return Err(at.refuse(
                                    "must be service_started, service_healthy or service_completed_successfully",
                                ));
                            }
                        }
                    }
                    "restart" | "required" => _ = refusals.note(at.flag()),
                    _ => return Err(at.refuse("not a key of a dependency; remove it")),
                }
            }
        }
        dependencies.insert(name.to_owned(), condition);
    }
    Ok(dependencies)
}

fn deploy(at: &At<'_>, refusals: &mut Refusals) -> Result<ManifestLimits, ManifestRefusal> {
    let mut limits = ManifestLimits::default();
    for (key, at) in at.entries()? {
        if key != "resources" {
            refusals.0.push(at.refuse(refusals::of_deploy(key)));
            continue;
        }
        for (key, at) in at.entries()? {
            match key {
                "limits" => {
                    for (key, at) in at.entries()? {
                        match key {
                            "cpus" => limits.millicores = Some(fields::millicores(&at)?),
                            "memory" => limits.memory = Some(bytes(&at)?),
                            "pids" => limits.pids = Some(at.whole(1..=4_194_304)? as u32),
                            _ => return Err(at.refuse("not a limit; `cpus`, `memory` and `pids` are")),
                        }
                    }
                }
                "reservations" => {
                    for (key, at) in at.entries()? {
                        if !matches!(key, "cpus" | "memory") {
                            return Err(at.refuse("devices are part of the lease's shape; remove the key"));
                        }
                    }
                }
                _ => return Err(at.refuse("not a key of `resources`; `limits` is")),
            }
        }
    }
    Ok(limits)
}

fn restart(at: &At<'_>) -> Result<(), ManifestRefusal> {
    // YAML reads a bare `no` as a string here and as false elsewhere.
    if at.flag() == Ok(false) {
        return Ok(());
    }
    let text = at.text()?;
    let retries = text.strip_prefix("on-failure").map(|rest| rest.strip_prefix(':').unwrap_or(rest));
    let known = matches!(text.as_str(), "no" | "always" | "unless-stopped")
        || retries.is_some_and(|count| count.is_empty() || count.parse::<u32>().is_ok());
    if known { Ok(()) } else { Err(at.refuse("must be no, always, unless-stopped or on-failure")) }
}
