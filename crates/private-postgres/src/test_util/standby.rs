//! Standbys of temporary clusters.

use std::fs::File;
use std::path::Path;
use std::sync::Mutex;

use super::{TestCluster, new_folder};
use crate::account::Account;
use crate::folder::Folder;
use crate::{Cluster, Error, tool};

impl TestCluster {
    /// A cluster over data that `fill` makes in the folder it is given, as the account of the server.
    pub fn filled(fill: impl FnOnce(&Path) -> Result<(), Error>) -> Result<Self, Error> {
        let (options, watchdog) = new_folder(std::env::temp_dir())?;
        let folder = Folder::prepare(&options.data_dir)?;
        File::create(folder.start_lock()).map_err(Error::folder("create", folder.start_lock()))?;
        fill(&folder.pgdata())?;
        let cluster = Cluster::start(options.clone())?;
        Ok(Self { cluster: Mutex::new(Some(cluster)), options, watchdog })
    }

    /// A streaming standby of this cluster, made from a base backup, which calls itself `name`. Like any copy it has the
    /// settings that were made with `ALTER SYSTEM` here.
    pub fn standby(&self, name: &str) -> Result<Self, Error> {
        Self::filled(|pgdata| {
            let (program, url) = self.with(|cluster| {
                (cluster.binaries().tool("pg_basebackup"), cluster.url(cluster.superuser(), "postgres"))
            });
            let mut command = tool::command(&program);
            command.args(["-R", "-X", "stream", "-c", "fast", "-d"]).arg(format!("{url}&application_name={name}"));
            command.arg("-D").arg(pgdata);
            tool::run(command, Some(&Account::choose(pgdata)?), "pg_basebackup", None).map(drop)
        })
    }

    /// Names the standby that every commit waits for; an empty name for none.
    pub fn wait_for_standby(&self, name: &str) -> Result<(), Error> {
        self.psql("postgres", &format!("ALTER SYSTEM SET synchronous_standby_names = '{name}'"))?;
        self.psql("postgres", "SELECT pg_reload_conf()").map(drop)
    }
}
