//! The server settings file that every start writes anew.

use std::fmt::Write as _;
use std::path::Path;

use crate::Error;

/// Name of the file beside `postgresql.conf`, which includes it.
pub(crate) const FILE: &str = "private.conf";

/// What this crate answers for. The log settings keep statements and row values, which hold personal data, out of the
/// server's log.
const FIXED: [(&str, &str); 12] = [
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("fsync", "on"),
    ("full_page_writes", "on"),
    ("synchronous_commit", "on"),
    // Needs memory that is written and run, which a hardened service does not give.
    ("jit", "off"),
    // Messages of errors quote values that somebody typed.
    ("log_min_messages", "log"),
    ("log_min_error_statement", "panic"),
    ("log_error_verbosity", "terse"),
    ("log_statement", "none"),
    ("log_parameter_max_length_on_error", "0"),
    ("log_parameter_max_length", "0"),
];

/// Other names that would move the cluster away from where this crate looks for it.
const RESERVED: [&str; 9] = [
    "port",
    "unix_socket_directories",
    "data_directory",
    "config_file",
    "hba_file",
    "external_pid_file",
    "include",
    "include_if_exists",
    "include_dir",
];

/// Defaults that an option may replace.
const DEFAULTS: [(&str, &str); 3] = [("timezone", "UTC"), ("log_timezone", "UTC"), ("lc_messages", "C")];

pub(crate) fn render(socket: &Path, port: u16, extra: &[(String, String)]) -> Result<String, Error> {
    let mut out = String::from("# Written at every start; change the options of the program, not this file.\n");
    for (name, value) in DEFAULTS {
        line(&mut out, name, value);
    }
    for (name, value) in extra {
        check(name, value)?;
        line(&mut out, name, value);
    }
    for (name, value) in FIXED {
        line(&mut out, name, value);
    }
    line(&mut out, "port", &port.to_string());
    // The value is itself a list in which a comma separates and double quotes protect.
    let folder = socket.to_string_lossy().replace('"', "\"\"");
    line(&mut out, "unix_socket_directories", &format!("\"{folder}\""));
    Ok(out)
}

fn check(name: &str, value: &str) -> Result<(), Error> {
    let refuse = |reason| Err(Error::Setting { name: name.escape_debug().to_string(), reason });
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    if name.is_empty() || !name.chars().all(plain) || name.starts_with(|c: char| c.is_ascii_digit()) {
        return refuse("not a setting's name");
    }
    if value.chars().any(char::is_control) {
        return refuse("control character in the value");
    }
    let lower = name.to_ascii_lowercase();
    if RESERVED.contains(&lower.as_str()) || FIXED.iter().any(|(fixed, _)| *fixed == lower) {
        return refuse("fixed for a private cluster");
    }
    Ok(())
}

fn line(out: &mut String, name: &str, value: &str) {
    let quoted = value.replace('\\', "\\\\").replace('\'', "''");
    writeln!(out, "{name} = '{quoted}'").expect("writing to a string does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &str, value: &str) -> Result<String, Error> {
        render(Path::new("/tmp/s"), 5432, &[(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn a_value_cannot_escape_its_quotes() {
        let text = with("application_name", r"it's \'; fsync = off").unwrap();
        assert!(text.contains(r"application_name = 'it''s \\''; fsync = off'"), "{text}");
    }

    #[test]
    fn durability_and_place_cannot_be_given_away() {
        for name in ["fsync", "FSYNC", "full_page_writes", "synchronous_commit", "listen_addresses", "port", "include"]
        {
            assert!(matches!(with(name, "off"), Err(Error::Setting { .. })), "{name}");
        }
    }

    #[test]
    fn malformed_settings_are_refused() {
        for (name, value) in [("", "1"), ("a b", "1"), ("1a", "1"), ("work_mem", "4MB\nfsync = off"), ("a", "\0")] {
            assert!(matches!(with(name, value), Err(Error::Setting { .. })), "{name:?}");
        }
    }
}
