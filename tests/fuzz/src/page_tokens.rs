//! Page tokens: one that the register did not write is refused by its type, however close it is to one that it did.

use std::fmt::Debug;
use std::sync::LazyLock;

use server::fuzzing::{Asked, Place, Refusal, read, write};
use tonic::Status;
use tonic_types::StatusExt as _;
use vault::Secrets;
use views::deadlines::{CalendarPlace, LatePlace};
use views::shared_management::Cursor;

/// The keys live in memory; their folder is gone at once.
static SECRETS: LazyLock<Secrets> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    Secrets::open_or_create(folder.path().join("keys")).expect("keys can be made")
});

/// Two bytes that say which bit is turned, then a text: taken for a token, and for a place.
pub fn run(input: &[u8]) {
    let [high, low, text @ ..] = input else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let bit = usize::from(u16::from_be_bytes([*high, *low]));
    of::<Cursor>(text, bit);
    of::<LatePlace>(text, bit);
    of::<CalendarPlace>(text, bit);
}

fn of<P: Place + PartialEq + Debug>(text: &str, bit: usize) {
    let asked = Asked::of(&[b"000005017", text.as_bytes()]);
    match read::<P>(&SECRETS, text, &asked) {
        Ok(None) => assert!(text.is_empty(), "something is taken for nothing"),
        Ok(Some(_)) => panic!("a token that nobody wrote is good"),
        Err(refusal) => is_typed(refusal),
    }
    let Some(place) = P::read(text) else { return };
    assert_eq!(place.written(), text, "a place is read from two texts");
    let token = write(&SECRETS, &place, &asked).ok().expect("the machine gives random bytes");
    let back = read::<P>(&SECRETS, &token, &asked).ok().flatten();
    assert_eq!(back.as_ref(), Some(&place), "a token is read as another place");
    // Seven bits a character, so that it stays text.
    let mut turned = token.clone().into_bytes();
    let at = (bit / 7) % turned.len();
    turned[at] ^= 1 << (bit % 7);
    let turned = String::from_utf8(turned).expect("ASCII stays ASCII");
    is_refused::<P>(&turned, &asked);
    is_refused::<P>(&token[..at], &asked);
    is_refused::<P>(&token, &Asked::of(&[b"000005017", text.as_bytes(), b""]));
}

fn is_refused<P: Place>(token: &str, asked: &Asked) {
    match read::<P>(&SECRETS, token, asked) {
        Ok(None) => assert!(token.is_empty(), "something is taken for nothing"),
        Ok(Some(_)) => panic!("a token is good that is not the one given, or not for this caller"),
        Err(refusal) => is_typed(refusal),
    }
}

fn is_typed(refusal: Refusal) {
    let told = Status::from(refusal).get_details_error_info().expect("a refusal says its reason");
    assert_eq!(told.reason, "INVALID_PAGE_TOKEN");
}
