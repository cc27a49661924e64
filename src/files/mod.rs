//! Walks, reads and writes the disk. Knows nothing above `source`: what a file means is its caller's business.
//!
//! Nothing here follows a symlink found in a directory, opens a special file, or reads more of a file than its caller
//! allows and one byte.

mod replace;
mod walk;

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

pub use replace::{Kept, replace, write};
pub use walk::{Accept, Exclude, Filter, Found, Omit, walk};

/// The file that marks a project's root.
pub const CONFIG: &str = "authlint.toml";

/// Why a file's bytes are not there.
#[derive(Debug)]
pub enum Trouble {
    /// Larger than this many bytes.
    TooLarge(u64),
    /// A socket, a pipe, a device.
    NotAFile,
    /// The system refused.
    Io(io::Error),
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(most) => match (most / 1024, most % 1024) {
                (kib @ 1.., 0) if kib % 1024 == 0 => write!(out, "larger than {} MiB", kib / 1024),
                (kib @ 1.., 0) => write!(out, "larger than {kib} KiB"),
                _ => write!(out, "larger than {most} bytes"),
            },
            Self::NotAFile => out.write_str("neither a file nor a directory"),
            // The words of the common cases are ours, so that they are the same on every system.
            Self::Io(error) => match error.kind() {
                io::ErrorKind::NotFound => out.write_str("no such file or directory"),
                io::ErrorKind::PermissionDenied => out.write_str("permission denied"),
                _ => write!(out, "{error}"),
            },
        }
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The root of the project that an absolute path belongs to: the nearest directory from the path upwards that holds
/// `authlint.toml`, else the nearest that holds `.git`, else the path itself.
pub fn project_root(path: &Path) -> PathBuf {
    let start = if path.is_dir() { Some(path) } else { path.parent() };
    let above = || start.into_iter().flat_map(Path::ancestors);
    let holds = |name: &'static str| move |dir: &&Path| dir.join(name).exists();
    above().find(holds(CONFIG)).or_else(|| above().find(holds(".git"))).unwrap_or(path).to_owned()
}

/// Whether a path that was named leads by a symlink out of the project that the symlink lies in.
pub fn leads_out(named: &Path) -> bool {
    let Ok(named) = std::path::absolute(named) else { return true };
    let mut directory = PathBuf::new();
    for part in named.components() {
        let place = directory.join(part);
        if place.is_symlink() && is_in_project(&directory) {
            let (target, root) = (place.canonicalize(), project_root(&directory).canonicalize());
            if !target.is_ok_and(|target| root.is_ok_and(|root| target.starts_with(root))) {
                return true;
            }
        }
        directory = place;
    }
    false
}

/// Whether a path lies in a project that has a root of its own, by a configuration or a repository.
pub fn is_in_project(path: &Path) -> bool {
    let Ok(path) = std::path::absolute(path) else { return false };
    let root = project_root(&path);
    root.join(CONFIG).exists() || root.join(".git").exists()
}

/// Reads a file that was named, of at most so many bytes, following a symlink.
///
/// # Errors
/// [`Trouble`] when it is no file, is too large or cannot be read.
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, Trouble> {
    // A pipe would block on opening, so the kind is asked for before.
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(Trouble::NotAFile);
    }
    let mut bytes = Vec::with_capacity(metadata.len().min(most) as usize + 1);
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(Trouble::TooLarge(most)) } else { Ok(bytes) }
}

/// Entries of a directory that are looked at.
const MAX_ENTRIES: usize = 5000;

/// Reads a file that a linted file names, if what lies there once all symlinks are followed is `allowed`, which says how
/// many bytes it may have.
pub fn read_within(path: &Path, allowed: impl Fn(&Path) -> Option<u64>) -> Option<Vec<u8>> {
    // Most of what may be named is not there, which one call of the system tells.
    fs::symlink_metadata(path).ok()?;
    let path = path.canonicalize().ok()?;
    read(&path, allowed(&path)?).ok()
}

/// What lies in a directory that a linted file names, if what the directory is once all symlinks are followed is `allowed`;
/// nothing when it cannot be read.
pub fn list_within(directory: &Path, allowed: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    if !directory.canonicalize().is_ok_and(|own| allowed(&own)) {
        return Vec::new();
    }
    fs::read_dir(directory).into_iter().flatten().take(MAX_ENTRIES).flatten().map(|entry| entry.path()).collect()
}

/// Reads a stream to its end, or to where it has more than so many bytes.
///
/// # Errors
/// [`Trouble`] when it is too large or cannot be read.
pub fn read_stream(stream: impl Read, most: u64) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    stream.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(Trouble::TooLarge(most)) } else { Ok(bytes) }
}

/// A path as another one of a repository has it: relative to `base` with `/` between the parts, by `..` where it lies beside.
pub fn from_directory(path: &Path, base: &Path) -> String {
    let shared = path.components().zip(base.components()).take_while(|(a, b)| a == b).count();
    let up = base.components().skip(shared).map(|_| Component::ParentDir);
    let parts = up.chain(path.components().skip(shared));
    parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/")
}

/// A path as text, with `/` between the parts. What is no Unicode becomes U+FFFD.
pub fn whole(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// A path without symlinks; what it leads to may be gone.
pub fn real(path: &Path) -> PathBuf {
    let mut above = path.ancestors().map(|above| Some((above.canonicalize().ok()?, path.strip_prefix(above).ok()?)));
    match above.find_map(|known| known) {
        Some((real, rest)) if rest.as_os_str().is_empty() => real,
        Some((real, rest)) => real.join(rest),
        None => path.to_owned(),
    }
}

/// The name that a file is reported by: relative to `base` with `/` between the parts; whole if it lies elsewhere.
/// What is no Unicode becomes U+FFFD.
pub fn relative(path: &Path, base: &Path) -> String {
    let Ok(inner) = path.strip_prefix(base) else { return whole(path) };
    let part = |part: Component<'_>| part.as_os_str().to_string_lossy().into_owned();
    let text = inner.components().map(part).collect::<Vec<_>>().join("/");
    if text.is_empty() { ".".to_owned() } else { text }
}

#[cfg(test)]
mod tests;
