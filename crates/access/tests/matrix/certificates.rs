//! Certificates that speak for an organisation.

use access::organisation::certificate::Certificate;
use access::{Denial, Fingerprint, OrganisationAct, OrganisationRejection};
use jiff::Timestamp;
use nomenclature::OrganisationKind;

use crate::agents::World;
use crate::{desk, on, siren};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn certificate(byte: u8) -> Certificate {
    Certificate {
        fingerprint: Fingerprint::new([byte; 32]),
        label: "logiciel métier".into(),
        not_before: at("2026-01-01T00:00:00Z"),
        not_after: at("2027-01-01T00:00:00Z"),
        desk: None,
    }
}

#[test]
fn two_certificates_speak_at_once_until_one_is_revoked_or_over() {
    let mut world = World::of(OrganisationKind::Hlm).with_a_desk();
    world.organisation(OrganisationAct::BindCertificate(certificate(1)));
    let next = Certificate { desk: Some(desk("G0601")), ..certificate(2) };
    world.organisation(OrganisationAct::BindCertificate(next));
    let bearer = |world: &World, byte, now| world.directory.bearer_of(&Fingerprint::new([byte; 32]), at(now));
    let now = "2026-11-26T12:00:00Z";
    assert_eq!(bearer(&world, 1, now), Ok((siren(), None)));
    assert_eq!(bearer(&world, 2, now), Ok((siren(), Some(desk("G0601")))));
    assert_eq!(bearer(&world, 3, now), Err(Denial::UnknownCertificate));
    for late in ["2027-01-01T00:00:01Z", "2025-12-31T23:59:59Z"] {
        assert_eq!(bearer(&world, 1, late), Err(Denial::CertificateExpired), "{late}");
    }
    world.organisation(OrganisationAct::RevokeCertificate { fingerprint: Fingerprint::new([1; 32]) });
    assert_eq!(bearer(&world, 1, now), Err(Denial::CertificateRevoked));
    assert_eq!(bearer(&world, 2, now), Ok((siren(), Some(desk("G0601")))));
}

#[test]
fn what_was_revoked_does_not_come_back_and_sixteen_are_enough() {
    let mut world = World::of(OrganisationKind::Hlm).with_a_desk();
    for byte in 1..=16 {
        world.organisation(OrganisationAct::BindCertificate(certificate(byte)));
    }
    let asked = |world: &World, act| world.directory.organisation(siren()).unwrap().decide(on(act)).err();
    let bind = |byte| OrganisationAct::BindCertificate(certificate(byte));
    assert_eq!(asked(&world, bind(17)), Some(OrganisationRejection::TooManyCertificates));
    let revoke = OrganisationAct::RevokeCertificate { fingerprint: Fingerprint::new([1; 32]) };
    world.organisation(revoke.clone());
    assert_eq!(asked(&world, revoke), Some(OrganisationRejection::UnknownCertificate));
    assert_eq!(asked(&world, bind(1)), Some(OrganisationRejection::CertificateKnown));
    assert_eq!(asked(&world, bind(17)), None);
    let over = Certificate { not_after: at("2026-11-01T00:00:00Z"), ..certificate(18) };
    let nowhere = Certificate { desk: Some(desk("G0699")), ..certificate(19) };
    let reasons = [(over, OrganisationRejection::InvalidPeriod), (nowhere, OrganisationRejection::UnknownDesk)];
    for (certificate, reason) in reasons {
        assert_eq!(asked(&world, OrganisationAct::BindCertificate(certificate)), Some(reason));
    }
}
