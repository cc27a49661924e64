//! New bytes for a file, or the old ones: never a part of either.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use super::{Trouble, read};

/// Why a file is left as it is.
#[derive(Debug)]
pub enum Kept {
    /// It holds other bytes than those that were read.
    Changed,
    /// Its owner forbids writing it.
    ReadOnly,
    /// It is a symlink now.
    Symlink,
    /// The system refused.
    Trouble(Trouble),
}

impl std::fmt::Display for Kept {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Changed => out.write_str("it was changed in the meantime"),
            Self::ReadOnly => out.write_str("it is read-only"),
            Self::Symlink => out.write_str("it is a symlink"),
            Self::Trouble(trouble) => write!(out, "{trouble}"),
        }
    }
}

impl<T: Into<Trouble>> From<T> for Kept {
    fn from(trouble: T) -> Self {
        Self::Trouble(trouble.into())
    }
}

/// Gives a file new bytes if it still holds those that are `expected`; whoever reads it meanwhile, and whatever ends the
/// program, finds the old bytes or the new ones. Its mode stays; of several hard links to it the others keep the old bytes.
///
/// # Errors
/// [`Kept`] when it is left as it is.
pub fn replace(path: &Path, expected: &[u8], new: &[u8]) -> Result<(), Kept> {
    let metadata = fs::symlink_metadata(path)?;
    if metadata.is_symlink() {
        return Err(Kept::Symlink);
    }
    if metadata.permissions().readonly() {
        return Err(Kept::ReadOnly);
    }
    let file = beside(path, new, Some(metadata.permissions()))?;
    own(&file, &metadata);
    // As late as can be, so that what somebody writes meanwhile is not lost.
    match read(path, expected.len() as u64) {
        Ok(bytes) if bytes == expected => {}
        Ok(_) | Err(Trouble::TooLarge(_)) => return Err(Kept::Changed),
        Err(trouble) => return Err(Kept::Trouble(trouble)),
    }
    file.persist(path).map_err(|refused| refused.error)?;
    Ok(())
}

/// Writes a file of our own, new or in the place of what was there, whole or not at all.
///
/// # Errors
/// [`Trouble`] when the system refuses.
pub fn write(path: &Path, new: &[u8]) -> Result<(), Trouble> {
    let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let known = fs::metadata(&place).ok().map(|metadata| metadata.permissions());
    beside(&place, new, known)?.persist(&place).map_err(|refused| refused.error)?;
    Ok(())
}

/// Gives a file the owner of the one that it replaces, as far as the system allows.
#[cfg(unix)]
fn own(file: &NamedTempFile, old: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let is_same = file.as_file().metadata().is_ok_and(|new| (new.uid(), new.gid()) == (old.uid(), old.gid()));
    if !is_same {
        // Who may not give files away has made this one in a directory of others, who let them.
        let _ = fchown(file.as_file(), Some(old.uid()), Some(old.gid()));
    }
}

#[cfg(not(unix))]
fn own(_: &NamedTempFile, _: &fs::Metadata) {}

/// A file with these bytes in the directory of another one, for its place.
fn beside(path: &Path, new: &[u8], permissions: Option<Permissions>) -> io::Result<NamedTempFile> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".authlint-");
    // Without any to go by, those of every new file.
    #[cfg(unix)]
    if permissions.is_none() {
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(directory)?;
    file.write_all(new)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}
