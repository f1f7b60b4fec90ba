//! How a person signs in, and calls a server afterwards.

use std::path::PathBuf;

/// How a person signs in.
#[derive(clap::Args)]
pub struct Login {
    /// Fournisseur d'identités (OpenID Connect) auquel le serveur se fie ; par défaut issuer.url de la configuration
    #[arg(long, value_name = "ADRESSE")]
    pub issuer: Option<String>,
    /// Nom de ce programme chez le fournisseur : un client public, qui revient à http://127.0.0.1/callback
    #[arg(long, value_name = "NOM")]
    pub client_id: String,
    /// Ce qui est demandé (scope) en plus d'openid et d'offline_access ; à répéter
    #[arg(long, value_name = "NOM")]
    pub scope: Vec<String>,
    /// Ressource pour laquelle le jeton est demandé (RFC 8707), si le fournisseur le veut
    #[arg(long, value_name = "ADRESSE")]
    pub resource: Option<String>,
    /// Destinataire pour lequel le jeton est demandé, si le fournisseur le veut
    #[arg(long, value_name = "NOM")]
    pub audience: Option<String>,
    /// Autorités du serveur de ce fournisseur (PEM), en plus de celles de la machine
    #[arg(long, value_name = "FICHIER")]
    pub issuer_authorities: Option<PathBuf>,
    /// Port de 127.0.0.1 où le navigateur revient ; 0 : libre
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Secondes pendant lesquelles le navigateur est attendu
    #[arg(long, value_name = "SECONDES", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub wait: u64,
    #[command(flatten)]
    pub session: SessionFile,
}

/// Where what somebody signed in with is kept.
#[derive(clap::Args)]
pub struct SessionFile {
    /// Fichier de la session, lisible de son seul propriétaire ; par défaut ~/.config/sne/session.json
    #[arg(long, global = true, value_name = "FICHIER")]
    pub token_file: Option<PathBuf>,
}

/// A server that is called under the account of who signed in.
#[derive(clap::Args)]
pub struct Remote {
    /// Serveur du registre (https://nom:port, ou http:// sur cette machine), sous le compte de « sne login » ; sans lui, l'exploitant agit sur cette machine
    #[arg(long, global = true, value_name = "ADRESSE")]
    pub server: Option<String>,
    /// Autorités du certificat de ce serveur (PEM), au lieu de celles de la machine
    #[arg(long, global = true, value_name = "FICHIER")]
    pub server_authorities: Option<PathBuf>,
    #[command(flatten)]
    pub session: SessionFile,
}
