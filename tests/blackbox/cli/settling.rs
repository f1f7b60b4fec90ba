//! What a territory decides for itself, through the command line.

use private_postgres::test_util::shared;
use register::{Clock as _, SystemClock};
use serde_json::Value;

use tests::stage::sne::Place;
use tests::stage::world;

const STATE: &str = "000005165/006P1/agent-01";
const LESSOR: &str = "000005017/006A1/agent-01";

fn setting<'a>(sheet: &'a Value, name: &str) -> &'a Value {
    sheet["settings"].as_array().unwrap().iter().find(|setting| setting["name"] == name).unwrap()
}

#[test]
fn inv_54_a_territory_is_settled_by_whoever_may_and_a_plan_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let organisations = folder.path().join("organisations.ndjson");
    std::fs::write(&organisations, synth::SAMPLE_ORGANISATIONS).unwrap();
    let (_, url) = world::new_database(shared());
    let place = Place { data_dir: folder.path().join("data"), database_url: Some(url) };
    place.sne(&["org", "import", organisations.to_str().unwrap()]).ends(0);

    let today = SystemClock.today();
    let from = nomenclature::add_months(today, 2).to_string();
    let sheet = |more: &[&str]| {
        let all = [&["territory", "settings", "006", "--format", "json"][..], more].concat();
        place.sne(&all).ends(0).json()
    };
    let set = |value: &str, actor: &str, more: &[&str]| {
        let all =
            ["territory", "set", "renewal_window_months", value, "--from", &from, "--actor", actor, "--format", "json"];
        place.sne(&[&all[..], more].concat())
    };
    assert_eq!(setting(&sheet(&[]), "renewal_window_months")["standing"], "provisional");

    let plan = set("3", STATE, &["--dry-run"]).ends(0).json();
    assert!(plan[0]["version"].is_null() && plan[0]["decision"].as_str().unwrap().contains("3 mois"), "{plan}");
    assert_eq!(sheet(&[])["version"], 0, "a plan changes nothing");
    for more in [&[][..], &["--dry-run"]] {
        assert!(set("3", LESSOR, more).ends(5).err.contains("NOT_THE_MANAGER"));
        let wrong = set("13", STATE, more).ends(4).err;
        assert!(wrong.contains("value") && wrong.contains("OUT_OF_RANGE"), "{wrong}");
    }
    let made = set("3", STATE, &["--note", "comité du 12/11/2026"]).ends(0).json();
    assert_eq!((&made[0]["version"], &made[0]["territory"]), (&1.into(), &"006".into()));
    let (now, then) = (sheet(&[]), sheet(&["--on", &from, "--history"]));
    assert_eq!(setting(&now, "renewal_window_months")["value"], 12);
    assert_eq!(setting(&now, "renewal_window_months")["planned"][0]["valid_from"], from.as_str());
    let decided = setting(&then, "renewal_window_months");
    assert_eq!((&decided["value"], &decided["standing"]), (&3.into(), &"decided".into()));
    assert_eq!(then["history"][0]["author"], STATE);

    let withdraw = ["territory", "withdraw", "renewal_window_months", "--from", &from, "--actor", STATE];
    place.sne(&withdraw).ends(0);
    assert!(place.sne(&withdraw).ends(4).err.contains("rien à retirer"));

    let abnormal = |more: &[&str]| {
        let all =
            ["territory", "abnormal-delay", "--from", &from, "--reference", "arrêté n° 2026-114", "--actor", STATE];
        place.sne(&[&all[..], more].concat())
    };
    abnormal(&["48", "--commune", "06088", "--type", "T4"]).ends(0);
    abnormal(&["--end"]).ends(4);
    abnormal(&["48", "--end"]).ends(2);
    abnormal(&[]).ends(2);
    assert!(abnormal(&["48", "--commune", "83137"]).ends(4).err.contains("OUTSIDE_TERRITORY"));
    let planned = &sheet(&[])["planned_abnormal_delays"][0];
    assert_eq!((&planned["months"], &planned["commune"]), (&48.into(), &"06088".into()));
    let table = place.sne(&["territory", "settings", "006", "--on", &from, "--history"]).ends(0).out;
    for told in ["renewal_window_months", "06088", "délai anormalement long, commune 06088, type T4 : 48 mois", STATE]
    {
        assert!(table.contains(told), "{told}: {table}");
    }
    place.sne(&["territory", "settings", "999"]).ends(2);
    place.sne(&["doctor"]).ends(0);
}
