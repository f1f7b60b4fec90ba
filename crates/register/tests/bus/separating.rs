//! A separation writes two demands in one append, with a number, a key and the claims that move; or nothing (INV-36).

use demand::co_applicant::DropDraft;
use demand::form::identity::CoApplicantDraft;
use demand::pieces::PieceDraft;
use demand::registration::ForceReason;
use demand::rupture::{DropGround, SeparationGround};
use demand::separation::SeparationDraft;
use demand::{Act, ActiveDemand, FormDraft, RejectionReason};
use jiff::civil::date;
use nomenclature::UniqueNumber;
use personal::Pii;
use register::{Check, Depth, Error, Outcome, Seen, Viewer};

use crate::world::*;

fn couple(link: &str) -> FormDraft {
    let mut couple = form(person("Lune", "Zoé", "1990-02-28"));
    couple.identity.as_mut().unwrap().co_applicants =
        vec![CoApplicantDraft { link: some(link), person: person("Soleil", "Paul", "1988-07-14") }];
    couple.family.as_mut().unwrap().situations = vec!["U".into(), "U".into()];
    couple
}

fn piece(piece_type: &str) -> PieceDraft {
    PieceDraft { piece_type: some(piece_type), sha256: some(&"b".repeat(64)), ..PieceDraft::default() }
}

fn draft(ground: SeparationGround, proof: &str) -> SeparationDraft {
    SeparationDraft {
        co_applicant: Some(0),
        ground: Some(ground),
        warned_on: (ground == SeparationGround::SwornStatement).then(|| TODAY.to_string()),
        form: form(person("SOLEIL", "Paul", "1988-07-14")),
        identity_piece: Some(piece("ID")),
        proof: Some(piece(proof)),
        ..SeparationDraft::default()
    }
}

fn sworn() -> SeparationDraft {
    draft(SeparationGround::SwornStatement, "FAM-HON")
}

fn separate(draft: SeparationDraft) -> Act {
    Act::Separate(Box::new(draft))
}

async fn content(world: &World, number: UniqueNumber) -> (ActiveDemand, u32) {
    let actor = nomenclature::Actor::parse(NICE).unwrap();
    let Seen { demand, version, .. } = world.register.demand(number, Viewer::Agent(&actor)).await.unwrap();
    (demand.content().unwrap().clone(), version)
}

/// Nothing is wrong with the register, seen by both readers.
async fn sound(world: &World) {
    let findings = world.register.examine(Depth::CrossRead, &world.stock().await, |_, _| ()).await.unwrap();
    // Months may go by in an instant, without the rotation of wrapping keys that a server does meanwhile.
    let faulty = |check: &&Check| check.name != "clés de chiffrement" && !check.faults.is_empty();
    assert!(findings.checks.iter().find(faulty).is_none(), "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_36_both_demands_stand_or_neither_and_the_person_moves() {
    let world = World::new().await;
    let joint = world.register(NICE, couple("C")).await.unwrap().number;
    let later = date(2028, 2, 3);
    world.clock.set(noon(later));
    let mut said = sworn();
    said.warned_on = some("2028-02-01");
    let request = request(ANTIBES, Some(joint), separate(said));
    let answer = world.register.execute(request.clone()).await.unwrap();
    let opened = answer.opened.unwrap();
    assert_eq!((answer.number, answer.version, answer.effective_on), (joint, 4, later));
    assert_eq!((&opened.number.as_str()[..7], opened.version), (&joint.as_str()[..7], 3), "filed in the same month");
    assert_eq!((opened.number.desk().as_str(), joint.desk().as_str()), ("G0604", "G0601"), "the desk that made each");
    assert_eq!(world.register.execute(request.clone()).await.unwrap(), answer, "the same act, the same answer");
    let outcome = world.register.outcome(request.command_id, &request.actor).await.unwrap();
    assert_eq!(outcome, Outcome::Committed(answer));

    let (left, version) = content(&world, joint).await;
    let (own, own_version) = content(&world, opened.number).await;
    assert_eq!((version, own_version), (4, 3));
    assert_eq!((left.filed_on, own.filed_on), (TODAY, TODAY), "inherited, however long ago");
    assert_eq!(left.separated_to, Pii::Clear(vec![opened.number]));
    assert_eq!(own.separated_from, Pii::Clear(Some(joint)));
    let held_by = async |person| match world.register(NICE, form(person)).await {
        Err(Error::Duplicate { held_by }) => held_by,
        other => panic!("{other:?}"),
    };
    assert_eq!(held_by(person("Lune", "Zoé", "1990-02-28")).await, joint);
    assert_eq!(held_by(person("Soleil", "Paul", "1988-07-14")).await, opened.number);
    sound(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_36_a_refused_separation_changes_neither_demand_and_costs_no_number() {
    let world = World::new().await;
    let joint = world.register(NICE, couple("C")).await.unwrap().number;
    let refused = world.act(NICE, Some(joint), separate(draft(SeparationGround::SwornStatement, "ID"))).await;
    let Err(Error::Rejected(rejection)) = refused else { panic!("{refused:?}") };
    assert_eq!(rejection.to_string(), "INVALID_FORM: proof.piece_type=NOT_A_PROOF");
    let mut stranger = sworn();
    stranger.form = form(person("Autre", "Jean", "1970-01-01"));
    let refused = world.act(NICE, Some(joint), separate(stranger)).await;
    assert!(matches!(refused, Err(Error::Rejected(told)) if told.reason == RejectionReason::NotTheCoApplicant));
    // Somebody holds the new partner: found by the log, after a number was given.
    let other = world.register(NICE, form(person("Autre", "Jean", "1970-01-01"))).await.unwrap().number;
    let mut together = sworn();
    let partner = CoApplicantDraft { link: some("C"), person: person("Autre", "Jean", "1970-01-01") };
    together.form.identity.as_mut().unwrap().co_applicants = vec![partner];
    together.form.family.as_mut().unwrap().situations = vec!["U".into(), "U".into()];
    let refused = world.act(NICE, Some(joint), separate(together)).await;
    assert!(matches!(refused, Err(Error::Duplicate { held_by }) if held_by == other));
    assert_eq!(content(&world, joint).await.1, 2, "nothing was written");
    let opened = world.act(NICE, Some(joint), separate(sworn())).await.unwrap().opened.unwrap().number;
    assert_eq!(opened.sequence().value(), other.sequence().value() + 1, "no number is lost");
    sound(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_36_of_two_desks_that_separate_in_the_same_instant_one_does() {
    let world = World::new().await;
    let other = world.another().await;
    for n in 0..5_u8 {
        let mut form = couple("C");
        let name = format!("Instant{}", char::from(b'a' + n));
        form.identity.as_mut().unwrap().applicant = Some(person(&name, "Zoé", "1990-02-28"));
        form.identity.as_mut().unwrap().co_applicants[0].person = person(&name, "Paul", "1988-07-14");
        let joint = world.register(NICE, form).await.unwrap().number;
        let mut said = sworn();
        said.form = self::form(person(&name, "Paul", "1988-07-14"));
        let one = world.register.execute(request(NICE, Some(joint), separate(said.clone())));
        let two = other.execute(request(ANTIBES, Some(joint), separate(said)));
        let (one, two) = tokio::join!(one, two);
        let (Ok(_), Err(refusal)) = (if one.is_ok() { (one, two) } else { (two, one) }) else {
            panic!("both or none separated");
        };
        assert_eq!(refusal.to_string(), "INVALID_FORM: separation.co_applicant=OUT_OF_RANGE", "he has left already");
        assert_eq!(content(&world, joint).await.0.separated_to.clear().unwrap().len(), 1);
    }
    sound(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_36_who_is_known_elsewhere_keeps_his_reference_when_he_gets_his_own_demand() {
    let world = World::new().await;
    let joint = world.register(NICE, couple("M")).await.unwrap().number;
    let elsewhere = registration("083", form_in("83137", "83000", person("Soleil", "Paul", "1988-07-14")));
    let toulon = world.act(TOULON, None, Act::Register(Box::new(elsewhere))).await.unwrap().number;
    let said = draft(SeparationGround::LegalProof, "FAM-JAF");
    let opened = world.act(NICE, Some(joint), separate(said)).await.unwrap().opened.unwrap().number;
    let actor = nomenclature::Actor::parse(TOULON).unwrap();
    let Seen { demand: there, .. } = world.register.demand(toulon, Viewer::Agent(&actor)).await.unwrap();
    assert_eq!(content(&world, opened).await.0.person_ref, there.content().unwrap().person_ref);
    sound(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_06_a_homonym_who_was_forced_into_the_joint_demand_leaves_it_by_force_and_flagged() {
    let world = World::new().await;
    let homonym = world.register(NICE, form(person("Soleil", "Paul", "1988-07-14"))).await.unwrap().number;
    let mut forced = registration("006", couple("C"));
    forced.forced = Some(ForceReason::Homonym);
    let joint = world.act(NICE, None, Act::Register(Box::new(forced))).await.unwrap().number;
    let refused = world.act(ANTIBES, Some(joint), separate(sworn())).await;
    assert!(matches!(refused, Err(Error::Duplicate { held_by }) if held_by == homonym));
    let said = SeparationDraft { forced: Some(ForceReason::Homonym), ..sworn() };
    let opened = world.act(ANTIBES, Some(joint), separate(said)).await.unwrap().opened.unwrap().number;
    assert!(content(&world, opened).await.0.forced, "flagged, with its reason");
    let history = world.register.history(opened).await.unwrap();
    assert_eq!(history[0].recorded.actor, ANTIBES, "and its author");
    assert!(history[0].recorded.payload.contains(r#""forced":"HOMONYM""#));
    sound(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_36_after_violence_the_joint_demand_names_nobody() {
    let world = World::new().await;
    let joint = world.register(NICE, couple("P")).await.unwrap().number;
    let said = draft(SeparationGround::Violence, "MOT-06");
    let opened = world.act(NICE, Some(joint), separate(said)).await.unwrap().opened.unwrap().number;
    let (left, _) = content(&world, joint).await;
    assert_eq!((left.separated_to, left.pieces.len()), (Pii::Clear(Vec::new()), 1));
    let (own, _) = content(&world, opened).await;
    assert_eq!(own.separated_from, Pii::Clear(Some(joint)));
    sound(&world).await;
}

/// What the log keeps of a separation without its keys: types, open parts but for what names this very demand, and the
/// lengths of sealed parts.
async fn kept(world: &World, joint: UniqueNumber, opened: UniqueNumber) -> Vec<(String, String, usize)> {
    let mut kept = Vec::new();
    for (number, registered) in [(joint, 2), (opened, 0)] {
        for line in world.register.history(number).await.unwrap().into_iter().skip(registered) {
            let recorded = line.recorded;
            for number in [joint, opened] {
                assert!(!recorded.payload.contains(number.as_str()), "{}", recorded.event_type);
            }
            let mut open: serde_json::Value = serde_json::from_str(&recorded.payload).unwrap();
            for own in ["piece_id", "person_ref"] {
                open.as_object_mut().unwrap().remove(own);
            }
            kept.push((recorded.event_type, open.to_string(), recorded.sealed.len()));
        }
    }
    kept
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_36_the_log_keeps_the_same_of_a_couple_whatever_made_it_part() {
    let world = World::new().await;
    let mut all = Vec::new();
    for (n, (link, ground, proof)) in [
        ("M", SeparationGround::Violence, "MOT-06"),
        ("C", SeparationGround::Violence, "MOT-06"),
        ("M", SeparationGround::LegalProof, "FAM-DIV"),
        ("P", SeparationGround::LegalProof, "FAM-PAC"),
        ("C", SeparationGround::SwornStatement, "FAM-HON"),
        ("L", SeparationGround::Consent, "FAM-ACC"),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("Couple{}", ["a", "b", "c", "d", "e", "f"][n]);
        let mut form = couple(link);
        let identity = form.identity.as_mut().unwrap();
        identity.applicant = Some(person(&name, "Zoé", "1990-02-28"));
        identity.co_applicants[0].person = person(&name, "Paul", "1988-07-14");
        let joint = world.register(NICE, form).await.unwrap().number;
        let mut said = draft(ground, proof);
        said.form = self::form(person(&name, "Paul", "1988-07-14"));
        let opened = world.act(NICE, Some(joint), separate(said)).await.unwrap().opened.unwrap().number;
        all.push((ground, kept(&world, joint, opened).await));
    }
    let [(_, fled), others @ ..] = all.as_slice() else { panic!() };
    for (ground, kept) in others {
        assert_eq!(kept, fled, "{ground:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_37_who_was_dropped_is_free_to_ask_for_himself() {
    let world = World::new().await;
    let joint = world.register(NICE, couple("L")).await.unwrap().number;
    world.act(NICE, Some(joint), Act::AddPiece(piece("FAM-ACC"))).await.unwrap();
    let piece_id = content(&world, joint).await.0.pieces[1].piece_id;
    let drop = Act::DropCoApplicant(DropDraft {
        co_applicant: Some(0),
        ground: Some(DropGround::Consent),
        piece_id: Some(piece_id),
        form: Box::default(),
    });
    let paul = || form(person("Soleil", "Paul", "1988-07-14"));
    assert!(matches!(world.register(NICE, paul()).await, Err(Error::Duplicate { held_by }) if held_by == joint));
    let answer = world.act(ANTIBES, Some(joint), drop).await.unwrap();
    assert_eq!((answer.version, answer.opened), (4, None));
    let own = world.register(NICE, paul()).await.unwrap().number;
    assert_ne!(own, joint);
    sound(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_36_another_territory_separates_nobody_and_a_part_of_the_act_is_none() {
    let world = World::new().await;
    let joint = world.register(NICE, couple("C")).await.unwrap().number;
    assert!(matches!(world.act(TOULON, Some(joint), separate(sworn())).await, Err(Error::NotFound)));
    let unknown = UniqueNumber::parse("0061126999999G0601").unwrap();
    assert!(matches!(world.act(NICE, Some(unknown), separate(sworn())).await, Err(Error::NotFound)));
    assert!(matches!(world.act(NICE, None, separate(sworn())).await, Err(Error::MalformedRequest)));
    let stale = register::Request { expected_version: Some(1), ..request(NICE, Some(joint), separate(sworn())) };
    let refused = world.register.execute(stale).await;
    assert!(matches!(refused, Err(Error::VersionConflict { expected: 1, found: 2 })));
    world.act(NICE, Some(joint), renounce()).await.unwrap();
    let refused = world.act(NICE, Some(joint), separate(sworn())).await;
    assert!(matches!(refused, Err(Error::Rejected(told)) if told.reason == RejectionReason::Radiated));
}
