//! Containers and images that a test itself creates on the engine, beside those of leases. They are removed on drop, also
//! when the test fails.

use bollard::{
    Docker, body_full,
    models::ContainerCreateBody,
    query_parameters::{
        CreateContainerOptionsBuilder, ImportImageOptionsBuilder, RemoveContainerOptionsBuilder,
        RemoveImageOptionsBuilder, StartContainerOptions,
    },
};
use futures::TryStreamExt;
use serde_json::json;

pub struct DockerObject {
    docker: Docker,
    /// A container's id, or an image's name.
    pub name: String,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Container,
    Image,
}

impl DockerObject {
    /// Creates and starts a container.
    pub async fn container(docker: &Docker, name: &str, body: ContainerCreateBody) -> anyhow::Result<Self> {
        let options = CreateContainerOptionsBuilder::default().name(name).build();
        let id = docker.create_container(Some(options), body).await?.id;
        let object = Self { docker: docker.clone(), name: id, kind: Kind::Container };
        docker.start_container(&object.name, None::<StartContainerOptions>).await?;
        Ok(object)
    }

    /// An image that is already loaded.
    pub fn of_image(docker: &Docker, name: String) -> Self {
        Self { docker: docker.clone(), name, kind: Kind::Image }
    }

    /// Loads an empty image for Linux on the given architecture.
    pub async fn image(docker: &Docker, name: String, architecture: &str) -> anyhow::Result<Self> {
        // An archive without files is two empty blocks.
        let layer = vec![0; 1024];
        let digest = "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";
        let config = json!({
            "architecture": architecture, "os": "linux", "config": {},
            "rootfs": {"type": "layers", "diff_ids": [digest]},
        });
        let manifest = json!([{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]);
        let mut archive = tar::Builder::new(Vec::new());
        for (path, content) in [
            ("config.json", serde_json::to_vec(&config)?),
            ("manifest.json", serde_json::to_vec(&manifest)?),
            ("layer.tar", layer),
        ] {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            archive.append_data(&mut header, path, content.as_slice())?;
        }
        let body = body_full(archive.into_inner()?.into());
        let options = ImportImageOptionsBuilder::default().build();
        docker.import_image(options, body, None).try_for_each(async |_| Ok(())).await?;
        Ok(Self::of_image(docker, name))
    }
}

impl Drop for DockerObject {
    fn drop(&mut self) {
        let (docker, name, kind) = (self.docker.clone(), self.name.clone(), self.kind);
        let removal = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                match kind {
                    Kind::Container => {
                        let force = RemoveContainerOptionsBuilder::default().force(true).build();
                        docker.remove_container(&name, Some(force)).await?;
                    }
                    Kind::Image => {
                        let force = RemoveImageOptionsBuilder::default().force(true).build();
                        docker.remove_image(&name, Some(force), None).await?;
                    }
                }
                anyhow::Ok(())
            })
        });
        // The object may be gone already, and the test's own failure matters more.
        drop(removal.join());
    }
}
