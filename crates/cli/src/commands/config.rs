//! `sne config`: what the program would go by.

use serde::Serialize;

use crate::args::Format;
use crate::config::Config;
use crate::output;

#[derive(Serialize)]
struct Line {
    key: &'static str,
    value: String,
    /// `default`, `file`, `environment` or `flag`.
    source: &'static str,
    #[serde(skip)]
    from: String,
}

/// Shows every value and where it comes from.
pub fn show(config: &Config, format: Format) {
    let line = |(key, value, source): (_, _, &crate::config::Source)| Line {
        key,
        value,
        source: source.kind(),
        from: source.to_string(),
    };
    let lines: Vec<Line> = config.told().into_iter().map(line).collect();
    output::rows(format, &["clé", "valeur", "origine"], &lines, |line| {
        vec![line.key.to_owned(), line.value.clone(), line.from.clone()]
    });
}

/// Says what would be used, and that nothing is wrong with it: every fault was told before it came to this.
pub fn check(config: &Config, format: Format) {
    show(config, format);
    let files: Vec<String> = config.files.iter().map(|file| file.display().to_string()).collect();
    let files = if files.is_empty() { "aucun".to_owned() } else { files.join(", ") };
    eprintln!("fichiers lus : {files}");
    eprintln!("la configuration est correcte");
}
