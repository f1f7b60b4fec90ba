//! A whole territory lives in a real register: what is there at the end is what its decisions alone come to, also after a kill.

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use private_postgres::{Cluster, Options};
use synth::calibration::{Calibration, Counts, Ledger, TABLE, Table};
use synth::{TerritoryOptions, territory};

use tests::stage::sne::Place;

const LIVE: &[&str] = &["synth", "live", "--scale", "1:400", "--months", "4"];

fn expected() -> Counts {
    let options = TerritoryOptions { scale: "1:400".parse().unwrap(), months: 4, ..TerritoryOptions::default() };
    let mut ledger = Ledger::new(options.territory);
    for day in territory(&options) {
        ledger.play(&day).unwrap();
    }
    ledger.counts()
}

/// The register's own count, from its log.
fn counted(cluster: &Cluster) -> Counts {
    let ask = |sql: &str| {
        let url = cluster.url(cluster.superuser(), "sne");
        let psql = cluster.binaries().tool("psql");
        let output = Command::new(psql).args(["-XqAt", "-c", sql, "-d", &url]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let of_type = |name: &str| -> u64 {
        ask(&format!("SELECT count(*) FROM log.events WHERE event_type = '{name}'")).parse().unwrap()
    };
    let motives = ask("SELECT payload::json -> 'motive' ->> 'code', count(*) FROM log.events
                        WHERE event_type = 'Radiated' GROUP BY 1 ORDER BY 1");
    let radiated: BTreeMap<String, u64> = motives
        .lines()
        .filter_map(|line| line.split_once('|'))
        .map(|(code, count)| (code.to_owned(), count.parse().unwrap()))
        .collect();
    let (registered, reinstated) = (of_type("Registered"), of_type("Reinstated"));
    let active = registered + reinstated - radiated.values().sum::<u64>();
    Counts { active, registered, radiated, reinstated }
}

fn home() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("sne-cli-").permissions(Permissions::from_mode(0o755)).tempdir().unwrap()
}

#[test]
fn a_territory_lives_in_a_register_as_its_decisions_alone_say_and_a_killed_life_is_taken_up() {
    let home = home();
    let place = Place::private(home.path().join("territory"));
    let mut killed = place.command(LIVE).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(120);
    while !place.data_dir.join("notices").exists() {
        assert!(killed.try_wait().unwrap().is_none(), "the life goes on");
        assert!(Instant::now() < deadline, "the days come to a notice");
        std::thread::yield_now();
    }
    killed.kill().unwrap();
    killed.wait().unwrap();

    let told = place.sne(LIVE).ends(0).out;
    assert!(told.contains("Alpes-Maritimes, jusqu'au 2026-10-31"), "{told}");
    let cluster = Cluster::start(Options::new(place.data_dir.join("postgresql"))).unwrap();
    let expected = expected();
    assert_eq!(counted(&cluster), expected);
    assert!(expected.radiated.len() >= 2, "{expected:?}");
    // Its keys are of the weeks that were lived.
    place.sne(&["keys", "rotate"]).ends(0);
    place.sne(&["doctor"]).ends(0);

    let refused = place.sne(&["synth", "live", "--seed", "7", "--scale", "1:400", "--months", "4"]).ends(1);
    assert!(refused.err.contains("n'est pas vide"), "{}", refused.err);
    assert_eq!(counted(&cluster), expected);
}

/// The demonstration ends with what the register knows of the territory, told by the commands that tell it otherwise.
#[test]
fn a_demonstrated_territory_shows_a_life_a_view_a_year_of_figures_late_radiations_and_its_likeness() {
    let home = home();
    let place = Place::private(home.path().join("demo"));
    let demo = ["demo", "--exit", "--listen", "127.0.0.1:0", "--scale", "1:400", "--months", "4"];
    let told = place.sne(&demo).ends(0).out;
    for part in [
        "Alpes-Maritimes, jusqu'au 2026-10-31",
        "Gestion partagée : qui souhaite la commune 06088",
        "Relecture par un auditeur : la demande 006",
        "Douze mois de statistiques",
        "Radiations tardives",
        "Le territoire fictif et les chiffres publiés",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }

    let sheet = place.sne(&["stats", "series", "006", "--to", "2026-10"]).ends(0).out;
    let chart = place.sne(&["stats", "series", "006", "--to", "2026-10", "--measure", "registered"]).ends(0).out;
    for year in [&sheet, &chart] {
        assert_eq!(year.lines().filter(|line| line.starts_with("│ 202")).count(), 12, "{year}");
        assert!(told.contains(year.as_str()), "{year}{told}");
    }
    assert!(chart.contains('█') && sheet.contains("2025-11"), "{chart}");

    let late = place.sne(&["late", "006", "--format", "json"]).ends(0).json();
    let late = late.as_array().unwrap();
    let numbers: Vec<&str> = late.iter().map(|row| row["number"].as_str().unwrap()).collect();
    let demands = numbers.iter().collect::<std::collections::BTreeSet<_>>().len();
    assert!(
        demands > 0 && told.contains(&format!("demandes en retard de radiation : {demands} (")),
        "{demands}: {told}"
    );
    let (_, shown) = told.split_once("Radiations tardives").unwrap();
    let shown = shown.lines().find(|line| line.contains(numbers[0])).unwrap();
    let age = shown.split(['│', '┆']).nth(2).unwrap().trim();
    assert!(age.parse::<u32>().is_ok(), "{shown}");

    let options = TerritoryOptions { scale: "1:400".parse().unwrap(), months: 4, ..TerritoryOptions::default() };
    let tally = Calibration::run(&options, &Table::parse(TABLE).unwrap()).unwrap().tally();
    let summary = format!(
        "{} chiffres atteints sur {} ; {} autres chiffres publiés se contredisent",
        tally.met,
        tally.met + tally.missed,
        tally.not_fittable
    );
    assert!(tally.not_fittable > 0 && told.contains(&summary), "{summary}: {told}");
}

#[test]
fn a_missed_figure_ends_a_calibration_with_its_own_exit_code() {
    let home = home();
    let place = Place::private(home.path().join("none"));
    let targets = home.path().join("targets.csv");
    std::fs::write(&targets, TABLE.replace("|43|%", "|57|%")).unwrap();
    let few = ["synth", "calibrate", "--scale", "1:40", "--targets", targets.to_str().unwrap()];
    let missed = place.sne(&few).ends(6);
    let row = missed.out.lines().find(|line| line.starts_with("| personnes seules | 57.0 |")).unwrap();
    assert!(row.contains("**missed**"), "{row}");
    std::fs::write(&targets, "nothing").unwrap();
    assert!(place.sne(&few).ends(1).err.contains("ligne 1"));
}
