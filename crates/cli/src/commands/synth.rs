//! `sne synth`: invented households and organisations, the same for the same seed.

use std::io::{self, BufWriter, Write as _};

use crate::args::Lives;
use crate::failure::Failure;

/// Writes lives to standard output.
pub fn lives(options: &Lives) -> Result<(), Failure> {
    let Lives { seed, households, territory, from, until } = *options;
    let options = synth::Options { seed, households, territory, from, until };
    let mut out = BufWriter::new(io::stdout().lock());
    synth::write_lives(&options, &mut out).and_then(|()| out.flush()).map_err(unwritable)
}

/// Writes organisations to standard output.
pub fn organisations(seed: u64) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    synth::write_organisations(seed, &mut out).and_then(|()| out.flush()).map_err(unwritable)
}

fn unwritable(error: io::Error) -> Failure {
    Failure::Local(format!("écriture impossible : {error}"))
}
