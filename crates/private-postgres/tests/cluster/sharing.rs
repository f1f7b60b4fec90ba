use private_postgres::{Cluster, Step, Stopped};

use crate::support::{Holder, Home, alive, eventually, psql};

#[test]
fn a_stop_while_another_process_uses_the_cluster_leaves_it_running() {
    let home = Home::new();
    let (ours, _) = home.start();
    let other = Holder::of(&home.0.path().join("postgresql"));
    assert_eq!(other.told, ours.postmaster_pid().to_string(), "the second process adopts");
    let pid = ours.postmaster_pid();
    assert_eq!(ours.stop().unwrap(), Stopped::OthersRemain);
    assert!(alive(pid));
    other.kill();
    let (last, steps) = home.start();
    assert_eq!(steps, [Step::Adopted { pid }]);
    assert_eq!(last.stop().unwrap(), Stopped::Server);
    eventually("the server goes once it has stopped", || !alive(pid));
}

#[test]
fn starters_at_the_same_instant_share_one_server() {
    let home = Home::new();
    let clusters: Vec<Cluster> = std::thread::scope(|scope| {
        let starters: Vec<_> = (0..4).map(|_| scope.spawn(|| home.start().0)).collect();
        starters.into_iter().map(|starter| starter.join().unwrap()).collect()
    });
    let pid = clusters[0].postmaster_pid();
    assert!(clusters.iter().all(|cluster| cluster.postmaster_pid() == pid));
    let answers: Vec<Stopped> = clusters.into_iter().map(|cluster| cluster.stop().unwrap()).collect();
    assert_eq!(answers, [Stopped::OthersRemain, Stopped::OthersRemain, Stopped::OthersRemain, Stopped::Server]);
}

#[test]
fn a_dropped_handle_stops_the_server_of_its_last_user() {
    let home = Home::new();
    let (first, _) = home.start();
    let (second, _) = home.start();
    let pid = first.postmaster_pid();
    drop(first);
    assert_eq!(psql(&second, "SELECT 1"), "1");
    drop(second);
    eventually("the server goes once it has stopped", || !alive(pid));
}
