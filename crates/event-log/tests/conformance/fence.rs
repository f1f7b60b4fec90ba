//! A session that was lost has ended before its round is sent again: it can no longer commit what was refused since.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use event_log::{EventLog, Options, Role};
use sqlx::{ConnectOptions, Executor};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;

use crate::world::{append, command, committed, conflict, postgres, refused};

const SESSIONS: &str = "SELECT count(*) FROM pg_stat_activity \
    WHERE datname = current_database() AND application_name = 'sne_append'";

/// A proxy that can cut the client off while the server goes on believing that it is there.
struct Proxy {
    cut: watch::Sender<u32>,
    kept: Arc<Mutex<Vec<UnixStream>>>,
}

impl Proxy {
    fn start(server: &Path, folder: &Path, port: u16) -> Self {
        let name = format!(".s.PGSQL.{port}");
        let listener = UnixListener::bind(folder.join(&name)).expect("the proxy listens");
        let server = server.join(name);
        let (cut, cuts) = watch::channel(0);
        let kept = Arc::new(Mutex::new(Vec::new()));
        let keeper = Arc::clone(&kept);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let mut upstream = UnixStream::connect(&server).await.expect("the server answers");
                let (mut cuts, keeper) = (cuts.clone(), Arc::clone(&keeper));
                cuts.mark_unchanged();
                tokio::spawn(async move {
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut client, &mut upstream) => {}
                        _ = cuts.changed() => keeper.lock().expect("no panic before").push(upstream),
                    }
                });
            }
        });
        Self { cut, kept }
    }
}

#[tokio::test]
async fn a_lost_session_ends_before_its_round_is_sent_again() {
    let world = postgres().await;
    committed(world.one(command(vec![append("a", 0, 1)])).await);
    let folder = std::env::temp_dir().join(format!("sne-fence-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).expect("private");
    let server = world.options.get_socket().expect("the cluster listens on a socket").clone();
    let proxy = Proxy::start(&server, &folder, world.options.get_port());

    let options = Options { connections: 1, patience: Duration::from_secs(30), ..Options::default() };
    let log = EventLog::new(world.options.clone().socket(&folder), world.pool(Role::Writer).await, options);
    let before: i64 = world.count(SESSIONS).await;

    // Somebody holds the head row; the round waits for it in the server.
    let mut holder = world.superuser().await;
    holder.execute("BEGIN; SELECT 1 FROM log.head FOR UPDATE").await.expect("held");
    let call = tokio::spawn({
        let log = log.clone();
        async move { log.append(vec![command(vec![append("a", 5, 1)])]).await }
    });
    let mut looker = world.options.connect().await.expect("connects");
    let waiting = async |looker: &mut sqlx::PgConnection| -> Vec<i32> {
        sqlx::query_scalar(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() \
               AND application_name = 'sne_append' AND wait_event_type = 'Lock'",
        )
        .fetch_all(looker)
        .await
        .expect("read")
    };
    let lost = loop {
        if let [pid] = waiting(&mut looker).await[..] {
            break pid;
        }
        tokio::task::yield_now().await;
    };
    // The client is cut off, the server keeps the session. The next one must end it before it sends the round.
    proxy.cut.send_modify(|cuts| *cuts += 1);
    loop {
        match waiting(&mut looker).await[..] {
            [pid] if pid != lost => break,
            [first, second] => panic!("sessions {first} and {second} both hold the round"),
            _ => tokio::task::yield_now().await,
        }
    }
    assert_eq!(proxy.kept.lock().expect("no panic before").len(), 1, "the server's side was kept open");
    assert_eq!(world.count(SESSIONS).await, before + 1, "the lost session has ended");

    holder.execute("ROLLBACK").await.expect("let go");
    let mut verdicts = call.await.expect("ran").expect("answered");
    assert_eq!(refused(verdicts.pop().expect("one")), conflict("a", 5, 1));
    std::fs::remove_dir_all(&folder).expect("removed");
}
