//! Firewall rules that keep containers away from the provider's own services, the cloud's metadata address and private
//! networks.
//!
//! Docker isolates one bridge from the next, but lets a container reach the host itself and everything that the host
//! reaches. Packets from the pool of lease networks are therefore filtered twice: on the way to the host (`INPUT`) only
//! replies pass; when forwarded (`DOCKER-USER`) private and link-local addresses are dropped, except the name servers
//! that the host itself uses. The rules are in two chains of our own, one pair for each pool, and are written as a
//! whole each time.

use std::{
    net::{IpAddr, Ipv4Addr},
    process::Stdio,
    time::Duration,
};

use serde::Serialize;
use tokio::{io::AsyncWriteExt, process::Command, sync::watch};

use ports::subnet::Subnet;

/// The destinations that no container may reach: this host, private networks, shared address space, link-local with the
/// metadata address, multicast and broadcast.
const FORBIDDEN: [&str; 8] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/3",
];

/// The pause between two writings of the rules.
const AGAIN: Duration = Duration::from_secs(30);

/// Whether the rules are in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Firewall {
    Enforced,
    /// With the reason, for `doctor`. Containers are still isolated from each other, by their bridges.
    Missing(String),
}

/// Writes the rules for a pool of lease networks. Idempotent.
pub async fn enforce(pool: &Subnet) -> Firewall {
    let servers = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    match write(pool, &name_servers(&servers)).await {
        Ok(()) => Firewall::Enforced,
        Err(reason) => Firewall::Missing(reason),
    }
}

/// Writes the rules now and periodically, because a program that flushes the host's tables flushes ours too. Logs a
/// warning when writing begins to fail, once for each outage.
pub async fn keep(pool: Subnet, mut shutdown: watch::Receiver<bool>) {
    let mut told = false;
    loop {
        match enforce(&pool).await {
            Firewall::Enforced => told = false,
            Firewall::Missing(reason) if !told => {
                tracing::warn!(
                    reason,
                    "containers can reach this machine and its networks: run as root, or filter them yourself"
                );
                told = true;
            }
            Firewall::Missing(_) => {}
        }
        tokio::select! {
            _ = shutdown.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
}

async fn write(pool: &Subnet, servers: &[Ipv4Addr]) -> Result<(), String> {
    let (input, forward) = chains(pool);
    run("iptables-restore", &["--noflush", "--wait"], &rules(pool, servers)).await?;
    let pool = pool.to_string();
    for (builtin, chain) in [("INPUT", &input), ("DOCKER-USER", &forward)] {
        let jump = |verb| ["--wait", verb, builtin, "--source", &pool, "--jump", chain];
        if run("iptables", &jump("--check"), "").await.is_err() {
            run("iptables", &jump("--insert"), "").await?;
        }
    }
    Ok(())
}

fn chains(pool: &Subnet) -> (String, String) {
    (format!("TIDEMARK-{}-IN", pool.address()), format!("TIDEMARK-{}-FW", pool.address()))
}

/// Input for `iptables-restore`; naming a chain empties it first, in the same commit.
fn rules(pool: &Subnet, servers: &[Ipv4Addr]) -> String {
    let (input, forward) = chains(pool);
    let mut text = format!("*filter\n:{input} - [0:0]\n:{forward} - [0:0]\n");
    for chain in [&input, &forward] {
        text += &format!("-A {chain} -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN\n");
    }
    text += &format!("-A {input} -j DROP\n");
    // Within the pool Docker's own rules apply: the same bridge passes, another does not.
    text += &format!("-A {forward} -d {pool} -j RETURN\n");
    for server in servers {
        for protocol in ["udp", "tcp"] {
            text += &format!("-A {forward} -d {server} -p {protocol} --dport 53 -j RETURN\n");
        }
    }
    for network in FORBIDDEN {
        text += &format!("-A {forward} -d {network} -j DROP\n");
    }
    text + "COMMIT\n"
}

fn name_servers(text: &str) -> Vec<Ipv4Addr> {
    let server = |line: &str| match line.trim().strip_prefix("nameserver")?.trim().parse().ok()? {
        IpAddr::V4(address) if !address.is_loopback() => Some(address),
        _ => None,
    };
    text.lines().filter_map(server).collect()
}

async fn run(program: &str, arguments: &[&str], input: &str) -> Result<(), String> {
    let failed = |reason: String| format!("{program} could not be used: {reason}");
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes()).await.map_err(|error| failed(error.to_string()))?;
    }
    let output = child.wait_with_output().await.map_err(|error| failed(error.to_string()))?;
    let says = || String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or_default().to_owned();
    if output.status.success() { Ok(()) } else { Err(failed(says())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_cut_off_the_host_and_the_metadata_address() {
        let pool = Subnet::DEFAULT_POOL;
        let servers = name_servers("# x\nnameserver 10.0.0.2\nnameserver 127.0.0.53\nnameserver fe80::1\nsearch x\n");
        assert_eq!(servers, [Ipv4Addr::new(10, 0, 0, 2)]);
        let rules = rules(&pool, &servers);
        let at = |line: &str| rules.lines().position(|found| found == line).expect(line);
        let server = at("-A TIDEMARK-10.213.0.0-FW -d 10.0.0.2 -p udp --dport 53 -j RETURN");
        assert!(server < at("-A TIDEMARK-10.213.0.0-FW -d 10.0.0.0/8 -j DROP"));
        at("-A TIDEMARK-10.213.0.0-FW -d 169.254.0.0/16 -j DROP");
        at("-A TIDEMARK-10.213.0.0-IN -j DROP");
        assert!(chains(&"255.255.255.255/32".parse().expect("a subnet")).0.len() <= 28, "the kernel's longest name");
    }
}
