//! Random lives: whatever acts come in whatever order, some things never change.

use demand::attribution::AttributionDraft;
use demand::modification::Origin;
use demand::notice::{NoticeChannel, NoticeSentDraft};
use demand::radiation::Motive;
use demand::radiation::renunciation::{RenunciationDraft, WrittenAct};
use demand::reinstatement::ReinstatementDraft;
use demand::warning::WarningKind;
use demand::{Act, Demand, DemandEvent, FormDraft};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use proptest::prelude::*;

use crate::given::*;

fn act(kind: u8, today: Date) -> Act {
    let day = today.to_string();
    match kind {
        0 => Act::Renew { form: Box::default() },
        1 => Act::Modify {
            origin: Origin::Applicant,
            form: Box::new(FormDraft { sought: form().sought, ..FormDraft::default() }),
        },
        2 => Act::AddPiece(identity_piece()),
        3 => Act::Attribute(AttributionDraft { decided_on: Some(day), rpls: None }),
        4 => Act::RefuseAttribution { refused_on: day },
        5 => Act::LapseAttribution { lapsed_on: day },
        6 => Act::SignLease(Box::new(lease(&day))),
        7 => Act::Renounce(RenunciationDraft { written_on: Some(day), written_act: Some(WrittenAct::Portal) }),
        8 => Act::ListNotice {},
        9 => Act::RecordNoticeSent(NoticeSentDraft {
            sent_on: Some(day),
            channel: Some(NoticeChannel::Post),
            reference: some("LOT 1"),
        }),
        10 => Act::RadiateNotRenewed {},
        11 => Act::Reinstate(ReinstatementDraft::default()),
        12 => Act::RecordWarning(crate::warned::warning(WarningKind::NoAnswer, today)),
        13 => Act::RadiateNoAnswer {},
        14 => crate::warned::found(&day),
        15 => Act::RecordWarning(crate::warned::warning(WarningKind::Inadmissible, today)),
        16 => Act::RadiateInadmissible {},
        17 => Act::Reinstate(ReinstatementDraft { answered_on: Some(day), ..ReinstatementDraft::default() }),
        _ => Act::Register(Box::new(registration(form()))),
    }
}

proptest! {
    #[test]
    fn inv_18_inv_29_inv_54_the_filing_date_holds_over_any_life_and_every_radiation_has_its_proof(acts in proptest::collection::vec((0u8..19, 0i64..120), 1..40)) {
        use cqrs_es::Aggregate as _;
        let mut demand = fold(registered(form()));
        let mut today = FILED;
        let mut out = false;
        let table = crate::waiting::everywhere(30);
        for (kind, days) in acts {
            today = today.saturating_add(days.days());
            let Ok(events) = demand.decide(&command(today, act(kind, today))) else { continue };
            prop_assert!(!events.is_empty());
            for event in events {
                prop_assert!(!out || matches!(event, DemandEvent::Reinstated(_)), "an act on a radiated demand");
                prop_assert!(event.effective_on(today) <= today);
                match &event {
                    DemandEvent::Radiated(event) => {
                        out = true;
                        if let Motive::NotRenewed { expired_on, notice_sent_on, .. } = event.motive {
                            prop_assert!(notice_sent_on <= today && expired_on < today);
                        }
                    }
                    DemandEvent::Reinstated(_) => out = false,
                    _ => {}
                }
                demand.apply(event);
            }
            let content = demand.content().expect("registered");
            prop_assert_eq!(content.filed_on, FILED);
            prop_assert!(content.expires_on() >= content.filed_on);
            prop_assert_eq!(out, matches!(demand, Demand::Radiated(_)));
            // INV-54: the clock runs from the reception, whatever happens, as long as it is in the register.
            let waits = (!out).then_some(date(2027, 9, 15));
            prop_assert_eq!(demand.abnormal_from(today, &table), waits);
        }
    }
}
