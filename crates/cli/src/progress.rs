//! Progress of long work: a bar on a terminal, silence elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar that counts to `total`, drawn on standard error.
pub fn bar(total: u64, what: &'static str) -> ProgressBar {
    // The target of standard error is hidden by itself when it is no terminal.
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{msg:<22} {bar:30} {pos}/{len} ({eta})") {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar
}

/// A count without an end known before, drawn on standard error.
pub fn counter() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {pos}") {
        bar.set_style(style);
    }
    bar
}

/// A bar over the bytes of a file, drawn on standard error; its message tells what they came to.
pub fn bytes(total: u64, what: &'static str) -> ProgressBar {
    let bar = bar(total, what);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} ({eta}) {msg}") {
        bar.set_style(style);
    }
    bar
}
