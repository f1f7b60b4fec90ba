//! Connection strings that both libpq and sqlx read.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Everything is spelt out so that no `PG*` variable of the environment can redirect the connection.
pub(crate) fn of(socket: &Path, port: u16, user: &str, database: &str) -> String {
    format!(
        "postgresql:///{}?host={}&port={port}&user={}&sslmode=disable",
        encode(database.as_bytes()),
        encode(socket.as_os_str().as_bytes()),
        encode(user.as_bytes())
    )
}

fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing to a string does not fail");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_are_percent_encoded() {
        assert_eq!(
            of(Path::new("/tmp/a b&c"), 5432, "é", "d?b"),
            "postgresql:///d%3Fb?host=%2Ftmp%2Fa%20b%26c&port=5432&user=%C3%A9&sslmode=disable"
        );
    }
}
