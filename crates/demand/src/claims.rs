//! Whom a demand claims: one active demand per person and territory (INV-06).
//!
//! Pure: this names persons in clear; whoever holds the keys blinds them. An association claims nobody (INV-07), a
//! radiated demand nobody any more.

use jiff::civil::Date;

use crate::command::Act;
use crate::demand::Demand;
use crate::form::identity::Person;

/// The person under one of his surnames.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonKey {
    /// Surname in use, or at birth.
    pub surname: String,
    /// All given names; the first one counts.
    pub given_names: String,
    /// Day of birth.
    pub birth_date: Date,
}

personal::redact!(PersonKey);

/// The personal part of the demand is not readable, so its claims cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("personal data of the demand is not readable")]
pub struct Unreadable;

/// One adult with every key he is known by: two for who gave both a surname and a birth name.
#[derive(Clone, Debug)]
pub struct ClaimedPerson {
    /// His keys.
    pub keys: Vec<PersonKey>,
}

/// The adults a demand claims: the applicant first, then the co-applicants.
pub fn claims_of(demand: &Demand) -> Result<Vec<ClaimedPerson>, Unreadable> {
    let Demand::Active(demand) = demand else {
        return Ok(Vec::new());
    };
    let rubrics = demand.rubrics.clear().ok_or(Unreadable)?;
    Ok(rubrics.household().into_iter().flat_map(|household| household.adults()).map(ClaimedPerson::of).collect())
}

impl ClaimedPerson {
    /// An adult with every key he is known by.
    pub fn of(person: &Person) -> Self {
        let key = |surname: &str| PersonKey {
            surname: surname.to_owned(),
            given_names: person.given_names.as_str().to_owned(),
            birth_date: person.birth_date,
        };
        let mut keys = vec![key(person.surname.as_str())];
        keys.extend(person.birth_name.as_ref().map(|name| key(name.as_str())));
        Self { keys }
    }
}

/// Whether an act can change whom a demand claims: it registers, brings back, radiates, or says who somebody is. Two acts that
/// cannot are free to change places.
pub fn may_change(act: &Act) -> bool {
    match act {
        Act::Register(_)
        | Act::SignLease(_)
        | Act::Renounce(_)
        | Act::RadiateNotRenewed {}
        | Act::RadiateNoAnswer {}
        | Act::RadiateInadmissible {}
        | Act::Reinstate(_)
        | Act::DropCoApplicant(_)
        | Act::Separate(_)
        | Act::OpenSeparated(_)
        | Act::LeaveJoint(_) => true,
        Act::Modify { form, .. } | Act::Renew { form } => form.identity.is_some(),
        Act::AddPiece(_)
        | Act::Attribute(_)
        | Act::RefuseAttribution { .. }
        | Act::LapseAttribution { .. }
        | Act::ListNotice {}
        | Act::RecordNoticeSent(_)
        | Act::RecordNoticeReturned { .. }
        | Act::RecordWarning(_)
        | Act::RecordAnswer { .. }
        | Act::RecordInadmissibility(_)
        | Act::IssueCertificate(_)
        | Act::ReportLease(_)
        | Act::WithdrawLeaseReport {}
        | Act::DepositPiece(_)
        | Act::SetDepositAside { .. }
        | Act::SeiseDalo(_)
        | Act::DecideDalo(_)
        | Act::RehouseDalo { .. }
        | Act::EndDalo { .. } => false,
    }
}
