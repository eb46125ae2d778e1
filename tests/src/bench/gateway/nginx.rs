//! Debian's nginx as the peer: its usual settings for a proxy over connections that are kept alive, and no log.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, ensure};
use tempfile::TempDir;
use tokio::{
    net::TcpStream,
    process::{Child, Command},
};

pub struct Nginx {
    pub address: SocketAddr,
    process: Child,
    _folder: TempDir,
}

impl Nginx {
    pub async fn start(replicas: &[SocketAddr]) -> anyhow::Result<Self> {
        let program = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/opt/homebrew/bin/nginx"];
        let program = program.into_iter().find(|path| Path::new(path).exists());
        let program = program.context("nginx is not installed: scripts/setup nginx")?;
        let folder = tempfile::tempdir()?;
        // Free a moment ago; who takes it first has it.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let file = folder.path().join("nginx.conf");
        fs::write(&file, config(address, replicas))?;
        let process = Command::new(program)
            .arg("-p")
            .arg(folder.path())
            .arg("-c")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let mut nginx = Self { address, process, _folder: folder };
        for _ in 0..100 {
            if TcpStream::connect(address).await.is_ok() {
                return Ok(nginx);
            }
            let ended = nginx.process.try_wait()?;
            ensure!(ended.is_none(), "nginx did not start: {}", nginx.complaint());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("nginx does not listen: {}", nginx.complaint())
    }

    fn complaint(&self) -> String {
        fs::read_to_string(self._folder.path().join("error.log")).unwrap_or_default()
    }
}

impl Drop for Nginx {
    /// Its workers end with it only on SIGTERM.
    fn drop(&mut self) {
        if let Some(id) = self.process.id() {
            let stopped = std::process::Command::new("kill").args(["-TERM", &id.to_string()]).status();
            if stopped.is_ok_and(|status| status.success()) {
                for _ in 0..50 {
                    if matches!(self.process.try_wait(), Ok(Some(_))) {
                        return;
                    }
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
        }
    }
}

fn config(address: SocketAddr, replicas: &[SocketAddr]) -> String {
    let servers: String = replicas.iter().map(|replica| format!("    server {replica};\n")).collect();
    format!(
        "daemon off;
worker_processes auto;
pid nginx.pid;
error_log error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  keepalive_requests 10000000;
  upstream replicas {{
{servers}    keepalive 256;
    keepalive_requests 10000000;
  }}
  map $http_upgrade $connection_upgrade {{
    default upgrade;
    \"\" \"\";
  }}
  server {{
    listen {address};
    location / {{
      proxy_pass http://replicas;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
    }}
  }}
}}
"
    )
}
