//! One thing for each of many, on all processors, with stacks that a parser may need.

use std::cell::RefCell;
use std::sync::OnceLock;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// The shell parser stops at 1.5 MiB of its own; converting and running its tree needs as much again, and more in a
/// debug build.
const STACK: usize = 16 * 1024 * 1024;
/// More of them would take longer to start than what most runs have to do.
const MAX_THREADS: usize = 16;

/// Applies a function to every item; results are in the items' order. An item whose function panics has the default
/// result: one strange file never stops a run.
pub(super) fn map<T: Sync, R: Default + Send>(items: &[T], each: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    if items.is_empty() {
        return Vec::new();
    }
    let one = |(index, item): (usize, &T)| {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| each(index, item)));
        result.unwrap_or_default()
    };
    // A thread costs as much as reading a small file.
    if items.len() == 1 && is_deep() {
        return items.iter().enumerate().map(one).collect();
    }
    match pool() {
        Some(pool) => pool.install(|| items.par_iter().enumerate().with_max_len(1).map(one).collect()),
        // The system gives no threads: what nests deep may be too much for this one's stack.
        None => items.iter().enumerate().map(one).collect(),
    }
}

/// The threads, which are started when they are first needed.
fn pool() -> Option<&'static ThreadPool> {
    static POOL: OnceLock<Option<ThreadPool>> = OnceLock::new();
    thread_local!(static ROOM: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) });
    let pool = || {
        let start = |_| ROOM.set(room());
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
        ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).start_handler(start).build().ok()
    };
    POOL.get_or_init(pool).as_ref()
}

/// Whether the stack of this thread is as deep as it must be: that of the first thread of a process, of which the system tells
/// how deep it may become. What nests deepest takes 2 MiB of a release build.
#[cfg(target_os = "linux")]
fn is_deep() -> bool {
    use rustix::process::{Resource, getpid, getrlimit};
    const DEEP: u64 = if cfg!(debug_assertions) { STACK as u64 } else { 8 * 1024 * 1024 };
    rustix::thread::gettid() == getpid() && getrlimit(Resource::Stack).current.is_none_or(|most| most >= DEEP)
}

#[cfg(not(target_os = "linux"))]
fn is_deep() -> bool {
    false
}

/// Makes room in this thread's heap for what reading many files takes, and keeps it until the thread ends.
///
/// The usual allocator of Linux widens the heap of a thread other than the first page by page, a system call each, and
/// gives the end of it back at every occasion: a tenth of a run. Room that lies below something still in use is neither
/// asked for nor given back. Untouched, it takes no memory.
fn room() -> Vec<u8> {
    // Larger ones would not come from the heap.
    const PIECE: usize = 120 * 1024;
    const MOST: usize = 128;
    let pieces: Vec<Vec<u8>> = (0..MOST).map(|_| Vec::with_capacity(PIECE)).collect();
    let end = Vec::with_capacity(64);
    drop(pieces);
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_their_order() {
        let items: Vec<usize> = (0..100).collect();
        assert_eq!(map(&items, |_, item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
    }

    #[test]
    fn a_panic_is_one_items_own() {
        let found = map(&[1, 2, 3], |_, item| if *item == 2 { panic!("on purpose") } else { *item });
        assert_eq!(found, [1, 0, 3]);
    }
}
