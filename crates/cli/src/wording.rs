//! The register's words for people, in French.

use demand::radiation::Motive;
use demand::rupture::DropGround;
use demand::{DemandEvent, FieldReason, Rejection};
use nomenclature::Siren;
use private_postgres::Step;

/// What the private cluster is doing.
pub fn step(step: &Step) -> String {
    match step {
        Step::Initialising => "création (première utilisation)".to_owned(),
        Step::Starting => "démarrage".to_owned(),
        Step::Adopted { pid } => format!("déjà en marche, reprise (processus {pid})"),
        _ => "préparation".to_owned(),
    }
}

/// A rejection with every violation on a line of its own.
pub fn rejection(rejection: &Rejection) -> String {
    let mut text = rejection.reason.message().to_owned();
    for violation in &rejection.violations {
        let message = FieldReason::message(violation.reason);
        text.push_str(&format!("\n  {} : {message} ({})", violation.field, violation.reason.code()));
    }
    text
}

/// The name of an event.
pub fn event(event: &DemandEvent) -> &'static str {
    match event {
        DemandEvent::Registered(_) => "enregistrement",
        DemandEvent::Modified(_) => "modification",
        DemandEvent::Renewed(_) => "renouvellement",
        DemandEvent::PieceAdded(_) => "pièce versée",
        DemandEvent::Attributed(_) => "attribution",
        DemandEvent::AttributionRefused(_) => "refus du ménage",
        DemandEvent::AttributionLapsed(_) => "attribution caduque",
        DemandEvent::LeaseSigned(_) => "bail signé",
        DemandEvent::Radiated(_) => "radiation",
        DemandEvent::PersonalDataErased(_) => "effacement",
        DemandEvent::RenewalNoticeListed(_) => "préavis inscrit",
        DemandEvent::RenewalNoticeSent(_) => "préavis envoyé",
        DemandEvent::RenewalNoticeReturned(_) => "préavis revenu",
        DemandEvent::Reinstated(_) => "rétablissement",
        DemandEvent::WarningSent(_) => "avertissement envoyé",
        DemandEvent::AnswerReceived(_) => "réponse reçue",
        DemandEvent::CommissionDecided(_) => "décision de commission",
        DemandEvent::CoApplicantDropped(_) => "cotitulaire retiré",
        DemandEvent::Separated(_) => "séparation",
    }
}

/// What an event says, from its open part alone.
pub fn summary(event: &DemandEvent) -> String {
    match event {
        DemandEvent::Registered(e) => {
            let forced = if e.forced.is_some() { ", doublon forcé" } else { "" };
            let origin = e.separated_from.map(|number| format!(", séparée de {number}")).unwrap_or_default();
            format!(
                "déposée le {} au guichet {}, rubriques {}{forced}{origin}",
                e.filed_on,
                e.desk,
                e.rubrics.letters()
            )
        }
        DemandEvent::Modified(e) => format!("rubriques {}, origine : {}", e.rubrics.letters(), origin(&e.origin)),
        DemandEvent::Renewed(e) => match e.rubrics.letters() {
            letters if letters.is_empty() => "sans changement".to_owned(),
            letters => format!("rubriques {letters}"),
        },
        DemandEvent::PieceAdded(e) => {
            let name = e.open_type.map_or("type sensible", |piece| piece.label());
            format!("{name}, remise le {}", e.received_on)
        }
        DemandEvent::Attributed(e) => format!("bailleur {}, décision du {}", siren(e.lessor), e.decided_on),
        DemandEvent::AttributionRefused(e) => format!("bailleur {}, le {}", siren(e.lessor), e.refused_on),
        DemandEvent::AttributionLapsed(e) => format!("bailleur {}, le {}", siren(e.lessor), e.lapsed_on),
        DemandEvent::LeaseSigned(e) => {
            format!("bailleur {}, signé le {}, {}", siren(e.lessor), e.signed_on, e.reservation_holder.label())
        }
        DemandEvent::Radiated(e) => match &e.motive {
            Motive::Attribution { lease_signed_on, .. } => format!("RADATT, bail du {lease_signed_on}"),
            Motive::Renunciation { written_on, kept_until, .. } => {
                format!("RADABA, écrit du {written_on} à conserver jusqu'au {kept_until}")
            }
            Motive::NoAnswer { letter_sent_on, warned_on, .. } => {
                format!("RADCON, courrier du {letter_sent_on}, avertissement du {warned_on}")
            }
            Motive::Inadmissible { ground, decided_on, warned_on, .. } => {
                format!("RADIRR, {}, décision du {decided_on}, avertissement du {warned_on}", ground.label())
            }
            Motive::NotRenewed { expired_on, notice_sent_on, .. } => {
                format!("RADREN, valable jusqu'au {expired_on}, préavis envoyé le {notice_sent_on}")
            }
        },
        DemandEvent::PersonalDataErased(e) => format!("données nominatives effacées le {}", e.erased_on),
        DemandEvent::RenewalNoticeListed(e) => format!("fin de validité le {}", e.expires_on),
        DemandEvent::RenewalNoticeSent(e) => format!("le {}", e.sent_on),
        DemandEvent::RenewalNoticeReturned(e) => format!("le {}", e.returned_on),
        DemandEvent::WarningSent(e) => format!("organisme {}, le {}", siren(e.organisation), e.sent_on),
        DemandEvent::AnswerReceived(e) => format!("le {}", e.received_on),
        DemandEvent::CommissionDecided(e) => {
            format!("bailleur {}, le {}, irrecevable : {}", siren(e.lessor), e.decided_on, e.ground().label())
        }
        DemandEvent::Reinstated(e) => format!("radiation {} levée", e.motive.code()),
        DemandEvent::CoApplicantDropped(e) => {
            format!("rubriques {}, fondement : {}", e.rubrics.letters(), ground(e.ground))
        }
        DemandEvent::Separated(e) => format!("nouvelle demande {}", e.separated_to),
    }
}

fn origin(origin: &demand::modification::Origin) -> &'static str {
    use demand::modification::Origin;
    match origin {
        Origin::Applicant => "le demandeur",
        Origin::Piece { .. } => "une pièce du dossier",
        Origin::ThirdPartyValidated => "un tiers, validée par le demandeur",
    }
}

fn ground(ground: DropGround) -> &'static str {
    match ground {
        DropGround::Consent => "accord",
        DropGround::LegalProof => "preuve légale",
        DropGround::Death => "décès",
    }
}

fn siren(siren: Siren) -> String {
    siren.to_string()
}
