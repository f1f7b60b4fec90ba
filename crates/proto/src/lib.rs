//! The gRPC interface as Rust: generated from `proto/`, nothing else.
//!
//! What a call means is said in the `.proto` files and in `docs/api.md`. [`DESCRIPTORS`] is the interface as data, for
//! server reflection.
//!
//! Messages have no `Debug`: they hold names, and nobody shall log one by accident.

/// Package `sne.v1`.
pub mod v1 {
    #![allow(missing_docs, clippy::all, unused_qualifications, reason = "generated")]
    tonic::include_proto!("sne.v1");
}

/// The file descriptor set of the interface, encoded.
pub const DESCRIPTORS: &[u8] = tonic::include_file_descriptor_set!("sne_v1");
