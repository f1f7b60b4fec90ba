//! A lane of the suite: how much of it is run, and what it tells.
//!
//! `make test` runs a short one of each. `make chaos` sets `CHAOS=full`, runs all of each, and puts what they told together
//! in `docs/chaos.json` and `docs/chaos.md`.

use std::path::Path;
use std::time::Instant;

use serde_json::{Map, Value, json};

/// Whether whole lanes were asked for.
pub fn is_full() -> bool {
    std::env::var("CHAOS").is_ok_and(|asked| asked == "full")
}

/// So many of a short run, or of a whole one.
pub fn either((short, full): (usize, usize)) -> usize {
    if is_full() { full } else { short }
}

/// A lane while it is run.
pub struct Lane {
    name: &'static str,
    began: Instant,
    figures: Map<String, Value>,
}

impl Lane {
    /// Begins one. The name is that of its section in `docs/chaos.md`.
    pub fn begin(name: &'static str) -> Self {
        Self { name, began: Instant::now(), figures: Map::new() }
    }

    /// Something that was counted.
    pub fn counted(&mut self, what: impl Into<String>, figure: impl Into<Value>) {
        self.figures.insert(what.into(), figure.into());
    }

    /// Ends it: everything that it promises held. A whole run leaves its figures behind for the summary.
    pub fn held(self) {
        let Self { name, began, figures } = self;
        let told = json!({"lane": name, "seconds": began.elapsed().as_secs(), "figures": figures});
        eprintln!("chaos: {told}");
        if is_full() {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("chaos");
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(format!("{name}.json")), format!("{told}\n")).unwrap();
        }
    }
}
