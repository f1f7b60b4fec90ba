//! `sne login` and `sne logout`: under which account this person calls a server.

use std::time::Duration;

use register::{Clock as _, SystemClock};

use crate::args::{Login, SessionFile};
use crate::config::Config;
use crate::failure::Failure;
use crate::output::say;
use crate::sign_in::{Asked, Keep, sign_in};

/// Signs somebody in, and keeps what he calls with.
pub async fn login(config: &Config, login: Login) -> Result<(), Failure> {
    let keep = Keep::at(login.session.token_file);
    let nobody = || Failure::CommandLine("--issuer manque, et la configuration n'a pas d'issuer.url".to_owned());
    let absolute = |path| std::path::absolute(path).map_err(|error| Failure::Local(error.to_string()));
    let (issuer, authorities) = config.provider().map(|provider| (provider.issuer, provider.authorities)).unzip();
    let authorities = login.issuer_authorities.or(authorities.flatten());
    let asked = Asked {
        issuer: login.issuer.or(issuer).ok_or_else(nobody)?,
        authorities: authorities.map(absolute).transpose()?,
        client: login.client_id,
        scopes: login.scope,
        resource: login.resource,
        audience: login.audience,
        port: login.port,
        wait: Duration::from_secs(login.wait),
    };
    let session = sign_in(asked, |address| {
        eprintln!("Ouvrez cette adresse dans un navigateur de cette machine, et connectez-vous :\n\n  {address}\n");
    })
    .await?;
    keep.keep(&session).await?;
    let (until, renewable) = session.lasts();
    let minutes = until.map(|until| (until.as_second() - SystemClock.now().as_second()) / 60);
    let lasts = minutes.map(|minutes| format!(", valable {minutes} minutes")).unwrap_or_default();
    let renewed = if renewable { ", renouvelé ensuite sans nouvelle connexion" } else { "" };
    say!("connecté : le jeton est dans {}{lasts}{renewed}", keep.path().display());
    Ok(())
}

/// Forgets what somebody called with.
pub async fn logout(SessionFile { token_file }: SessionFile) -> Result<(), Failure> {
    let keep = Keep::at(token_file);
    match keep.forget().await? {
        true => say!("déconnecté : {} est supprimé", keep.path().display()),
        false => say!("personne n'était connecté"),
    }
    Ok(())
}
