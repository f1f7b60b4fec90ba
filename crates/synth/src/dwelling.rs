//! How a household is housed, why it asks, and what for: rubrics f, g and h.

use demand::form::housing::{HousingDraft, StayDraft};
use demand::form::reasons::ReasonsDraft;
use demand::form::sought::SoughtDraft;
use jiff::civil::Date;
use nomenclature::{Commune, DwellingCategory, DwellingType, PresentDwelling, Reason, SoughtCategory};

use crate::day::after;
use crate::dice::Dice;
use crate::household::{Kind, Members};
use crate::places::Places;

/// Draws the present dwelling. One household in five is a tenant of social housing: its demand is for a transfer.
pub(crate) fn present(dice: &mut Dice, kind: Kind, applicant_age: i32) -> PresentDwelling {
    use PresentDwelling as P;
    let hosted = if applicant_age < 30 { 32 } else { 12 };
    let parents = matches!(kind, Kind::WithOwnParent);
    dice.weigh(&[
        (P::SocialHousing, if applicant_age < 25 { 8 } else { 22 }),
        (P::PrivateTenant, if parents { 40 } else { 28 }),
        (P::WithParentsOrChildren, if parents { 0 } else { hosted }),
        (P::WithPrivatePerson, 9),
        (P::SubletOrTemporary, 4),
        (P::Shelter, 4),
        (P::SocialResidence, 4),
        (P::FreeOfCharge, 3),
        (P::Hotel, 2),
        (P::StudentResidence, if applicant_age < 27 { 4 } else { 0 }),
        (P::TiedToEmployment, 1),
        (P::OwnerOccupier, 2),
        (P::Homeless, 2),
        (P::Camping, 1),
        (P::SocialHotelResidence, 1),
        (P::ChildOrMaternityCentre, u32::from(kind == Kind::SingleParent && applicant_age < 30)),
        (P::Squat, 1),
    ])
}

/// Rubric f.
pub(crate) fn housing(
    dice: &mut Dice,
    present: PresentDwelling,
    members: &Members,
    landlord: &str,
    owned: &Commune,
    day: Date,
) -> HousingDraft {
    use PresentDwelling as P;
    let tenant = matches!(present, P::SocialHousing | P::PrivateTenant);
    let in_walls = !matches!(present, P::Homeless | P::Squat | P::Camping);
    let surface = dice.between(18, 34) + 9 * dice.between(0, i32::try_from(members.size()).unwrap_or(1));
    let rent = match present {
        P::SocialHousing => Some(surface * 7),
        P::PrivateTenant => Some(surface * 15 + 60),
        P::SocialResidence | P::StudentResidence => Some(dice.between(330, 560)),
        _ => None,
    };
    let owner = present == P::OwnerOccupier || dice.below(100) == 0;
    let mut kinds = vec![present];
    // Several when unsure: hosted by somebody, or in a dwelling lent for a while.
    if present == P::WithPrivatePerson && dice.percent(15) {
        kinds.push(P::SubletOrTemporary);
    }
    HousingDraft {
        kinds: kinds.iter().map(|kind| kind.code().to_owned()).collect(),
        landlord: (present == P::SocialHousing).then(|| landlord.to_owned()),
        stays: stay(dice, present, day).into_iter().collect(),
        rent: rent.map(i64::from),
        housing_benefit: (tenant && dice.percent(55)).then(|| i64::from(dice.between(60, 420))),
        occupants: in_walls.then(|| members.size() as i64 + i64::from(if tenant { 0 } else { dice.between(0, 4) })),
        category: in_walls.then(|| {
            let house = dice.percent(8);
            (if house { DwellingCategory::House } else { DwellingCategory::Apartment }).code().to_owned()
        }),
        dwelling_type: tenant.then(|| type_of(surface).code().to_owned()),
        surface: tenant.then(|| i64::from(surface)),
        owner,
        owned_commune: owner.then(|| owned.code.to_string()),
        owned_type: owner.then(|| DwellingType::T3.code().to_owned()),
    }
}

/// Since when, for what is meant to last a while only; the name of a shelter.
fn stay(dice: &mut Dice, kind: PresentDwelling, day: Date) -> Option<StayDraft> {
    use PresentDwelling as P;
    let temporary =
        matches!(kind, P::SocialResidence | P::SocialHotelResidence | P::Hotel | P::SubletOrTemporary | P::Shelter);
    temporary.then(|| StayDraft {
        kind: Some(kind.code().to_owned()),
        since: Some(after(day, -dice.between(20, 900)).to_string()),
        name: (kind == P::Shelter)
            .then(|| (*dice.pick(&["CHRS Lauriers", "Foyer Mimosas", "Abri du Port"])).to_owned()),
    })
}

fn type_of(surface: i32) -> DwellingType {
    match surface {
        ..30 => DwellingType::T1,
        30..46 => DwellingType::T2,
        46..66 => DwellingType::T3,
        66..84 => DwellingType::T4,
        _ => DwellingType::T5,
    }
}

/// Rubric g: one reason or two, as the present dwelling makes them likely.
pub(crate) fn reasons(dice: &mut Dice, present: PresentDwelling, kind: Kind, day: Date) -> ReasonsDraft {
    use PresentDwelling as P;
    let main = match present {
        P::SocialHousing => dice.weigh(&[
            (Reason::TooSmall, 30),
            (Reason::Health, 9),
            (Reason::Handicap, 6),
            (Reason::Neighbourhood, 13),
            (Reason::TooExpensive, 9),
            (Reason::TooLarge, 6),
            (Reason::CloserToWork, 7),
            (Reason::CloserToFamily, 5),
            (Reason::CloserToServices, 4),
            (Reason::DivorceOrSeparation, 6),
            (Reason::FamilyViolence, 2),
            (Reason::Demolition, 2),
            (Reason::Childminder, 1),
        ]),
        P::PrivateTenant => dice.weigh(&[
            (Reason::TooExpensive, 36),
            (Reason::TooSmall, 16),
            (Reason::UnfitDwelling, 10),
            (Reason::TakenBackOrSold, 10),
            (Reason::Eviction, 5),
            (Reason::DivorceOrSeparation, 7),
            (Reason::FamilyViolence, 3),
            (Reason::Health, 4),
            (Reason::Handicap, 3),
            (Reason::CloserToWork, 3),
            (Reason::JobTransfer, 1),
            (Reason::Other, 2),
        ]),
        P::WithParentsOrChildren | P::WithPrivatePerson | P::FreeOfCharge => dice.weigh(&[
            (Reason::WithoutDwelling, 62),
            (Reason::LeavingSharedHome, 22),
            (Reason::DivorceOrSeparation, 6),
            (Reason::FutureCouple, if kind == Kind::Couple { 8 } else { 1 }),
            (Reason::FamilyReunification, 2),
            (Reason::FamilyViolence, 3),
        ]),
        P::OwnerOccupier => {
            dice.weigh(&[(Reason::OwnerInDifficulty, 5), (Reason::DivorceOrSeparation, 3), (Reason::Handicap, 2)])
        }
        P::TiedToEmployment => Reason::TakenBackOrSold,
        _ => Reason::WithoutDwelling,
    };
    let mut reasons = vec![main];
    if dice.percent(35) {
        let second = dice.weigh(&[
            (Reason::CloserToWork, 5),
            (Reason::CloserToFamily, 4),
            (Reason::Health, 3),
            (Reason::CloserToServices, 3),
            (Reason::TooExpensive, 3),
            (Reason::Other, 1),
        ]);
        if second != main {
            reasons.push(second);
        }
    }
    ReasonsDraft {
        judgment_on: reasons.contains(&Reason::Eviction).then(|| after(day, -dice.between(10, 240)).to_string()),
        other: reasons.contains(&Reason::Other).then(|| "fin de contrat de gardiennage".to_owned()),
        reasons: reasons.iter().map(|reason| reason.code().to_owned()).collect(),
    }
}

/// Rubric h: what a household of that size needs, where it lives first, then where many live.
pub(crate) fn sought(dice: &mut Dice, places: &Places, home: &Commune, size: usize) -> SoughtDraft {
    let mut communes = Vec::new();
    if places.holds(home) {
        communes.push(home.code.to_string());
    }
    let wishes = dice.weigh(&[(1, 34), (2, 22), (3, 18), (4, 10), (5, 8), (7, 5), (10, 3)]);
    while communes.len() < wishes {
        let code = places.commune(dice).code.to_string();
        if !communes.contains(&code) {
            communes.push(code);
        }
    }
    let category =
        dice.weigh(&[(SoughtCategory::Apartment, 62), (SoughtCategory::Indifferent, 33), (SoughtCategory::House, 5)]);
    SoughtDraft {
        category: Some(category.code().to_owned()),
        parking: dice.percent(35),
        ground_floor: dice.percent(70),
        no_lift: dice.percent(55),
        max_rent: dice.percent(45).then(|| 10 * i64::from(dice.between(30, 45) + 9 * i32::try_from(size).unwrap_or(1))),
        dwelling_types: types_for(dice, size).iter().map(|kind| kind.code().to_owned()).collect(),
        communes,
        extended: Some(dice.percent(58)),
    }
}

/// The types that a household of that size asks for.
pub(crate) fn types_for(dice: &mut Dice, size: usize) -> &'static [DwellingType] {
    use DwellingType::{Room, T1, T2, T3, T4, T5, T6OrMore};
    let choices: &[&[DwellingType]] = match size {
        0 | 1 => &[&[T1], &[T2], &[T1, T2], &[T1, T2], &[Room, T1]],
        2 => &[&[T2], &[T2, T3], &[T3]],
        3 => &[&[T3], &[T3], &[T2, T3], &[T3, T4]],
        4 => &[&[T3, T4], &[T4], &[T4]],
        5 => &[&[T4], &[T4, T5]],
        _ => &[&[T5], &[T5, T6OrMore]],
    };
    dice.pick::<&[DwellingType]>(choices)
}
