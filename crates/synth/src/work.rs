//! What adults live on: rubrics d and e.

use demand::form::employment::JobDraft;
use demand::form::resources::{AdultResourcesDraft, AmountDraft, ResourcesDraft, TaxIncomeDraft};
use jiff::civil::Date;
use nomenclature::{Contract, PaidResourceKind, ResourceKind};

use crate::dice::Dice;

/// What an adult lives on.
#[derive(Clone)]
pub(crate) struct Work {
    contract: Contract,
    kind: ResourceKind,
    /// Euros a month.
    amount: i32,
    profession: Option<&'static str>,
    employer: Option<&'static str>,
    /// Revenu fiscal de référence is known.
    tax_known: TaxKnown,
}

/// Whether the tax notice was at hand: not for about a third of online demands and half of those at desks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum TaxKnown {
    Yes,
    No,
}

const PROFESSIONS: &[&str] = &[
    "agent d'entretien",
    "aide-soignant(e)",
    "auxiliaire de vie",
    "hôte(sse) de caisse",
    "chauffeur-livreur",
    "cuisinier(ère)",
    "employé(e) de ménage",
    "serveur(se)",
    "vendeur(se)",
    "maçon",
    "agent de sécurité",
    "secrétaire",
    "infirmier(ère)",
    "magasinier(ère)",
    "ouvrier(ère) d'espaces verts",
    "employé(e) d'étage",
    "animateur(rice)",
    "professeur des écoles",
    "électricien(ne)",
    "préparateur(rice) de commandes",
    "réceptionniste",
    "ambulancier(ère)",
    "coiffeur(se)",
    "jardinier(ère)",
];

const EMPLOYERS: &[&str] = &[
    "Boulangerie du Vieux Port",
    "Hôtel des Palmiers",
    "Clinique des Mimosas",
    "Entreprise Azur Nettoyage",
    "Supermarché des Arènes",
    "Transports du Littoral",
    "Mairie",
    "Restaurant La Calanque",
    "Éducation nationale",
    "Garage du Rond-point",
    "Jardins et paysages",
    "Maison de retraite Soleil",
];

/// 1 % employer contribution collectors, invented.
const COLLECTOR: &str = "Collecteur fictif des salariés du Sud";

impl Work {
    /// Draws what somebody of an age lives on.
    pub(crate) fn draw(dice: &mut Dice, age: i32, tax_known: TaxKnown) -> Self {
        let contract = match age {
            ..25 => dice.weigh(&[
                (Contract::Permanent, 20),
                (Contract::FixedTerm, 26),
                (Contract::Student, 20),
                (Contract::Apprentice, 10),
                (Contract::Unemployed, 14),
                (Contract::Other, 10),
            ]),
            25..62 => dice.weigh(&[
                (Contract::Permanent, 41),
                (Contract::FixedTerm, 15),
                (Contract::SelfEmployed, 4),
                (Contract::Unemployed, 19),
                (Contract::Apprentice, 1),
                (Contract::Student, 1),
                (Contract::Other, 19),
            ]),
            _ => dice.weigh(&[(Contract::Retired, 82), (Contract::Permanent, 6), (Contract::Other, 12)]),
        };
        Self::of(dice, contract, age, tax_known)
    }

    /// Draws another work than before: somebody found one.
    pub(crate) fn found(&self, dice: &mut Dice) -> Self {
        let contract = dice.weigh(&[(Contract::Permanent, 6), (Contract::FixedTerm, 4)]);
        Self::of(dice, contract, 40, self.tax_known)
    }

    fn of(dice: &mut Dice, contract: Contract, age: i32, tax_known: TaxKnown) -> Self {
        let (kind, low, high) = match contract {
            Contract::Permanent => (ResourceKind::Earnings, 1_380, 2_350),
            Contract::FixedTerm => (ResourceKind::Earnings, 650, 1_700),
            Contract::SelfEmployed => (ResourceKind::Earnings, 500, 2_100),
            Contract::Unemployed => (ResourceKind::UnemploymentBenefit, 550, 1_250),
            Contract::Apprentice => (ResourceKind::Earnings, 560, 1_350),
            Contract::Student => (ResourceKind::Scholarship, 145, 560),
            Contract::Retired => dice
                .weigh(&[((ResourceKind::Pension, 750, 1_750), 78), ((ResourceKind::OldAgeMinimum, 1_000, 1_034), 22)]),
            Contract::Other if age >= 62 => (ResourceKind::OldAgeMinimum, 1_000, 1_034),
            Contract::Other => dice.weigh(&[
                ((ResourceKind::ActiveSolidarityIncome, 420, 646), 58),
                ((ResourceKind::DisabledAdultAllowance, 980, 1_033), 28),
                ((ResourceKind::InvalidityPension, 600, 1_150), 9),
                ((ResourceKind::Other, 200, 600), 5),
            ]),
        };
        let works = matches!(contract, Contract::Permanent | Contract::FixedTerm | Contract::Apprentice);
        Self {
            contract,
            kind,
            amount: dice.between(low, high),
            profession: (works && dice.percent(80)).then(|| *dice.pick(PROFESSIONS)),
            employer: (works && dice.percent(65)).then(|| *dice.pick(EMPLOYERS)),
            tax_known,
        }
    }

    /// Class of the contract.
    pub(crate) fn contract(&self) -> Contract {
        self.contract
    }

    /// The main resource.
    pub(crate) fn kind(&self) -> ResourceKind {
        self.kind
    }

    /// The tax notice was at hand.
    pub(crate) fn tax_known(&self) -> TaxKnown {
        self.tax_known
    }

    /// The yearly taxable income: nine tenths of what is taxed; allowances are not.
    fn tax(&self) -> i64 {
        let taxed = matches!(
            self.kind,
            ResourceKind::Earnings
                | ResourceKind::Pension
                | ResourceKind::UnemploymentBenefit
                | ResourceKind::InvalidityPension
        );
        if taxed { i64::from(self.amount) * 12 * 9 / 10 } else { 0 }
    }
}

/// Rubric d.
pub(crate) fn employment(work: &[Work]) -> Vec<JobDraft> {
    let job = |(index, work): (usize, &Work)| JobDraft {
        adult: index as i64,
        contract: Some(work.contract.code().to_owned()),
        profession: work.profession.map(str::to_owned),
        several_employers: work.profession == Some("employé(e) de ménage"),
        main_employer: work.employer.map(str::to_owned),
        collecting_body: work
            .employer
            .is_some_and(|employer| employer.starts_with(['E', 'S']))
            .then(|| COLLECTOR.to_owned()),
        workplace: None,
    };
    work.iter().enumerate().map(job).collect()
}

/// Rubric e, as the last two tax notices of a day and the children make it.
pub(crate) fn resources(dice: &mut Dice, work: &[Work], children: usize, day: Date) -> ResourcesDraft {
    // The notice on a year's income comes in the summer after it.
    let last = i64::from(day.year()) - if day.month() >= 8 { 1 } else { 2 };
    let adult = |(index, work): (usize, &Work), dice: &mut Dice| {
        let mut received = vec![amount(work.kind.code(), i64::from(work.amount))];
        if index == 0 {
            received.extend(family_benefits(children));
            if children > 0 && dice.percent(18) {
                received.push(amount(ResourceKind::AlimonyReceived.code(), i64::from(dice.between(90, 260))));
            }
        }
        let known = work.tax_known == TaxKnown::Yes;
        let year = |year: i64, euros: i64| TaxIncomeDraft { year: Some(year), amount: Some(euros) };
        let tax = if known { vec![year(last, work.tax()), year(last - 1, work.tax() * 97 / 100)] } else { Vec::new() };
        let paid = (children == 0 && dice.percent(4))
            .then(|| amount(PaidResourceKind::AlimonyPaid.code(), i64::from(dice.between(90, 300))));
        AdultResourcesDraft { adult: index as i64, tax, received, paid: paid.into_iter().collect() }
    };
    let adults = work.iter().enumerate().map(|entry| adult(entry, dice)).collect();
    ResourcesDraft { adults, ..ResourcesDraft::default() }
}

/// Family allowances begin with the second child.
fn family_benefits(children: usize) -> Option<AmountDraft> {
    let euros = match children {
        0 | 1 => return None,
        2 => 151,
        3 => 344,
        more => 344 + 193 * (more as i64 - 3),
    };
    Some(amount(ResourceKind::FamilyAllowance.code(), euros))
}

fn amount(kind: &str, euros: i64) -> AmountDraft {
    AmountDraft { kind: Some(kind.to_owned()), amount: Some(euros) }
}
