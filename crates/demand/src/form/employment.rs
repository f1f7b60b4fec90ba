//! Rubric d: the professional situation of each adult (R441-2-2 d).

use nomenclature::Contract;
use serde::{Deserialize, Serialize};

use super::contact::Place;
use super::identity::MOST_ADULTS;
use super::text::Text;
use super::workplace::{self, WorkplaceDraft};
use crate::fields::field_table;
use crate::form::code;
use crate::rejection::{Check, FieldReason};

/// One adult's situation as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JobDraft {
    /// 0 for the applicant, then the co-applicants in the order of rubric a.
    pub adult: i64,
    /// Code of [`Contract`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<String>,
    /// Profession.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profession: Option<String>,
    /// Works for several employers.
    #[serde(skip_serializing_if = "crate::form::is_false")]
    pub several_employers: bool,
    /// Main employer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub main_employer: Option<String>,
    /// Body that collects the employer's housing contribution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collecting_body: Option<String>,
    /// Where the main employer is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workplace: Option<WorkplaceDraft>,
}

/// Rubric d: at most one entry per adult.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Employment(pub Vec<Job>);

/// One adult's situation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// 0 for the applicant, then the co-applicants in the order of rubric a.
    pub adult: u8,
    /// Kind of contract, or of absence of one.
    pub contract: Contract,
    /// Profession.
    pub profession: Option<Text<39>>,
    /// Works for several employers.
    pub several_employers: bool,
    /// Main employer.
    pub main_employer: Option<Text<25>>,
    /// Body that collects the employer's housing contribution.
    pub collecting_body: Option<Text<44>>,
    /// Where the main employer is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workplace: Option<Place>,
}

field_table!(Job in "d" {
    adult: Personal, "adulte concerné", "0 : demandeur, 1 et suivants : cotitulaires";
    contract: Personal, "situation professionnelle", "liste TypeContratTravail, obligatoire dans la rubrique";
    profession: Personal, "profession", "39 caractères";
    several_employers: Personal, "plusieurs employeurs", "oui ou non";
    main_employer: Personal, "employeur principal", "25 caractères";
    collecting_body: Personal, "organisme collecteur", "44 caractères";
    workplace: Personal, "lieu de travail", "code postal et commune, ou ville et pays à l'étranger";
});

personal::redact!(JobDraft, Employment, Job);

impl Employment {
    pub(crate) fn parse(draft: &[JobDraft], mut check: Check<'_>) -> Option<Self> {
        if draft.len() > MOST_ADULTS {
            check.violation(FieldReason::TooMany);
            return None;
        }
        let mut seen = Vec::new();
        let jobs: Vec<_> = draft
            .iter()
            .enumerate()
            .map(|(index, job)| {
                let mut at = check.nth(index);
                let adult = adult_index(job.adult, &mut seen, &mut at);
                let contract = at.required("contract", job.contract.as_deref(), code(Contract::parse));
                // A place that was told and is wrong must not get lost without a word.
                let told = job.workplace.as_ref().map(|place| workplace::parse(place, at.at("workplace")));
                let workplace = match told {
                    None => None,
                    Some(place) => Some(place?),
                };
                Some(Job {
                    profession: at.optional("profession", job.profession.as_deref(), Text::parse),
                    several_employers: job.several_employers,
                    main_employer: at.optional("main_employer", job.main_employer.as_deref(), Text::parse),
                    collecting_body: at.optional("collecting_body", job.collecting_body.as_deref(), Text::parse),
                    workplace,
                    adult: adult?,
                    contract: contract?,
                })
            })
            .collect();
        jobs.into_iter().collect::<Option<_>>().map(Self)
    }
}

/// The place of an adult, named once in its rubric.
pub(crate) fn adult_index(adult: i64, seen: &mut Vec<u8>, check: &mut Check<'_>) -> Option<u8> {
    let Some(index) = u8::try_from(adult).ok() else {
        check.at("adult").violation(FieldReason::OutOfRange);
        return None;
    };
    if seen.contains(&index) {
        check.at("adult").violation(FieldReason::Duplicate);
        return None;
    }
    seen.push(index);
    Some(index)
}
