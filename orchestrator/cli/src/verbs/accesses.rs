use std::time::{Duration, UNIX_EPOCH};

use clap::Args;

use crate::{
    render::{answer, table::table},
    settings::{ConnectionSettings, IdentitySettings},
    wallet::{session::Session, sign_in::sign_in},
};

#[derive(Debug, Args)]
pub struct AccessesArgs {
    /// The id of the lease, or a unique prefix of it.
    lease: String,
    /// How many of the newest accesses to list.
    #[arg(long, default_value_t = 50)]
    limit: u32,
}

impl AccessesArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let remote = sign_in(&session, &lease).await?;
        let all = remote.accesses(lease.id, self.limit).await?;
        answer::print(json, &all, |all| {
            let time = |ms| humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_millis(ms)).to_string();
            let rows: Vec<_> = all
                .iter()
                .map(|access| [time(access.at_ms), access.who.clone(), access.what.clone(), access.detail.clone()])
                .collect();
            table(["when", "who", "what", ""], &rows)
        })
    }
}
