use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::source::MAX_SIZE;

/// A directory that is removed at the end of its test.
struct Tree(PathBuf);

impl Tree {
    fn new(files: &[(&str, &str)]) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("authlint-files-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let root = std::env::temp_dir().canonicalize().unwrap().join(name);
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(root)
    }

    fn path(&self, inner: &str) -> PathBuf {
        self.0.join(inner)
    }

    /// Walks with "known are `.sh` and `Makefile`; kept is what says `gcloud`".
    fn walk(&self, skip: &[&str]) -> Found {
        let skip: BTreeSet<PathBuf> = skip.iter().map(|inner| self.path(inner)).collect();
        let accept = |path: &Path| path.extension().is_some_and(|e| e == "sh") || path.ends_with("Makefile");
        let left = Omit { skip, exclude: None, max_size: MAX_SIZE };
        walk(&self.0, left, &accept, &|_, bytes| memchr::memmem::find(bytes, b"gcloud").is_some())
    }

    fn names(&self, found: &Found) -> Vec<String> {
        found.files.iter().map(|(path, _)| relative(path, &self.0)).collect()
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_walk_sees_what_git_sees() {
    let tree = Tree::new(&[
        (".gitignore", "build/\n*.local.sh\n"),
        ("z.sh", "gcloud"),
        ("a/b.sh", "gcloud"),
        ("a/x.local.sh", "gcloud"),
        ("a/quiet.sh", "echo"),
        ("build/c.sh", "gcloud"),
        (".github/d.sh", "gcloud"),
        (".git/hooks/e.sh", "gcloud"),
        ("a/deploy", "#!/bin/sh\ngcloud"),
        ("a/notes", "gcloud"),
        ("a/notes.txt", "gcloud"),
        ("Makefile", "gcloud"),
    ]);
    let found = tree.walk(&[]);
    assert_eq!(tree.names(&found), [".github/d.sh", "Makefile", "a/b.sh", "a/deploy", "z.sh"]);
    assert!(found.files.iter().all(|(_, bytes)| bytes.is_ok()));
    // The nine that were not excluded, `.gitignore` among them.
    assert_eq!(found.looked_at, 9);
}

#[test]
fn installed_packages_are_left_out_unless_they_are_the_root() {
    let tree = Tree::new(&[
        ("node_modules/x/a.sh", "gcloud"),
        (".venv/lib/python3.14/site-packages/x/b.sh", "gcloud"),
        ("tools/google-cloud-sdk/c.sh", "gcloud"),
        ("tools/google-cloud-sdk/lib/googlecloudsdk/__init__.py", ""),
        ("docker/google-cloud-sdk/e.sh", "gcloud"),
        ("go/vendor/modules.txt", "# example.com/x v1"),
        ("go/vendor/example.com/x/f.sh", "gcloud"),
        ("vendor/g.sh", "gcloud"),
        ("tools/google-cloud-sdk.sh", "gcloud"),
        ("my_node_modules/d.sh", "gcloud"),
    ]);
    let own = ["docker/google-cloud-sdk/e.sh", "my_node_modules/d.sh", "tools/google-cloud-sdk.sh", "vendor/g.sh"];
    assert_eq!(tree.names(&tree.walk(&[])), own);
    let omit = Omit { skip: BTreeSet::new(), exclude: None, max_size: MAX_SIZE };
    let found = walk(&tree.path("node_modules"), omit, &|_| true, &|_, _| true);
    assert_eq!(tree.names(&found), ["node_modules/x/a.sh"]);
}

#[test]
fn what_is_skipped_is_not_read_again() {
    let tree = Tree::new(&[("a/b.sh", "gcloud"), ("a/c.sh", "gcloud"), ("d.sh", "gcloud")]);
    let found = tree.walk(&["a", "d.sh"]);
    assert_eq!((tree.names(&found).len(), found.looked_at), (0, 0));
}

#[test]
fn a_nested_project_is_told_and_not_entered() {
    let tree = Tree::new(&[
        ("authlint.toml", ""),
        ("a.sh", "gcloud"),
        ("sub/deep/authlint.toml", ""),
        ("sub/deep/b.sh", "gcloud"),
        ("sub/c.sh", "gcloud"),
    ]);
    let found = tree.walk(&[]);
    assert_eq!(tree.names(&found), ["a.sh", "sub/c.sh"]);
    assert_eq!(found.nested, [tree.path("sub/deep")]);
}

#[test]
fn large_files_are_read_whole_or_refused() {
    let most = MAX_SIZE as usize;
    let padded = |length: usize| format!("{}gcloud", " ".repeat(length - 6));
    let (just, over) = (padded(most), padded(most + 1));
    let tree =
        Tree::new(&[("just.sh", &just), ("over.sh", &over), ("script", &format!("#!/bin/sh\n{}", padded(200_000)))]);
    let found = tree.walk(&[]);
    let lengths: Vec<_> =
        found.files.iter().map(|(_, bytes)| bytes.as_ref().map(Vec::len).map_err(ToString::to_string)).collect();
    assert_eq!(lengths, [Ok(most), Err("larger than 1 MiB".to_owned()), Ok(200_010)]);
    assert_eq!(read(&tree.path("just.sh"), MAX_SIZE).unwrap().len(), most);
    assert!(matches!(read(&tree.path("over.sh"), MAX_SIZE), Err(Trouble::TooLarge(MAX_SIZE))));
    assert!(matches!(read_stream(over.as_bytes(), MAX_SIZE), Err(Trouble::TooLarge(MAX_SIZE))));
}

#[test]
fn a_walk_leaves_out_what_the_project_excludes_and_what_is_large() {
    let tree =
        Tree::new(&[("a/b.sh", "gcloud"), ("a/c/d.sh", "gcloud"), ("large.sh", "gcloud and more"), ("x", "text")]);
    let inner = tree.path("a/c");
    let exclude: Arc<Exclude> = Arc::new(move |path: &Path, _| path == inner);
    let left = Omit { skip: BTreeSet::new(), exclude: Some(exclude), max_size: 10 };
    let found = walk(&tree.0, left, &|path| path.extension().is_some(), &|_, _| true);
    assert_eq!(tree.names(&found), ["a/b.sh", "large.sh"]);
    let why: Vec<String> =
        found.files.iter().filter_map(|(_, bytes)| Some(bytes.as_ref().err()?.to_string())).collect();
    assert_eq!(why, ["larger than 10 bytes"]);
    let sizes = [1024 * 1024, 512 * 1024, 100, 0].map(|most| Trouble::TooLarge(most).to_string());
    assert_eq!(sizes, ["larger than 1 MiB", "larger than 512 KiB", "larger than 100 bytes", "larger than 0 bytes"]);
}

#[test]
fn roots_are_found_upwards() {
    let tree = Tree::new(&[
        ("g/.git/HEAD", ""),
        ("g/p/authlint.toml", ""),
        ("g/p/a/b.sh", ""),
        ("g/o/w/.git", "gitdir: x"),
        ("g/o/w/c.sh", ""),
    ]);
    assert_eq!(project_root(&tree.path("g/p/a/b.sh")), tree.path("g/p"));
    assert_eq!(project_root(&tree.path("g/p")), tree.path("g/p"));
    assert_eq!(project_root(&tree.path("g/o")), tree.path("g"));
    assert_eq!(project_root(&tree.path("g/o/w/c.sh")), tree.path("g/o/w"));
    assert_eq!(project_root(&tree.path("lonely.sh")), tree.path("lonely.sh"));
}

#[test]
fn names_are_relative_with_slashes() {
    let base = Path::new("/x/y");
    assert_eq!(relative(Path::new("/x/y/a/b.sh"), base), "a/b.sh");
    assert_eq!(relative(Path::new("/x/y"), base), ".");
    assert_eq!(relative(Path::new("/x/yz/a.sh"), base), "/x/yz/a.sh");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn symlinks_are_not_followed_in_a_walk() {
        let tree = Tree::new(&[("a/b.sh", "gcloud")]);
        symlink(tree.path("a"), tree.path("a/loop")).unwrap();
        symlink(tree.path("a/b.sh"), tree.path("link.sh")).unwrap();
        symlink("/dev/zero", tree.path("zero.sh")).unwrap();
        assert_eq!(tree.names(&tree.walk(&[])), ["a/b.sh"]);
        assert_eq!(read(&tree.path("link.sh"), MAX_SIZE).unwrap(), b"gcloud");
        assert!(matches!(read(&tree.path("zero.sh"), MAX_SIZE), Err(Trouble::NotAFile)));
        assert!(matches!(read(&tree.path("a"), MAX_SIZE), Err(Trouble::NotAFile)));
    }

    #[test]
    fn what_cannot_be_read_is_told_and_stops_nothing() {
        let tree = Tree::new(&[("a.sh", "gcloud"), ("b.sh", "gcloud"), ("shut/c.sh", "gcloud")]);
        for shut in ["b.sh", "shut"] {
            fs::set_permissions(tree.path(shut), fs::Permissions::from_mode(0o000)).unwrap();
        }
        if File::open(tree.path("b.sh")).is_ok() {
            return; // Root reads everything.
        }
        let found = tree.walk(&[]);
        fs::set_permissions(tree.path("shut"), fs::Permissions::from_mode(0o700)).unwrap();
        assert_eq!(tree.names(&found), ["a.sh", "b.sh", "shut"]);
        let troubles: Vec<_> =
            found.files.iter().filter_map(|(_, bytes)| bytes.as_ref().err()).map(ToString::to_string).collect();
        assert_eq!(troubles, ["permission denied"; 2]);
    }

    #[test]
    fn reading_within_a_project_does_not_leave_it() {
        let tree = Tree::new(&[("p/a.sh", "a"), ("secret.sh", "s")]);
        symlink(tree.path("secret.sh"), tree.path("p/link.sh")).unwrap();
        let allowed = |path: &Path| path.starts_with(tree.path("p")).then_some(MAX_SIZE);
        let read = |inner: &str| read_within(&tree.path(inner), allowed);
        assert_eq!(read("p/a.sh").unwrap(), b"a");
        assert_eq!(read("p/../p/a.sh").unwrap(), b"a");
        for outside in ["p/link.sh", "p/../secret.sh", "p/none.sh", "p"] {
            assert_eq!(read(outside), None, "{outside}");
        }
    }
}
