//! The hardening that every container gets, as the engine shows it and as the container itself sees it.

use std::{collections::HashMap, fs, os::unix::fs::MetadataExt, process::Command};

use alloy::primitives::B256;
use bollard::models::{ContainerInspectResponse, HostConfig};
use lease::{label, reconcile::WorkloadStatus};
use solidity::Shape;
use tests::{wait::until, world::World};

/// As much as a manifest may request, and nothing at all.
const MANIFEST: &str = r#"
services:
  asking:
    image: tidemark-sample:latest
    command: ["front"]
    ports: ["8080"]
    volumes: ["kept:/data"]
    tmpfs: ["/scratch:size=1048576"]
    read_only: true
    init: true
    user: "1000:1000"
    deploy: { resources: { limits: { cpus: "0.05", memory: 32M, pids: 64 } } }
  plain:
    image: tidemark-sample:latest
    command: ["back"]
volumes: { kept: {} }
"#;

#[tokio::test]
async fn the_engine_shows_every_container_hardened() {
    let world = World::start().await.unwrap();
    let process = world.process().await.unwrap();
    let mut networks = Vec::new();
    for order in [world.order(MANIFEST, 2), world.order(MANIFEST, 1)] {
        let shape = order.shape.clone();
        let (lease, _) = world.open_order(&process, MANIFEST, order, 1_000_000).await.unwrap();
        process.until(lease, WorkloadStatus::Running).await.unwrap();
        let network = world.networks(lease).await.unwrap().remove(0);
        let image = world.docker().await.unwrap().inspect_image("tidemark-sample:latest").await.unwrap().id.unwrap();
        for (slot, id) in world.slots(lease).await.unwrap() {
            let found = world.inspect(&id).await.unwrap();
            assert_eq!(found.image.as_ref(), Some(&image), "the image's id runs");
            assert_eq!(found.config.as_ref().unwrap().image.as_ref(), Some(&image), "and not a tag");
            let asking = slot.service == "asking";
            let (memory, nanos, pids) = if asking { (32 << 20, 50_000_000, 64) } else { whole(&shape) };
            let host = found.host_config.clone().unwrap();
            assert_eq!((host.memory, host.memory_swap), (Some(memory), Some(memory)), "no swap");
            assert_eq!((host.nano_cpus, host.pids_limit), (Some(nanos), Some(pids)));
            assert_eq!(host.readonly_rootfs, Some(asking), "read-only when asked");
            assert!(host.tmpfs.as_ref().unwrap()["/tmp"].contains("nosuid,nodev"), "{:?}", host.tmpfs);
            assert_eq!(host.tmpfs.as_ref().unwrap().contains_key("/scratch"), asking);
            assert_private(lease, &found, network.id.as_ref().unwrap());
            assert_powerless(&host);
        }
        networks.push(network);
    }
    assert_ne!(networks[0].id, networks[1].id, "each lease has a network of its own");
    for network in &networks {
        assert_eq!((network.driver.as_deref(), network.enable_ipv6), (Some("bridge"), Some(false)));
    }
}

fn whole(shape: &Shape) -> (i64, i64, i64) {
    (i64::from(shape.memoryMiB) << 20, i64::from(shape.millicores) * 1_000_000, 512)
}

/// The lease's network and volumes, and nothing of the host's.
fn assert_private(lease: B256, found: &ContainerInspectResponse, network: &String) {
    let networks = found.network_settings.as_ref().unwrap().networks.as_ref().unwrap();
    let names: Vec<_> = networks.keys().cloned().collect();
    assert_eq!(names, [label::network_name(lease)]);
    assert_eq!(networks[&names[0]].network_id.as_ref(), Some(network));
    let host = found.host_config.as_ref().unwrap();
    assert_eq!(host.network_mode.as_ref(), Some(&names[0]));
    assert_eq!(host.binds, None);
    for mount in found.mounts.iter().flatten() {
        assert_eq!(mount.typ.as_deref(), Some("volume"), "{mount:?}");
        assert_eq!(mount.name, Some(label::volume_name(lease, "kept")), "{mount:?}");
    }
    for binding in host.port_bindings.iter().flatten().flat_map(|(_, bindings)| bindings.iter().flatten()) {
        assert_eq!(binding.host_ip.as_deref(), Some("127.0.0.1"), "where the provider publishes");
    }
    assert_eq!(host.publish_all_ports, Some(false));
}

fn assert_powerless(host: &HostConfig) {
    assert_eq!(host.privileged, Some(false));
    assert_eq!((&host.cap_add, host.cap_drop.as_deref()), (&None, Some(&["ALL".to_owned()][..])));
    assert_eq!(host.security_opt.as_deref(), Some(&["no-new-privileges".to_owned()][..]), "and the default seccomp");
    assert_eq!(host.ipc_mode.as_deref(), Some("private"));
    assert_eq!(host.cgroupns_mode.as_ref().map(ToString::to_string).as_deref(), Some("private"));
    for (namespace, mode) in [("pid", &host.pid_mode), ("uts", &host.uts_mode), ("user", &host.userns_mode)] {
        assert_eq!(mode.as_deref(), Some(""), "the {namespace} namespace is the container's own");
    }
    assert!(host.devices.as_ref().is_none_or(Vec::is_empty), "{:?}", host.devices);
    assert_eq!((&host.device_requests, &host.device_cgroup_rules), (&None, &None));
    assert_eq!((&host.volumes_from, &host.group_add, &host.extra_hosts), (&None, &None, &None));
    assert!(host.masked_paths.as_ref().unwrap().contains(&"/proc/kcore".to_owned()));
    assert!(host.readonly_paths.as_ref().unwrap().contains(&"/proc/sys".to_owned()));
    let log = host.log_config.as_ref().unwrap();
    let caps = HashMap::from([("max-size", "10485760"), ("max-file", "3")].map(|(k, v)| (k.to_owned(), v.to_owned())));
    assert_eq!((log.typ.as_deref(), log.config.as_ref()), (Some("json-file"), Some(&caps)));
    assert_eq!(host.restart_policy.as_ref().unwrap().name.unwrap().to_string(), "no", "we restart, and count");
    assert!(host.cgroup_parent.as_ref().unwrap().contains("tidemark"));
}

/// What the kernel says to a process of a container.
#[tokio::test]
async fn the_kernel_grants_a_container_nothing() {
    let world = World::start().await.unwrap();
    let process = world.process().await.unwrap();
    let (lease, _) = world.open(&process, MANIFEST, 1).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    for (slot, id) in world.slots(lease).await.unwrap() {
        let pid = world.inspect(&id).await.unwrap().state.unwrap().pid.unwrap();
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            line.unwrap_or_else(|| panic!("no {name}")).trim().to_owned()
        };
        for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
            assert_eq!(u64::from_str_radix(&field(set), 16).unwrap(), 0, "{slot:?} has {set}");
        }
        assert_eq!((field("NoNewPrivs").as_str(), field("Seccomp").as_str()), ("1", "2"), "{slot:?}: filtered");
        for namespace in ["cgroup", "ipc", "mnt", "net", "pid", "uts"] {
            let of = |pid: &str| fs::read_link(format!("/proc/{pid}/ns/{namespace}")).unwrap();
            assert_ne!(of(&pid.to_string()), of("self"), "{slot:?} has the host's {namespace} namespace");
        }
    }
}

const TWINS: &str = r#"
services:
  a: { image: "tidemark-sample:latest", command: [front], ports: ["8080"] }
  b: { image: "tidemark-sample:latest", command: [front], ports: ["8080"] }
"#;

/// Each container alone may use the whole shape; together they may not use more.
#[tokio::test]
async fn the_services_of_a_replica_share_its_shape() {
    if !is_root() {
        return; // then the groups cannot be limited, and the containers' own limits are all there is
    }
    let world = World::start().await.unwrap();
    let process = world.process().await.unwrap();
    let (lease, _) = world.open(&process, TWINS, 1).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    let seen = process.store.containers(lease).await.unwrap();
    let ask = async |service: &str, path: &str| {
        let at = &seen.iter().find(|seen| seen.service == service).unwrap().ports["8080/tcp"];
        until("the front to listen", async || Ok(reqwest::get(format!("http://{at}/")).await.ok())).await.unwrap();
        reqwest::get(format!("http://{at}{path}")).await
    };

    // A tenth of a CPU: 200 ms of CPU time take two seconds for one of them, four for both.
    let burn = async |service| {
        let said: serde_json::Value = ask(service, "/burn?ms=200").await.unwrap().json().await.unwrap();
        said["wallMs"].as_u64().unwrap()
    };
    let (a, b) = tokio::join!(burn("a"), burn("b"));
    assert!(a.max(b) > 3_000, "{a} and {b} ms");

    // 64 MiB: either may hold 40, and not both.
    assert!(ask("a", "/hold?mib=40&ms=1").await.unwrap().status().is_success());
    let (a, b) = tokio::join!(ask("a", "/hold?mib=40&ms=3000"), ask("b", "/hold?mib=40&ms=3000"));
    assert!(a.is_err() || b.is_err(), "80 MiB were had");
}

const PAIR: &str = r#"
services:
  front: { image: "tidemark-sample:latest", command: ["front"] }
  back: { image: "tidemark-sample:latest", command: ["back"] }
"#;

#[tokio::test]
async fn a_container_reaches_its_sibling_and_neither_the_host_nor_another_lease() {
    let world = World::start().await.unwrap();
    // On every address of the host, so that only the firewall keeps containers away.
    let everywhere = ([0, 0, 0, 0], 0).into();
    let engine = tests::world::engine();
    let orchestrator = world.orchestrator_with(engine, |settings| settings.listen = everywhere);
    let orchestrator = orchestrator.await.unwrap();
    let ours = orchestrator.api.run(&world, PAIR, 1).await.unwrap();
    let theirs = orchestrator.api.run(&world, PAIR, 1).await.unwrap();
    let front = world.container(ours, "front", 0).await.unwrap();
    let reaches = async |from: &str, url: String| world.exec(from, &["/sample", "health", &url]).await.unwrap();

    let (code, said) = reaches(&front, "http://back:8081/health".to_owned()).await;
    assert_eq!(code, 0, "the sibling, by its name: {said}");

    let other = world.container(theirs, "back", 0).await.unwrap();
    let settings = world.inspect(&other).await.unwrap().network_settings.unwrap();
    let address = settings.networks.unwrap().into_values().next().unwrap().ip_address.unwrap();
    let there = format!("http://{address}:8081/health");
    assert_eq!(reaches(&other, there.clone()).await.0, 0, "it answers where it is");
    assert_eq!(reaches(&front, there).await.0, 1, "and not to another lease");

    // Without the right to write rules there are none; the program says so when it starts and in `tidemark doctor`.
    if is_root() {
        let gateway = world.networks(ours).await.unwrap().remove(0).ipam.unwrap().config.unwrap().remove(0);
        let gateway = gateway.gateway.unwrap_or_else(|| first_address(&gateway.subnet.unwrap()));
        let api = format!("http://{gateway}:{}/v1/status", orchestrator.api.port);
        assert!(reqwest::get(&api).await.unwrap().status().is_success(), "the API listens there");
        assert_eq!(reaches(&front, api).await.0, 1, "but not for a container");
        // Nothing may answer at the metadata address anyway, so the firewall's counters are read. Its counters
        // begin anew whenever an orchestrator starts on this machine.
        until("the firewall to drop what goes to the metadata address", async || {
            assert_eq!(reaches(&front, "http://169.254.169.254/latest/meta-data/".to_owned()).await.0, 1);
            Ok((dropped("169.254.0.0/16") > 0).then_some(()))
        })
        .await
        .unwrap();
    }
    orchestrator.stop().await;
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

fn first_address(subnet: &str) -> String {
    let (base, last) = subnet.split_once('/').unwrap().0.rsplit_once('.').unwrap();
    format!("{base}.{}", last.parse::<u8>().unwrap() + 1)
}

/// Packets from lease networks to a destination that the firewall has dropped.
fn dropped(destination: &str) -> u64 {
    let output = Command::new("iptables").args(["-w", "-vnxL", "TIDEMARK-10.213.0.0-FW"]).output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    let rule = table.lines().find(|line| line.contains("DROP") && line.contains(destination));
    let packets = rule.unwrap_or_else(|| panic!("no rule for {destination}:\n{table}")).split_whitespace().next();
    packets.unwrap().parse().unwrap()
}
