use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn web(lines: &str) -> Result<Manifest, Refused> {
    let lines: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    Manifest::parse(format!("services:\n  web:\n    image: app\n{lines}volumes:\n  data:\n").as_bytes())
}

fn refusal(text: &str) -> ManifestRefusal {
    let refused = Manifest::parse(text.as_bytes()).expect_err(text);
    assert_eq!(refused.0.len(), 1, "{refused}");
    refused.0.into_iter().next().unwrap()
}

#[track_caller]
fn refused(lines: &str, path: &str, word: &str) {
    let refused = web(lines).expect_err(lines);
    let found = refused.0.iter().any(|refusal| refusal.path == path && refusal.reason.contains(word));
    assert!(found, "wanted {path} with {word:?}, got {refused}");
}

#[test]
fn the_sample_is_read() {
    let manifest = Manifest::parse(include_bytes!("../../../../sample/compose.yaml")).unwrap();
    assert_eq!(manifest.in_order(), ["back", "front"]);
    let front = &manifest.services["front"];
    assert_eq!(front.command.as_deref(), Some(&["front".to_owned()][..]));
    assert_eq!(front.environment["GREETING"], "The tide is in.");
    assert_eq!(front.ports.iter().map(|port| port.number).collect::<Vec<_>>(), [8080]);
    assert_eq!(front.volumes, [Mount { volume: "visits".into(), target: "/data".into(), read_only: false }]);
    assert!(front.read_only);
    assert_eq!(front.stop_grace_period, Some(Duration::from_secs(2)));
    assert_eq!(manifest.volumes, BTreeSet::from(["visits".to_owned()]));
}

#[test]
fn every_accepted_key_takes_effect() {
    let manifest = web(r#"command: sh -c "echo 'a b' \"c\"" d\ e
entrypoint: [/bin/entry, "$$HOME"]
environment: [A=1, "B=x=y"]
ports: ["127.0.0.1:8080:80", 443, "53:53/udp", "3000-3001", {target: 9000, published: "9001"}]
expose: [5000]
volumes: ["data:/data:ro", {type: volume, source: data, target: /more, read_only: true}, {type: tmpfs, target: /scratch, tmpfs: {size: 16m}}]
tmpfs: ["/run:size=64k", /var/cache]
healthcheck: {test: curl localhost, interval: 1m30s, timeout: 500ms, retries: 4, start_period: 2s}
user: 1000:1000
working_dir: /srv
read_only: true
stop_grace_period: 1m
stop_signal: SIGINT
init: true
hostname: box
labels: {a: b}
restart: unless-stopped
deploy: {resources: {limits: {cpus: "0.5", memory: 64M, pids: 20}, reservations: {cpus: "0.1"}}}
x-note: {anything: [goes]}"#)
    .unwrap();
    let web = &manifest.services["web"];
    assert_eq!(web.command.as_deref().unwrap(), ["sh", "-c", "echo 'a b' \"c\"", "d e"]);
    assert_eq!(web.entrypoint.as_deref().unwrap(), ["/bin/entry", "$HOME"]);
    assert_eq!(web.environment["B"], "x=y");
    let ports: Vec<String> = web.ports.iter().map(|port| format!("{}/{}", port.number, port.protocol)).collect();
    assert_eq!(ports, ["53/udp", "80/tcp", "443/tcp", "3000/tcp", "3001/tcp", "9000/tcp"]);
    assert_eq!(web.volumes.len(), 2);
    assert!(web.volumes.iter().all(|mount| mount.read_only));
    assert_eq!(web.tmpfs[0], Tmpfs { target: "/scratch".into(), size: Some(16 << 20) });
    assert_eq!(web.tmpfs[1], Tmpfs { target: "/run".into(), size: Some(64 << 10) });
    let Some(Health::Check { test, interval, timeout, retries, start_period }) = &web.healthcheck else { panic!() };
    assert_eq!(test.as_deref().unwrap(), ["CMD-SHELL", "curl localhost"]);
    assert_eq!((*interval, *timeout), (Some(Duration::from_secs(90)), Some(Duration::from_millis(500))));
    assert_eq!((*retries, *start_period), (Some(4), Some(Duration::from_secs(2))));
    assert_eq!(web.limits, ManifestLimits { millicores: Some(500), memory: Some(64 << 20), pids: Some(20) });
    assert_eq!((web.user.as_deref(), web.stop_signal.as_deref()), (Some("1000:1000"), Some("SIGINT")));
}

#[test]
fn anchors_and_merges_work() {
    let text =
        "x-base: &base {image: app, init: true}\nservices:\n  a: {<<: *base, image: other}\n  b: {<<: [*base]}\n";
    let manifest = Manifest::parse(text.as_bytes()).unwrap();
    assert_eq!(manifest.services["a"].image, "other");
    assert!(manifest.services["a"].init && manifest.services["b"].init);
}

#[test]
fn what_would_break_the_container_is_refused_with_its_path() {
    for key in [
        "privileged: true",
        "cap_add: [NET_ADMIN]",
        "devices: [/dev/kvm]",
        "network_mode: host",
        "pid: host",
        "ipc: host",
        "userns_mode: host",
        "cgroup: host",
        "cgroup_parent: /",
        "security_opt: [seccomp:unconfined]",
        "sysctls: {a: b}",
        "volumes_from: [db]",
        "networks: [default]",
        "build: .",
        "extends: {service: x}",
        "env_file: .env",
        "secrets: [s]",
        "configs: [c]",
        "runtime: runsc",
        "ulimits: {nofile: 1}",
        "extra_hosts: [a:1.1.1.1]",
        "dns: 1.1.1.1",
        "scale: 2",
        "container_name: x",
        "no_such_key: 1",
        "mem_limit: 1g",
        "logging: {driver: syslog}",
        "platform: linux/arm64",
    ] {
        let name = key.split(':').next().unwrap();
        refused(key, &format!("services.web.{name}"), "");
    }
    refused("privileged: true", "services.web.privileged", "owns the host");
    refused("no_such_key: 1", "services.web.no_such_key", "not known");
    refused("volumes: [\"./x:/y\"]", "services.web.volumes[0]", "named volume");
    refused("volumes: [\"/var/run/docker.sock:/var/run/docker.sock\"]", "services.web.volumes[0]", "named volume");
    refused("volumes: [{type: bind, source: /, target: /host}]", "services.web.volumes[0]", "named volume");
    refused("volumes: [{type: volume, source: /etc, target: /host}]", "services.web.volumes[0].source", "named volume");
    refused("volumes: [\"other:/y\"]", "services.web.volumes[0]", "not declared");
    refused("volumes: [\"data:/proc\"]", "services.web.volumes[0]", "/proc");
    refused("volumes: [\"data:/a\", \"data:/a/\"]", "services.web.volumes", "meet at `/a`");
    refused("tmpfs: /run:exec", "services.web.tmpfs", "size=64m");
    refused("deploy: {replicas: 3}", "services.web.deploy.replicas", "on chain");
    let devices = "deploy: {resources: {reservations: {devices: [{}]}}}";
    refused(devices, "services.web.deploy.resources.reservations.devices", "shape");
    refused("environment: [HOME]", "services.web.environment[0]", "shell");
    refused("environment: {HOME: }", "services.web.environment.HOME", "shell");
    refused("environment: {A: \"${B}\"}", "services.web.environment.A", "`$$`");
    refused("ports: [0]", "services.web.ports[0]", "65535");
    refused("ports: [\"1-65535\"]", "services.web.ports[0]", "range");
    refused("healthcheck: {test: [CMD]}", "services.web.healthcheck.test", "CMD-SHELL");
    refused("healthcheck: {test: x, interval: 10}", "services.web.healthcheck.interval", "500ms");
    refused("stop_grace_period: 1h", "services.web.stop_grace_period", "300");
    refused("depends_on: [db]", "services.web.depends_on.db", "no such service");
    refused("restart: sometimes", "services.web.restart", "unless-stopped");
    refused("command: sh -c 'open", "services.web.command", "quote");
}

#[test]
fn all_refusals_are_told_at_once() {
    let refused = web("privileged: true\npid: host\nbuild: .").unwrap_err();
    assert_eq!(refused.0.len(), 3);
    assert!(refused.to_string().contains("services.web.pid: "));
}

#[test]
fn a_file_that_is_no_manifest_is_refused() {
    let whole = |text: &str, word: &str| {
        let refusal = refusal(text);
        assert!(refusal.path.is_empty() && refusal.reason.contains(word), "{refusal}");
    };
    whole("", "mapping");
    whole("just text", "mapping");
    whole("- a\n- b", "mapping");
    whole("a: [", "not YAML");
    whole("a: !reset x\n", "not YAML");
    whole("services: {a: {image: x}}\nservices: {}", "not YAML");
    whole("services:\n  a: {image: x}\n  a: {image: y}", "twice");
    whole("a: 1\n---\nb: 2", "not YAML");
    assert_eq!(refusal("version: '3'").path, "services");
    assert_eq!(refusal("services: {}").path, "services");
    assert_eq!(refusal("services: {web: {command: x}}").path, "services.web");
    for name in ["''", "No Such", "Upper", "-x", "'x:'", "a@b@c d", "$X"] {
        assert_eq!(refusal(&format!("services: {{web: {{image: {name}}}}}")).path, "services.web.image");
    }
    assert_eq!(refusal("services: {Web: {image: x}}").path, "services.Web");
    assert_eq!(refusal("services: {web: [1]}").path, "services.web");
    assert_eq!(refusal("networks: {}\nservices: {web: {image: x}}").path, "networks");
    assert_eq!(refusal("secrets: {}\nservices: {web: {image: x}}").path, "secrets");
    assert_eq!(refusal("volumes: {d: {external: true}}\nservices: {web: {image: x}}").path, "volumes.d.external");
    assert_eq!(refusal("volumes: {d: {driver_opts: {}}}\nservices: {web: {image: x}}").path, "volumes.d.driver_opts");
    assert!(Manifest::parse(&[0xff, 0xfe]).unwrap_err().to_string().contains("UTF-8"));
    assert!(Manifest::parse(&vec![b'#'; LARGEST + 1]).unwrap_err().to_string().contains("65536"));
    let circle = refusal("services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [a]}}");
    assert!(circle.reason.contains("a, b wait for each other"));
    assert!(refusal("services: {a: {image: x, depends_on: [a]}}").reason.contains("circle"));
}

#[test]
fn a_bomb_is_small_to_read() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..10 {
        let aliases = vec![format!("*a{}", i - 1); 10].join(", ");
        text += &format!("a{i}: &a{i} [{aliases}]\n");
    }
    assert!(refusal(&text).reason.contains("10000"));
    assert!(refusal(&"[".repeat(40_000)).reason.contains("not YAML"));
    assert!(refusal(&format!("a: {}{}", "[".repeat(40), "]".repeat(40))).reason.contains("deeper"));
}

#[test]
fn jobs_are_known_by_who_waits_for_them() {
    let text =
        "services: {job: {image: x}, web: {image: x, depends_on: {job: {condition: service_completed_successfully}}}}";
    let manifest = Manifest::parse(text.as_bytes()).unwrap();
    assert!(manifest.is_job("job") && !manifest.is_job("web"));
}

fn yaml() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "services",
        "web",
        "image",
        "volumes",
        "ports",
        "healthcheck",
        "depends_on",
        "environment",
        "deploy",
        "command",
        "tmpfs",
        "- ",
        ": ",
        "{",
        "}",
        "[",
        "]",
        "\n",
        "\n  ",
        "\n    ",
        "&a",
        "*a",
        "<<",
        "8080",
        "1s",
        "data:/x",
        "\"",
        "'",
        "$",
        "null",
        "true",
        "é",
        "-9",
        "1e999",
        "?",
        "|",
        "---",
        "!x",
    ]);
    prop::collection::vec(word, 0..60).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn any_bytes_give_a_manifest_or_a_refusal(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Err(refused) = Manifest::parse(&bytes) {
            prop_assert!(!refused.0.is_empty());
        }
    }

    #[test]
    fn any_yaml_gives_a_manifest_or_a_refusal(text in yaml(), value in yaml()) {
        for text in [text, format!("services:\n  web:\n    image: x\n    {value}")] {
            match Manifest::parse(text.as_bytes()) {
                Ok(manifest) => prop_assert_eq!(manifest.in_order().len(), manifest.services.len()),
                Err(refused) => prop_assert!(!refused.0.is_empty()),
            }
        }
    }
}

#[test]
fn what_compose_has_no_words_for_is_read() {
    let text = "services: {web: {image: app, ports: [9000, 8080], x-tidemark: {port: 9000, timeout: 5s, concurrency: 7}}}\n\
                x-tidemark: {scaling: {policy: threshold, shadow: hpa-80, capacity: 12.5, learn: true}}\n";
    let manifest = Manifest::parse(text.as_bytes()).unwrap();
    let gateway = GatewayOptions { port: Some(9000), timeout: Some(Duration::from_secs(5)), concurrency: Some(7) };
    assert_eq!(manifest.services["web"].gateway, gateway);
    assert_eq!(manifest.served_port("web"), Some(9000));
    let shadow = Some("hpa-80".to_owned());
    let scaling = Scaling { policy: "threshold".to_owned(), shadow, capacity: Some(12.5), learn: true };
    assert_eq!(manifest.scaling, scaling);
    assert_eq!(web("ports: [9000, 8080, \"53:53/udp\"]").unwrap().served_port("web"), Some(8080));
    assert_eq!(web("ports: [\"53:53/udp\"]").unwrap().served_port("web"), None);
}

#[test]
fn a_wrong_word_for_tidemark_is_refused_with_its_path() {
    refused("x-tidemark: {prot: 80}", "services.web.x-tidemark.prot", "`port`");
    refused("x-tidemark: {port: 80}", "services.web.x-tidemark.port", "does not publish 80");
    refused("x-tidemark: {timeout: soon}", "services.web.x-tidemark.timeout", "duration");
    let file = |line: &str| refusal(&format!("services: {{web: {{image: app}}}}\nx-tidemark: {line}\n"));
    assert_eq!(file("{scaling: {capacity: fast}}").path, "x-tidemark.scaling.capacity");
    assert_eq!(file("{scaling: {capacity: .nan}}").path, "x-tidemark.scaling.capacity");
    for (key, name) in [("policy", "oracle"), ("policy", "fast"), ("shadow", "static-peak")] {
        let refusal = file(&format!("{{scaling: {{{key}: {name}}}}}"));
        assert_eq!(refusal.path, format!("x-tidemark.scaling.{key}"));
        assert!(refusal.reason.contains("choose of default, threshold"), "{refusal}");
    }
    assert_eq!(file("{gateway: {}}").path, "x-tidemark.gateway");
}
