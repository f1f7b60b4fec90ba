//! Every act in every state, written by hand from the law: what it comes to, and by which rule.

use demand::attribution::AttributionDraft;
use demand::dalo::DaloDecision;
use demand::deposit::SetAsideReason;
use demand::modification::Origin;
use demand::pieces::PieceDraft;
use demand::radiation::renunciation::{RenunciationDraft, WrittenAct};
use demand::rupture::{DropGround, SeparationGround};
use demand::warning::WarningKind;
use demand::{Act, DemandEvent, FormDraft};
use jiff::civil::{Date, date};
use uuid::Uuid;

use crate::couple::separation;
use crate::dropped::drop_on;
use crate::given::*;
use crate::notices::{radiated as not_renewed, reinstate, sent_on};
use crate::warned::{found, inadmissible, unreachable, warning};
use crate::{certificates, dalo, deposits, lease_reports};

/// The day of every act: the demand, filed on 15 March 2025, is valid, expired, or out since 16 April 2026.
const VALID: Date = date(2026, 2, 20);
const EXPIRED: Date = date(2026, 3, 20);
const OUT: Date = date(2026, 4, 20);

/// What an act on nothing, on a valid demand, on an expired one, on one that was not renewed, on one renounced, on one whose
/// applicant did not answer and on one found inadmissible comes to: `yes`, or the reason.
type Row = (&'static str, fn(Date) -> Act, [&'static str; 7]);

fn modify(_: Date) -> Act {
    Act::Modify {
        origin: Origin::Applicant,
        form: Box::new(FormDraft { sought: form().sought, ..FormDraft::default() }),
    }
}

fn renounce(day: Date) -> Act {
    Act::Renounce(RenunciationDraft { written_on: Some(day.to_string()), written_act: Some(WrittenAct::Letter) })
}

const NONE: &str = "DEMAND_NOT_FOUND";
const OUT_OF_IT: &str = "DEMAND_RADIATED";
const NOT_SEISED: &str = "DALO_NOT_SEISED";
const NOT_ACTIVE: &str = "DALO_NOT_ACTIVE";

#[rustfmt::skip]
fn table() -> Vec<Row> {
    vec![
        // INV-04: a number holds one demand for ever.
        ("register", |_| Act::Register(Box::new(registration(form()))),
            ["yes", "ALREADY_REGISTERED", "ALREADY_REGISTERED", "ALREADY_REGISTERED", "ALREADY_REGISTERED",
                "ALREADY_REGISTERED", "ALREADY_REGISTERED"]),
        // INV-34, INV-30.
        ("modify", modify, [NONE, "yes", "yes", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        // INV-15: in the tolerance a demand may still be renewed; INV-30.
        ("renew", |_| Act::Renew { form: Box::default() }, [NONE, "yes", "yes", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        // R441-2-4-1, INV-30.
        ("add a piece", |_| Act::AddPiece(PieceDraft { piece_type: some("TAX"), ..identity_piece() }),
            [NONE, "PIECE_ALREADY_ADDED", "PIECE_ALREADY_ADDED", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        // INV-48: active and valid on the day of the decision.
        ("attribute", |day| Act::Attribute(AttributionDraft { decided_on: Some(day.to_string()), rpls: None }),
            [NONE, "yes", "DEMAND_EXPIRED", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        // R441-10: what was not attributed is neither refused nor lapses.
        ("refuse", |day| Act::RefuseAttribution { refused_on: day.to_string() },
            [NONE, "NO_ATTRIBUTION_IN_PROGRESS", "NO_ATTRIBUTION_IN_PROGRESS", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        ("lapse", |day| Act::LapseAttribution { lapsed_on: day.to_string() },
            [NONE, "NO_ATTRIBUTION_IN_PROGRESS", "NO_ATTRIBUTION_IN_PROGRESS", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        // INV-25, INV-48: without an attribution the lease is the attribution.
        ("sign a lease", |day| Act::SignLease(Box::new(lease(&day.to_string()))),
            [NONE, "yes", "DEMAND_EXPIRED", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        // INV-28, INV-30.
        ("renounce", renounce, [NONE, "yes", "yes", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        // INV-61: also late; INV-30.
        ("list a notice", |_| Act::ListNotice {}, [NONE, "yes", "yes", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        // INV-16: what was not listed was not sent.
        ("record a notice sent", sent_on, [NONE, "PROOF_MISSING", "PROOF_MISSING", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        ("record a notice returned", |day| Act::RecordNoticeReturned { returned_on: day.to_string() },
            [NONE, "PROOF_MISSING", "PROOF_MISSING", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        // INV-19: a month after expiry.
        ("radiate for non-renewal", |_| Act::RadiateNotRenewed {},
            [NONE, "DELAY_RUNNING", "DELAY_RUNNING", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        // INV-21, INV-30.
        ("warn for no answer", |day| Act::RecordWarning(warning(WarningKind::NoAnswer, day)),
            [NONE, "yes", "yes", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        // INV-23: there is no decision to warn of.
        ("warn of inadmissibility", |day| Act::RecordWarning(warning(WarningKind::Inadmissible, day)),
            [NONE, "PROOF_MISSING", "PROOF_MISSING", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        // Nothing was asked; once out, an answer comes with the reinstatement.
        ("record an answer", |day| Act::RecordAnswer { received_on: day.to_string() },
            [NONE, "PROOF_MISSING", "PROOF_MISSING", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        // INV-21.
        ("radiate for no answer", |_| Act::RadiateNoAnswer {},
            [NONE, "PROOF_MISSING", "PROOF_MISSING", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        // INV-48: no commission on a demand past its expiry.
        ("find inadmissible", |day| found(&day.to_string()),
            [NONE, "yes", "DEMAND_EXPIRED", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        // INV-23.
        ("radiate as inadmissible", |_| Act::RadiateInadmissible {},
            [NONE, "PROOF_MISSING", "PROOF_MISSING", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        // INV-20, INV-22 (five months, long over); none is provided after a renunciation (cahier des charges 6).
        ("reinstate", |_| reinstate(), [NONE, "NOT_RADIATED", "NOT_RADIATED", "yes", "NOT_REINSTATABLE",
            "WINDOW_CLOSED", "NOT_REINSTATABLE"]),
        // INV-11, INV-14: the filing made one due; INV-30.
        ("issue a certificate", certificates::issue, [NONE, "yes", "yes", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        // INV-26: a demand that is out has no lease to be late with.
        ("report a lease", |_| lease_reports::report(None), [NONE, "yes", "yes", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        ("withdraw the report of a lease", |_| Act::WithdrawLeaseReport {},
            [NONE, "NO_LEASE_REPORT", "NO_LEASE_REPORT", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        // INV-38, INV-30.
        ("deposit a piece", |_| deposits::hand_in("TAX"), [NONE, "yes", "yes", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        ("set a deposit aside", |_| Act::SetDepositAside { deposit_id: Uuid::nil(), reason: SetAsideReason::Incomplete },
            [NONE, "UNKNOWN_DEPOSIT", "UNKNOWN_DEPOSIT", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        // INV-56: INV-30 does not bar a claim to housing; what was not seised is not decided.
        ("seise DALO", dalo::seise, [NONE, "yes", "yes", "yes", "yes", "yes", "yes"]),
        ("decide DALO", |day| dalo::decide(day, DaloDecision::Priority),
            [NONE, NOT_SEISED, NOT_SEISED, NOT_SEISED, NOT_SEISED, NOT_SEISED, NOT_SEISED]),
        ("rehouse for DALO", |day| Act::RehouseDalo { rehoused_on: day.to_string() },
            [NONE, NOT_ACTIVE, NOT_ACTIVE, NOT_ACTIVE, NOT_ACTIVE, NOT_ACTIVE, NOT_ACTIVE]),
        ("end DALO", |day| Act::EndDalo { ended_on: day.to_string() },
            [NONE, NOT_ACTIVE, NOT_ACTIVE, NOT_ACTIVE, NOT_ACTIVE, NOT_ACTIVE, NOT_ACTIVE]),
        // INV-37: the identity piece of the dossier is no consent; INV-30.
        ("drop a co-applicant", |_| drop_on(DropGround::Consent, Uuid::from_u128(2)),
            [NONE, "INVALID_FORM: drop.piece_id=NOT_A_PROOF", "INVALID_FORM: drop.piece_id=NOT_A_PROOF", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
        // INV-36: also in the tolerance, as a renewal; INV-30.
        ("separate", |_| Act::Separate(Box::new(separation(SeparationGround::LegalProof, "FAM-JAF"))),
            [NONE, "yes", "yes", OUT_OF_IT, OUT_OF_IT, OUT_OF_IT, OUT_OF_IT]),
    ]
}

#[test]
fn inv_30_every_act_in_every_state_comes_to_what_the_law_says() {
    let renounced = then(registered(form()), VALID, renounce(VALID));
    let states: [(&str, Vec<DemandEvent>, Date); 7] = [
        ("nothing", Vec::new(), VALID),
        ("valid", registered(form()), VALID),
        ("expired", registered(form()), EXPIRED),
        ("not renewed", not_renewed(), OUT),
        ("renounced", renounced, OUT),
        ("no answer", unreachable(), OUT),
        ("inadmissible", inadmissible(), OUT),
    ];
    let mut wrong = Vec::new();
    for (name, act, expected) in table() {
        for ((state, events, today), expected) in states.iter().zip(expected) {
            let found = match when(events.clone(), *today, act(*today)) {
                Ok(_) => "yes".to_owned(),
                Err(rejection) => rejection.to_string(),
            };
            if found != expected {
                wrong.push(format!("{name} in the state {state}: {found}, and not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
