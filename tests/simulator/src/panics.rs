//! A panic of the product in a task of its own would look like a lost answer: here it is a fault.

use std::cell::RefCell;
use std::panic;
use std::sync::Once;

thread_local! {
    static PANICS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Remembers the panics of this thread from now on.
pub(crate) fn listen() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |told| {
            PANICS.with_borrow_mut(|panics| panics.push(told.to_string()));
            before(told);
        }));
    });
    PANICS.take();
}

/// The panics of this thread since it listens.
pub(crate) fn heard() -> Vec<String> {
    PANICS.take()
}
