//! Who somebody is, kept off the command line: what stands there, everybody on the machine reads.

use std::fs::File;
use std::io::{IsTerminal as _, Read, Write as _, stderr, stdin};
use std::path::Path;

use access::agent::Person;

use crate::failure::Failure;

/// More than a name and an address take, in bytes.
const MOST: u64 = 4_096;

/// Reads a person from a file of JSON, or from the standard input (`-`), where a terminal is asked field by field.
///
/// # Errors
/// [`Failure::Local`] for what cannot be read; it says nothing of what stands there.
pub fn read(from: &Path) -> Result<Person, Failure> {
    let text = if from != Path::new("-") {
        text(&mut File::open(from).map_err(|error| failed(from, &error))?, from)?
    } else if stdin().is_terminal() {
        return Ok(Person { name: asked("Nom et prénom")?, email: asked("Adresse électronique")? });
    } else {
        text(&mut stdin().lock(), from)?
    };
    parsed(&text).ok_or_else(|| {
        Failure::Local(format!(r#"{} : il faut {{"name": "Nom Prénom", "email": "adresse"}}"#, from.display()))
    })
}

fn parsed(text: &str) -> Option<Person> {
    serde_json::from_str(text).ok()
}

fn text(source: &mut impl Read, from: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    source.take(MOST).read_to_string(&mut text).map_err(|error| failed(from, &error))?;
    Ok(text)
}

fn asked(what: &str) -> Result<String, Failure> {
    let failed = |error| failed(Path::new("-"), &error);
    write!(stderr(), "{what} : ").and_then(|()| stderr().flush()).map_err(failed)?;
    let mut line = String::new();
    stdin().read_line(&mut line).map_err(failed)?;
    Ok(line.trim().to_owned())
}

fn failed(from: &Path, error: &std::io::Error) -> Failure {
    Failure::Local(format!("{} : {error}", from.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_a_name_and_an_address_and_nothing_else() {
        let person = parsed(r#"{"name": "Lune Zoé", "email": "lune@exemple.fr"}"#).unwrap();
        assert_eq!((person.name.as_str(), person.email.as_str()), ("Lune Zoé", "lune@exemple.fr"));
        for wrong in [r#"{"name": "Lune Zoé"}"#, "Lune Zoé", "", r#"{"name": "Lune", "email": "a", "born": "1990"}"#]
        {
            assert!(parsed(wrong).is_none(), "{wrong}");
        }
    }
}
