use std::os::unix::fs::{MetadataExt, PermissionsExt};

use private_postgres::{Cluster, Options, Step, Stopped};

use crate::support::{Home, alive, eventually, mode, psql};

#[test]
fn the_first_start_initialises_and_the_second_one_keeps_the_data() {
    let home = Home::new();
    let (cluster, steps) = home.start();
    assert_eq!(steps, [Step::Initialising, Step::Starting]);
    assert!(cluster.version() >= private_postgres::MINIMUM_MAJOR);
    psql(&cluster, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)");
    let pid = cluster.postmaster_pid();
    assert_eq!(cluster.stop().unwrap(), Stopped::Server);
    eventually("the server goes once it has stopped", || !alive(pid));

    let (cluster, steps) = home.start();
    assert_eq!(steps, [Step::Starting]);
    assert_eq!(psql(&cluster, "SELECT n FROM kept"), "42");
}

#[test]
fn durability_and_checksums_are_on_and_no_network_port_is_open() {
    let home = Home::new();
    let cluster = Cluster::start(home.options().setting("work_mem", "5MB")).unwrap();
    for (name, value) in [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
        ("timezone", "UTC"),
        ("work_mem", "5MB"),
        ("log_min_error_statement", "panic"),
    ] {
        assert_eq!(psql(&cluster, &format!("SHOW {name}")), value, "{name}");
    }
    assert_eq!(std::fs::metadata(cluster.socket_dir()).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn the_server_never_runs_as_root() {
    let home = Home::new();
    let (cluster, _) = home.start();
    let server = std::fs::metadata(format!("/proc/{}", cluster.postmaster_pid())).unwrap().uid();
    let ours = nix::unistd::geteuid();
    assert_ne!(server, 0);
    assert!(ours.is_root() || ours.as_raw() == server);
    let status = std::fs::read_to_string(format!("/proc/{}/status", cluster.postmaster_pid())).unwrap();
    if ours.is_root() {
        assert!(status.lines().any(|l| l.trim_end() == "Groups:"), "root's supplementary groups are dropped too");
    }
}

#[test]
fn a_path_too_long_for_a_socket_gets_a_short_folder_that_goes_with_the_server() {
    let home = Home::new();
    let deep = home.0.path().join("d".repeat(60)).join("e f".repeat(20)).join("postgresql");
    std::fs::create_dir_all(deep.parent().unwrap()).unwrap();
    for folder in deep.ancestors().skip(1).take(2) {
        std::fs::set_permissions(folder, mode(0o755)).unwrap();
    }
    let cluster = Cluster::start(Options::new(&deep)).unwrap();
    let socket = cluster.socket_dir().to_owned();
    assert!(!socket.starts_with(home.0.path()) && socket.as_os_str().len() < 93);
    assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(psql(&cluster, "SELECT 1"), "1");
    assert_eq!(Cluster::start(Options::new(&deep)).unwrap().socket_dir(), socket, "the data folder remembers it");
    cluster.stop().unwrap();
    assert!(!socket.exists());
}

#[test]
fn a_half_made_cluster_is_made_anew() {
    let home = Home::new();
    let folder = home.0.path().join("postgresql");
    std::fs::create_dir_all(folder.join("cluster.unfinished")).unwrap();
    std::fs::write(folder.join("cluster.unfinished/PG_VERSION"), "15\n").unwrap();
    std::fs::write(folder.join("start.lock"), "").unwrap();
    let (cluster, steps) = home.start();
    assert_eq!(steps, [Step::Initialising, Step::Starting]);
    assert_eq!(psql(&cluster, "SELECT 1"), "1");
}
