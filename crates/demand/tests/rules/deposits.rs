//! Pieces handed in at a desk: a clock of fifteen days until each lies in the dossier.

use demand::attribution::AttributionDraft;
use demand::deposit::{DepositDraft, SetAsideReason};
use demand::pieces::PieceDraft;
use demand::{Act, Demand, DemandEvent, Rejection, RejectionReason, Settings, deadlines};
use jiff::civil::{Date, date};
use personal::Pii;
use uuid::Uuid;

use crate::given::*;

const HANDED_IN: Date = date(2025, 5, 2);
const STORED: Date = date(2025, 5, 12);
const DEPOSIT: Uuid = Uuid::from_u128(7);
const PIECE: Uuid = Uuid::from_u128(8);

pub fn hand_in(piece_type: &str) -> Act {
    Act::DepositPiece(DepositDraft { piece_type: some(piece_type), label: some("copie"), deposited_on: None })
}

/// The outcome of an act for which that identifier was drawn.
fn drawn(events: &[DemandEvent], id: Uuid, today: Date, act: Act) -> Result<Vec<DemandEvent>, Rejection> {
    let mut command = command(today, act);
    command.piece_id = id;
    fold(events.to_vec()).decide(&command)
}

fn deposited(piece_type: &str) -> Vec<DemandEvent> {
    let mut events = registered(form());
    events.extend(drawn(&events, DEPOSIT, HANDED_IN, hand_in(piece_type)).unwrap());
    events
}

fn store(draft: PieceDraft) -> Act {
    Act::AddPiece(PieceDraft { deposit_id: Some(DEPOSIT), ..draft })
}

fn tax() -> PieceDraft {
    PieceDraft { piece_type: some("TAX"), ..identity_piece() }
}

#[test]
fn inv_38_a_deposited_piece_is_to_be_stored_within_fifteen_days() {
    let demand = active(deposited("TAX"));
    let [deposit] = demand.deposits.as_slice() else { panic!("{:?}", demand.deposits) };
    assert_eq!((deposit.deposit_id, deposit.deposited_on), (DEPOSIT, HANDED_IN));
    assert_eq!(deposit.open_type.map(|kind| kind.code()), Some("TAX"));
    assert_eq!(Some(deposit.desk), by(nomenclature::Channel::Desk).desk);
    assert_eq!(deadlines::storage_by(HANDED_IN, &Settings::default()), date(2025, 5, 17));
    assert_eq!(demand.pieces.len(), 1, "it is not in the dossier");
}

#[test]
fn inv_38_storing_it_ends_its_clock_and_the_piece_bears_the_day_of_the_deposit() {
    let mut events = deposited("TAX");
    let stored = drawn(&events, PIECE, STORED, store(tax())).unwrap();
    let [DemandEvent::PieceAdded(added)] = stored.as_slice() else { panic!("{stored:?}") };
    assert_eq!((added.received_on, added.stored_on), (HANDED_IN, STORED));
    assert_eq!((added.piece_id, added.deposit_id), (PIECE, Some(DEPOSIT)));
    events.extend(stored);
    let demand = active(events.clone());
    assert!(demand.deposits.is_empty() && demand.pieces.iter().any(|piece| piece.piece_id == PIECE));
    let twice = drawn(&events, Uuid::from_u128(9), STORED, store(tax())).unwrap_err();
    assert_eq!(twice.reason, RejectionReason::UnknownDeposit, "a deposit is stored once");
    let late = drawn(&deposited("TAX"), PIECE, date(2025, 12, 1), store(tax()));
    assert!(late.is_ok(), "a late one is stored all the same");
}

#[test]
fn inv_38_what_is_stored_is_what_was_deposited() {
    let events = deposited("TAX");
    let words = |draft| drawn(&events, PIECE, STORED, store(draft)).unwrap_err().to_string();
    assert_eq!(words(identity_piece()), "INVALID_FORM: piece.piece_type=INCONSISTENT");
    let other_day = PieceDraft { received_on: some("2025-05-03"), sha256: None, ..identity_piece() };
    assert_eq!(
        words(other_day),
        "INVALID_FORM: piece.piece_type=INCONSISTENT, piece.sha256=MISSING, piece.received_on=INCONSISTENT"
    );
    let same_day = PieceDraft { received_on: some("2025-05-02"), ..tax() };
    assert!(drawn(&events, PIECE, STORED, store(same_day)).is_ok());
}

/// The type of a medical certificate is sealed: it is compared all the same, as long as it can be read.
#[test]
fn inv_38_inv_42_the_type_of_a_sensitive_deposit_is_sealed_and_compared() {
    let mut events = deposited("MOT-08");
    let DemandEvent::PieceDeposited(event) = events.last().unwrap() else { panic!() };
    assert_eq!(event.open_type, None);
    assert!(!serde_json::to_string(event).unwrap().contains("MOT-08"));
    let refused = drawn(&events, PIECE, STORED, store(tax())).unwrap_err();
    assert_eq!(refused.to_string(), "INVALID_FORM: piece.piece_type=INCONSISTENT");
    let health = PieceDraft { piece_type: some("MOT-08"), ..identity_piece() };
    assert!(drawn(&events, PIECE, STORED, store(health.clone())).is_ok());
    let Some(DemandEvent::PieceDeposited(event)) = events.last_mut() else { panic!() };
    event.piece = Pii::Sealed;
    let refused = drawn(&events, PIECE, STORED, store(health)).unwrap_err();
    assert_eq!(refused.reason, RejectionReason::PersonalDataUnreadable);
}

#[test]
fn inv_38_a_deposit_that_is_unknown_stores_nothing_and_hides_no_fault() {
    let unknown = |draft| drawn(&registered(form()), PIECE, STORED, store(draft)).unwrap_err();
    assert_eq!(unknown(tax()).reason, RejectionReason::UnknownDeposit);
    assert_eq!(unknown(PieceDraft { sha256: None, ..tax() }).to_string(), "INVALID_FORM: piece.sha256=MISSING");
    let mut early = registration(form());
    early.identity_piece = Some(PieceDraft { deposit_id: Some(DEPOSIT), ..identity_piece() });
    let refused = when(Vec::new(), FILED, Act::Register(Box::new(early))).unwrap_err();
    assert_eq!(refused.to_string(), "INVALID_FORM: identity_piece.deposit_id=INCONSISTENT");
}

#[test]
fn inv_38_a_deposit_that_cannot_be_stored_is_set_aside_with_its_reason() {
    let aside = || Act::SetDepositAside { deposit_id: DEPOSIT, reason: SetAsideReason::Unreadable };
    let events = then(deposited("TAX"), STORED, aside());
    assert!(active(events.clone()).deposits.is_empty());
    assert_eq!(when(events.clone(), STORED, aside()).unwrap_err().reason, RejectionReason::UnknownDeposit);
    assert_eq!(drawn(&events, PIECE, STORED, store(tax())).unwrap_err().reason, RejectionReason::UnknownDeposit);
}

#[test]
fn inv_38_a_deposit_is_told_with_its_type_and_a_day_that_was() {
    let tell = |piece_type: &str, day: &str| {
        let draft = DepositDraft { piece_type: some(piece_type), label: None, deposited_on: some(day) };
        when(registered(form()), HANDED_IN, Act::DepositPiece(draft)).unwrap_err().to_string()
    };
    assert_eq!(tell("", "2025-05-03"), "INVALID_FORM: deposit.piece_type=MISSING, deposit.deposited_on=IN_THE_FUTURE");
    assert_eq!(
        tell("PASSPORT", "2025-03-14"),
        "INVALID_FORM: deposit.piece_type=UNKNOWN_CODE, deposit.deposited_on=TOO_EARLY"
    );
}

#[test]
fn inv_32_the_type_of_a_deposit_is_erased_with_the_rest() {
    use demand::radiation::renunciation::{RenunciationDraft, WrittenAct};
    let letter = RenunciationDraft { written_on: some("2025-05-12"), written_act: Some(WrittenAct::Letter) };
    let mut events = then(deposited("MOT-08"), STORED, Act::Renounce(letter));
    events.push(fold(events.clone()).erase(date(2026, 5, 13)).unwrap());
    let Demand::Radiated(erased) = fold(events) else { panic!("it is radiated") };
    assert_eq!(erased.before.deposits[0].piece_type, Pii::Sealed);
}

/// R441-2-1: who entrusted registering to another service attributes without a desk; registering, and taking pieces in, is a
/// desk's.
#[test]
fn who_acts_at_no_desk_registers_nothing_and_takes_no_piece_in() {
    let nowhere = |demand: Demand, act| {
        let mut command = command(HANDED_IN, act);
        command.by.desk = None;
        demand.decide(&command).map_err(|rejection| {
            let fields = rejection.violations.into_iter().map(|violation| violation.field);
            fields.collect::<Vec<_>>()
        })
    };
    let register = Act::Register(Box::new(registration(form())));
    assert_eq!(nowhere(Demand::default(), register).unwrap_err(), ["desk"]);
    assert_eq!(nowhere(fold(registered(form())), hand_in("TAX")).unwrap_err(), ["desk"]);
    let decided = AttributionDraft { decided_on: some(&HANDED_IN.to_string()), rpls: None };
    assert!(nowhere(fold(registered(form())), Act::Attribute(decided)).is_ok());
}
