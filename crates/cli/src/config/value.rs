//! Reading and showing single values; refusals are French and say what is expected.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use jiff::SignedDuration;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// A whole number within bounds.
pub fn count<T: TryFrom<u64>>(text: &str, bounds: RangeInclusive<u64>) -> Result<T, String> {
    let expected = || format!("un entier de {} à {} est attendu", bounds.start(), bounds.end());
    let number: u64 = text.parse().map_err(|_| expected())?;
    if !bounds.contains(&number) {
        return Err(expected());
    }
    T::try_from(number).map_err(|_| expected())
}

/// A duration with its unit, within bounds.
pub fn duration(text: &str, bounds: RangeInclusive<Duration>) -> Result<Duration, String> {
    let expected = || {
        let (least, most) = (show_duration(*bounds.start()), show_duration(*bounds.end()));
        format!("une durée de {least} à {most} est attendue, avec son unité (500ms, 30s, 1m)")
    };
    let duration: SignedDuration = text.parse().map_err(|_| expected())?;
    let duration = duration.try_into().map_err(|_| expected())?;
    if bounds.contains(&duration) { Ok(duration) } else { Err(expected()) }
}

/// A duration as it is written.
pub fn show_duration(duration: Duration) -> String {
    SignedDuration::try_from(duration).map_or_else(|_| format!("{duration:?}"), |duration| format!("{duration:#}"))
}

/// An address with its port.
pub fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "une adresse avec son port est attendue (127.0.0.1:50051)".to_owned())
}

/// An address of this machine.
pub fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address = address(text)?;
    if address.ip().is_loopback() { Ok(address) } else { Err(only_this_machine(address)) }
}

/// Why an address is refused that others could reach.
pub fn only_this_machine(address: SocketAddr) -> String {
    format!("{address} serait joignable d'ailleurs : seule une adresse de cette machine est acceptée")
}

/// Why an address is refused that others could reach without proving who they are.
pub fn without_proof(address: SocketAddr) -> String {
    format!(
        "{address} serait joignable d'ailleurs : il y faut un certificat (tls.certificate, tls.key), et de quoi \
         reconnaître les appelants (tls.client_authorities ou issuer.url)"
    )
}

/// The address of a provider of identities.
pub fn issuer(text: &str) -> Result<String, String> {
    match server::Provider::is_address(text) {
        true => Ok(text.to_owned()),
        false => Err("une adresse https est attendue (http pour cette machine seulement)".to_owned()),
    }
}

/// Names of classes of means to sign in, all of them where there is none.
pub fn classes(text: &str) -> Result<Vec<String>, String> {
    match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        [] => Err("une classe au moins est attendue, ou « any »".to_owned()),
        ["any"] => Ok(Vec::new()),
        classes => Ok(classes.iter().map(|class| (*class).to_owned()).collect()),
    }
}

/// Those classes as they are written.
pub fn show_classes(classes: &[String]) -> String {
    if classes.is_empty() { "any".to_owned() } else { classes.join(" ") }
}

/// How long ago something may have been, between a minute and a month, if that matters.
pub fn age(text: &str) -> Result<Option<Duration>, String> {
    let bounds = Duration::from_secs(60)..=Duration::from_secs(30 * 86_400);
    if text == "off" { Ok(None) } else { duration(text, bounds).map(Some) }
}

/// A database's address, which is never repeated in a message. One on another machine is reached over TLS alone, and only
/// when its certificate and its name are checked.
pub fn database(text: &str) -> Result<String, String> {
    // The driver would take any scheme.
    let scheme = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
    match text.parse::<PgConnectOptions>() {
        Ok(options) if scheme => {
            if is_on_this_machine(&options) || matches!(options.get_ssl_mode(), PgSslMode::VerifyFull) {
                return Ok(text.to_owned());
            }
            Err("est sur une autre machine : ajoutez sslmode=verify-full (et sslrootcert=/chemin/autorite.pem si son \
                 autorité n'est pas connue de ce système)"
                .to_owned())
        }
        _ => Err("n'est pas une adresse PostgreSQL valide (postgresql://...)".to_owned()),
    }
}

fn is_on_this_machine(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    options.get_socket().is_some() || host.starts_with('/') || server::is_this_machine(host)
}

/// A database's address without whatever secret it holds: put together from the parts that are none.
pub fn show_database(url: &str) -> String {
    let Ok(options) = url.parse::<PgConnectOptions>() else { return "(illisible)".to_owned() };
    let host = options.get_socket().map_or_else(|| options.get_host().to_owned(), |path| path.display().to_string());
    let (user, port) = (options.get_username(), options.get_port());
    format!("postgresql://{user}@{host}:{port}/{}", options.get_database().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_address_has_no_secret_however_it_was_written() {
        for url in [
            "postgresql://sne_app:tr0ub4dor@db.exemple.fr:6432/sne?sslmode=verify-full",
            "postgresql://sne_app@db.exemple.fr:6432/sne?password=tr0ub4dor&sslmode=verify-full",
            "postgresql://sne_app:tr0ub4dor@db.exemple.fr:6432/sne?sslmode=verify-full&application_name=tr0ub4dor",
        ] {
            assert_eq!(show_database(&database(url).unwrap()), "postgresql://sne_app@db.exemple.fr:6432/sne");
        }
        assert!(!database("postgresql://a:tr0ub4dor@[/x").unwrap_err().contains("tr0ub4dor"));
    }

    #[test]
    fn a_database_on_another_machine_is_reached_over_a_tls_that_checks_it_or_not_at_all() {
        for mode in ["", "?sslmode=disable", "?sslmode=prefer", "?sslmode=require", "?sslmode=verify-ca"] {
            for host in ["db.exemple.fr", "192.0.2.7:5432", "[2001:db8::7]", "localhost.exemple.fr"] {
                let told = database(&format!("postgresql://sne_app:tr0ub4dor@{host}/sne{mode}")).unwrap_err();
                assert!(told.contains("sslmode=verify-full") && !told.contains("tr0ub4dor"), "{told}");
            }
            // Here there is nobody in between.
            for host in ["localhost", "127.0.0.1:5432", "[::1]:5432"] {
                database(&format!("postgresql://sne_app@{host}/sne{mode}")).unwrap();
            }
        }
        database("postgresql://sne_app@db.exemple.fr/sne?sslmode=verify-full&sslrootcert=/etc/sne/ca.pem").unwrap();
        database("postgresql:///sne?host=%2Frun%2Fpostgresql").unwrap();
    }

    #[test]
    fn durations_are_read_as_they_are_shown() {
        let bounds = Duration::ZERO..=Duration::from_secs(600);
        for text in ["500ms", "30s", "1m 30s", "0s"] {
            assert_eq!(show_duration(duration(text, bounds.clone()).unwrap()), text);
        }
        for wrong in ["", "30", "-1s", "11m", "30 bananes", "1y"] {
            assert!(duration(wrong, bounds.clone()).is_err(), "{wrong}");
        }
    }
}
