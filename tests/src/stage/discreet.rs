//! What no log may hold, whatever test it is of: what the suites' own people are called, and what looks like anybody's.

/// What tells who somebody of the cast is.
const OF_THE_CAST: &[&str] =
    &["Lune", "LUNE", "Zoé", "Soleil", "Paul", "Inès", "rue des Lilas", "1990-02-28", "agent-0"];

/// The first thing in a log that tells who somebody is.
pub fn told(log: &str) -> Option<&str> {
    let of_the_cast = OF_THE_CAST.iter().find(|text| log.contains(**text)).copied();
    let words = || log.split(|c: char| !(c.is_alphanumeric() || "@._%+-".contains(c)));
    of_the_cast.or_else(|| words().find(|word| is_email(word) || is_phone(word) || is_nir(word)))
}

/// Fails when a log tells who somebody is.
pub fn names_nobody(log: &str) {
    assert_eq!(told(log), None, "somebody's data are logged");
}

fn is_email(word: &str) -> bool {
    word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.trim_end_matches('.').contains('.'))
}

/// Ten digits after a 0, as they are written in France without spaces.
fn is_phone(word: &str) -> bool {
    let digits = word.strip_prefix("+33").map_or(word, |rest| rest);
    let long = if digits.len() == word.len() { 10 } else { 9 };
    digits.len() == long && (long == 9 || digits.starts_with('0')) && digits.bytes().all(|b| b.is_ascii_digit())
}

/// A number of the social security: 13 digits, or 15 with its key, the first 1 or 2.
fn is_nir(word: &str) -> bool {
    matches!(word.len(), 13 | 15) && word.starts_with(['1', '2']) && word.bytes().all(|b| b.is_ascii_digit())
}
