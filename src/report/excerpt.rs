//! The few lines of a finding's files that a report draws, made safe to print, with the finding's labels in them.
//!
//! The drawing library gets these windows and never a file: it scans what it gets from the first byte for each label,
//! prints it as it is, and panics on very long lines. Knows sources, findings and that library's source trait.

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use textwrap::core::display_width;

use super::clean::{clean_path, clean_prose, defuse_marks, visible};
use super::secrets::{hidden, masked};
use crate::finding::{Finding, Label};
use crate::outcome::Outcome;
use crate::source::{FileId, Source, Span};

/// Lines drawn before and after the primary place.
const CONTEXT: u32 = 2;
/// Lines drawn of one place; longer ones are cut.
const PLACE_LINES: u32 = 8;
/// Columns drawn of one line; longer ones are cut around the label. At a terminal they are cut to its width, as far as the
/// labels leave room.
const LINE: usize = 240;
/// Columns kept before the label in a line that is cut.
const LEAD: usize = 60;
/// Columns that the drawing takes beside the number of a line and its text, with the marks of a cut.
const MARGIN: usize = 7;
/// Columns of a tab, as the drawing library has it.
const TAB: usize = 4;
/// Columns between the middle of a label and what it says.
const ARM: usize = 4;
/// Related places drawn.
const RELATED: usize = 20;

/// The windows of one finding, laid out one after the other in a space of offsets of their own.
#[derive(Debug)]
pub(super) struct Excerpt {
    windows: Vec<Window>,
    labels: Vec<LabeledSpan>,
}

/// Lines `first..` of a file, each ended by LF.
#[derive(Debug)]
struct Window {
    name: String,
    first: u32,
    offset: usize,
    text: String,
    /// Where labels start: offset, line and column in the file.
    starts: Vec<(usize, u32, u32)>,
}

/// A label with the lines that it needs.
struct Place<'a> {
    file: FileId,
    source: &'a Source,
    span: Span,
    first: u32,
    last: u32,
    message: String,
    primary: bool,
}

/// Lines of a file that are drawn together.
struct Range<'a> {
    file: FileId,
    source: &'a Source,
    first: u32,
    last: u32,
}

impl Range<'_> {
    /// Whether two ranges are better drawn in one piece: one line between them is shorter than a second header.
    fn is_near(&self, other: &Self) -> bool {
        self.file == other.file && self.first <= other.last + 2 && other.first <= self.last + 2
    }
}

impl Excerpt {
    /// `columns` is the width of the terminal, if it is drawn on one.
    pub(super) fn new(finding: &Finding, outcome: &Outcome, columns: Option<usize>) -> Self {
        let places = places(finding, outcome);
        let mut excerpt = Self { windows: Vec::new(), labels: Vec::new() };
        let last = places.iter().map(|place| place.last + CONTEXT).max().unwrap_or(0);
        let room = columns.map_or(LINE, |columns| columns.saturating_sub(MARGIN + last.to_string().len()).min(LINE));
        for range in ranges(&places) {
            // A gap, so that no span lies in two windows.
            let offset = excerpt.windows.last().map_or(0, |window| window.offset + window.text.len() + 1);
            let secrets = outcome.secrets.get(&range.file).map_or(&[][..], Vec::as_slice);
            excerpt.draw(&range, &places, secrets, (offset, room));
        }
        excerpt
    }

    pub(super) fn labels(&self) -> impl Iterator<Item = LabeledSpan> + '_ {
        self.labels.iter().cloned()
    }

    fn draw(&mut self, range: &Range<'_>, places: &[Place<'_>], secrets: &[Span], (offset, room): (usize, usize)) {
        let within: Vec<&Place<'_>> = places
            .iter()
            .filter(|place| place.file == range.file && range.first <= place.first && place.last <= range.last)
            .collect();
        let mut window = Window {
            name: clean_path(range.source.path()),
            first: range.first,
            offset,
            text: String::new(),
            starts: Vec::new(),
        };
        // Where each place begins and ends in this space.
        let mut drawn = vec![(offset, offset); within.len()];
        for number in range.first..=range.last {
            let line = range.source.line_span(number);
            let text = hidden(masked(range.source.slice(line)), line, secrets);
            let cut = Cut::new(&text, labelled(&within, number, line), room);
            let base = offset + window.text.len();
            for (place, (start, end)) in within.iter().zip(&mut drawn) {
                if place.first == number {
                    *start = base + cut.place((place.span.start - line.start) as usize);
                }
                if place.last == number {
                    *end = base + cut.place((place.span.end - line.start) as usize);
                }
            }
            window.text.push_str(&cut.drawn());
            window.text.push('\n');
        }
        for (place, (start, end)) in within.iter().zip(drawn) {
            let at = place.source.position(place.span.start);
            window.starts.push((start, at.line, at.column));
            let message = Some(place.message.clone()).filter(|message| !message.is_empty());
            let span = SourceSpan::new(start.into(), end.saturating_sub(start));
            let new = if place.primary { LabeledSpan::new_primary_with_span } else { LabeledSpan::new_with_span };
            self.labels.push(new(message, span));
        }
        self.windows.push(window);
    }
}

impl SourceCode for Excerpt {
    /// Without context: the place itself, for the header's line and column. With: the whole window around it.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        let holds = |window: &&Window| window.offset <= span.offset() && end <= window.offset + window.text.len();
        let window = self.windows.iter().find(holds).ok_or(MietteError::OutOfBounds)?;
        let name = window.name.clone();
        if before + after == 0 {
            let start = window.starts.iter().find(|start| start.0 == span.offset());
            let (line, column) = start.map_or((window.first, 1), |(_, line, column)| (*line, *column));
            let (line, column) = (line as usize - 1, column as usize - 1);
            return Ok(Box::new(MietteSpanContents::new_named(name, &[], *span, line, column, 1)));
        }
        let whole = SourceSpan::new(window.offset.into(), window.text.len());
        let (text, line) = (window.text.as_bytes(), window.first as usize - 1);
        let lines = memchr::memchr_iter(b'\n', text).count();
        Ok(Box::new(MietteSpanContents::new_named(name, text, whole, line, 0, lines)))
    }
}

/// The finding's places, the primary one first.
fn places<'a>(finding: &Finding, outcome: &'a Outcome) -> Vec<Place<'a>> {
    let related = finding.related.iter().take(RELATED);
    let labels = std::iter::once((&finding.primary, true)).chain(related.map(|label| (label, false)));
    let mut places: Vec<Place<'_>> = labels.filter_map(|(label, primary)| place(label, primary, outcome)).collect();
    let left = finding.related.len().saturating_sub(RELATED);
    if let Some(last) = places.last_mut().filter(|_| left > 0) {
        last.message = format!("{} (and {left} more places)", last.message);
    }
    places
}

fn place<'a>(label: &Label, primary: bool, outcome: &'a Outcome) -> Option<Place<'a>> {
    let source = outcome.source(label.file)?;
    let text = source.text();
    let start = text.floor_char_boundary(label.span.start as usize);
    let end = text.ceil_char_boundary(label.span.end as usize).max(start);
    // What ends with a line end is drawn up to it.
    let end = if end > start && text.as_bytes().get(end - 1) == Some(&b'\n') { end - 1 } else { end };
    let first = source.line(start as u32);
    let last = source.line(end as u32).min(first + PLACE_LINES - 1);
    let span = Span::new(start as u32, (end as u32).min(source.line_span(last).end));
    Some(Place { file: label.file, source, span, first, last, message: clean_prose(&label.message), primary })
}

/// The lines to draw: those of the primary place first, near ones of the same file in one piece.
fn ranges<'a>(places: &[Place<'a>]) -> Vec<Range<'a>> {
    let mut ranges: Vec<Range<'a>> = Vec::new();
    for place in places {
        let context = if place.primary { CONTEXT } else { 0 };
        let mut new = Range {
            file: place.file,
            source: place.source,
            first: place.first.saturating_sub(context).max(1),
            last: (place.last + context).min(last_line(place.source).max(place.last)),
        };
        // What joins takes the earliest turn.
        let mut turn = ranges.len();
        while let Some(index) = ranges.iter().position(|old| old.is_near(&new)) {
            let old = ranges.remove(index);
            new.first = new.first.min(old.first);
            new.last = new.last.max(old.last);
            turn = turn.min(index);
        }
        ranges.insert(turn.min(ranges.len()), new);
    }
    ranges
}

/// The last line with text: after a final line end no line is drawn unless it is the place.
fn last_line(source: &Source) -> u32 {
    let count = source.line_count();
    if source.text().ends_with('\n') { count.saturating_sub(1).max(1) } else { count }
}

/// The part of a line that is drawn.
struct Cut<'a> {
    kept: &'a str,
    from: usize,
    before: &'static str,
    after: &'static str,
}

/// What of a line is to be seen, in bytes and the columns of what is said behind them, the better first: all labels with
/// what they say, the foremost with that, the foremost alone.
fn labelled(within: &[&Place<'_>], number: u32, line: Span) -> [(usize, usize, usize); 3] {
    let mut bounds = within.iter().filter(|place| place.first <= number && number <= place.last).map(|place| {
        let start = if place.first == number { (place.span.start - line.start) as usize } else { 0 };
        let end = if place.last == number { place.span.end.min(line.end) } else { line.end };
        let end = (end - line.start) as usize;
        (start, end, (ARM + display_width(&place.message)).saturating_sub((end - start) / 2))
    });
    let first = bounds.next().unwrap_or_default();
    let join = |all: (usize, usize, usize), one: (usize, usize, usize)| {
        (all.0.min(one.0), all.1.max(one.1), if one.1 > all.1 { one.2 } else { all.2 })
    };
    [bounds.fold(first, join), first, (first.0, first.1, 0)]
}

/// The columns of a text as it is drawn.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if c == '\t' { TAB } else { display_width(visible(c).encode_utf8(&mut [0; 4])) }).sum()
}

/// The first bytes of a text that take no more than so many columns.
fn first_columns(text: &str, room: usize) -> usize {
    let mut left = room;
    let fits = |c: &char| {
        let rest = left.checked_sub(columns(c.encode_utf8(&mut [0; 4])));
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    text.chars().take_while(fits).map(char::len_utf8).sum()
}

impl<'a> Cut<'a> {
    /// A line is cut to `room` columns around as much of what is to be seen as they hold.
    fn new(line: &'a str, seen: [(usize, usize, usize); 3], room: usize) -> Self {
        let fitting = |(start, end, behind): (usize, usize, usize)| {
            let wide = columns(line.get(start..end).unwrap_or("")) + behind;
            Some((start, LEAD.min(room.checked_sub(wide)?)))
        };
        let (start, lead) = seen.into_iter().find_map(fitting).unwrap_or((seen[1].0, room / 4));
        let mut from = 0;
        if columns(line) > room {
            let before = line.get(..start).unwrap_or(line);
            from = first_columns(before, columns(before).saturating_sub(lead));
        }
        let to = from + first_columns(line.get(from..).unwrap_or(""), room);
        let mark = |is_cut: bool| if is_cut { "…" } else { "" };
        Self { kept: line.get(from..to).unwrap_or(""), from, before: mark(from > 0), after: mark(to < line.len()) }
    }

    /// The offset in the drawn line of an offset in the line. What is cut off is where the mark of the cut is.
    fn place(&self, offset: usize) -> usize {
        if offset < self.from {
            return 0;
        }
        let kept = self.kept.get(..offset.saturating_sub(self.from).min(self.kept.len())).unwrap_or(self.kept);
        self.before.len() + kept.chars().map(|c| visible(c).len_utf8()).sum::<usize>()
    }

    fn drawn(&self) -> String {
        let kept: String = self.kept.chars().map(visible).collect();
        // Marks are replaced byte for byte, so offsets stay.
        format!("{}{}{}", self.before, defuse_marks(kept), self.after)
    }
}
