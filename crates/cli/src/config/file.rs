//! A TOML file as a flat list of what it says, with lines. Everything that can be read is, so that all faults show at once.

use toml::de::{DeTable, DeValue};

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    Text,
    Integer,
    /// Nothing that any key takes.
    Otherwise,
}

/// One value of the file.
pub struct Entry {
    /// Table and key, `server.listen`.
    pub name: String,
    pub written: Written,
    pub text: String,
    pub line: usize,
}

/// What the text says, and the lines that are no TOML.
pub fn read(text: &str) -> (Vec<Entry>, Vec<usize>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let line = |at: usize| text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
    let mut entries = Vec::new();
    walk("", table.get_ref(), &line, &mut entries);
    entries.sort_by_key(|entry| entry.line);
    let mut malformed: Vec<usize> =
        errors.iter().map(|error| error.span().map_or(1, |span| line(span.start))).collect();
    malformed.dedup();
    (entries, malformed)
}

fn walk(prefix: &str, table: &DeTable<'_>, line: &impl Fn(usize) -> usize, entries: &mut Vec<Entry>) {
    for (key, value) in table {
        let name = format!("{prefix}{}", key.get_ref());
        let (written, text) = match value.get_ref() {
            DeValue::Table(table) => {
                walk(&format!("{name}."), table, line, entries);
                continue;
            }
            DeValue::String(text) => (Written::Text, text.to_string()),
            DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => (Written::Integer, number.to_string()),
                Err(_) => (Written::Integer, number.as_str().to_owned()),
            },
            _ => (Written::Otherwise, String::new()),
        };
        entries.push(Entry { name, written, text, line: line(key.span().start) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_with_their_names_and_lines_beside_what_is_malformed() {
        let text = "data_dir = \"/x\"\n\n[server]\ncalls = 1_0\nlisten = oops\ndrain = true\n";
        let (entries, malformed) = read(text);
        let found: Vec<_> = entries.iter().map(|e| (e.name.as_str(), e.written, e.text.as_str(), e.line)).collect();
        assert!(found.contains(&("data_dir", Written::Text, "/x", 1)), "{found:?}");
        assert!(found.contains(&("server.calls", Written::Integer, "10", 4)), "{found:?}");
        assert!(found.contains(&("server.drain", Written::Otherwise, "", 6)), "{found:?}");
        assert_eq!(malformed, [5]);
    }
}
