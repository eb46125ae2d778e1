//! The reasons why keys are refused, and what to do instead.

/// A top-level key.
pub(super) fn of_file(key: &str) -> &'static str {
    match key {
        "networks" => {
            "each lease gets a private network of its own, on which services find each other by name; remove the key"
        }
        "secrets" | "configs" => {
            "files of your machine are not on the provider's; use `environment`, or put the file into the image"
        }
        "include" => {
            "other files are not on the provider's machine; write one complete file (`docker compose config` does)"
        }
        _ => "this key is not known here, and nothing is ignored in silence; remove it, or name it `x-...`",
    }
}

/// A key of a top-level volume.
pub(super) fn of_volume(key: &str) -> &'static str {
    match key {
        "external" => {
            "volumes made elsewhere are not on the provider's machine; let the lease have a volume of its own"
        }
        "driver" | "driver_opts" => {
            "a driver's options can mount the host; volumes are plain local ones, remove the key"
        }
        "name" => "the provider names volumes, so that leases do not meet in one; remove the key",
        _ => "this key is not known for a volume; remove it, or name it `x-...`",
    }
}

/// A key of a service.
pub(super) fn of_service(key: &str) -> &'static str {
    match key {
        "privileged" => "a privileged container owns the host; remove the key",
        "cap_add" => "every capability is dropped, and none can be had back; remove the key",
        "cap_drop" => "every capability is dropped already; remove the key",
        "devices" | "device_cgroup_rules" => "host devices are not shared; ask for GPUs in the lease's shape instead",
        "gpus" => "GPUs are part of the lease's shape, not of the manifest; remove the key",
        "network_mode" => "each lease gets a private network and cannot join another or the host's; remove the key",
        "networks" => "each lease gets one private network; remove the key, services find each other by name",
        "pid" | "ipc" | "userns_mode" | "uts" | "cgroup" => {
            "namespaces of the host or of other containers cannot be joined; remove the key"
        }
        "cgroup_parent" => "the cgroup is the lease's own, by which it is metered; remove the key",
        "security_opt" => {
            "the security options are fixed (no new privileges, the default seccomp profile); remove the key"
        }
        "sysctls" => "kernel settings are the provider's; remove the key",
        "volumes_from" => "name the volumes under `volumes` in each service instead",
        "build" => "the provider does not build; push the image and name it under `image`",
        "extends" => {
            "other files are not on the provider's machine; write one complete file (`docker compose config` does)"
        }
        "env_file" => "the file is not on the provider's machine; write its lines under `environment`",
        "secrets" | "configs" => {
            "files of your machine are not on the provider's; use `environment`, or put the file into the image"
        }
        "runtime" | "isolation" => "the runtime is the provider's choice; remove the key",
        "ulimits" | "oom_kill_disable" | "oom_score_adj" | "mem_swappiness" | "blkio_config" | "storage_opt" => {
            "limits beside the lease's shape are the provider's; remove the key"
        }
        "shm_size" => "shared memory has the engine's default size; mount a `tmpfs` of the size you need instead",
        "cpus" | "cpu_quota" | "cpu_period" | "cpu_shares" | "cpu_count" | "cpu_percent" | "cpuset"
        | "cpu_rt_period" | "cpu_rt_runtime" | "mem_limit" | "mem_reservation" | "memswap_limit" | "pids_limit" => {
            "the lease's shape sets the limits; a service that wants less says so under `deploy.resources.limits`"
        }
        "extra_hosts" | "dns" | "dns_opt" | "dns_search" | "domainname" | "mac_address" => {
            "names and addresses inside the private network are the provider's; remove the key"
        }
        "links" | "external_links" => "services of a lease find each other by name without links; remove the key",
        "container_name" => {
            "the provider names containers, so that replicas do not collide; services find each other by service name"
        }
        "logging" => "logs are kept and capped by the provider; remove the key",
        "scale" => "the number of replicas is the lease's, on chain; remove the key",
        "profiles" => "every service of the manifest runs; remove the key, or the service",
        "platform" => "images run for the provider's architecture; remove the key and choose a provider that fits",
        "develop" | "post_start" | "pre_stop" | "provider" | "models" | "credential_spec" | "group_add"
        | "use_api_socket" => "the provider does not do this; remove the key",
        _ => "this key is not known here, and nothing is ignored in silence; remove it, or name it `x-...`",
    }
}

/// A key of `deploy`.
pub(super) fn of_deploy(key: &str) -> &'static str {
    match key {
        "replicas" | "mode" => "the number of replicas is the lease's, on chain; remove the key",
        "restart_policy" => "the provider restarts what stops, with growing pauses; remove the key",
        "placement" | "endpoint_mode" | "rollback_config" | "update_config" => "there is no swarm; remove the key",
        _ => "this key is not known here; only `resources.limits.{cpus,memory,pids}` has an effect",
    }
}
