//! A directory → the configuration and the files of the project that begins there. For all fronts; knows no rule, no terminal
//! and no editor.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::Config;
use crate::engine;
use crate::files::{self, Found, Omit, Trouble};
use crate::source::{MAX_SIZE, Source};

/// Why a configuration is not followed.
#[derive(Debug)]
pub enum Unusable {
    /// It cannot be read.
    Trouble(Trouble),
    /// It is no TOML: the line and column, from 1, and why.
    Unparsable((u32, u32), String),
}

impl fmt::Display for Unusable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trouble(trouble) => trouble.fmt(out),
            Self::Unparsable(_, why) => out.write_str(why),
        }
    }
}

/// The configuration in a directory, if there is one. `path` is the name that it is reported by.
///
/// # Errors
/// [`Unusable`] when it is there and cannot be followed.
pub fn configuration(root: &Path, path: &str) -> Result<Option<Config>, Unusable> {
    let place = root.join(files::CONFIG);
    if !place.exists() {
        return Ok(None);
    }
    let bytes = files::read(&place, MAX_SIZE).map_err(Unusable::Trouble)?;
    let no_text = |_| Unusable::Unparsable((1, 1), "it holds NUL bytes, and is no text".to_owned());
    let source = Source::new(path, &bytes).map_err(no_text)?;
    let config = Config::parse(source, &place).map_err(|no| Unusable::Unparsable(no.at, no.message))?;
    Ok(Some(config))
}

/// The files below a directory that matter, as far as the configuration does not leave them out, and where other projects
/// begin below it. `passed` is told of each file that is looked at.
pub fn walk(
    directory: &Path,
    config: Option<&Arc<Config>>,
    skip: BTreeSet<PathBuf>,
    passed: &(dyn Fn() + Sync),
) -> Found {
    let accept = |path: &Path| {
        passed();
        engine::readable(&path.to_string_lossy())
    };
    let filter = |path: &Path, bytes: &[u8]| engine::relevant(&path.to_string_lossy(), bytes);
    let max_size = config.map_or(MAX_SIZE, |config| config.max_size());
    let leaving = config.filter(|config| config.omits_some()).cloned();
    let exclude = leaving.map(|config| -> Arc<files::Exclude> {
        Arc::new(move |path, is_file| if is_file { config.omits(path).is_some() } else { config.excludes(path) })
    });
    files::walk(directory, Omit { skip, exclude, max_size }, &accept, &filter)
}
