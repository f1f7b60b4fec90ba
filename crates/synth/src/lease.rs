//! What a lessor tells of a dwelling it let (R441-2-9).

use demand::radiation::lease::LeaseDraft;
use jiff::civil::Date;
use nomenclature::{
    CollectiveAgreement, DwellingType, KnownAnswer, PresentDwelling, ReservationHolder, RplsDwellingType,
    StateConvention, UrbanZone,
};

use crate::cast::Player;
use crate::dice::Dice;
use crate::dwelling::types_for;
use crate::file::File;

/// A lease of that day.
pub(crate) fn lease(dice: &mut Dice, file: &File, lessor: &Player, rpls: String, signed_on: Date) -> LeaseDraft {
    let holder = dice.weigh(&[
        (ReservationHolder::LocalAuthorities, 20),
        (ReservationHolder::Employers, 22),
        (ReservationHolder::PrefectPriority, 24),
        (ReservationHolder::PrefectCivilServants, 4),
        (ReservationHolder::Others, 3),
        (ReservationHolder::Nobody, 27),
    ]);
    let dalo = match holder {
        ReservationHolder::PrefectPriority => dice.weigh(&[(KnownAnswer::Yes, 30), (KnownAnswer::No, 70)]),
        _ => dice.weigh(&[(KnownAnswer::No, 94), (KnownAnswer::NotDocumented, 6)]),
    };
    let agreement = dice.weigh(&[
        (CollectiveAgreement::OfDepartement, 12),
        (CollectiveAgreement::OfEpci, 5),
        (CollectiveAgreement::Nothing, 72),
        (CollectiveAgreement::NotDocumented, 11),
    ]);
    let zone = dice.weigh(&[(UrbanZone::Outside, 70), (UrbanZone::Inside, 20), (UrbanZone::Unknown, 10)]);
    let size = file.natural().map_or(2, |natural| natural.members.size());
    let (dwelling_type, surface) = match types_for(dice, size)[0] {
        DwellingType::Room | DwellingType::T1 => (RplsDwellingType::T1, dice.between(24, 36)),
        DwellingType::T2 => (RplsDwellingType::T2, dice.between(40, 54)),
        DwellingType::T3 => (RplsDwellingType::T3, dice.between(58, 70)),
        DwellingType::T4 => (RplsDwellingType::T4, dice.between(72, 86)),
        DwellingType::T5 => (RplsDwellingType::T5, dice.between(88, 102)),
        DwellingType::T6OrMore => (RplsDwellingType::T6, dice.between(104, 120)),
    };
    let convention = (holder.is_the_state() && surface % 3 == 0).then_some(StateConvention::R31416);
    let rent = surface * dice.between(55, 85) / 10;
    let communes = file.form.sought.iter().flat_map(|sought| &sought.communes).cloned().collect::<Vec<_>>();
    LeaseDraft {
        signed_on: Some(signed_on.to_string()),
        rpls: Some(rpls),
        already_housed: Some(already_housed(file, lessor).code().to_owned()),
        collective_agreement: Some(agreement.code().to_owned()),
        reservation_holder: Some(holder.code().to_owned()),
        dalo: Some(dalo.code().to_owned()),
        urban_zone: Some(zone.code().to_owned()),
        dwelling_type: Some(dwelling_type.code().to_owned()),
        commune: Some(dice.pick(&communes).clone()),
        surface: Some(i64::from(surface)),
        rent: Some(i64::from(rent)),
        convention: convention.map(|convention| convention.code().to_owned()),
        ..LeaseDraft::default()
    }
}

/// The number of a dwelling in the RPLS directory: the form of one, not one of the directory.
pub(crate) fn rpls(dice: &mut Dice) -> String {
    format!("FICTIF{:04}", dice.between(0, 9_999))
}

fn already_housed(file: &File, lessor: &Player) -> KnownAnswer {
    let landlord = file.form.housing.as_ref().and_then(|housing| housing.landlord.as_deref());
    match file.natural().map(|natural| natural.present) {
        Some(PresentDwelling::SocialHousing) if landlord == Some(&lessor.name) => KnownAnswer::Yes,
        Some(_) => KnownAnswer::No,
        None => KnownAnswer::NotDocumented,
    }
}
