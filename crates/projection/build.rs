//! A migration added or changed must be compiled in again; the macro that reads the folder cannot say so itself.
#![allow(clippy::print_stdout, reason = "this is how a build script talks to cargo")]

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
