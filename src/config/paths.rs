//! Patterns of paths, as in `.gitignore`: without a slash a name anywhere, with one a path below the configuration's
//! directory; a directory stands for all that is in it.

use globset::{Error, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::source::{Span, Spanned};

/// A set of patterns.
#[derive(Debug, Default)]
pub(super) struct Paths {
    builder: Vec<globset::Glob>,
    set: GlobSet,
    said: Vec<Spanned<String>>,
}

impl Paths {
    /// Adds a pattern that stands there; [`Paths::finish`] makes it count.
    pub fn add(&mut self, said: &str, span: Span) -> Result<(), Error> {
        let path = said.strip_prefix("./").unwrap_or(said).trim_end_matches('/');
        // `vendor/**` is what `vendor` is.
        let path = path.strip_suffix("/**").unwrap_or(path);
        let path = match path.strip_prefix('/') {
            Some(anchored) => anchored.to_owned(),
            None if path.contains('/') => path.to_owned(),
            None => format!("**/{path}"),
        };
        for pattern in [path.clone(), format!("{path}/**")] {
            self.builder.push(GlobBuilder::new(&pattern).literal_separator(true).build()?);
        }
        self.said.push(Spanned { value: said.to_owned(), span });
        Ok(())
    }

    /// Makes the patterns count.
    pub fn finish(&mut self) -> Result<(), Error> {
        let mut builder = GlobSetBuilder::new();
        for glob in self.builder.drain(..) {
            builder.add(glob);
        }
        self.set = builder.build()?;
        Ok(())
    }

    /// Whether a path, relative and with `/`, is one of these.
    pub fn contain(&self, path: &str) -> bool {
        !self.set.is_empty() && self.set.is_match(path)
    }

    /// The patterns as they are written.
    pub fn said(&self) -> &[Spanned<String>] {
        &self.said
    }

    /// Whether there is no pattern.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_gitignore() {
        let is = |pattern: &str, path: &str| {
            let mut paths = Paths::default();
            paths.add(pattern, Span::default()).unwrap();
            paths.finish().unwrap();
            paths.contain(path)
        };
        for pattern in ["vendor", "vendor/", "vendor/**", "/vendor", "./vendor/", "vend*", "{vendor,dist}"] {
            assert!(is(pattern, "vendor/a/b.sh") && is(pattern, "vendor"), "{pattern}");
            assert!(!is(pattern, "src/a.sh"), "{pattern}");
        }
        assert!(is("vendor", "a/vendor/b.sh") && !is("/vendor", "a/vendor/b.sh"));
        assert!(is("*.sh", "a/b.sh") && is("docs/**/*.md", "docs/a/b.md") && is("docs/**/*.md", "docs/b.md"));
        assert!(is("a/*.sh", "a/b.sh") && !is("a/*.sh", "a/b/c.sh") && !is("a/*.sh", "x/a/b.sh"));
        assert!(is("**", "a") && is("*", "a/b"));
        assert!(Paths::default().add("a[", Span::default()).is_err());
    }
}
