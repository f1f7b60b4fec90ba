//! The form of short texts for people.

/// The longest name, label and reference, in characters.
pub(crate) const NAME: usize = 100;

/// A text of one line, not blank, of at most so many characters.
pub(crate) fn is_line(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control)
}

/// Something, an `@`, and something with a dot: whether it arrives, only sending tells.
pub(crate) fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    is_line(text, NAME)
        && !text.contains(char::is_whitespace)
        && parts.is_some_and(|(who, at)| !who.is_empty() && !at.contains('@') && at.contains('.'))
}

/// Four to fifteen digits, with what people put between them.
pub(crate) fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (4..=15).contains(&digits) && text.len() <= 30 && text.bytes().all(|b| b.is_ascii_digit() || b" +.()-".contains(&b))
}
