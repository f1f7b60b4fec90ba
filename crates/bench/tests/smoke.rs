//! The program still goes through everything, and its counts are what the design says. No time is asserted.

use std::process::Command;

use serde_json::Value;

#[test]
fn a_run_takes_every_figure_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("figures.json");
    // The server's account must be able to walk through the folder that its own lies in.
    let disk = tempfile::tempdir().unwrap();
    std::fs::set_permissions(disk.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_bench"))
        .arg("--smoke")
        .arg("--json")
        .arg(&json)
        .arg("--dir")
        .arg(disk.path())
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(std::fs::read_dir(disk.path()).unwrap().count(), 0, "the cluster's folders are removed");

    let figures: Value = serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap();
    let names = |rows: &Value, name: &str| -> Vec<String> {
        rows.as_array().unwrap().iter().map(|row| row[name].as_str().unwrap().to_owned()).collect()
    };
    let modes = [
        "pgbench INSERT",
        "stock cqrs-es",
        "guarded append",
        "guarded append x16",
        "guarded append x64",
        "bus: register",
        "bus: renew",
        "gRPC: stock cqrs-es",
        "gRPC: register",
        "gRPC: register, mutual TLS",
    ];
    assert_eq!(names(&figures["rows"], "mode"), modes);
    assert!(figures["rows"].as_array().unwrap().iter().all(|row| row["of_pgbench"]["median"].as_f64() > Some(0.0)));
    let doors = &figures["run"]["doors"];
    assert_eq!((&doors["rights"], &doors["looks"]), (&100.into(), &80.into()));
    assert!(doors["looks_per_second"].as_f64() > Some(0.0), "{doors}");
    let large = &figures["run"]["large"];
    let ways = ["typed, sealed", "gRPC ReplayLog", "stock ReplayStream", "typed, unsealed"];
    assert_eq!(names(&large["replays"], "way"), ways);
    let shapes = [
        "commune, first page",
        "commune, deep page",
        "type and commune",
        "name",
        "person",
        "number",
        "within communes, first page",
        "type within communes",
        "deadlines, first page",
        "deadlines within communes, first page",
    ];
    assert_eq!(names(&large["searches"], "shape"), shapes);
    let finite = |value: &Value| value.as_f64().is_some_and(f64::is_finite);
    for searched in large["searches"].as_array().unwrap() {
        assert!(["found", "p50_ms", "p99_ms", "max_ms"].iter().all(|figure| finite(&searched[figure])), "{searched}");
    }
    assert!(large["demands"].as_u64() >= Some(300), "the register is filled up");
    assert!(finite(&large["followed"]["seconds"]));
    // A command by the clock is answered and seen, whatever the rate was.
    let lags = large["lags"].as_array().unwrap();
    assert!(lags.iter().all(|lagged| finite(&lagged["held_per_second"]) && finite(&lagged["lag"]["p99_ms"])));
    assert!(!lags.is_empty());
    let daily = &figures["run"]["daily"];
    assert_eq!((&daily["listed"], &daily["radiated"]), (&20.into(), &10.into()));
    assert!(["seconds", "peak_mib", "folded_per_second"].iter().all(|figure| finite(&daily[figure])), "{daily}");
    let import = &figures["run"]["import"];
    assert_eq!(import["rows"], 180);
    let taken = ["rows_per_second", "events_per_second", "again_per_second", "peak_mib"];
    assert!(taken.iter().all(|figure| finite(&import[figure])), "{import}");
    let monthly = &figures["run"]["figures"];
    assert!(monthly["events"].as_i64() > Some(3_000) && finite(&monthly["folded_per_second"]), "{monthly}");
    let asked = monthly["asked"].as_array().unwrap();
    assert_eq!(asked.len(), 6);
    assert!(asked.iter().all(|asked| finite(&asked["p99_ms"]) && asked["calls"] == 4), "{monthly}");
    assert!(figures["run"]["calibrations"].as_array().unwrap().iter().all(finite));

    let counted = |what: &str, figure: &str| {
        let costs = figures["run"]["costs"].as_array().unwrap();
        let cost = costs.iter().find(|cost| cost["what"].as_str().unwrap().starts_with(what));
        cost.unwrap_or_else(|| panic!("no row for {what}"))[figure].as_f64().unwrap()
    };
    // One call of one function, whatever the number of events and commands in it.
    assert!((counted("guarded append, 1 event", "round_trips") - 1.0).abs() < 1e-9);
    assert!((counted("guarded append, 16 events", "round_trips") - 1.0).abs() < 1e-9);
    assert!((counted("guarded append x64", "round_trips") - 1.0 / 64.0).abs() < 1e-9);
    // Receipt and append; receipt, events, key and append. Blocks and the directory's second look come on top, rarely.
    assert!((2.0..3.5).contains(&counted("bus: register", "statements")));
    assert!((4.0..5.5).contains(&counted("bus: renew", "statements")));
    // Those of the registration, and those of the view that folds it: at most a page for every command.
    assert!(counted("gRPC: register", "statements") >= 2.0);
    assert!(counted("gRPC: register", "allocations") > counted("bus: register", "allocations"));
}

#[test]
fn wrong_arguments_and_a_folder_that_is_not_there_end_with_their_codes() {
    let code = |args: &[&str]| Command::new(env!("CARGO_BIN_EXE_bench")).args(args).output().unwrap().status.code();
    assert_eq!(code(&["--repeats", "0"]), Some(2));
    assert_eq!(code(&["--quick", "--smoke"]), Some(2));
    assert_eq!(code(&["--quick", "--daily"]), Some(2));
    assert_eq!(code(&["--figures", "--daily"]), Some(2));
    assert_eq!(code(&["--smoke", "--dir", "/nonexistent"]), Some(1));
}
