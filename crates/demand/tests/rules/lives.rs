//! Random lives: whatever acts come in whatever order, some things never change.

use demand::attribution::AttributionDraft;
use demand::dalo::DaloDecision;
use demand::deposit::SetAsideReason;
use demand::modification::Origin;
use demand::notice::{NoticeChannel, NoticeSentDraft};
use demand::pending::Delay;
use demand::pieces::PieceDraft;
use demand::radiation::Motive;
use demand::radiation::renunciation::{RenunciationDraft, WrittenAct};
use demand::reinstatement::ReinstatementDraft;
use demand::warning::WarningKind;
use demand::{Act, DailyAct, Demand, DemandEvent, FormDraft, Settings};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use uuid::Uuid;

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
        18 => crate::certificates::issue(today),
        19 => crate::lease_reports::report(None),
        20 => Act::WithdrawLeaseReport {},
        21 => crate::deposits::hand_in("TAX"),
        22 => Act::AddPiece(PieceDraft { piece_type: some("TAX"), deposit_id: Some(DRAWN), ..identity_piece() }),
        23 => Act::SetDepositAside { deposit_id: DRAWN, reason: SetAsideReason::Incomplete },
        24 => crate::dalo::seise(today),
        25 => crate::dalo::decide(today, DaloDecision::Priority),
        26 => crate::dalo::decide(today, DaloDecision::Refused),
        27 => Act::RehouseDalo { rehoused_on: day },
        28 => Act::EndDalo { ended_on: day },
        17 => Act::Reinstate(ReinstatementDraft { answered_on: Some(day), ..ReinstatementDraft::default() }),
        _ => Act::Register(Box::new(registration(form()))),
    }
}

/// What was drawn for every command of these lives.
const DRAWN: Uuid = Uuid::from_u128(2);

fn of_dalo(event: &DemandEvent) -> bool {
    matches!(
        event,
        DemandEvent::DaloSeised(_)
            | DemandEvent::DaloDecided(_)
            | DemandEvent::DaloRehoused(_)
            | DemandEvent::DaloEnded(_)
    )
}

proptest! {
    #[test]
    fn inv_14_inv_18_inv_29_inv_54_inv_56_the_filing_date_holds_over_any_life_and_every_radiation_has_its_proof(acts in proptest::collection::vec((0u8..30, 0i64..120), 1..60)) {
        use cqrs_es::Aggregate as _;
        let mut demand = fold(registered(form()));
        let mut today = FILED;
        let mut out = false;
        let mut drawn = 0;
        let table = crate::waiting::everywhere(30);
        for (kind, days) in acts {
            today = today.saturating_add(days.days());
            let mut command = command(today, act(kind, today));
            // A piece that is stored needs an identifier of its own; a deposit is found by the one drawn for it.
            if let Act::AddPiece(_) = command.act {
                command.piece_id = Uuid::from_u128(1_000 + drawn);
                drawn += 1;
            }
            let claim = demand.content().and_then(|content| content.dalo);
            let Ok(events) = demand.decide(&command) else { continue };
            prop_assert!(!events.is_empty());
            let by_the_state = events.iter().any(of_dalo);
            for event in events {
                prop_assert!(!out || matches!(event, DemandEvent::Reinstated(_)) || of_dalo(&event), "an act on a radiated demand");
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
            // INV-56: nothing but the State's word moves the claim.
            prop_assert!(by_the_state || content.dalo == claim);
            // INV-14: each pending certificate is owed to the filing or to a renewal, in order, once.
            let pending = &content.certificates.pending;
            prop_assert!(pending.is_sorted() && pending.iter().all(|day| *day >= FILED && *day <= today));
            prop_assert!(pending.windows(2).all(|pair| pair[0] < pair[1]));
            // INV-38: a deposit that was stored waits no longer.
            prop_assert!(content.deposits.len() <= 1 && content.lease_reports.len() <= 1);
            prop_assert!(content.expires_on() >= content.filed_on);
            prop_assert_eq!(out, matches!(demand, Demand::Radiated(_)));
            // What is waited for is what the register would do today, and nothing else.
            let due = |delay| {
                let mut pending = demand.pending().into_iter().filter(|pending| pending.delay == delay);
                pending.any(|pending| pending.falls(&Settings::default()).is_due_on(today))
            };
            let daily = |act| demand.decide_daily(&act, today, &Settings::default()).is_ok();
            prop_assert_eq!(due(Delay::Notice), daily(DailyAct::ListNotice));
            prop_assert_eq!(due(Delay::NonRenewal), daily(DailyAct::RadiateNotRenewed));
            prop_assert_eq!(due(Delay::Erasure), demand.erase(today).is_ok());
            // INV-54: the clock runs from the reception, whatever happens, as long as it is in the register.
            let waits = (!out).then_some(date(2027, 9, 15));
            prop_assert_eq!(demand.abnormal_from(today, &table), waits);
        }
    }
}
