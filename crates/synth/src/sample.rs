//! The committed sample.

/// The lives of [`Options::default`](crate::Options), one [`Line`](crate::Line) of JSON each.
pub const SAMPLE_LIVES: &str = include_str!("../samples/lives.ndjson");

/// The organisations of the sample, one [`OrganisationLine`](crate::OrganisationLine) of JSON each.
pub const SAMPLE_ORGANISATIONS: &str = include_str!("../samples/organisations.ndjson");
