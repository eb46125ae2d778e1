//! An image with a shell, built from Debian's static busybox; the sample's image has none.

use std::fs;

use anyhow::Context;
use bollard::{Docker, body_full, query_parameters::CreateImageOptionsBuilder};
use futures::TryStreamExt;

use crate::docker_object::DockerObject;

const BUSYBOX: &str = "/bin/busybox";
/// The programs that tests call by name; the shell has the rest built in.
const PROGRAMS: [&str; 6] = ["sh", "cat", "grep", "id", "sleep", "stty"];

/// Loads the image under a name of its own. Dropping the object removes it.
pub async fn image(docker: &Docker) -> anyhow::Result<DockerObject> {
    let program = fs::read(BUSYBOX).context("/bin/busybox is missing: scripts/setup busybox")?;
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(program.len() as u64);
    header.set_mode(0o755);
    header.set_cksum();
    archive.append_data(&mut header, "bin/busybox", program.as_slice())?;
    for program in PROGRAMS {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        header.set_mode(0o777);
        archive.append_link(&mut header, format!("bin/{program}"), "busybox")?;
    }
    let name = format!("tidemark-test-busybox:{:016x}", rand::random::<u64>());
    let (repo, tag) = name.split_once(':').unwrap_or_default();
    let options = CreateImageOptionsBuilder::default().from_src("-").repo(repo).tag(tag).build();
    let body = body_full(archive.into_inner()?.into());
    docker.create_image(Some(options), Some(body), None).try_for_each(async |_| Ok(())).await?;
    Ok(DockerObject::of_image(docker, name))
}
