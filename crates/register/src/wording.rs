//! Troubles of keys and database in French, for those who run the register.

use vault::Error as V;

use crate::schema::SchemaState;

/// What is the matter with the keys, and what to do about it. Names files and keys by their number, never a content.
pub fn vault_trouble(error: &vault::Error) -> String {
    match error {
        V::Database(_) => "la base des clés ne répond pas comme elle devrait".into(),
        V::Migrate(_) => "le schéma des clés ne peut pas être mis à jour".into(),
        V::Random(_) => "le système ne donne pas de nombres aléatoires".into(),
        V::KeyFile { path, source, .. } => format!("fichier de clés {} : {source}", path.display()),
        V::KeyFileDamaged { path } => {
            format!("{} ne contient pas une clé de 32 octets : remettez-le depuis sa sauvegarde", path.display())
        }
        V::KeyFileExposed { path } => {
            format!("{} est ouvert à d'autres comptes : fermez-le avec chmod go-rwx", path.display())
        }
        V::KeyFileMissing { path } => format!("{} manque : remettez-le depuis sa sauvegarde", path.display()),
        V::KeyFolderMismatch { missing, different } => format!(
            "le dossier des clés n'est pas celui de cette base (absentes : {} ; différentes : {}) : utilisez le dossier \
             qui l'accompagnait ou sa sauvegarde ; de nouvelles clés n'ouvriraient rien",
            listed(missing),
            listed(different)
        ),
        V::ErasureListAltered { path, line } => format!(
            "la ligne {line} de {} n'est pas celle qui y fut écrite : remettez le fichier depuis sa sauvegarde",
            path.display()
        ),
        V::MarksAltered { path } => {
            format!("{} n'est pas ce qui y fut écrit : remettez le fichier depuis sa sauvegarde", path.display())
        }
        V::ErasedKeysLive { count } => format!(
            "{count} clé(s) effacée(s) sont revenues avec une base restaurée : lancez « sne restore finish », \
             qui les détruit avant toute lecture"
        ),
        V::UnknownKek { kek } => format!("la clé de chiffrement {kek} manque"),
        V::WrappedAltered { key } => format!("la clé {key} a été altérée dans la base"),
        V::RowDamaged { key } => format!("la ligne de la clé {key} est abîmée"),
        V::CommitmentMismatch { key } => format!("la clé {key} n'est pas celle qui avait été engagée"),
        V::Unsealable { .. } => "des données ne peuvent pas être scellées".into(),
        V::Malformed { .. } => "des données scellées ont une forme inconnue".into(),
        V::NotAuthentic { .. } => "des données scellées ont été altérées ou déplacées".into(),
        _ => "panne des clés".into(),
    }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "aucune".to_owned() } else { names.join(", ") }
}

/// What is unsafe about a database, and what to do about it.
pub fn database_trouble(error: &event_log::Error) -> String {
    use event_log::Error as E;
    match error {
        E::ServerTooOld { version } => {
            format!("PostgreSQL {} est trop ancien : il faut la version 15 ou une plus récente", version / 10_000)
        }
        E::UnsafeSetting { name: "server_encoding", value } => {
            format!("la base est codée en {value} : créez-la en UTF8")
        }
        E::UnsafeSetting { name: "synchronous_standby_names", .. } => {
            "synchronous_standby_names est vide, aucun serveur de secours synchrone ne garde les actes : nommez-en un, \
             ou retirez synchronous_standby de la configuration (docs/operations.md)"
                .to_owned()
        }
        E::StandbyHidden => "le registre ne peut pas voir ce que gardent les serveurs de secours : relancez \
             deploy/postgresql/roles.sql en superutilisateur"
            .to_owned(),
        E::UnsafeSetting { name, value } => format!(
            "{name} vaut {value}, un acte confirmé pourrait être perdu : mettez-le à on pour le serveur, la base et le compte"
        ),
        other => other.to_string(),
    }
}

/// How a schema differs from this program's, and what to do about it.
pub fn schema_trouble(schema: &str, state: SchemaState) -> String {
    match state {
        SchemaState::Older => format!(
            "le schéma {schema} manque ou vient d'une version plus ancienne : démarrez « sne serve » ou lancez « sne migrate »"
        ),
        SchemaState::Newer => {
            format!("le schéma {schema} vient d'une version plus récente : utilisez le programme de cette version")
        }
    }
}
