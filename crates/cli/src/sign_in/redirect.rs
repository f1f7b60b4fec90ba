//! The way back: a page of this machine that a browser is sent to with a code (RFC 8252, 7.3).

use std::collections::HashMap;
use std::future::IntoFuture as _;
use std::time::Duration;

use axum::Router;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use oauth2::url::form_urlencoded;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use super::error::Error;

/// How long the browser may take to fetch the page, once it brought what it had.
const PATIENCE: Duration = Duration::from_secs(1);
const PATH: &str = "/callback";
const PAGE: &str = "<!doctype html><html lang=\"fr\"><meta charset=\"utf-8\"><title>Registre</title>\
<p>La réponse est reçue : la suite se lit dans le terminal, cette page peut être fermée.</p></html>\n";

/// An address of this machine that a browser can be sent back to.
pub struct Redirect {
    listener: TcpListener,
    address: String,
}

/// What a browser brings back.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Returned {
    pub code: Option<String>,
    pub state: Option<String>,
    pub issuer: Option<String>,
    pub error: Option<String>,
}

impl Redirect {
    /// Listens on 127.0.0.1 alone; port 0 is a free one.
    pub async fn open(port: u16) -> Result<Self, Error> {
        let listening = async {
            let listener = TcpListener::bind(("127.0.0.1", port)).await?;
            let address = format!("http://{}{PATH}", listener.local_addr()?);
            Ok(Self { listener, address })
        };
        listening.await.map_err(|cause| Error::Port { port, cause })
    }

    /// Where the browser is sent back to.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Waits for a browser that comes back. Whoever asks for anything else is told that it is not there.
    pub async fn returned(self, wait: Duration) -> Result<Returned, Error> {
        let (came, mut heard) = mpsc::channel(1);
        let (leave, left) = oneshot::channel::<()>();
        let page = get(async move |RawQuery(query): RawQuery| answer(query.as_deref().and_then(read), &came));
        let serving = axum::serve(self.listener, Router::new().route(PATH, page));
        let serving = serving.with_graceful_shutdown(async move {
            let _ = left.await;
        });
        let serving = tokio::spawn(serving.into_future());
        let returned = tokio::time::timeout(wait, heard.recv()).await;
        drop(leave);
        // The page may be on its way; a connection that says nothing is not waited for.
        let abort = serving.abort_handle();
        if tokio::time::timeout(PATIENCE, serving).await.is_err() {
            abort.abort();
        }
        returned.ok().flatten().ok_or(Error::Waited { seconds: wait.as_secs() })
    }
}

/// Answers one browser, and passes on what it brought; the first one counts.
fn answer(returned: Option<Returned>, came: &mpsc::Sender<Returned>) -> Response {
    let Some(returned) = returned else { return StatusCode::NOT_FOUND.into_response() };
    let _ = came.try_send(returned);
    let headers = [
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'"),
    ];
    (headers, Html(PAGE)).into_response()
}

/// What a query brings back; nothing when it brings neither a code nor an error, or says one thing twice.
fn read(query: &str) -> Option<Returned> {
    let mut said = HashMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()).into_owned() {
        if said.insert(name, value).is_some() {
            return None;
        }
    }
    let mut take = |name: &str| said.remove(name);
    let returned = Returned { code: take("code"), state: take("state"), issuer: take("iss"), error: take("error") };
    (returned.code.is_some() || returned.error.is_some()).then_some(returned)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;

    #[test]
    fn what_a_browser_brings_back_is_said_once() {
        let returned = read("code=a%2Bb&state=s&iss=https%3A%2F%2Fid.example").unwrap();
        assert_eq!((returned.code.as_deref(), returned.state.as_deref()), (Some("a+b"), Some("s")));
        assert_eq!((returned.issuer.as_deref(), returned.error), (Some("https://id.example"), None));
        assert_eq!(read("error=access_denied&state=s").unwrap().error.as_deref(), Some("access_denied"));
        for other in ["", "state=s", "code=a&code=b"] {
            assert_eq!(read(other), None, "{other}");
        }
    }

    #[tokio::test]
    async fn a_connection_that_says_nothing_holds_nobody_up() {
        let redirect = Redirect::open(0).await.unwrap();
        let address = redirect.address().strip_prefix("http://").unwrap().strip_suffix(PATH).unwrap().to_owned();
        let waiting = tokio::spawn(redirect.returned(Duration::from_secs(60)));
        let _silent = TcpStream::connect(&address).await.unwrap();
        let ask = async |line: &str| {
            let mut browser = TcpStream::connect(&address).await.unwrap();
            let asked = format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            browser.write_all(asked.as_bytes()).await.unwrap();
            let mut said = String::new();
            browser.read_to_string(&mut said).await.unwrap();
            said
        };
        for other in ["/favicon.ico?code=a", "/callback", "/callback?state=s", "/callback?code=a&code=b", "/"] {
            assert!(ask(&format!("GET {other}")).await.starts_with("HTTP/1.1 404 "), "{other}");
        }
        assert!(ask("POST /callback?code=a").await.starts_with("HTTP/1.1 405 "));
        let page = ask("GET /callback?code=a&state=s").await;
        assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("no-store") && page.ends_with(PAGE), "{page}");
        assert_eq!(waiting.await.unwrap().unwrap().code.as_deref(), Some("a"));
    }

    #[tokio::test]
    async fn who_does_not_come_back_is_not_waited_for_for_ever() {
        let redirect = Redirect::open(0).await.unwrap();
        let waited = redirect.returned(Duration::from_millis(1)).await;
        assert!(matches!(waited, Err(Error::Waited { .. })), "{waited:?}");
    }
}
