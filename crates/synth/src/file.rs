//! A whole demand as its household would fill it in, and what changes in it later.

use demand::FormDraft;
use demand::form::identity::{AssociationDraft, IdentityDraft};
use demand::form::remarks::RemarksDraft;
use jiff::civil::Date;
use nomenclature::{CoApplicantLink, Commune, PresentDwelling, Reason};

use crate::cast::Cast;
use crate::contact::{contact, of_association};
use crate::day::age;
use crate::dice::Dice;
use crate::dwelling::{housing, present, reasons, sought};
use crate::household::{Kind, Members};
use crate::people::{Adult, People};
use crate::places::Places;
use crate::work::{TaxKnown, Work, employment, resources};

/// Where the story takes place.
pub(crate) struct Scene {
    pub(crate) places: Places,
    pub(crate) cast: Cast,
}

/// What is known of a household: the form, and what it was made from.
pub(crate) struct File {
    pub(crate) form: FormDraft,
    pub(crate) body: Body,
    home: &'static Commune,
}

/// Who asks.
pub(crate) enum Body {
    /// Natural persons.
    Household(Box<Natural>),
    /// An association (L442-8-1): the short form, and no change but of its address.
    Association,
}

/// A household of natural persons.
pub(crate) struct Natural {
    pub(crate) members: Members,
    pub(crate) present: PresentDwelling,
    pub(crate) work: Vec<Work>,
}

/// What a household asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asking {
    /// As its present dwelling, drawn at random, makes it.
    Anything,
    /// Another social dwelling than the one it lives in.
    Transfer,
    /// A first social dwelling.
    First,
}

impl Asking {
    fn present(self, dice: &mut Dice, kind: Kind, age: i32) -> PresentDwelling {
        match self {
            Self::Transfer => PresentDwelling::SocialHousing,
            Self::Anything => present(dice, kind, age),
            Self::First => loop {
                let drawn = present(dice, kind, age);
                if !drawn.is_social_housing() {
                    return drawn;
                }
            },
        }
    }
}

/// What changes in a household.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It moved, or has another telephone.
    Contact,
    /// The applicant found work.
    Work,
    /// A child was born.
    Birth,
    /// Somebody will sign the lease too.
    Partner,
    /// It wants something else.
    Wishes,
}

impl File {
    /// A household drawn at random.
    pub(crate) fn household(dice: &mut Dice, people: &mut People, scene: &Scene, tax: TaxKnown, day: Date) -> Self {
        let kind = Kind::draw(dice);
        let members = Members::draw(dice, people, kind, day);
        Self::of_members(dice, scene, members, kind, (tax, Asking::Anything), day)
    }

    /// A household of a given kind that asks for what it asks.
    pub(crate) fn of_kind(
        dice: &mut Dice,
        people: &mut People,
        scene: &Scene,
        kind: Kind,
        (tax, asking): (TaxKnown, Asking),
        day: Date,
    ) -> Self {
        let members = Members::draw(dice, people, kind, day);
        Self::of_members(dice, scene, members, kind, (tax, asking), day)
    }

    /// A household of one given person.
    pub(crate) fn of_one(dice: &mut Dice, scene: &Scene, adult: Adult, tax: TaxKnown, day: Date) -> Self {
        Self::alone(dice, scene, adult, (tax, Asking::Anything), day)
    }

    /// A household of one given person that asks for what it asks.
    pub(crate) fn alone(
        dice: &mut Dice,
        scene: &Scene,
        adult: Adult,
        (tax, asking): (TaxKnown, Asking),
        day: Date,
    ) -> Self {
        let members = Members::alone(dice, adult, Kind::Single, day);
        Self::of_members(dice, scene, members, Kind::Single, (tax, asking), day)
    }

    /// An association, the `number`-th one.
    pub(crate) fn association(dice: &mut Dice, scene: &Scene, number: u32) -> Self {
        const NAMES: &[&str] =
            &["Assoc. fictive Le Toit solidaire", "Assoc. fictive L'Étape", "Assoc. fictive Cœur de ville"];
        let home = scene.places.commune(dice);
        let size = 1 + usize::try_from(dice.below(3)).unwrap_or(0);
        let name = NAMES[number as usize % NAMES.len()].to_owned();
        let form = FormDraft {
            identity: Some(IdentityDraft {
                association: Some(AssociationDraft { name: Some(name) }),
                ..IdentityDraft::default()
            }),
            contact: Some(of_association(dice, home, number)),
            sought: Some(sought(dice, &scene.places, home, size)),
            ..FormDraft::default()
        };
        Self { form, body: Body::Association, home }
    }

    fn of_members(
        dice: &mut Dice,
        scene: &Scene,
        members: Members,
        kind: Kind,
        (tax, asking): (TaxKnown, Asking),
        day: Date,
    ) -> Self {
        let home = if dice.percent(93) { scene.places.commune(dice) } else { scene.places.elsewhere(dice) };
        let years = |adult: &Adult| age(adult.birth_date, day);
        let applicant = &members.adults[0];
        let work: Vec<Work> = members.adults.iter().map(|adult| Work::draw(dice, years(adult), tax)).collect();
        let present = asking.present(dice, kind, years(applicant));
        let host = match present {
            PresentDwelling::WithParentsOrChildren => Some(applicant.name_at_birth()),
            PresentDwelling::WithPrivatePerson => Some(People::surname(dice)),
            // Letters of people without a roof go to the commune's social centre.
            PresentDwelling::Homeless | PresentDwelling::Squat => Some("CCAS"),
            _ => None,
        };
        let host = host.filter(|_| dice.percent(70)).map(str::to_owned);
        let landlord = dice.pick(&scene.cast.lessors).name.clone();
        let owned = scene.places.elsewhere(dice);
        let form = FormDraft {
            identity: Some(members.identity()),
            contact: Some(contact(dice, applicant, home, host)),
            family: Some(members.family()),
            employment: Some(employment(&work)),
            // Some tell nothing of their resources: no piece may be required for that at registration.
            resources: (!dice.percent(7)).then(|| resources(dice, &work, members.children(), day)),
            housing: Some(housing(dice, present, &members, &landlord, owned, day)),
            reasons: Some(reasons(dice, present, kind, day)),
            sought: Some(sought(dice, &scene.places, home, members.size())),
            handicap: None,
            remarks: remarks(applicant),
        };
        Self { form, body: Body::Household(Box::new(Natural { members, present, work })), home }
    }

    /// The applicant, unless an association asks.
    pub(crate) fn applicant(&self) -> Option<&Adult> {
        self.natural()?.members.adults.first()
    }

    /// The household, unless an association asks.
    pub(crate) fn natural(&self) -> Option<&Natural> {
        match &self.body {
            Body::Household(natural) => Some(natural),
            Body::Association => None,
        }
    }

    /// Whether a reason stands on the form.
    pub(crate) fn asks_for(&self, reason: Reason) -> bool {
        self.form.reasons.iter().flat_map(|given| &given.reasons).any(|code| code == reason.code())
    }

    /// Lets something change on a day: the rubrics to send. Nothing, when it cannot happen to this household.
    pub(crate) fn change(
        &mut self,
        dice: &mut Dice,
        people: &mut People,
        scene: &Scene,
        change: Change,
        day: Date,
    ) -> Option<FormDraft> {
        let mut sent = FormDraft::default();
        match (change, &mut self.body) {
            (Change::Contact, Body::Association) => sent.contact = Some(of_association(dice, self.home, 90)),
            (Change::Contact, Body::Household(natural)) => {
                self.home = scene.places.commune(dice);
                sent.contact = Some(contact(dice, &natural.members.adults[0], self.home, None));
            }
            (Change::Wishes, body) => {
                let size = match body {
                    Body::Household(natural) => natural.members.size(),
                    Body::Association => 2,
                };
                sent.sought = Some(sought(dice, &scene.places, self.home, size));
            }
            (Change::Work, Body::Household(natural)) => {
                let found = natural.work[0].found(dice);
                natural.work[0] = found;
                sent = natural.economy(dice, day);
            }
            (Change::Birth, Body::Household(natural)) => {
                natural.members.add_newborn(dice, day);
                sent.identity = Some(natural.members.identity());
                sent.family = Some(natural.members.family());
            }
            (Change::Partner, Body::Household(natural)) if natural.members.adults.len() == 1 => {
                natural.members.add_partner(dice, people, day);
                let years = age(natural.members.adults[1].birth_date, day);
                natural.work.push(Work::draw(dice, years, natural.work[0].tax_known()));
                sent = natural.economy(dice, day);
                sent.identity = Some(natural.members.identity());
                sent.family = Some(natural.members.family());
            }
            _ => return None,
        }
        self.keep(&sent);
        Some(sent)
    }

    /// The co-applicant leaves for a demand of his own: who he is and what ties him to the applicant. None, unless there is
    /// just one.
    pub(crate) fn part(&mut self) -> Option<(Adult, CoApplicantLink)> {
        let Body::Household(natural) = &mut self.body else { return None };
        let parted = natural.members.part()?;
        natural.work.truncate(1);
        self.form.identity = Some(natural.members.identity());
        self.form.family = Some(natural.members.family());
        Some(parted)
    }

    /// What a renewal brings up to date: resources, for those who told them.
    pub(crate) fn refreshed(&mut self, dice: &mut Dice, day: Date) -> FormDraft {
        let sent = match &self.body {
            Body::Household(natural) if self.form.resources.is_some() => natural.economy(dice, day),
            _ => FormDraft::default(),
        };
        self.keep(&sent);
        sent
    }

    fn keep(&mut self, sent: &FormDraft) {
        let sent = sent.clone();
        let before = std::mem::take(&mut self.form);
        self.form = FormDraft {
            identity: sent.identity.or(before.identity),
            contact: sent.contact.or(before.contact),
            family: sent.family.or(before.family),
            employment: sent.employment.or(before.employment),
            resources: sent.resources.or(before.resources),
            housing: sent.housing.or(before.housing),
            reasons: sent.reasons.or(before.reasons),
            sought: sent.sought.or(before.sought),
            handicap: sent.handicap.or(before.handicap),
            remarks: sent.remarks.or(before.remarks),
        };
    }
}

/// The head of the form: desks write a reference of their own on some, a remark on fewer. Told by the birth date instead
/// of the dice, so that the rest of a life does not hang on it.
fn remarks(applicant: &Adult) -> Option<RemarksDraft> {
    let born = applicant.birth_date;
    let internal_reference = (born.day() % 5 == 0).then(|| format!("FICTIF/{:03}", born.day_of_year()));
    let precision = (born.day() % 9 == 0).then(|| "Peut visiter le samedi seulement".to_owned());
    let said = internal_reference.is_some() || precision.is_some();
    said.then_some(RemarksDraft { precision, internal_reference })
}

impl Natural {
    /// Rubrics d and e of a day.
    fn economy(&self, dice: &mut Dice, day: Date) -> FormDraft {
        FormDraft {
            employment: Some(employment(&self.work)),
            resources: Some(resources(dice, &self.work, self.members.children(), day)),
            ..FormDraft::default()
        }
    }
}
