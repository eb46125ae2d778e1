//! What every container gets. A manifest can ask for less; nothing in it can ask for more.

use std::{collections::HashMap, time::Duration};

use bollard::models::{
    ContainerCreateBody, DeviceRequest, EndpointSettings, HealthConfig, HostConfig, HostConfigCgroupnsModeEnum,
    HostConfigLogConfig, Mount, MountType, NetworkingConfig, PortBinding, RestartPolicy, RestartPolicyNameEnum,
};

use super::{DockerSettings, published};
use lease::{
    label,
    manifest::{Health, Service},
};
use ports::engine::ContainerSpec;

/// The engine's minimum memory for a container.
const LEAST_MEMORY: i64 = 6 << 20;

pub(super) fn body(spec: &ContainerSpec, settings: &DockerSettings) -> ContainerCreateBody {
    let service = &spec.service;
    let network = label::network_name(spec.tag.lease);
    let endpoint = EndpointSettings { aliases: Some(vec![spec.slot.service.clone()]), ..EndpointSettings::default() };
    ContainerCreateBody {
        // The id of the image's configuration, never a tag: a tag can be moved between resolving and running.
        image: Some(spec.image.id.clone()),
        cmd: service.command.clone(),
        entrypoint: service.entrypoint.clone(),
        env: Some(service.environment.iter().map(|(key, value)| format!("{key}={value}")).collect()),
        exposed_ports: Some(published(&service.ports).collect()),
        healthcheck: service.healthcheck.as_ref().map(health),
        hostname: service.hostname.clone(),
        labels: Some(spec.tag.slot_labels(&spec.slot)),
        user: service.user.clone(),
        working_dir: service.working_dir.clone(),
        stop_signal: service.stop_signal.clone(),
        stop_timeout: service.stop_grace_period.map(|grace| grace.as_secs_f64().ceil() as i64),
        host_config: Some(host(spec, settings, &network)),
        networking_config: Some(NetworkingConfig { endpoints_config: Some(HashMap::from([(network, endpoint)])) }),
        ..ContainerCreateBody::default()
    }
}

fn host(spec: &ContainerSpec, settings: &DockerSettings, network: &str) -> HostConfig {
    let (service, shape) = (&spec.service, &spec.shape);
    let memory = service.limits.memory.unwrap_or(u64::MAX).min(u64::from(shape.memoryMiB) << 20);
    let memory = i64::try_from(memory).unwrap_or(i64::MAX).max(LEAST_MEMORY);
    let millicores = service.limits.millicores.unwrap_or(u32::MAX).min(shape.millicores);
    let pids = service.limits.pids.unwrap_or(u32::MAX).min(settings.pids);
    let binding = || PortBinding { host_ip: Some(settings.bind.to_string()), host_port: Some(String::new()) };
    let gpus = DeviceRequest {
        count: Some(i64::from(shape.gpus)),
        capabilities: Some(vec![vec!["gpu".to_owned()]]),
        ..DeviceRequest::default()
    };
    HostConfig {
        network_mode: Some(network.to_owned()),
        cgroup_parent: Some(spec.cgroup_parent.clone()),
        memory: Some(memory),
        // Equal to the memory limit: no swap.
        memory_swap: Some(memory),
        nano_cpus: Some(i64::from(millicores) * 1_000_000),
        pids_limit: Some(i64::from(pids)),
        privileged: Some(false),
        cap_drop: Some(vec!["ALL".to_owned()]),
        // The engine applies the default seccomp profile when no other is named.
        security_opt: Some(vec!["no-new-privileges".to_owned()]),
        ipc_mode: Some("private".to_owned()),
        // Under cgroup v1 the engine's own default is the host's namespace.
        cgroupns_mode: Some(HostConfigCgroupnsModeEnum::PRIVATE),
        readonly_rootfs: Some(service.read_only),
        tmpfs: Some(tmpfs(service)),
        mounts: Some(mounts(spec)),
        port_bindings: Some(published(&service.ports).map(|port| (port, Some(vec![binding()]))).collect()),
        publish_all_ports: Some(false),
        log_config: Some(HostConfigLogConfig {
            typ: Some("json-file".to_owned()),
            config: Some(HashMap::from([
                ("max-size".to_owned(), settings.log_bytes.to_string()),
                ("max-file".to_owned(), settings.log_files.to_string()),
            ])),
        }),
        // The container stage restarts containers, with a count and backoff; a restart policy of the engine would race
        // with it.
        restart_policy: Some(RestartPolicy { name: Some(RestartPolicyNameEnum::NO), maximum_retry_count: None }),
        init: Some(service.init),
        device_requests: (shape.gpus > 0).then(|| vec![gpus]),
        ..HostConfig::default()
    }
}

fn tmpfs(service: &Service) -> HashMap<String, String> {
    const OPTIONS: &str = "rw,nosuid,nodev";
    let mut all: HashMap<String, String> = HashMap::new();
    if !service.volumes.iter().any(|mount| mount.target == "/tmp") {
        all.insert("/tmp".to_owned(), format!("{OPTIONS},mode=1777"));
    }
    for tmpfs in &service.tmpfs {
        let size = tmpfs.size.map(|size| format!(",size={size}")).unwrap_or_default();
        all.insert(tmpfs.target.clone(), format!("{OPTIONS},mode=1777{size}"));
    }
    all
}

fn mounts(spec: &ContainerSpec) -> Vec<Mount> {
    let volume = |mount: &lease::manifest::Mount| Mount {
        typ: Some(MountType::VOLUME),
        source: Some(label::volume_name(spec.tag.lease, &mount.volume)),
        target: Some(mount.target.clone()),
        read_only: Some(mount.read_only),
        ..Mount::default()
    };
    spec.service.volumes.iter().map(volume).collect()
}

fn health(health: &Health) -> HealthConfig {
    let nanos = |duration: &Option<Duration>| duration.map(|duration| duration.as_nanos() as i64);
    match health {
        Health::Off => HealthConfig { test: Some(vec!["NONE".to_owned()]), ..HealthConfig::default() },
        Health::Check { test, interval, timeout, retries, start_period } => HealthConfig {
            test: test.clone(),
            interval: nanos(interval),
            timeout: nanos(timeout),
            retries: retries.map(i64::from),
            start_period: nanos(start_period),
            start_interval: None,
        },
    }
}
