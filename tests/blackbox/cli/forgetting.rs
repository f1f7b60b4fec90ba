//! What goes for ever: the personal data of demands whose time is over, and wrapping keys of weeks past.

use std::sync::Arc;

use jiff::ToSpan as _;
use private_postgres::test_util::shared;
use register::{Clock as _, SetClock, SystemClock};
use tests::cast::{self, NICE};

use crate::corpus::stage::request;
use tests::stage::sne::Place;
use tests::stage::world;

#[tokio::test(flavor = "multi_thread")]
async fn inv_32_the_operator_erases_a_demand_whose_time_is_over_and_rotates_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let (_, url) = world::new_database(shared());
    let long_ago = SystemClock.now() - (24 * 420).hours();
    let clock = Arc::new(SetClock::at(long_ago));
    let day = clock.today().to_string();
    let register = world::open(&url, &folder.path().join("keys"), clock).await;
    world::bring_in_the_cast(&register).await;
    let mut numbers = Vec::new();
    for name in ["Autrefois", "Toujours"] {
        let act = serde_json::from_value(cast::register(cast::form(name, "Zoé", "1990-02-28"))).unwrap();
        numbers.push(register.execute(request(NICE, None, act)).await.unwrap().number);
    }
    let leaves = serde_json::from_value(cast::renounce(&day)).unwrap();
    register.execute(request(NICE, Some(numbers[0]), leaves)).await.unwrap();
    drop(register);
    let (gone, lives) = (numbers[0].to_string(), numbers[1].to_string());
    let place = Place { data_dir: folder.path().to_owned(), database_url: Some(url) };

    place.sne(&["migrate"]).ends(0);
    let overdue = place.sne(&["doctor", "--format", "json"]).ends(6).out;
    assert!(overdue.contains("sne keys rotate"), "{overdue}");
    let rotate = |arguments: &[&str]| {
        let all = [&["keys", "rotate", "--format", "json"][..], arguments].concat();
        place.sne(&all).ends(0).json()[0].clone()
    };
    let planned = rotate(&["--dry-run"]);
    assert_eq!(planned["rewrapped"], 64);
    let done = rotate(&[]);
    assert_eq!((&done["rewrapped"], &done["unopened"]), (&planned["rewrapped"], &planned["unopened"]));
    assert_eq!(rotate(&[])["rewrapped"], 0, "once is enough");

    let plan = place.sne(&["erase", &gone, "--dry-run", "--format", "json"]).ends(0).json();
    assert!(plan[0]["number"] == gone.as_str() && plan[0]["erased_on"].is_null());
    let show = ["demand", "show", &gone, "--actor", NICE, "--format", "json"];
    assert!(place.sne(&show).ends(0).json()["household"].is_array(), "a plan changes nothing");
    assert!(!place.sne(&["erase", &gone, "--format", "json"]).ends(0).json()[0]["erased_on"].is_null());
    let shown = place.sne(&show).ends(0).json();
    assert!(shown["household"].is_null() && !shown["erased_on"].is_null() && shown["status"] == "radiated", "{shown}");
    assert_eq!(shown["communes"][0], "06088", "facts stay");
    let sheet = place.sne(&["demand", "show", &gone, "--actor", NICE]).ends(0);
    assert!(sheet.out.contains("données nominatives effacées"), "{}", sheet.out);
    for reader in ["sne", "postgres-es"] {
        let history = place.sne(&["demand", "history", &gone, "--reader", reader]).ends(0);
        assert!(history.out.contains("effacement") && !history.out.contains("Autrefois"), "{}", history.out);
    }
    assert!(place.sne(&["erase", &gone]).ends(4).err.contains("effacées"));
    for arguments in [&["erase", &lives][..], &["erase", &lives, "--dry-run"]] {
        assert!(place.sne(arguments).ends(4).err.contains("n'est pas radiée"));
    }
    place.sne(&["erase", "1110318016982G1104"]).ends(3);
    place.sne(&["doctor", "--cross-read"]).ends(0);
}
