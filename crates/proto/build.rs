//! Generates the code of `proto/` without a protobuf compiler installed.

use std::error::Error;
use std::path::PathBuf;

use prost::Message as _;

fn main() -> Result<(), Box<dyn Error>> {
    let proto = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("../../proto");
    let files = [
        "registration_service",
        "follow_up_service",
        "dalo_service",
        "separation_service",
        "shared_management_service",
        "territory_service",
        "infocentre_service",
        "audit_service",
        "command_service",
        "administration_service",
    ]
    .map(|name| format!("sne/v1/{name}.proto"));
    println!("cargo::rerun-if-changed={}", proto.join("sne").display());
    let descriptors = protox::compile(files, [&proto])?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("sne_v1.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        .build_client(std::env::var_os("CARGO_FEATURE_CLIENT").is_some())
        // How to connect is the caller's business.
        .build_transport(false)
        .build_server(true)
        // Messages hold names: without Debug nobody can log one by accident.
        .skip_debug(["."])
        .compile_fds(descriptors)?;
    Ok(())
}
