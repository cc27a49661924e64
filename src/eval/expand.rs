//! Expressions → words: every consistent alternative of them.

use std::sync::Arc;

use super::MAX_ALTERNATIVES;
use super::env::{Alternative, Content, Flow};
use super::exec::Machine;
use super::vars::shown;
use super::when::{Constraint, When, identity};
use crate::program::{Expr, Name, Op, Part, Quote, Use};
use crate::value::{List, Piece, Place, Tree, Truth, Value};

/// Words that are all expanded under the same circumstances.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    pub when: When,
    pub list: List,
}

/// A word in the making.
#[derive(Debug, Clone, Default)]
struct Partial {
    words: Words,
    /// The field that is being put together; `None` between fields.
    field: Option<Value>,
}

impl Words {
    /// Adds words whose circumstances do not contradict.
    fn extend(&mut self, more: &Self) {
        if let Some(when) = self.when.and(&more.when) {
            self.when = when;
        }
        self.list.items.extend(more.list.items.iter().cloned());
        self.list.open |= more.list.open;
    }
}

impl Machine<'_> {
    /// All words of a command. More alternatives than the bound: the word that brought them becomes a hole.
    pub(super) fn words(&mut self, exprs: &[Expr]) -> Vec<Words> {
        let mut all = vec![Words { when: self.env.path.clone(), list: List::default() }];
        for expr in exprs {
            let expanded = self.fields(expr);
            // Most words have one alternative, and long commands have many words.
            if let [only] = expanded.as_slice()
                && all.iter().all(|words| words.when.and(&only.when).is_some())
            {
                for words in &mut all {
                    words.extend(only);
                }
                continue;
            }
            let mut next = Vec::new();
            for before in &all {
                for more in &expanded {
                    if before.when.and(&more.when).is_some() {
                        let mut words = before.clone();
                        words.extend(more);
                        next.push(words);
                    }
                }
            }
            if next.is_empty() || next.len() > MAX_ALTERNATIVES {
                next = all;
                let (known, hole) = (common_words(&expanded), self.hole_of(expr));
                for words in &mut next {
                    match &known {
                        Some(list) => {
                            words.list.items.extend(list.items.iter().cloned());
                            words.list.open = true;
                        }
                        None => words.list.items.push(hole.clone()),
                    }
                }
            }
            all = next;
        }
        all
    }

    /// An expression as one text.
    pub(super) fn text(&mut self, expr: &Expr) -> Vec<(When, Value)> {
        let whole = Expr { parts: expr.parts.iter().map(as_whole).collect() };
        let fields = self.fields(&whole);
        fields.into_iter().map(|words| (words.when, joined(&words.list))).collect()
    }

    fn hole_of(&mut self, expr: &Expr) -> Value {
        let place = expr.parts.first().map_or(self.here(), |part| match part {
            Part::Text(_, place) | Part::Hole(_, place) | Part::Output(_, _, place) | Part::Nested(_, place) => *place,
            Part::Use(used) => used.place,
        });
        let mut value = Value::hole("…", self.fresh(), place);
        value.loose = true;
        value
    }

    /// The fields that an expression becomes.
    pub(super) fn fields(&mut self, expr: &Expr) -> Vec<Words> {
        let mut all = vec![Partial { words: Words { when: self.env.path.clone(), ..Words::default() }, field: None }];
        for part in &expr.parts {
            match part {
                Part::Text(text, place) => {
                    for partial in &mut all {
                        partial.push(Piece::Text(text.clone(), *place));
                    }
                }
                Part::Hole(shown, place) => {
                    let hole = Value::hole(shown.clone(), identity((self.flow(), &**shown)), *place);
                    for partial in &mut all {
                        partial.append(&hole);
                    }
                }
                Part::Output(body, quote, place) => {
                    let contents = self.output(body, *place);
                    all = combine(all, &contents, *quote);
                }
                Part::Nested(node, place) => {
                    let trees = self.tree(node);
                    let contents = self.contents(trees, *place);
                    all = combine(all, &contents, Quote::Whole);
                }
                Part::Use(used) => {
                    let contents = self.resolve(used);
                    all = combine(all, &contents, used.quote);
                }
            }
            if all.is_empty() || all.len() > MAX_ALTERNATIVES * MAX_ALTERNATIVES {
                let hole = self.hole_of(expr);
                return vec![Words { when: self.env.path.clone(), list: List { items: vec![hole], open: false } }];
            }
        }
        all.into_iter().map(Partial::finish).collect()
    }

    /// What a variable is, after what is done with it.
    fn resolve(&mut self, used: &Use) -> Vec<Alternative> {
        let base = self.lookup(&used.name, used.place);
        match &used.op {
            Op::Plain => base,
            Op::Default(word) => self.default(base, word),
            Op::AssignDefault(word) => {
                let alternatives = self.default(base, word);
                if let Name::Variable(name) = &used.name {
                    let version = self.fresh();
                    self.env.set(name, alternatives.clone(), version, used.place);
                }
                alternatives
            }
            Op::Required => self.required(base),
            Op::Alternate(word) => self.alternate(used, base, word),
            Op::StripPrefix(_)
            | Op::StripSuffix(_)
            | Op::StripThrough(..)
            | Op::StripFrom(..)
            | Op::Replace(..)
            | Op::Upper
            | Op::Lower
            | Op::From(_)
            | Op::Other => {
                let edit = |content: Content, machine: &mut Self| match content {
                    Content::Text(value) => Content::Text(machine.edit(value, &used.op, used.place)),
                    Content::List(list) => Content::List(match &used.op {
                        Op::From(from) => List { items: list.items.into_iter().skip(*from).collect(), open: list.open },
                        Op::Other => List { items: Vec::new(), open: true },
                        _ => List {
                            items: list
                                .items
                                .into_iter()
                                .map(|value| machine.edit(value, &used.op, used.place))
                                .collect(),
                            open: list.open,
                        },
                    }),
                    Content::Tree(_) => Content::Text(Value::hole("…", machine.fresh(), used.place)),
                };
                base.into_iter()
                    .map(|alternative| Alternative { content: edit(alternative.content, self), ..alternative })
                    .collect()
            }
        }
    }

    /// What a name stands for.
    pub(super) fn lookup(&mut self, name: &Name, place: Place) -> Vec<Alternative> {
        let always = |content| vec![Alternative { when: When::default(), content }];
        match name {
            Name::Variable(name) => match self.env.get(name) {
                Some(binding) => binding.alternatives.iter().map(first_element).collect(),
                None => always(Content::Text(self.environment(name, place))),
            },
            Name::Element(name, index) => match self.env.get(name).cloned() {
                Some(binding) => binding
                    .alternatives
                    .iter()
                    .map(|alternative| {
                        let item = match &alternative.content {
                            Content::List(list) => list.items.get(*index).cloned(),
                            Content::Text(value) => (*index == 0).then(|| value.clone()),
                            Content::Tree(_) => None,
                        };
                        let value =
                            item.unwrap_or_else(|| Value::hole(format!("${{{name}[{index}]}}"), self.fresh(), place));
                        Alternative { when: alternative.when.clone(), content: Content::Text(value) }
                    })
                    .collect(),
                None => always(Content::Text(Value::hole(format!("${{{name}[{index}]}}"), self.fresh(), place))),
            },
            Name::All(name) => match self.env.get(name) {
                Some(binding) => binding.alternatives.iter().map(elements).collect(),
                None => always(Content::List(List { items: Vec::new(), open: true })),
            },
            Name::Parameter(number) => always(Content::Text(self.parameter(*number, place))),
            Name::Parameters => always(Content::List(self.env.parameters.list.clone())),
            Name::Path(segments) => {
                let trees = self.path(segments, place);
                self.contents(trees, place)
            }
            Name::Other(shown) => {
                let indirect = shown.strip_prefix("$!").map(|name| format!("${{!{name}}}"));
                let value = Value::hole(indirect.unwrap_or_else(|| shown.clone()), self.fresh(), place);
                always(Content::Text(value))
            }
        }
    }

    /// A variable that nothing in the program sets.
    pub(super) fn environment(&self, name: &str, place: Place) -> Value {
        Value::hole(shown(name), identity((self.flow(), name)), place)
    }

    fn parameter(&self, number: usize, place: Place) -> Value {
        let parameters = &self.env.parameters;
        match parameters.list.items.get(number - 1) {
            Some(value) => value.clone(),
            None if parameters.list.open => {
                let id = identity((parameters.frame, number + parameters.shifted));
                Value::hole(format!("${number}"), id, place)
            }
            None => Value::text("", place),
        }
    }

    fn default(&mut self, base: Vec<Alternative>, word: &Expr) -> Vec<Alternative> {
        let mut out = Vec::new();
        for alternative in base {
            let Content::Text(value) = &alternative.content else {
                out.push(alternative);
                continue;
            };
            let empty = value.is_empty();
            // `${X-word}` of a value with any literal text, and outputs, stand as they are.
            let bare_hole = matches!(value.pieces(), [Piece::Hole(..)]);
            if empty.is_no() || (empty == Truth::Unknown && !bare_hole) {
                out.push(alternative);
                continue;
            }
            for (when, mut default) in self.text(word) {
                if empty == Truth::Unknown && default.is_empty().is_yes() {
                    out.push(alternative.clone());
                    continue;
                }
                default.assumed |= empty == Truth::Unknown;
                if let Some(when) = when.and(&alternative.when) {
                    out.push(Alternative { when, content: Content::Text(default) });
                }
            }
        }
        out
    }

    /// `${X:?}`: what it is where it is not surely empty; nothing runs after one that always is.
    fn required(&mut self, base: Vec<Alternative>) -> Vec<Alternative> {
        let is_empty = |alternative: &Alternative| matches!(&alternative.content, Content::Text(value) if value.is_empty().is_yes());
        if base.iter().all(is_empty) {
            self.env.flow = Flow::Exited;
            return base;
        }
        base.into_iter().filter(|alternative| !is_empty(alternative)).collect()
    }

    /// `${X:+word}`: the word where X is surely set, nothing where it surely is not, else both.
    fn alternate(&mut self, used: &Use, base: Vec<Alternative>, word: &Expr) -> Vec<Alternative> {
        let mut out = Vec::new();
        for alternative in base {
            let (empty, subject) = match &alternative.content {
                Content::Text(value) => (value.is_empty(), self.subject_of(&used.name, value)),
                Content::List(list) if list.items.is_empty() && !list.open => (Truth::Yes, 0),
                Content::List(list) => (if list.items.is_empty() { Truth::Unknown } else { Truth::No }, 0),
                Content::Tree(_) => (Truth::Unknown, 0),
            };
            // Whether there is nothing, the environment says.
            let nothing = Content::List(List { items: Vec::new(), open: empty == Truth::Unknown });
            match empty {
                Truth::Yes => out.push(Alternative { when: alternative.when, content: nothing }),
                Truth::No => out.extend(self.words_under(word, &alternative.when)),
                Truth::Unknown => {
                    let is_empty = |holds| Constraint { subject, value: identity(""), holds };
                    if let Some(when) = alternative.when.with(is_empty(true)) {
                        out.push(Alternative { when, content: nothing });
                    }
                    if let Some(when) = alternative.when.with(is_empty(false)) {
                        out.extend(self.words_under(word, &when));
                    }
                }
            }
        }
        out
    }

    fn words_under(&mut self, word: &Expr, when: &When) -> Vec<Alternative> {
        let fields = self.fields(word);
        let under =
            |words: Words| Some(Alternative { when: words.when.and(when)?, content: Content::List(words.list) });
        fields.into_iter().filter_map(under).collect()
    }

    pub(super) fn edit(&mut self, value: Value, op: &Op, place: Place) -> Value {
        if let Some(text) = value.literal() {
            let edited = match op {
                Op::StripPrefix(prefix) => text.strip_prefix(prefix.as_str()).map(str::to_owned),
                Op::StripSuffix(suffix) => text.strip_suffix(suffix.as_str()).map(str::to_owned),
                Op::StripThrough(end, last) if !end.is_empty() => {
                    let found = if *last { text.rsplit_once(end.as_str()) } else { text.split_once(end.as_str()) };
                    found.map(|(_, rest)| rest.to_owned())
                }
                Op::StripFrom(start, first) if !start.is_empty() => {
                    let found = if *first { text.split_once(start.as_str()) } else { text.rsplit_once(start.as_str()) };
                    found.map(|(kept, _)| kept.to_owned())
                }
                Op::Replace(from, to, true) if !from.is_empty() => Some(text.replace(from, to)),
                Op::Replace(from, to, false) if !from.is_empty() => Some(text.replacen(from, to, 1)),
                Op::Upper => Some(text.to_uppercase()),
                Op::Lower => Some(text.to_lowercase()),
                _ => return Value::hole("…", self.fresh(), place),
            };
            let Some(edited) = edited.filter(|edited| *edited != text) else {
                return value;
            };
            let mut out = Value::text(edited, value.place().map_or(place, |place| Place { exact: false, ..place }));
            out.assumed = value.assumed;
            return out;
        }
        match op {
            Op::StripPrefix(prefix) if value.starts_with(prefix).is_yes() => {
                value.strip_prefix(prefix).unwrap_or(value)
            }
            Op::StripPrefix(prefix) if value.starts_with(prefix).is_no() => value,
            // A URL with or without its last slash is the same URL.
            Op::StripSuffix(suffix) if suffix == "/" || value.ends_with(suffix).is_no() => value,
            _ => Value::hole("…", self.fresh(), place),
        }
    }
}

impl Partial {
    /// With a content appended; `None` when it contradicts.
    fn with(mut self, alternative: &Alternative, quote: Quote) -> Option<Self> {
        self.words.when = self.words.when.and(&alternative.when)?;
        match &alternative.content {
            Content::Text(value) if quote == Quote::Whole => self.append(value),
            Content::Text(value) => self.split(value),
            Content::List(list) => self.push_list(list),
            Content::Tree(tree) => self.push_tree(tree),
        }
        Some(self)
    }

    fn push(&mut self, piece: Piece) {
        self.field.get_or_insert_default().push(piece);
    }

    fn append(&mut self, value: &Value) {
        self.field.get_or_insert_default().append(value);
    }

    fn end_field(&mut self) {
        if let Some(field) = self.field.take() {
            self.words.list.items.push(field);
        }
    }

    fn finish(mut self) -> Words {
        self.end_field();
        self.words
    }

    /// Cuts a value at its literal white space. A hole that makes up a whole field may be none, or several.
    fn split(&mut self, value: &Value) {
        for piece in value.pieces() {
            let Piece::Text(text, place) = piece else {
                let alone = self.field.is_none();
                let field = self.field.get_or_insert_default();
                field.push(piece.clone());
                field.loose |= alone;
                continue;
            };
            let mut at = 0;
            for (index, run) in text.split(char::is_whitespace).enumerate() {
                if index > 0 {
                    self.end_field();
                }
                if !run.is_empty() {
                    let field = self.field.get_or_insert_default();
                    field.push(Piece::Text(Arc::from(run), place.part(at..at + run.len())));
                    field.loose = false;
                }
                at += run.len()
                    + text.get(at + run.len()..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            }
        }
        if let Some(field) = &mut self.field {
            field.assumed |= value.assumed;
        }
    }

    /// What has parts is no word; a list of texts is its texts.
    fn push_tree(&mut self, tree: &Tree) {
        let place = tree.place().unwrap_or(Place::near(crate::source::FileId(0), crate::source::Span::default()));
        match tree {
            Tree::List(list) => self.push_list(&List {
                items: list
                    .items
                    .iter()
                    .map(|item| item.text().cloned().unwrap_or_else(|| Value::unknown(place)))
                    .collect(),
                open: list.open,
            }),
            Tree::Text(value) => self.append(value),
            Tree::Null(_) | Tree::Map(_) => self.append(&Value::unknown(place)),
        }
    }

    fn push_list(&mut self, list: &List) {
        self.words.list.open |= list.open;
        for (index, item) in list.items.iter().enumerate() {
            if index > 0 {
                self.end_field();
            }
            self.append(item);
        }
    }
}

/// Each partial word with each content that is consistent with it.
fn combine(all: Vec<Partial>, contents: &[Alternative], quote: Quote) -> Vec<Partial> {
    if let [only] = contents {
        return all.into_iter().filter_map(|partial| partial.with(only, quote)).collect();
    }
    let pairs = all.iter().flat_map(|partial| contents.iter().map(move |alternative| (partial, alternative)));
    pairs.filter_map(|(partial, alternative)| partial.clone().with(alternative, quote)).collect()
}

fn first_element(alternative: &Alternative) -> Alternative {
    match &alternative.content {
        Content::List(list) if !list.items.is_empty() => Alternative {
            when: alternative.when.clone(),
            content: Content::Text(list.items.first().cloned().unwrap_or_default()),
        },
        _ => alternative.clone(),
    }
}

/// A text that is not known may be a list of any length.
fn elements(alternative: &Alternative) -> Alternative {
    match &alternative.content {
        Content::Text(value) if matches!(value.pieces(), [Piece::Hole(..)]) => {
            Alternative { content: Content::List(List { items: Vec::new(), open: true }), ..alternative.clone() }
        }
        _ => alternative.clone(),
    }
}

fn as_whole(part: &Part) -> Part {
    match part {
        Part::Use(used) if !matches!(used.op, Op::Alternate(_)) => {
            Part::Use(Box::new(Use { quote: Quote::Whole, ..(**used).clone() }))
        }
        Part::Output(body, _, place) => Part::Output(body.clone(), Quote::Whole, *place),
        other => other.clone(),
    }
}

/// Fields put together again, a blank between them.
fn joined(list: &List) -> Value {
    let mut out = Value::default();
    for (index, item) in list.items.iter().enumerate() {
        if index > 0
            && let Some(place) = item.place()
        {
            out.push(Piece::Text(" ".into(), Place { exact: false, ..place }));
        }
        out.append(item);
    }
    out
}

/// What every alternative of an expansion to several words begins with; `None` when they are single words.
fn common_words(expanded: &[Words]) -> Option<List> {
    let first = expanded.first()?;
    if expanded.iter().all(|words| words.list.items.len() == 1) {
        return None;
    }
    let agreed = first.list.items.iter().enumerate().take_while(|(index, item)| {
        expanded.iter().all(|words| words.list.items.get(*index).is_some_and(|other| other.same(item)))
    });
    let agreed = agreed.count();
    Some(List { items: first.list.items.iter().take(agreed).cloned().collect(), open: true })
}
