//! Asks a postmaster over its socket whether it takes connections.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the socket said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Answer {
    /// It serves.
    Serves,
    /// Nobody there, or starting up, recovering or shutting down.
    NotYet,
}

pub(crate) fn socket_file(folder: &Path, port: u16) -> PathBuf {
    folder.join(format!(".s.PGSQL.{port}"))
}

pub(crate) fn ask(folder: &Path, port: u16, user: &str) -> Answer {
    try_ask(folder, port, user).unwrap_or(Answer::NotYet)
}

fn try_ask(folder: &Path, port: u16, user: &str) -> std::io::Result<Answer> {
    let mut stream = UnixStream::connect(socket_file(folder, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.set_write_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(&startup_message(user))?;
    let mut header = [0u8; 5];
    stream.read_exact(&mut header)?;
    let [kind, length @ ..] = header;
    let length = u32::from_be_bytes(length).clamp(4, 8192) as usize - 4;
    let mut body = vec![0u8; length];
    stream.read_exact(&mut body)?;
    // 57P03, cannot_connect_now, covers start-up, recovery and shutdown. Any other error still comes from a server that
    // serves (too many connections, for example).
    if kind == b'E' && body.windows(6).any(|field| field == b"C57P03") {
        return Ok(Answer::NotYet);
    }
    let _ = stream.write_all(&[b'X', 0, 0, 0, 4]);
    Ok(Answer::Serves)
}

/// Frontend/backend protocol 3.0, StartupMessage.
fn startup_message(user: &str) -> Vec<u8> {
    let mut body = 196_608u32.to_be_bytes().to_vec();
    for text in ["user", user, "database", "postgres"] {
        body.extend_from_slice(text.as_bytes());
        body.push(0);
    }
    body.push(0);
    let length = u32::try_from(body.len() + 4).expect("a startup message is short");
    let mut message = length.to_be_bytes().to_vec();
    message.extend_from_slice(&body);
    message
}
