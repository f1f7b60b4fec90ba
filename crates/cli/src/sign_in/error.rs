//! Why nobody is signed in, and what to do.

use std::path::PathBuf;

use server::{FetchError, TlsError};

/// Why nobody is signed in. Every text is for the person at the keyboard.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The provider's name is no address that may be asked.
    #[error("--issuer : https://... est attendu, ou http:// sur cette machine, sans paramètre")]
    Issuer,
    /// The file of authorities is of no use.
    #[error("les autorités du fournisseur ne peuvent pas être lues : {0}")]
    Authorities(#[from] TlsError),
    /// Nobody answers there, or not as a provider does.
    #[error(
        "le fournisseur {issuer} ne répond pas comme il devrait ({cause}) : vérifiez --issuer et le réseau, puis recommencez"
    )]
    Unreachable {
        /// Who was asked.
        issuer: String,
        /// What came instead.
        cause: FetchError,
    },
    /// It has no page to sign in at, or one that could be listened to.
    #[error("ce fournisseur ne dit pas où se connecter de façon sûre : adressez-vous à qui l'administre")]
    Endpoints,
    /// A stolen code would do there.
    #[error(
        "ce fournisseur n'accepte pas PKCE (S256), sans quoi un code volé suffirait : adressez-vous à qui l'administre"
    )]
    NoPkce,
    /// The browser has no way back.
    #[error("le port {port} de 127.0.0.1 ne peut pas être ouvert ({cause}) : choisissez-en un autre avec --port")]
    Port {
        /// Which.
        port: u16,
        /// Why.
        cause: std::io::Error,
    },
    /// Nobody came back in time.
    #[error("personne n'est revenu du navigateur en {seconds} secondes : recommencez « sne login »")]
    Waited {
        /// How long somebody was waited for.
        seconds: u64,
    },
    /// What came back is not of this sign-in.
    #[error(
        "la réponse du navigateur n'est pas celle de cette connexion : rien n'est gardé ; recommencez depuis l'adresse affichée"
    )]
    State,
    /// What came back is of another provider (RFC 9207).
    #[error("la réponse du navigateur vient d'un autre fournisseur : rien n'est gardé ; recommencez « sne login »")]
    OtherIssuer,
    /// The person, or the provider, said no.
    #[error("la connexion a été refusée chez le fournisseur : personne n'est connecté")]
    Refused,
    /// The provider does not do what it is asked.
    #[error("le fournisseur refuse la demande ({code}) : vérifiez --client-id, --scope, --resource et --audience")]
    Provider {
        /// The code of the standard.
        code: String,
    },
    /// The code is over, or was used.
    #[error("le code de connexion est périmé ou a déjà servi : recommencez « sne login »")]
    Code,
    /// Other than tokens.
    #[error("le fournisseur répond autre chose que les jetons attendus : rien n'est gardé")]
    Answer,
    /// The word of who signed in is not for this sign-in.
    #[error(
        "le jeton d'identité n'est pas celui de cette connexion ({0}) : rien n'est gardé ; recommencez « sne login »"
    )]
    Identity(&'static str),
    /// Nobody signed in.
    #[error("personne n'est connecté ({} manque) : « sne login »", .0.display())]
    SignedOut(PathBuf),
    /// The session is over.
    #[error("la session est terminée : reconnectez-vous avec « sne login »")]
    Over,
    /// Others can read what is kept.
    #[error("{} : d'autres que vous peuvent lire ce fichier : « sne logout », puis « sne login »", .0.display())]
    Exposed(PathBuf),
    /// No session.
    #[error("{} n'est pas une session : « sne logout », puis « sne login »", .0.display())]
    Damaged(PathBuf),
    /// The file cannot be had.
    #[error("{} : {cause}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
}

impl Error {
    /// Whether it is about who calls, and not about this machine or the network.
    pub fn is_about_rights(&self) -> bool {
        matches!(self, Self::Refused | Self::SignedOut(_) | Self::Over)
    }
}
