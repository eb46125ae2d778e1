//! Access to a lease: sessions, grants, and what they open (usage, logs, shells), on a real chain and a real engine.
#![allow(clippy::unwrap_used)]

mod authorization;
mod commands;
mod grants;
mod logs;
mod shell;
mod sign_in;
mod store;

use std::ops::Deref;

use ::cli::settings::OrchestratorSettings;
use anvil::Actor;
use serde_json::Value;
use tests::{
    api_session::ApiSession,
    busybox,
    docker_object::DockerObject,
    running_lease::RunningLease,
    world::{DEPOSIT, World},
};

/// Prints a line to each stream every half second.
const TALK: &str = r#"i=0; while :; do i=$((i+1)); echo "out $i"; echo "err $i" >&2; sleep 0.5; done"#;

fn manifest(image: &str) -> String {
    // Compose takes `$$` for a dollar sign.
    let talk = TALK.replace('$', "$$");
    format!(
        "services:\n  talk:\n    image: \"{image}\"\n    user: \"1234:5678\"\n    stop_grace_period: 1s\n    \
         command: [\"/bin/sh\", \"-c\", '{}']\n",
        talk.replace('\'', "''")
    )
}

/// A lease whose container prints twice a second and has a shell, and the image that it runs.
struct TalkingLease {
    running: RunningLease,
    _image: DockerObject,
}

impl Deref for TalkingLease {
    type Target = RunningLease;

    fn deref(&self) -> &RunningLease {
        &self.running
    }
}

impl TalkingLease {
    async fn new(replicas: u16) -> Self {
        Self::with(replicas, |_| {}).await
    }

    /// The same with changed settings of the orchestrator. Its API listens at the registered endpoint.
    async fn with(replicas: u16, set: impl FnOnce(&mut OrchestratorSettings)) -> Self {
        let world = World::start().await.unwrap();
        let image = busybox::image(world.docker().await.unwrap()).await.unwrap();
        let port = world.port;
        let set = |settings: &mut OrchestratorSettings| {
            settings.listen.set_port(port);
            set(settings);
        };
        let manifest = manifest(&image.name);
        let order = world.order(&manifest, replicas);
        let running = RunningLease::start(world, &manifest, order, DEPOSIT, set).await.unwrap();
        Self { running, _image: image }
    }

    /// Stops the orchestrator. The image has to outlive the world, whose containers use it.
    async fn stop(self) -> (World, DockerObject) {
        (self.running.stop().await, self._image)
    }

    async fn tenant(&self) -> ApiSession {
        self.session(Actor::Tenant).await.unwrap()
    }

    async fn stranger(&self) -> ApiSession {
        self.session(Actor::Stranger).await.unwrap()
    }

    /// What the access log records of one kind, newest first.
    async fn accesses(&self, what: &str) -> Vec<Value> {
        let (_, all) = self.tenant().await.get(&self.path("/accesses?limit=1000")).await.unwrap();
        all.as_array().unwrap().iter().filter(|access| access["what"] == what).cloned().collect()
    }
}
