//! Renewal notices, radiation for non-renewal, and the way back.

use demand::claims::claims_of;
use demand::form::contact::ContactDraft;
use demand::form::sought::SoughtDraft;
use demand::modification::Origin;
use demand::notice::{NoticeChannel, NoticeSentDraft};
use demand::radiation::Motive;
use demand::radiation::renunciation::{RenunciationDraft, WrittenAct};
use demand::reinstatement::ReinstatementDraft;
use demand::{Act, Demand, DemandEvent, FormDraft, RejectionReason, Status};
use jiff::civil::{Date, date};
use nomenclature::Channel;
use uuid::Uuid;

use crate::given::*;

/// The demand of these tests is filed on 15 March 2025: valid until 15 March 2026, tolerated until 15 April.
const LISTED: Date = date(2026, 2, 10);

fn reason(outcome: Result<Vec<DemandEvent>, demand::Rejection>) -> RejectionReason {
    outcome.expect_err("the act is refused").reason
}

pub fn sent_on(day: Date) -> Act {
    Act::RecordNoticeSent(NoticeSentDraft {
        sent_on: Some(day.to_string()),
        channel: Some(NoticeChannel::Post),
        reference: some("LOT 26-02"),
    })
}

pub fn reinstate() -> Act {
    Act::Reinstate(ReinstatementDraft::default())
}

fn listed(day: Date) -> Vec<DemandEvent> {
    then(registered(form()), day, Act::ListNotice {})
}

fn sent(day: Date) -> Vec<DemandEvent> {
    then(listed(day), day, sent_on(day))
}

pub fn radiated() -> Vec<DemandEvent> {
    then(sent(LISTED), date(2026, 4, 16), Act::RadiateNotRenewed {})
}

#[test]
fn inv_61_a_demand_is_listed_once_per_validity_and_not_before_the_time() {
    assert_eq!(reason(when(registered(form()), date(2026, 1, 14), Act::ListNotice {})), RejectionReason::DelayRunning);
    let events = listed(date(2026, 1, 15));
    assert_eq!(reason(when(events.clone(), LISTED, Act::ListNotice {})), RejectionReason::AlreadyRecorded);
    let renewed = then(events, LISTED, Act::Renew { form: Box::default() });
    assert!(active(renewed.clone()).notice.is_none(), "a renewal begins a validity without a notice");
    assert!(when(renewed, date(2026, 12, 10), Act::ListNotice {}).is_ok());
}

#[test]
fn inv_16_a_notice_bears_the_day_it_was_really_listed_however_late() {
    let late = date(2026, 5, 2);
    let events = when(registered(form()), late, Act::ListNotice {}).unwrap();
    let [DemandEvent::RenewalNoticeListed(listed)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((listed.listed_on, listed.expires_on), (late, date(2026, 3, 15)));
}

#[test]
fn inv_16_the_sending_is_told_with_day_way_and_reference() {
    let tell = |draft| when(listed(LISTED), date(2026, 2, 20), Act::RecordNoticeSent(draft));
    let words = |draft| tell(draft).unwrap_err().to_string();
    assert_eq!(
        words(NoticeSentDraft::default()),
        "INVALID_FORM: notice.sent_on=MISSING, notice.reference=MISSING, notice.channel=MISSING"
    );
    let draft = |day: &str| NoticeSentDraft {
        sent_on: some(day),
        channel: Some(NoticeChannel::Both),
        reference: some("2C 123 456 7890 1"),
    };
    assert_eq!(words(draft("2026-02-09")), "INVALID_FORM: notice.sent_on=TOO_EARLY", "before it was listed");
    assert_eq!(words(draft("2026-02-21")), "INVALID_FORM: notice.sent_on=IN_THE_FUTURE");
    assert!(tell(draft("2026-02-20")).is_ok());
    let twice = then(listed(LISTED), LISTED, sent_on(LISTED));
    assert_eq!(reason(when(twice, LISTED, sent_on(LISTED))), RejectionReason::AlreadyRecorded);
    assert_eq!(reason(when(registered(form()), LISTED, sent_on(LISTED))), RejectionReason::ProofMissing);
}

#[test]
fn inv_17_the_channel_follows_whether_the_applicant_ever_acted_online_and_wishes_a_letter() {
    let mut facts = active(registered(form())).facts;
    for (ever_online, email_known, letter_wished, expected) in [
        (false, false, false, NoticeChannel::Post),
        (false, false, true, NoticeChannel::Post),
        (false, true, false, NoticeChannel::Both),
        (false, true, true, NoticeChannel::Both),
        (true, true, false, NoticeChannel::Electronic),
        (true, true, true, NoticeChannel::Both),
        (true, false, false, NoticeChannel::Post),
        (true, false, true, NoticeChannel::Post),
    ] {
        (facts.ever_online, facts.email_known, facts.letter_wished) = (ever_online, email_known, letter_wished);
        let case = format!("online {ever_online}, address {email_known}, letter {letter_wished}");
        assert_eq!(NoticeChannel::due(&facts), expected, "{case}");
    }
    let by_mail = NoticeSentDraft {
        sent_on: Some(LISTED.to_string()),
        channel: Some(NoticeChannel::Electronic),
        reference: some("LOT 26-02"),
    };
    let refused = when(listed(LISTED), LISTED, Act::RecordNoticeSent(by_mail)).unwrap_err();
    assert_eq!(refused.to_string(), "INVALID_FORM: notice.channel=INCONSISTENT", "a letter was due");
}

#[test]
fn inv_17_the_wish_for_a_letter_comes_from_the_form_and_is_kept_by_what_does_not_touch_it() {
    let contact = |postal_notices| ContactDraft {
        email: some("lea.roux@example.org"),
        postal_notices,
        ..form().contact.expect("the form says how the household is reached")
    };
    let say = |postal_notices| Act::Modify {
        origin: Origin::Applicant,
        form: Box::new(FormDraft { contact: Some(contact(postal_notices)), ..FormDraft::default() }),
    };
    let due_by = |events: Vec<DemandEvent>, today| {
        let listed = then(events, today, Act::ListNotice {});
        active(listed).notice.expect("a notice was listed").due_by
    };
    let mut filing = command(FILED, Act::Register(Box::new(registration(form()))));
    filing.by = by(Channel::Online);
    let online = Demand::default().decide(&filing).expect("the form is lawful");
    let wished = then(online, date(2025, 4, 1), say(true));
    assert_eq!(due_by(wished.clone(), LISTED), NoticeChannel::Both);
    let wishes = FormDraft { sought: form().sought, ..FormDraft::default() };
    let other = Act::Modify { origin: Origin::Applicant, form: Box::new(wishes) };
    assert_eq!(due_by(then(wished.clone(), date(2025, 4, 2), other), LISTED), NoticeChannel::Both);
    let renewed = then(wished.clone(), date(2026, 3, 1), Act::Renew { form: Box::default() });
    assert_eq!(due_by(renewed, date(2027, 2, 1)), NoticeChannel::Both);
    assert_eq!(due_by(then(wished, date(2025, 4, 2), say(false)), LISTED), NoticeChannel::Electronic);
}

/// Files and tables write the way of a notice by its code.
#[test]
fn inv_17_every_way_of_a_notice_is_read_back_from_its_code() {
    for (channel, code) in
        [(NoticeChannel::Post, "POST"), (NoticeChannel::Electronic, "ELECTRONIC"), (NoticeChannel::Both, "BOTH")]
    {
        assert_eq!((channel.code(), NoticeChannel::of_code(code)), (code, Some(channel)));
        assert_eq!(serde_json::to_value(channel).unwrap(), code);
    }
    assert_eq!(NoticeChannel::of_code("PIGEON"), None);
}

#[test]
fn inv_19_the_radiation_waits_for_expiry_and_tolerance() {
    let radiate = |today| when(sent(LISTED), today, Act::RadiateNotRenewed {});
    assert_eq!(reason(radiate(date(2026, 4, 15))), RejectionReason::DelayRunning, "the last day is the applicant's");
    let events = radiate(date(2026, 4, 16)).unwrap();
    let [DemandEvent::Radiated(radiated)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(radiated.radiated_on, date(2026, 4, 16));
    let proof = Motive::NotRenewed {
        expired_on: date(2026, 3, 15),
        notice_listed_on: LISTED,
        notice_sent_on: LISTED,
        notice_returned_on: None,
    };
    assert_eq!(radiated.motive, proof);
}

#[test]
fn inv_19_a_notice_listed_and_never_sent_bars_and_one_that_came_back_does_not() {
    let today = date(2027, 1, 1);
    let radiate = |events| when(events, today, Act::RadiateNotRenewed {});
    assert_eq!(reason(radiate(registered(form()))), RejectionReason::ProofMissing);
    assert_eq!(reason(radiate(listed(LISTED))), RejectionReason::ProofMissing);
    let returned =
        |events| then(events, date(2026, 3, 1), Act::RecordNoticeReturned { returned_on: "2026-02-20".into() });
    assert!(radiate(returned(sent(LISTED))).is_ok());
    let never_sent =
        when(listed(LISTED), date(2026, 3, 1), Act::RecordNoticeReturned { returned_on: "2026-02-20".into() });
    assert_eq!(reason(never_sent), RejectionReason::ProofMissing);
    let twice = when(returned(sent(LISTED)), today, Act::RecordNoticeReturned { returned_on: "2026-02-20".into() });
    assert_eq!(reason(twice), RejectionReason::AlreadyRecorded);
    let early = when(sent(LISTED), today, Act::RecordNoticeReturned { returned_on: "2026-02-09".into() });
    assert_eq!(early.unwrap_err().to_string(), "INVALID_FORM: notice.returned_on=TOO_EARLY");
}

#[test]
fn inv_19_after_a_late_notice_the_radiation_waits_two_months_from_it() {
    let radiate = |sent_day, today| when(sent(sent_day), today, Act::RadiateNotRenewed {});
    assert!(radiate(date(2026, 2, 15), date(2026, 4, 16)).is_ok(), "a month before the expiry is in time");
    let late = date(2026, 3, 10);
    assert_eq!(reason(radiate(late, date(2026, 5, 10))), RejectionReason::DelayRunning);
    assert!(radiate(late, date(2026, 5, 11)).is_ok());
    let much_later = date(2026, 8, 31);
    assert_eq!(reason(radiate(much_later, date(2026, 10, 31))), RejectionReason::DelayRunning);
    assert!(radiate(much_later, date(2026, 11, 1)).is_ok());
}

#[test]
fn inv_19_who_renews_on_the_last_day_of_the_tolerance_is_not_radiated() {
    let renewed = then(sent(LISTED), date(2026, 4, 15), Act::Renew { form: Box::default() });
    assert_eq!(reason(when(renewed, date(2026, 4, 16), Act::RadiateNotRenewed {})), RejectionReason::DelayRunning);
}

#[test]
fn inv_20_inv_31_reinstatement_and_renewal_are_one_act_and_keep_the_seniority() {
    let today = date(2026, 9, 15);
    let events = when(radiated(), today, reinstate()).unwrap();
    assert_eq!(events.iter().map(DemandEvent::name).collect::<Vec<_>>(), ["Reinstated", "Renewed"]);
    let demand = active(then(radiated(), today, reinstate()));
    assert_eq!((demand.filed_on, demand.last_renewed_on), (FILED, Some(today)));
    assert_eq!(demand.expires_on(), date(2027, 9, 15));
    assert_eq!(reason(when(radiated(), date(2026, 9, 16), reinstate())), RejectionReason::WindowClosed);
}

#[test]
fn inv_31_the_renewal_of_a_reinstatement_is_refused_like_any_other() {
    let sought = SoughtDraft { communes: vec!["83137".into()], ..form().sought.unwrap() };
    let draft = ReinstatementDraft {
        form: Box::new(FormDraft { sought: Some(sought), ..FormDraft::default() }),
        ..ReinstatementDraft::default()
    };
    let refused = when(radiated(), date(2026, 5, 1), Act::Reinstate(draft)).unwrap_err();
    assert_eq!(refused.to_string(), "INVALID_FORM: sought.communes[0]=OUTSIDE_TERRITORY");
    let mut online = command(date(2026, 5, 1), reinstate());
    online.by = by(Channel::Online);
    let events = fold(radiated()).decide(&online).unwrap();
    assert!(matches!(&events[1], DemandEvent::Renewed(renewed) if renewed.facts.ever_online));
}

#[test]
fn inv_06_a_reinstated_demand_claims_its_persons_again_under_a_fresh_reference() {
    assert!(claims_of(&fold(radiated())).unwrap().is_empty());
    let mut command = command(date(2026, 5, 1), reinstate());
    command.person_ref = Uuid::from_u128(77);
    let mut events = radiated();
    events.extend(fold(events.clone()).decide(&command).unwrap());
    assert_eq!(claims_of(&fold(events.clone())).unwrap().len(), 2);
    assert_eq!(active(events).person_ref, Some(Uuid::from_u128(77)));
}

#[test]
fn inv_30_a_reinstated_demand_was_out_of_the_register_in_between() {
    let back = fold(then(radiated(), date(2026, 5, 1), reinstate()));
    for (day, expected) in [
        (date(2026, 3, 15), Status::Active),
        (date(2026, 3, 16), Status::Expired),
        (date(2026, 4, 15), Status::Expired),
        (date(2026, 4, 16), Status::Radiated),
        (date(2026, 4, 30), Status::Radiated),
        (date(2026, 5, 1), Status::Active),
    ] {
        assert_eq!(back.status_on(day), Some(expected), "{day}");
    }
    assert!(matches!(back, Demand::Active(_)));
}

#[test]
fn a_demand_that_was_renounced_or_housed_does_not_come_back_and_a_living_one_needs_not() {
    let renounced =
        Act::Renounce(RenunciationDraft { written_on: some("2025-04-30"), written_act: Some(WrittenAct::Letter) });
    let today = date(2025, 5, 4);
    for act in [renounced, Act::SignLease(Box::new(lease("2025-05-02")))] {
        let out = then(registered(form()), today, act);
        assert_eq!(reason(when(out, today, reinstate())), RejectionReason::NotReinstatable);
    }
    assert_eq!(reason(when(registered(form()), today, reinstate())), RejectionReason::NotRadiated);
    assert_eq!(reason(when(Vec::new(), today, reinstate())), RejectionReason::NotRegistered);
}
