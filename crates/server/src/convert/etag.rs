//! The version of a demand as callers carry it about: opaque to them.

/// Writes a version.
pub fn write(version: u32) -> String {
    format!("v{version}")
}

/// Reads what [`write`] wrote, and nothing else.
pub fn read(text: &str) -> Option<u32> {
    let version: u32 = text.strip_prefix('v')?.parse().ok()?;
    (write(version) == text && version > 0).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_reads_back_and_nothing_else_does() {
        assert_eq!(read(&write(7)), Some(7));
        for text in ["", "7", "v", "v0", "v07", "v-1", "v+7", "V7", "v7 ", "v4294967296"] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
