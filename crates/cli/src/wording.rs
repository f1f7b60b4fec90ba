//! The register's words for people, in French.

use demand::certificate::{CertificateChannel, Certificates};
use demand::dalo::Dalo;
use demand::deposit::{OpenDeposit, SetAsideReason};
use demand::lease_report::LeaseReport;
use demand::radiation::Motive;
use demand::{Carry, DemandEvent, FieldReason, Rejection, Settings, deadlines};
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
        DemandEvent::CertificateIssued(_) => "attestation délivrée",
        DemandEvent::LeaseReported(_) => "bail signalé",
        DemandEvent::LeaseReportWithdrawn(_) => "signalement de bail retiré",
        DemandEvent::PieceDeposited(_) => "pièce déposée",
        DemandEvent::DepositSetAside(_) => "dépôt écarté",
        DemandEvent::DaloSeised(_) => "recours DALO",
        DemandEvent::DaloDecided(_) => "décision DALO",
        DemandEvent::DaloRehoused(_) => "relogement DALO",
        DemandEvent::DaloEnded(_) => "DALO caduc",
        DemandEvent::CoApplicantDropped(_) => "cotitulaire retiré",
        DemandEvent::Separated(_) => "séparation",
    }
}

/// What an event says, from its open part alone.
pub fn summary(event: &DemandEvent) -> String {
    match event {
        DemandEvent::Registered(e) => {
            let forced = if e.forced.is_some() { ", doublon forcé" } else { "" };
            let employer = if e.employer == Carry::Absent { "" } else { ", employeur déclaré" };
            let letters = e.rubrics.letters();
            format!("déposée le {} au guichet {}, rubriques {letters}{forced}{employer}", e.filed_on, e.desk)
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
        DemandEvent::CertificateIssued(e) => {
            format!("{} le {}, due depuis le {}", certificate_channel(e.channel), e.issued_on, e.due_since)
        }
        DemandEvent::LeaseReported(e) => {
            let signed = e.signed_on.map(|day| format!(", signé le {day}")).unwrap_or_default();
            let lessor = e.lessor.map(|lessor| format!(", bailleur {}", siren(lessor))).unwrap_or_default();
            format!("par l'organisme {}{signed}{lessor}", siren(e.organisation))
        }
        DemandEvent::LeaseReportWithdrawn(e) => format!("par l'organisme {}", siren(e.organisation)),
        DemandEvent::PieceDeposited(e) => {
            let name = e.open_type.map_or("type sensible", |piece| piece.label());
            format!("{name}, le {} au guichet {}", e.deposited_on, e.desk)
        }
        DemandEvent::DepositSetAside(e) => set_aside(e.reason).to_owned(),
        DemandEvent::DaloSeised(e) => {
            format!("le {}, décision attendue au plus tard le {}", e.seised_on, e.decision_due_on)
        }
        DemandEvent::DaloDecided(e) => match e.offer_due_on {
            Some(due) => format!("favorable le {}, offre attendue au plus tard le {due}", e.decided_on),
            None => format!("rejet le {}", e.decided_on),
        },
        DemandEvent::DaloRehoused(e) => format!("le {}", e.rehoused_on),
        DemandEvent::DaloEnded(e) => format!("le {}", e.ended_on),
        DemandEvent::CoApplicantDropped(e) => format!("rubriques {}", e.rubrics.letters()),
        DemandEvent::Separated(_) => "nouvelle demande".to_owned(),
    }
}

/// How a certificate went out.
pub fn certificate_channel(channel: CertificateChannel) -> &'static str {
    match channel {
        CertificateChannel::Post => "par courrier",
        CertificateChannel::Electronic => "par voie électronique",
        CertificateChannel::ByHand => "en main propre",
    }
}

/// What is waited for, and what went out.
pub fn certificates(certificates: &Certificates, settings: Option<&Settings>) -> String {
    let due = certificates.due_since().map(|day| {
        let by = settings.map(|settings| format!(", au plus tard le {}", deadlines::certificate_by(day, settings)));
        format!("due depuis le {day}{}", by.unwrap_or_default())
    });
    let last =
        certificates.last.map(|last| format!("délivrée le {} {}", last.issued_on, certificate_channel(last.channel)));
    [last, due].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A lease that somebody else than the lessor reported.
pub fn lease_report(report: &LeaseReport) -> String {
    let signed = report.signed_on.map(|day| format!(", signé le {day}")).unwrap_or_default();
    let lessor = report.lessor.map(|lessor| format!(", bailleur {}", siren(lessor))).unwrap_or_default();
    format!("le {} par l'organisme {}{signed}{lessor}", report.reported_on, siren(report.organisation))
}

/// A piece that waits to be stored.
pub fn deposit(deposit: &OpenDeposit, settings: Option<&Settings>) -> String {
    let name = deposit.open_type.map_or("type sensible", |piece| piece.label());
    let by = |settings| format!(", à verser au plus tard le {}", deadlines::storage_by(deposit.deposited_on, settings));
    let by = settings.map(by).unwrap_or_default();
    format!("{name}, déposée le {} au guichet {}{by}", deposit.deposited_on, deposit.desk)
}

/// Where a claim to housing stands.
pub fn dalo(dalo: Dalo) -> String {
    let told = match dalo {
        Dalo::Seised { seised_on, decision_due_on } => {
            format!("saisine du {seised_on}, décision attendue au plus tard le {decision_due_on}")
        }
        Dalo::Refused { decided_on } => format!("rejet du {decided_on}"),
        Dalo::Priority { decided_on, offer_due_on } => {
            format!("décision favorable du {decided_on}, offre attendue au plus tard le {offer_due_on}")
        }
        Dalo::Rehoused { rehoused_on } => format!("relogement le {rehoused_on}"),
        Dalo::Ended { ended_on } => format!("caduc depuis le {ended_on}"),
    };
    format!("{} ({told})", dalo.status().code())
}

fn set_aside(reason: SetAsideReason) -> &'static str {
    match reason {
        SetAsideReason::Unreadable => "pièce illisible",
        SetAsideReason::Incomplete => "pièce incomplète",
        SetAsideReason::AlreadyHeld => "pièce déjà au dossier",
        SetAsideReason::WrongPiece => "autre pièce que celle annoncée",
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

fn siren(siren: Siren) -> String {
    siren.to_string()
}
