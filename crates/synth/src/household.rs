//! Who asks, with whom, and who lives with them: rubrics a and c.

use demand::form::family::FamilyDraft;
use demand::form::identity::{CoApplicantDraft, DependantDraft, IdentityDraft};
use jiff::civil::Date;
use nomenclature::{CoApplicantLink, FamilySituation, Kinship, Sex};

use crate::day::{after, age, of_birth};
use crate::dice::Dice;
use crate::people::{Adult, People};

/// What a household is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Single,
    SingleParent,
    Couple,
    CoupleWithChildren,
    FlatSharers,
    WithOwnParent,
}

impl Kind {
    /// Shares of the demands of a département like Alpes-Maritimes: 43 to 50 % alone, 25 to 27 % single parents.
    pub(crate) fn draw(dice: &mut Dice) -> Self {
        dice.weigh(&[
            (Self::Single, 460),
            (Self::SingleParent, 260),
            (Self::Couple, 95),
            (Self::CoupleWithChildren, 155),
            (Self::FlatSharers, 18),
            (Self::WithOwnParent, 12),
        ])
    }
}

/// The persons of a household.
pub(crate) struct Members {
    /// The applicant first.
    pub(crate) adults: Vec<Adult>,
    links: Vec<CoApplicantLink>,
    situations: Vec<FamilySituation>,
    dependants: Vec<DependantDraft>,
    expected_on: Option<Date>,
}

impl Members {
    /// Draws a household on a day.
    pub(crate) fn draw(dice: &mut Dice, people: &mut People, kind: Kind, day: Date) -> Self {
        let (from, to) = match kind {
            Kind::Single => dice.weigh(&[((18, 29), 26), ((30, 49), 34), ((50, 64), 22), ((65, 88), 18)]),
            Kind::SingleParent | Kind::CoupleWithChildren => (21, 54),
            Kind::Couple => dice.weigh(&[((20, 35), 45), ((36, 64), 30), ((65, 84), 25)]),
            Kind::FlatSharers => (19, 30),
            Kind::WithOwnParent => (32, 56),
        };
        let women = if kind == Kind::SingleParent { 86 } else { 53 };
        let sex = if dice.percent(women) { Sex::Female } else { Sex::Male };
        let born = of_birth(dice, day, from, to);
        let applicant = people.adult(dice, sex, born);
        let mut members = Self::alone(dice, applicant, kind, day);
        match kind {
            Kind::Couple | Kind::CoupleWithChildren => members.add_partner(dice, people, day),
            Kind::FlatSharers => members.add_flat_sharers(dice, people, day),
            Kind::WithOwnParent => members.add_parent(dice, day),
            Kind::Single | Kind::SingleParent => members.keep_a_use_name(dice, people),
        }
        if matches!(kind, Kind::SingleParent | Kind::CoupleWithChildren) {
            members.add_children(dice, day);
        }
        let fertile = members.adults.iter().any(|adult| adult.sex == Sex::Female && age(adult.birth_date, day) < 43);
        if fertile && kind != Kind::FlatSharers && dice.percent(6) {
            members.expected_on = Some(after(day, dice.between(25, 200)));
        }
        members
    }

    /// Somebody who asks alone.
    pub(crate) fn alone(dice: &mut Dice, applicant: Adult, kind: Kind, day: Date) -> Self {
        let young = age(applicant.birth_date, day) < 30;
        let situation = match kind {
            _ if young => FamilySituation::Single,
            Kind::SingleParent => dice.weigh(&[
                (FamilySituation::Single, 45),
                (FamilySituation::Divorced, 30),
                (FamilySituation::Separated, 19),
                (FamilySituation::Widowed, 6),
            ]),
            _ => dice.weigh(&[
                (FamilySituation::Single, 58),
                (FamilySituation::Divorced, 22),
                (FamilySituation::Separated, 9),
                (FamilySituation::Widowed, 11),
            ]),
        };
        Self {
            adults: vec![applicant],
            links: Vec::new(),
            situations: vec![situation],
            dependants: Vec::new(),
            expected_on: None,
        }
    }

    /// Rubric a.
    pub(crate) fn identity(&self) -> IdentityDraft {
        let co = |(adult, link): (&Adult, &CoApplicantLink)| CoApplicantDraft {
            link: Some(link.code().to_owned()),
            person: adult.draft(),
        };
        IdentityDraft {
            applicant: self.adults.first().map(Adult::draft),
            co_applicants: self.adults.iter().skip(1).zip(&self.links).map(co).collect(),
            dependants: self.dependants.clone(),
            association: None,
        }
    }

    /// Rubric c.
    pub(crate) fn family(&self) -> FamilyDraft {
        FamilyDraft {
            situations: self.situations.iter().map(|situation| situation.code().to_owned()).collect(),
            expected_children: self.expected_on.map(|_| 1),
            expected_on: self.expected_on.map(|day| day.to_string()),
        }
    }

    /// The day a child is expected.
    pub(crate) fn expected_on(&self) -> Option<Date> {
        self.expected_on
    }

    /// Adults and dependants.
    pub(crate) fn size(&self) -> usize {
        self.adults.len() + self.dependants.len()
    }

    /// Children among them.
    pub(crate) fn children(&self) -> usize {
        let child = |dependant: &&DependantDraft| dependant.kinship.as_deref() == Some(Kinship::Child.code());
        self.dependants.iter().filter(child).count()
    }

    /// A child is born; nobody is expected any more.
    pub(crate) fn add_newborn(&mut self, dice: &mut Dice, day: Date) {
        self.expected_on = None;
        let born = after(day, -dice.between(2, 20));
        self.add_child(dice, born);
    }

    /// Somebody joins the applicant as future co-tenant.
    pub(crate) fn add_partner(&mut self, dice: &mut Dice, people: &mut People, day: Date) {
        let years = age(self.adults[0].birth_date, day);
        let sex = if self.adults[0].sex == Sex::Female { Sex::Male } else { Sex::Female };
        let born = of_birth(dice, day, (years - 5).max(18), (years + 5).max(18));
        let partner = people.adult(dice, sex, born);
        self.adults.push(partner);
        let (link, situation) = dice.weigh(&[
            ((CoApplicantLink::Spouse, FamilySituation::Married), 52),
            ((CoApplicantLink::CivilPartner, FamilySituation::CivilUnion), 16),
            ((CoApplicantLink::Cohabitant, FamilySituation::Cohabiting), 32),
        ]);
        self.links.push(link);
        self.situations = vec![situation; 2];
        // The applicant's own name stays: she may be registered already.
        if link == CoApplicantLink::Spouse && sex == Sex::Female {
            let name = self.adults[0].surname.clone();
            people.rename(dice, &mut self.adults[1], &name);
        }
    }

    /// The only co-applicant leaves.
    pub(crate) fn part(&mut self) -> Option<(Adult, CoApplicantLink)> {
        let ([_, _], [link]) = (self.adults.as_slice(), self.links.as_slice()) else { return None };
        let link = *link;
        let adult = self.adults.pop()?;
        self.links.clear();
        self.situations.truncate(1);
        Some((adult, link))
    }

    fn add_flat_sharers(&mut self, dice: &mut Dice, people: &mut People, day: Date) {
        for _ in 0..dice.between(1, 2) {
            let sex = if dice.percent(50) { Sex::Female } else { Sex::Male };
            let born = of_birth(dice, day, 19, 30);
            let sharer = people.adult(dice, sex, born);
            self.adults.push(sharer);
            self.links.push(CoApplicantLink::FlatSharer);
            self.situations.push(FamilySituation::Single);
        }
    }

    fn add_parent(&mut self, dice: &mut Dice, day: Date) {
        let years = age(self.adults[0].birth_date, day);
        let sex = if dice.percent(70) { Sex::Female } else { Sex::Male };
        let born = of_birth(dice, day, years + 21, (years + 36).min(96));
        self.dependants.push(DependantDraft {
            surname: Some(self.adults[0].name_at_birth().to_owned()),
            given_names: Some(People::given_name(dice, sex).to_owned()),
            birth_date: Some(born.to_string()),
            sex: Some(sex.code().to_owned()),
            kinship: Some(Kinship::Parent.code().to_owned()),
            custody: None,
        });
    }

    fn add_children(&mut self, dice: &mut Dice, day: Date) {
        let count = dice.weigh(&[(1, 47), (2, 33), (3, 14), (4, 5), (5, 1)]);
        let parent = self.adults.iter().map(|adult| age(adult.birth_date, day)).min().unwrap_or(40);
        let twins = count > 1 && dice.percent(6);
        let mut born = of_birth(dice, day, 0, (parent - 19).clamp(0, 19));
        for index in 0..count {
            if index > 0 && !(twins && index == 1) {
                born = of_birth(dice, day, 0, (parent - 19).clamp(0, 19));
            }
            self.add_child(dice, born);
        }
    }

    /// Siblings differ by given name.
    fn add_child(&mut self, dice: &mut Dice, born: Date) {
        let surname = if dice.percent(75) { self.adults.last() } else { self.adults.first() };
        let surname = surname.map(|adult| adult.name_at_birth().to_owned());
        loop {
            let sex = if dice.percent(49) { Sex::Female } else { Sex::Male };
            let given_name = People::given_name(dice, sex);
            if self.dependants.iter().any(|other| other.given_names.as_deref() == Some(given_name)) {
                continue;
            }
            self.dependants.push(DependantDraft {
                surname,
                given_names: Some(given_name.to_owned()),
                birth_date: Some(born.to_string()),
                sex: Some(sex.code().to_owned()),
                kinship: Some(Kinship::Child.code().to_owned()),
                custody: None,
            });
            return;
        }
    }

    /// Who was married may go on using the other's name.
    fn keep_a_use_name(&mut self, dice: &mut Dice, people: &mut People) {
        let once_married = matches!(self.situations[0], FamilySituation::Divorced | FamilySituation::Widowed);
        if once_married && self.adults[0].sex == Sex::Female && dice.percent(60) {
            let name = People::surname(dice);
            people.rename(dice, &mut self.adults[0], name);
        }
    }
}
