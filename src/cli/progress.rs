//! How far a run is, on a terminal: a line on standard error that comes when a run has lasted for a second, and goes before
//! anything else is written.
//!
//! It needs no thread: whoever has done a file says so, and the first after a second draws the line.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::engine::Stage;

/// Shorter runs show nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long one drawing lasts at least.
const PACE: Duration = Duration::from_millis(100);

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// Files are looked for, of which nobody knows how many there are.
    Looking,
    /// So many things are gone through.
    Through(Stage, usize),
}

/// How far a run is.
#[derive(Debug)]
pub(super) struct Progress {
    begun: Instant,
    /// Whether there is anybody to look at it.
    is_watched: bool,
    /// What is counted, by [`Work::number`].
    work: AtomicUsize,
    /// How often that was done.
    done: AtomicUsize,
    bar: ProgressBar,
    is_shown: AtomicBool,
    /// When it was drawn last, in milliseconds since the run began.
    drawn: AtomicU64,
}

impl Default for Progress {
    /// One that is never shown.
    fn default() -> Self {
        Self {
            begun: Instant::now(),
            is_watched: false,
            work: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            bar: ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()),
            is_shown: AtomicBool::new(false),
            drawn: AtomicU64::new(0),
        }
    }
}

impl Work {
    /// What tells it from the others.
    fn number(self) -> usize {
        match self {
            Self::Looking => 0,
            Self::Through(Stage::Reading, _) => 1,
            Self::Through(Stage::Running, _) => 2,
            Self::Through(Stage::Judging, _) => 3,
        }
    }

    fn says(self) -> &'static str {
        match self {
            Self::Looking => "looking for files",
            Self::Through(Stage::Reading, _) => "reading files",
            Self::Through(Stage::Running, _) => "following programs",
            Self::Through(Stage::Judging, _) => "asking rules",
        }
    }
}

impl Progress {
    /// Of a run that begins now. A terminal that understands no control sequences shows none.
    pub fn begin(is_quiet: bool) -> Self {
        let is_dumb = std::env::var_os("TERM").is_some_and(|name| name == "dumb");
        Self { is_watched: !is_quiet && !is_dumb && std::io::stderr().is_terminal(), ..Self::default() }
    }

    /// One more of this is done.
    pub fn step(&self, work: Work) {
        if self.is_watched {
            self.count(work, self.begun.elapsed(), ProgressDrawTarget::stderr);
        }
    }

    /// Counts, and draws to `target` where it is time to.
    fn count(&self, work: Work, elapsed: Duration, target: impl Fn() -> ProgressDrawTarget) {
        let number = work.number();
        if self.work.swap(number, Ordering::Relaxed) != number {
            self.done.store(0, Ordering::Relaxed);
        }
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let (now, last) = (elapsed.as_millis() as u64, self.drawn.load(Ordering::Relaxed));
        let is_due = elapsed >= PATIENCE && now >= last + PACE.as_millis() as u64;
        // One thread draws.
        if !is_due || self.drawn.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return;
        }
        match work {
            Work::Looking => self.bar.unset_length(),
            Work::Through(_, all) => self.bar.set_length(all as u64),
        }
        self.bar.set_style(style(work));
        self.bar.set_message(work.says());
        self.bar.set_position(done as u64);
        if !self.is_shown.swap(true, Ordering::Relaxed) {
            self.bar.set_draw_target(target());
        }
        self.bar.tick();
    }

    /// Takes the line away, for something else is to be written.
    pub fn clear(&self) {
        if self.is_shown.swap(false, Ordering::Relaxed) {
            self.bar.finish_and_clear();
            self.bar.set_draw_target(ProgressDrawTarget::hidden());
            self.bar.reset();
        }
    }
}

/// A count where there is no end to see, else a bar.
fn style(work: Work) -> ProgressStyle {
    let template = match work {
        Work::Looking => "authlint: {msg} {human_pos}",
        Work::Through(..) => "authlint: {msg} [{bar:24}] {human_pos}/{human_len}",
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ")
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A terminal of 80 columns that keeps what is written.
    #[derive(Debug, Clone, Default)]
    struct Terminal(Arc<Mutex<String>>);

    impl Terminal {
        fn take(&self) -> String {
            self.0.lock().map(|mut text| std::mem::take(&mut *text)).unwrap_or_default()
        }

        fn add(&self, text: &str) -> io::Result<()> {
            self.0.lock().map(|mut all| all.push_str(text)).map_err(|_| io::ErrorKind::Other.into())
        }
    }

    impl indicatif::TermLike for Terminal {
        fn width(&self) -> u16 {
            80
        }

        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn write_line(&self, text: &str) -> io::Result<()> {
            self.add(text)
        }

        fn write_str(&self, text: &str) -> io::Result<()> {
            self.add(text)
        }

        fn clear_line(&self) -> io::Result<()> {
            self.add("<cleared>")
        }

        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn it_comes_after_a_second_and_goes() {
        let (terminal, progress) = (Terminal::default(), Progress::default());
        let count = |work, milliseconds| {
            let target = || ProgressDrawTarget::term_like(Box::new(terminal.clone()));
            progress.count(work, Duration::from_millis(milliseconds), target);
            terminal.take()
        };
        assert_eq!(count(Work::Looking, 999), "");
        let shown = count(Work::Looking, 1000);
        assert!(shown.contains("authlint: looking for files 2"), "{shown:?}");
        assert_eq!(count(Work::Looking, 1050), "", "too soon after the last");
        let shown = count(Work::Through(Stage::Reading, 1200), 1100);
        assert!(shown.contains("authlint: reading files [>") && shown.contains("] 1/1,200"), "{shown:?}");
        progress.clear();
        assert!(terminal.take().contains("<cleared>"));
        progress.clear();
        assert_eq!(terminal.take(), "");
        let shown = count(Work::Through(Stage::Judging, 2), 1300);
        assert!(shown.contains("asking rules"), "it comes again: {shown:?}");
    }

    #[test]
    fn nobody_sees_it_where_nobody_looks() {
        let progress = Progress::default();
        progress.step(Work::Looking);
        assert!(!progress.is_shown.load(Ordering::Relaxed) && progress.done.load(Ordering::Relaxed) == 0);
    }
}
