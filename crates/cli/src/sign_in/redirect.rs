//! The way back: a page of this machine that a browser is sent to with a code (RFC 8252, 7.3).

use std::collections::HashMap;
use std::time::Duration;

use oauth2::url::form_urlencoded;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::error::Error;

/// No request for a page is longer, in bytes.
const LONGEST: usize = 16 * 1024;
/// How long one browser may take to ask.
const PATIENCE: Duration = Duration::from_secs(10);
const PATH: &str = "/callback";
const PAGE: &str = "<!doctype html><html lang=\"fr\"><meta charset=\"utf-8\"><title>Registre</title>\
<p>La réponse est reçue : la suite se lit dans le terminal, cette page peut être fermée.</p></html>\n";

/// An address of this machine that a browser can be sent back to.
pub struct Redirect {
    listener: TcpListener,
    port: u16,
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
            let bound = listener.local_addr()?;
            Ok(Self { listener, port: bound.port(), address: format!("http://{bound}{PATH}") })
        };
        listening.await.map_err(|cause| Error::Port { port, cause })
    }

    /// Where the browser is sent back to.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Waits for a browser that comes back. Others that ask for anything else are told that it is not there.
    pub async fn returned(self, wait: Duration) -> Result<Returned, Error> {
        let (came, mut heard) = mpsc::channel(1);
        let serve = async {
            loop {
                let stream = match self.listener.accept().await {
                    Ok((stream, _)) => stream,
                    Err(cause) => break cause,
                };
                let came = came.clone();
                // A browser opens connections that it does not use: one of them holds nobody up.
                tokio::spawn(async move {
                    if let Ok(Some(returned)) = tokio::time::timeout(PATIENCE, answer(stream)).await {
                        let _ = came.send(returned).await;
                    }
                });
            }
        };
        tokio::select! {
            Some(returned) = heard.recv() => Ok(returned),
            cause = serve => Err(Error::Port { port: self.port, cause }),
            () = tokio::time::sleep(wait) => Err(Error::Waited { seconds: wait.as_secs() }),
        }
    }
}

/// Answers one browser, and tells what it brought.
async fn answer(mut stream: TcpStream) -> Option<Returned> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() > LONGEST || stream.read_buf(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let line = head.split(|byte| *byte == b'\r').next()?;
    let returned = std::str::from_utf8(line).ok().and_then(read);
    let (status, page) = if returned.is_some() { ("200 OK", PAGE) } else { ("404 Not Found", "") };
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Referrer-Policy: no-referrer\r\nContent-Security-Policy: default-src 'none'\r\nConnection: close\r\n\r\n{page}",
        page.len()
    );
    // Whoever hangs up before the page came brought what he brought.
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
    returned
}

/// What a request line brings back; nothing when it is not for this page, or says one thing twice.
fn read(line: &str) -> Option<Returned> {
    let target = line.strip_prefix("GET ")?.split(' ').next()?;
    let (path, query) = target.split_once('?')?;
    let mut said = HashMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()).into_owned() {
        if said.insert(name, value).is_some() {
            return None;
        }
    }
    let mut take = |name: &str| said.remove(name);
    let returned = Returned { code: take("code"), state: take("state"), issuer: take("iss"), error: take("error") };
    (path == PATH && (returned.code.is_some() || returned.error.is_some())).then_some(returned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_brings_back_is_read_once_from_its_own_page() {
        let read_line = |target: &str| read(&format!("GET {target} HTTP/1.1"));
        let returned = read_line("/callback?code=a%2Bb&state=s&iss=https%3A%2F%2Fid.example").unwrap();
        assert_eq!((returned.code.as_deref(), returned.state.as_deref()), (Some("a+b"), Some("s")));
        assert_eq!((returned.issuer.as_deref(), returned.error), (Some("https://id.example"), None));
        assert_eq!(read_line("/callback?error=access_denied&state=s").unwrap().error.as_deref(), Some("access_denied"));
        for other in ["/callback", "/callback?state=s", "/favicon.ico?code=a", "/callback?code=a&code=b", "/"] {
            assert_eq!(read_line(other), None, "{other}");
        }
        assert_eq!(read("POST /callback?code=a HTTP/1.1"), None);
    }

    #[tokio::test]
    async fn a_connection_that_says_nothing_holds_nobody_up() {
        let redirect = Redirect::open(0).await.unwrap();
        let address = redirect.address().strip_prefix("http://").unwrap().strip_suffix(PATH).unwrap().to_owned();
        let waiting = tokio::spawn(redirect.returned(Duration::from_secs(60)));
        let _silent = TcpStream::connect(&address).await.unwrap();
        let ask = async |target: &str| {
            let mut browser = TcpStream::connect(&address).await.unwrap();
            browser.write_all(format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await.unwrap();
            let mut said = String::new();
            browser.read_to_string(&mut said).await.unwrap();
            said
        };
        assert!(ask("/favicon.ico").await.starts_with("HTTP/1.1 404 "));
        assert!(ask("/callback?code=a&state=s").await.starts_with("HTTP/1.1 200 "));
        assert_eq!(waiting.await.unwrap().unwrap().code.as_deref(), Some("a"));
    }

    #[tokio::test]
    async fn who_does_not_come_back_is_not_waited_for_for_ever() {
        let redirect = Redirect::open(0).await.unwrap();
        let waited = redirect.returned(Duration::from_millis(1)).await;
        assert!(matches!(waited, Err(Error::Waited { .. })), "{waited:?}");
    }
}
