//! The lines of an import file: each is a row or has its typed reason, however the file is cut into windows.

use register::lines::{FileFault, Line, Lines, Read};

use crate::decision;

/// The longest key that is told of a line, in characters.
const LONGEST_KEY: usize = 128;

/// The file.
pub fn run(input: &[u8]) {
    let Some(whole) = read(input, usize::MAX) else { return };
    let lines = input.split(|byte| *byte == b'\n').count();
    let mut before = 0;
    for line in &whole {
        assert!(line.number > before && line.number <= lines as u64, "the lines are numbered wrongly");
        before = line.number;
        assert!(line.key.as_ref().is_none_or(|key| key.chars().count() <= LONGEST_KEY));
        match &line.read {
            Read::Row(row) => {
                let written = serde_json::to_string(row).expect("a row can be written");
                let again = read(written.as_bytes(), usize::MAX).expect("a row is no file of UTF-16");
                let [Line { read: Read::Row(again), .. }] = again.as_slice() else { panic!("a row is read as none") };
                assert_eq!(serde_json::to_string(again).expect("a row can be written"), written);
                decision::decide(&row.act, row.channel);
            }
            Read::Broken(reason) => assert!(!reason.code().is_empty() && !reason.message().is_empty()),
        }
    }
    let one_by_one = read(input, 1).expect("the same file");
    assert!(one_by_one.iter().map(told).eq(whole.iter().map(told)), "windows change what is read");
}

/// All lines that say something, read in windows of so many; none of a file that cannot be read.
fn read(file: &[u8], window: usize) -> Option<Vec<Line>> {
    let mut lines = match Lines::over(file) {
        Ok(lines) => lines,
        Err(FileFault::Utf16) => return None,
        Err(FileFault::Io(error)) => panic!("bytes in memory can be read: {error}"),
    };
    let mut all = Vec::new();
    loop {
        let some = lines.window(window, u64::MAX).ok().expect("bytes in memory can be read");
        if some.is_empty() {
            break;
        }
        all.extend(some);
    }
    assert_eq!(lines.offset(), file.len() as u64, "the file is not read to its end");
    Some(all)
}

fn told(line: &Line) -> (u64, Option<&str>, String) {
    let read = match &line.read {
        Read::Row(row) => serde_json::to_string(row).expect("a row can be written"),
        Read::Broken(reason) => reason.message(),
    };
    (line.number, line.key.as_deref(), read)
}
