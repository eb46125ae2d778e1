//! Checks across services, and the grammar of names.

use autoscaling::catalog;

use super::{Condition, Health, Manifest, ManifestRefusal, Protocol, Refusals};

/// The most ports that one lease may publish.
const MOST_PORTS: usize = 64;

/// Names become parts of container names and host names.
pub(super) fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let lower = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.len() <= 48 && bytes.next().is_some_and(lower) && bytes.all(|byte| lower(byte) || byte == b'-' || byte == b'_')
}

/// Whether a lease can be scaled by the autoscaler of this name: it exists, and does not need to know the future.
fn usable(policy: &str) -> bool {
    catalog::find(policy).is_ok_and(|entry| entry.alone(false).is_some())
}

pub(super) fn across(manifest: &Manifest, refusals: &mut Refusals) {
    let mut refuse = |path: String, reason: String| refusals.0.push(ManifestRefusal { path, reason });
    for (name, service) in &manifest.services {
        for (i, mount) in service.volumes.iter().enumerate() {
            if !manifest.volumes.contains(&mount.volume) {
                let reason =
                    format!("the volume `{0}` is not declared; add `{0}:` to the top-level `volumes`", mount.volume);
                refuse(format!("services.{name}.volumes[{i}]"), reason);
            }
        }
        let mut targets: Vec<&str> = service.volumes.iter().map(|mount| mount.target.as_str()).collect();
        targets.extend(service.tmpfs.iter().map(|tmpfs| tmpfs.target.as_str()));
        targets.sort_unstable();
        if let Some(twice) = targets.windows(2).find(|pair| pair[0] == pair[1]) {
            refuse(format!("services.{name}.volumes"), format!("two mounts meet at `{}`; move one", twice[0]));
        }
        let published =
            |number: u16| service.ports.iter().any(|port| port.number == number && port.protocol == Protocol::Tcp);
        if let Some(port) = service.gateway.port.filter(|port| !published(*port)) {
            let reason = format!("the service does not publish {port}; add it to `services.{name}.ports`");
            refuse(format!("services.{name}.x-tidemark.port"), reason);
        }
        for (dependency, condition) in &service.depends_on {
            let path = format!("services.{name}.depends_on.{dependency}");
            match manifest.services.get(dependency) {
                None => refuse(path, "there is no such service; correct the name or add the service".to_owned()),
                Some(other) if *condition == Condition::Healthy && other.healthcheck == Some(Health::Off) => {
                    refuse(path, "the service has its health check switched off and can never be healthy".to_owned());
                }
                Some(_) => {}
            }
        }
    }
    for (key, name) in [("policy", Some(&manifest.scaling.policy)), ("shadow", manifest.scaling.shadow.as_ref())] {
        let Some(name) = name else { continue };
        if !usable(name) {
            let all: Vec<_> = catalog::names().into_iter().filter(|name| usable(name)).collect();
            let reason = format!("no lease is scaled by `{name}`; choose of {}", all.join(", "));
            refuse(format!("x-tidemark.scaling.{key}"), reason);
        }
    }
    let ports: usize = manifest.services.values().map(|service| service.ports.len()).sum();
    if ports > MOST_PORTS {
        refuse("services".to_owned(), format!("{ports} published ports; at most {MOST_PORTS} fit into one manifest"));
    }
    let order = manifest.in_order();
    let circle: Vec<_> = manifest.services.keys().filter(|name| !order.contains(&name.as_str())).cloned().collect();
    if refusals.0.is_empty() && !circle.is_empty() {
        let reason = format!("{} wait for each other in a circle; break it", circle.join(", "));
        refusals.0.push(ManifestRefusal { path: "services".to_owned(), reason });
    }
}
