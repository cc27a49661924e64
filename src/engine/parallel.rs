//! One thing for each of many, on all processors, with stacks that a parser may need.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// The shell parser stops at 1.5 MiB of its own; converting and running its tree needs as much again, and more in a
/// debug build.
const STACK: usize = 16 * 1024 * 1024;

/// Applies a function to every item; results are in the items' order. An item whose function panics has the default
/// result: one strange file never stops a run.
pub(super) fn map<T: Sync, R: Default + Send>(items: &[T], each: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    if items.is_empty() {
        return Vec::new();
    }
    let results: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(items.len()));
    let next = AtomicUsize::new(0);
    let work = || {
        let _room = room(items.len());
        let mut own = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { break };
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| each(index, item)));
            own.push((index, result.unwrap_or_default()));
        }
        results.lock().unwrap_or_else(PoisonError::into_inner).append(&mut own);
    };
    if items.len() == 1 && is_deep() {
        // A thread costs as much as reading a small file.
        work();
    } else {
        let threads = processors().min(items.len());
        std::thread::scope(|scope| {
            for _ in 0..threads {
                // Without threads there is nothing to be done; what was not done has the default result.
                let _ = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
            }
        });
    }
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    let mut results = results.into_iter().peekable();
    (0..items.len())
        .map(|index| results.next_if(|(at, _)| *at == index).map_or_else(R::default, |(_, result)| result))
        .collect()
}

/// How many threads run at once. The answer of the system takes a dozen calls.
fn processors() -> usize {
    static PROCESSORS: OnceLock<usize> = OnceLock::new();
    *PROCESSORS.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// Whether the stack of this thread is as deep as it must be: what nests deepest takes 2 MiB of a release build, and the
/// first thread of a process has 8 wherever it is not Windows.
fn is_deep() -> bool {
    cfg!(all(unix, not(debug_assertions))) && std::thread::current().name() == Some("main")
}

/// Makes room in this thread's heap for what reading many files takes, and keeps it until the thread ends.
///
/// The usual allocator of Linux widens the heap of a thread other than the first page by page, a system call each, and
/// gives the end of it back at every occasion: a tenth of a run. Room that lies below something still in use is neither
/// asked for nor given back. Untouched, it takes no memory.
fn room(items: usize) -> Vec<u8> {
    const PIECE: usize = 64 * 1024;
    const MOST: usize = 256;
    let pieces: Vec<Vec<u8>> = (0..items.min(MOST)).map(|_| Vec::with_capacity(PIECE)).collect();
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
        std::panic::set_hook(Box::new(|_| {}));
        let found = map(&[1, 2, 3], |_, item| if *item == 2 { panic!("on purpose") } else { *item });
        let _ = std::panic::take_hook();
        assert_eq!(found, [1, 0, 3]);
    }
}
