//! One secret a file: exactly 32 bytes, readable by its owner only, whole or not there, on disk before it is used.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use zeroize::Zeroizing;

use crate::{Error, Secret32};

/// Makes the folder if need be.
pub(crate) fn prepare(folder: &Path) -> Result<(), Error> {
    if !folder.is_dir() {
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700).create(folder).map_err(Error::file("create", folder))?;
        if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            sync(parent)?;
        }
    }
    check(folder)
}

/// Nobody else may put keys there.
pub(crate) fn check(folder: &Path) -> Result<(), Error> {
    let meta = std::fs::metadata(folder).map_err(Error::file("read", folder))?;
    if meta.permissions().mode() & 0o022 != 0 {
        return Err(Error::KeyFileExposed { path: folder.to_owned() });
    }
    Ok(())
}

pub(crate) fn read(path: &Path) -> Result<Option<Secret32>, Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::file("read", path)(error)),
    };
    let meta = file.metadata().map_err(Error::file("read", path))?;
    if meta.permissions().mode() & 0o077 != 0 {
        return Err(Error::KeyFileExposed { path: path.to_owned() });
    }
    // Room for one byte too many, so that a longer file shows; reserved ahead, so that no copy is left behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(64));
    file.take(33).read_to_end(&mut bytes).map_err(Error::file("read", path))?;
    Secret32::from_slice(&bytes).map(Some).ok_or_else(|| Error::KeyFileDamaged { path: path.to_owned() })
}

/// Reads the secret, or makes it. Of two processes that make it at once, both get the one that was there first.
pub(crate) fn read_or_create(folder: &Path, name: &str) -> Result<Secret32, Error> {
    let path = folder.join(name);
    if let Some(secret) = read(&path)? {
        return Ok(secret);
    }
    let mut suffix = [0; 8];
    getrandom::fill(&mut suffix).map_err(Error::Random)?;
    let fresh = folder.join(format!(".{name}.{:016x}", u64::from_be_bytes(suffix)));
    let made = write(&fresh, &Secret32::random()?).and_then(|()| match std::fs::hard_link(&fresh, &path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(Error::file("create", &path)(error)),
        _ => Ok(()),
    });
    let _ = std::fs::remove_file(&fresh);
    made?;
    sync(folder)?;
    read(&path)?.ok_or_else(|| Error::file("read", &path)(ErrorKind::NotFound.into()))
}

fn write(path: &Path, secret: &Secret32) -> Result<(), Error> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| {
            file.write_all(secret.expose())?;
            file.sync_all()
        })
        .map_err(Error::file("write", path))
}

/// Overwrites the secret and removes its file, durably. Returns whether there was one. A file system that writes elsewhere
/// than over the old bytes keeps these until it reuses the place.
pub(crate) fn destroy(folder: &Path, name: &str) -> Result<bool, Error> {
    let path = folder.join(name);
    let overwritten = OpenOptions::new().write(true).open(&path).and_then(|mut file| {
        file.write_all(&[0; 32])?;
        file.sync_all()
    });
    match overwritten {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        overwritten => overwritten.map_err(Error::file("overwrite", &path))?,
    }
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(Error::file("remove", &path)(error)),
        _ => sync(folder)?,
    }
    Ok(true)
}

/// A new name is durable only once its folder is.
pub(crate) fn sync(folder: &Path) -> Result<(), Error> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(Error::file("flush", folder))
}
