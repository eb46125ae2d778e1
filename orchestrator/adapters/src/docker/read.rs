//! Converts the engine's responses into the port's types.

use std::collections::HashMap;

use ::bollard::models::{
    ContainerInspectResponse, ContainerStatsResponse, ContainerSummary, ContainerSummaryStateEnum as Summary, Network,
    SystemInfo, SystemInfoCgroupDriverEnum as Driver, SystemInfoCgroupVersionEnum as Version, SystemVersion,
};

use super::time::unix_ms;
use lease::{
    label::{self, Owner, Tag},
    reconcile::{ContainerHealth, ContainerState, ObservedContainer},
};
use ports::{
    engine::{ContainerDetails, EngineContainer, EngineCounters, Info, PublishedPort},
    subnet::Subnet,
};

/// `None` for an object that does not carry all labels of this owner.
pub(super) fn container(owner: Owner, summary: ContainerSummary) -> Option<EngineContainer> {
    let labels = summary.labels?;
    let status = summary.status.unwrap_or_default();
    let state = match summary.state? {
        Summary::CREATED => ContainerState::Created,
        Summary::RUNNING | Summary::RESTARTING | Summary::STOPPING | Summary::EMPTY => ContainerState::Running,
        Summary::PAUSED => ContainerState::Paused,
        Summary::EXITED => ContainerState::Exited,
        Summary::REMOVING => ContainerState::Removing,
        Summary::DEAD => ContainerState::Dead,
    };
    // The listing has the health only inside its status text: `Up 5 seconds (health: starting)`.
    let health = match status.rsplit_once('(').map_or("", |(_, end)| end) {
        "healthy)" => ContainerHealth::Healthy,
        "unhealthy)" => ContainerHealth::Unhealthy,
        "health: starting)" => ContainerHealth::Starting,
        _ => ContainerHealth::None,
    };
    let mut ports: Vec<PublishedPort> = summary
        .ports
        .unwrap_or_default()
        .into_iter()
        .filter_map(|port| {
            Some(PublishedPort {
                container: port.private_port,
                protocol: port.typ.map(|typ| typ.to_string()).unwrap_or_default(),
                host_ip: port.ip.unwrap_or_default(),
                host: port.public_port?,
            })
        })
        .collect();
    ports.sort_unstable();
    let networks = summary.network_settings.and_then(|settings| settings.networks).unwrap_or_default();
    let address = networks.values().find_map(|network| network.ip_address.as_deref()?.parse().ok());
    let seen = ObservedContainer {
        id: summary.id?,
        slot: label::slot(&labels)?,
        state,
        health: if state == ContainerState::Running { health } else { ContainerHealth::None },
        exit_code: None,
        detail: None,
        started_at_ms: 0,
        finished_at_ms: 0,
    };
    let (tag, image_id) = (Tag::read(owner, &labels)?, summary.image_id.unwrap_or_default());
    Some(EngineContainer { tag, seen, image_id, ports, address })
}

pub(super) fn details(found: ContainerInspectResponse) -> ContainerDetails {
    let state = found.state.unwrap_or_default();
    let time = |text: &Option<String>| text.as_deref().map(unix_ms).unwrap_or_default();
    let last = state.health.as_ref().and_then(|health| health.log.as_ref()?.last()?.output.clone());
    ContainerDetails {
        pid: state.pid.and_then(|pid| u32::try_from(pid).ok()).unwrap_or_default(),
        started_at_ms: time(&state.started_at),
        finished_at_ms: time(&state.finished_at),
        exit_code: state.exit_code,
        out_of_memory: state.oom_killed.unwrap_or_default(),
        error: state.error.filter(|error| !error.is_empty()),
        health_output: last.map(|text| text.trim().chars().take(200).collect()),
    }
}

pub(super) fn counters(stats: ContainerStatsResponse) -> EngineCounters {
    let cpu = stats.cpu_stats.and_then(|cpu| cpu.cpu_usage?.total_usage);
    let networks: HashMap<_, _> = stats.networks.unwrap_or_default();
    let network = networks.values().map(|n| n.rx_bytes.unwrap_or_default() + n.tx_bytes.unwrap_or_default()).sum();
    let memory = stats.memory_stats.and_then(|memory| memory.usage);
    EngineCounters {
        cpu_nanos: cpu.unwrap_or_default(),
        memory_bytes: memory.unwrap_or_default(),
        network_bytes: network,
    }
}

pub(super) fn info(info: SystemInfo, version: SystemVersion) -> Info {
    // `uname -m` says x86_64 and aarch64; images say amd64 and arm64.
    let architecture = match info.architecture.unwrap_or_default().as_str() {
        "x86_64" => "amd64".to_owned(),
        "aarch64" => "arm64".to_owned(),
        other => other.to_owned(),
    };
    let runc = version.components.unwrap_or_default().into_iter().find(|component| component.name == "runc");
    let gpus = info.runtimes.is_some_and(|runtimes| runtimes.contains_key("nvidia"));
    Info {
        version: info.server_version.unwrap_or_default(),
        api_version: version.api_version.unwrap_or_default(),
        runc_version: runc.map(|runc| runc.version),
        os: info.os_type.unwrap_or_default(),
        architecture,
        cgroup_version: if info.cgroup_version == Some(Version::_2) { 2 } else { 1 },
        cgroup_driver: info.cgroup_driver.unwrap_or(Driver::CGROUPFS).to_string(),
        cpus: info.ncpu.and_then(|cpus| u32::try_from(cpus).ok()).unwrap_or_default(),
        memory_bytes: info.mem_total.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or_default(),
        gpus,
    }
}

pub(super) fn subnets(network: Network) -> Vec<Subnet> {
    let configs = network.ipam.and_then(|ipam| ipam.config).unwrap_or_default();
    configs.iter().filter_map(|config| config.subnet.as_deref()?.parse().ok()).collect()
}
