use private_postgres::{Cluster, Error, Options};

use crate::support::{Home, mode};

fn refused(options: Options) -> Error {
    Cluster::start(options).expect_err("the start is refused")
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error_that_names_it() {
    // Not even root makes folders there.
    let error = refused(Options::new("/proc/nowhere/postgresql"));
    assert!(matches!(&error, Error::Folder { .. }), "{error}");
    assert!(error.to_string().contains("/proc/nowhere"), "{error}");
}

#[test]
fn a_file_in_the_place_of_the_folder_is_an_error() {
    let home = Home::new();
    let file = home.0.path().join("file");
    std::fs::write(&file, "mine").unwrap();
    assert!(matches!(refused(Options::new(&file)), Error::Folder { .. }));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let home = Home::new();
    std::fs::write(home.0.path().join("letter.txt"), "mine").unwrap();
    assert!(matches!(refused(Options::new(home.0.path())), Error::ForeignFolder { .. }));
    assert_eq!(std::fs::read_dir(home.0.path()).unwrap().count(), 1);
}

#[test]
fn a_setting_that_would_weaken_the_cluster_leaves_nothing_behind() {
    let home = Home::new();
    assert!(matches!(refused(home.options().setting("fsync", "off")), Error::Setting { .. }));
    assert_eq!(std::fs::read_dir(home.0.path()).unwrap().count(), 0);
}

#[test]
fn a_setting_that_the_server_refuses_is_told_in_its_words() {
    let home = Home::new();
    let error = refused(home.options().setting("no_such_setting", "1"));
    assert!(error.to_string().contains("no_such_setting"), "{error}");
}

#[test]
fn a_path_that_a_shell_would_read_is_refused() {
    let home = Home::new();
    let error = refused(Options::new(home.0.path().join("a$(date)")));
    assert!(matches!(error, Error::Setting { .. }), "{error}");
}

#[test]
fn root_is_told_which_folder_keeps_the_server_out() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let home = Home::new();
    std::fs::set_permissions(home.0.path(), mode(0o700)).unwrap();
    match refused(home.options()) {
        Error::NotTraversable { folder, .. } => assert_eq!(folder, home.0.path().canonicalize().unwrap()),
        other => panic!("{other}"),
    }
}

#[test]
fn data_of_a_version_that_is_not_installed_are_not_touched() {
    let home = Home::new();
    let folder = home.0.path().join("postgresql");
    std::fs::create_dir_all(folder.join("cluster")).unwrap();
    std::fs::write(folder.join("start.lock"), "").unwrap();
    std::fs::write(folder.join("cluster/PG_VERSION"), "99\n").unwrap();
    let error = refused(home.options());
    assert!(matches!(error, Error::VersionMismatch { data: 99, .. }), "{error}");
}
