//! Where the socket lies. The address of a unix socket holds 107 bytes, which a deep data folder exceeds.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::folder::Folder;
use crate::probe::socket_file;

/// The longest path of a unix socket, the closing NUL not counted.
const LONGEST: usize = 107;

/// The port is only part of the socket's name; each cluster has a folder of its own.
pub(crate) const PORT: u16 = 5432;

fn fits(folder: &Path) -> bool {
    socket_file(folder, PORT).as_os_str().as_bytes().len() <= LONGEST
}

/// The file that names the short folder, when there is one.
fn record(folder: &Folder) -> PathBuf {
    folder.root.join("socket-folder")
}

fn recorded(folder: &Folder) -> Option<PathBuf> {
    let path = PathBuf::from(std::fs::read_to_string(record(folder)).ok()?.trim_end());
    let meta = std::fs::symlink_metadata(&path).ok()?;
    let private = meta.is_dir() && folder.account.owns(&meta) && meta.permissions().mode() & 0o777 == 0o700;
    (private && path.is_absolute() && fits(&path)).then_some(path)
}

/// A private folder for the socket: in the data folder if the path is short enough, or else one in the temporary folder
/// that the data folder remembers.
pub(crate) fn choose(folder: &Folder) -> Result<PathBuf, Error> {
    let near = folder.root.join("socket");
    if fits(&near) {
        folder.make_private(&near)?;
        return Ok(near);
    }
    if let Some(known) = recorded(folder) {
        return Ok(known);
    }
    let short = short_folder(folder)?;
    folder.write(&record(folder), &format!("{}\n", short.display()))?;
    Ok(short)
}

fn short_folder(folder: &Folder) -> Result<PathBuf, Error> {
    let name = "sne-pg-";
    let parent = [std::env::temp_dir(), PathBuf::from("/tmp")]
        .into_iter()
        .find(|parent| {
            fits(&parent.join(format!("{name}XXXXXX"))) && folder.account.can_reach(&parent.join(name)).is_ok()
        })
        .unwrap_or_else(|| PathBuf::from("/tmp"));
    let short = tempfile::Builder::new()
        .prefix(name)
        .permissions(std::fs::Permissions::from_mode(0o700))
        .tempdir_in(&parent)
        .map_err(Error::folder("create a folder in", parent))?
        .keep();
    folder.account.own(&short)?;
    Ok(short)
}

/// Forgets the short folder of a cluster that was stopped.
pub(crate) fn clean(folder: &Folder) {
    if let Some(short) = recorded(folder)
        && std::fs::remove_dir(short).is_ok()
    {
        let _ = std::fs::remove_file(record(folder));
    }
}
