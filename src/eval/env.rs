//! The variables of a running program, each with the alternatives that it may hold.

use std::collections::HashMap;
use std::rc::Rc;

use super::MAX_ALTERNATIVES;
use super::vars::Vars;
use super::when::When;
use crate::program::Block;
use crate::value::{List, Piece, Place, Tree, Value};

/// Parts of what variables hold that are looked at for one list that was changed.
const MAX_SHARED: usize = 20_000;

/// What a variable holds.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// A text.
    Text(Value),
    /// A list of texts.
    List(List),
    /// Anything else, in languages that have it.
    Tree(Tree),
}

impl Content {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a.same(b) && a.assumed == b.assumed,
            (Self::List(a), Self::List(b)) => {
                a.open == b.open
                    && a.items.len() == b.items.len()
                    && a.items.iter().zip(&b.items).all(|(x, y)| x.same(y))
            }
            (Self::Tree(a), Self::Tree(b)) => super::change::same(a, b),
            _ => false,
        }
    }

    /// Whether it is nothing but a hole.
    fn is_hole(&self) -> bool {
        matches!(self, Self::Text(value) if matches!(value.pieces(), [Piece::Hole(..)]))
    }
}

/// One alternative of a variable.
#[derive(Debug, Clone)]
pub(super) struct Alternative {
    pub when: When,
    pub content: Content,
}

/// A variable.
#[derive(Debug, Clone)]
pub(super) struct Binding {
    /// Which definition this is; a new one is another subject.
    pub version: u64,
    pub alternatives: Vec<Alternative>,
    pub exported: bool,
}

impl Binding {
    /// The binding with a list or map replaced; `None` where it does not hold it.
    fn sharing(&self, old: &Tree, new: &Tree, left: &mut usize) -> Option<Self> {
        let mut out: Option<Self> = None;
        for (number, alternative) in self.alternatives.iter().enumerate() {
            let Content::Tree(tree) = &alternative.content else { continue };
            if let Some(tree) = super::change::replaced(tree, old, new, left) {
                let out = out.get_or_insert_with(|| self.clone());
                if let Some(alternative) = out.alternatives.get_mut(number) {
                    alternative.content = Content::Tree(tree);
                }
            }
        }
        out
    }
}

/// The positional parameters.
#[derive(Debug, Clone, Default)]
pub(super) struct Parameters {
    /// Those that are known; open when more may follow.
    pub list: List,
    /// Identity of the holes of those that are not known.
    pub frame: u64,
    /// How many were shifted away.
    pub shifted: usize,
}

/// How a block ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// It goes on.
    On,
    /// The function was left.
    Returned,
    /// The program was left.
    Exited,
    /// The turn of the innermost loop was left.
    Continued,
    /// The innermost loop was left.
    Broken,
}

/// A variable and what it held before a function made it its own.
type Saved = (Rc<str>, Option<Rc<Binding>>);

/// The state of a running program.
#[derive(Debug, Clone)]
pub(super) struct Env {
    vars: Rc<Vars>,
    pub functions: Rc<HashMap<String, Block>>,
    pub parameters: Rc<Parameters>,
    /// What is known to hold here.
    pub path: When,
    pub flow: Flow,
    /// Variables to restore when the function ends, innermost function last.
    pub locals: Vec<Vec<Saved>>,
}

impl Env {
    pub fn new(parameters: Parameters) -> Self {
        Self {
            vars: Rc::default(),
            functions: Rc::default(),
            parameters: Rc::new(parameters),
            path: When::default(),
            flow: Flow::On,
            locals: Vec::new(),
        }
    }

    pub fn get(&self, name: &str) -> Option<&Rc<Binding>> {
        self.vars.get(name)
    }

    pub fn set(&mut self, name: &str, mut alternatives: Vec<Alternative>, version: u64, place: Place) {
        reduce(&mut alternatives, version, place);
        let exported = self.get(name).is_some_and(|binding| binding.exported);
        let binding = Binding { version, alternatives, exported };
        Rc::make_mut(&mut self.vars).insert(name, Rc::new(binding));
    }

    /// All variables, by their names.
    pub fn bindings(&self) -> impl Iterator<Item = (&Rc<str>, &Rc<Binding>)> {
        self.vars.iter()
    }

    /// Takes a variable as it is elsewhere.
    pub fn bind(&mut self, name: &str, binding: Rc<Binding>) {
        Rc::make_mut(&mut self.vars).insert(name, binding);
    }

    /// A list or map was changed: whoever holds it holds what it is now.
    pub fn share(&mut self, old: &Tree, new: &Tree) {
        let mut left = MAX_SHARED;
        let mut changed: Vec<(Rc<str>, Rc<Binding>)> = Vec::new();
        for (name, binding) in self.vars.iter() {
            changed.extend(binding.sharing(old, new, &mut left).map(|binding| (name.clone(), Rc::new(binding))));
        }
        if !changed.is_empty() {
            let vars = Rc::make_mut(&mut self.vars);
            for (name, binding) in changed {
                vars.insert(&name, binding);
            }
        }
        for (_, saved) in self.locals.iter_mut().flatten() {
            if let Some(binding) = saved.as_ref().and_then(|binding| binding.sharing(old, new, &mut left)) {
                *saved = Some(Rc::new(binding));
            }
        }
    }

    pub fn unset(&mut self, name: &str) {
        if self.vars.get(name).is_some() {
            Rc::make_mut(&mut self.vars).remove(name);
        }
    }

    pub fn export(&mut self, name: &str) {
        if self.get(name).is_some_and(|binding| !binding.exported)
            && let Some(binding) = Rc::make_mut(&mut self.vars).get_mut(name)
        {
            binding.exported = true;
        }
    }

    /// Remembers a variable that the running function makes its own.
    pub fn localise(&mut self, name: &str) {
        let saved = self.vars.get(name).cloned();
        if let Some(frame) = self.locals.last_mut()
            && !frame.iter().any(|(known, _)| &**known == name)
        {
            frame.push((name.into(), saved));
        }
    }

    /// Ends a function: its own variables are what they were.
    pub fn restore(&mut self) {
        for (name, saved) in self.locals.pop().unwrap_or_default() {
            let vars = Rc::make_mut(&mut self.vars);
            match saved {
                Some(binding) => vars.insert(&name, binding),
                None => vars.remove(&name),
            }
        }
    }

    /// Only what child processes see.
    pub fn exported_only(&mut self) {
        Rc::make_mut(&mut self.vars).retain(|binding| binding.exported);
        self.functions = Rc::default();
    }

    /// Something that is not known ran in this scope: what was set may have been set anew. Empty texts and lists waited
    /// for it; others are taken for defaults.
    pub fn doubt(&mut self, version: u64, place: Place) {
        let names: Vec<Rc<str>> = self.vars.iter().map(|(name, _)| name.clone()).collect();
        for name in names {
            let Some(binding) = Rc::make_mut(&mut self.vars).get_mut(&name) else { continue };
            for alternative in &mut binding.alternatives {
                match &mut alternative.content {
                    Content::Text(value) if value.is_empty().is_yes() => *value = unset(&name, version, place),
                    Content::Text(value) => value.assumed = true,
                    Content::List(list) => list.open = true,
                    Content::Tree(tree) => *tree = super::change::opened(tree),
                }
            }
        }
    }

    /// A loop that runs an unknown number of times grew some lists: they may hold more.
    pub fn open_lists_since(&mut self, before: &Self) {
        let is_list = |alternative: &Alternative| !matches!(alternative.content, Content::Text(_));
        self.change_since(
            before,
            |_, binding| binding.alternatives.iter().any(is_list),
            |binding| {
                for alternative in &mut binding.alternatives {
                    match &mut alternative.content {
                        Content::List(list) => list.open = true,
                        Content::Tree(tree) => *tree = super::change::opened(tree),
                        Content::Text(_) => {}
                    }
                }
            },
        );
    }

    /// Where variables may still be what they were before and the other possibility says nothing, what they were is
    /// taken, as an assumption. Command lines are read by loops like this; their defaults are what a script means.
    pub fn prefer_known_since(&mut self, before: &Self) {
        let half_known = |was_set: bool, binding: &Binding| {
            let holes = binding.alternatives.iter().filter(|alternative| alternative.content.is_hole()).count();
            was_set && holes > 0 && holes < binding.alternatives.len()
        };
        self.change_since(before, half_known, |binding| {
            binding.alternatives.retain(|alternative| !alternative.content.is_hole());
            for alternative in &mut binding.alternatives {
                if let Content::Text(value) = &mut alternative.content {
                    value.assumed = true;
                }
            }
            if let [only] = binding.alternatives.as_mut_slice() {
                only.when = When::default();
            }
        });
    }

    /// At the end of turns that set a variable in some arm only: where an arm left it as it was, another turn may have
    /// set it, so it is not known.
    pub fn forget_unchanged_since(&mut self, before: &Self, place: Place, mut version: impl FnMut() -> u64) {
        let changed = self.vars.changed_since(&before.vars);
        let changed: Vec<(Rc<str>, Rc<Binding>)> =
            changed.filter_map(|(name, _, old)| Some((name.clone(), old?.clone()))).collect();
        for (name, old) in changed {
            let Some(binding) = Rc::make_mut(&mut self.vars).get_mut(&name) else { continue };
            let version = version();
            for alternative in &mut binding.alternatives {
                let unchanged = old.alternatives.iter().any(|known| known.content.same(&alternative.content));
                if unchanged && matches!(alternative.content, Content::Text(_)) {
                    alternative.content = Content::Text(Value::hole(super::vars::shown(&name), version, place));
                }
            }
        }
    }

    /// Changes the bindings that were set since, of those that the change is about: it is told whether each was set
    /// before.
    fn change_since(&mut self, before: &Self, wanted: impl Fn(bool, &Binding) -> bool, change: impl Fn(&mut Binding)) {
        let changed = self.vars.changed_since(&before.vars);
        let names: Vec<Rc<str>> =
            changed.filter(|(_, binding, old)| wanted(old.is_some(), binding)).map(|(name, ..)| name.clone()).collect();
        for name in names {
            if let Some(binding) = Rc::make_mut(&mut self.vars).get_mut(&name) {
                change(binding);
            }
        }
    }

    /// Joins the arms of a branch, which stands at `place`. `path` is what was known before it.
    pub fn merge(mut arms: Vec<Self>, path: &When, place: Place, mut version: impl FnMut() -> u64) -> Option<Self> {
        if arms.len() <= 1 {
            return arms.pop();
        }
        if let Some((first, rest)) = arms.split_first()
            && rest.iter().all(|arm| {
                Rc::ptr_eq(&arm.vars, &first.vars)
                    && Rc::ptr_eq(&arm.functions, &first.functions)
                    && Rc::ptr_eq(&arm.parameters, &first.parameters)
                    && arm.locals.iter().zip(&first.locals).all(|(frame, other)| same_saved(frame, other))
            })
        {
            // Nothing was set in any arm: the most frequent case by far.
            return Some(Self { path: path.clone(), ..first.clone() });
        }
        let mut vars: Vec<(Rc<str>, Rc<Binding>)> = Vec::new();
        let all: Vec<&Vars> = arms.iter().map(|arm| &*arm.vars).collect();
        Vars::side_by_side(&all, |name, bindings| {
            let first = bindings.first().copied().flatten();
            if let Some(first) = first
                && bindings.iter().all(|binding| binding.is_some_and(|binding| Rc::ptr_eq(binding, first)))
            {
                vars.push((name.clone(), first.clone()));
                return;
            }
            let held = arms.iter().zip(bindings).map(|(arm, binding)| (&arm.path, *binding));
            vars.push((name.clone(), Rc::new(joined(name, held, version(), place))));
        });
        let functions = same_functions(&arms);
        let parameters = same_parameters(&arms, version());
        let locals = all_locals(&mut arms, place, &mut version);
        let first = arms.into_iter().next()?;
        let vars = Rc::new(vars.into_iter().collect());
        Some(Self { parameters, vars, functions, path: path.clone(), locals, ..first })
    }
}

/// What a variable holds after arms that leave it with different things, or without any.
fn joined<'b>(
    name: &str,
    arms: impl Iterator<Item = (&'b When, Option<&'b Rc<Binding>>)>,
    version: u64,
    place: Place,
) -> Binding {
    let (mut alternatives, mut exported) = (Vec::new(), false);
    for (path, binding) in arms {
        let Some(binding) = binding else {
            alternatives.push(Alternative { when: path.clone(), content: Content::Text(unset(name, version, place)) });
            continue;
        };
        exported |= binding.exported;
        alternatives.extend(binding.alternatives.iter().filter_map(|alternative| {
            let when = alternative.when.and(path)?;
            Some(Alternative { when, content: alternative.content.clone() })
        }));
    }
    reduce(&mut alternatives, version, place);
    Binding { version, alternatives, exported }
}

/// What the running functions made their own in any arm. An arm that did not leaves a variable with what it holds there.
fn all_locals(arms: &mut [Env], place: Place, mut version: impl FnMut() -> u64) -> Vec<Vec<Saved>> {
    let Some((first, others)) = arms.split_first_mut() else { return Vec::new() };
    let mut all = std::mem::take(&mut first.locals);
    for (number, frame) in all.iter_mut().enumerate() {
        let frames = || others.iter().filter_map(|arm| arm.locals.get(number));
        if frames().all(|other| same_saved(other, frame)) {
            continue;
        }
        for (name, _) in frames().flatten() {
            if !frame.iter().any(|(known, _)| known == name) {
                frame.push((name.clone(), first.vars.get(name).cloned()));
            }
        }
        for (name, saved) in frame {
            let own = |arm: &Env| {
                let own = arm.locals.get(number).and_then(|frame| frame.iter().find(|(known, _)| known == name));
                own.map_or_else(|| arm.vars.get(name).cloned(), |(_, saved)| saved.clone())
            };
            let more: Vec<Option<Rc<Binding>>> = others.iter().map(own).collect();
            if !more.iter().all(|other| is_same(saved.as_ref(), other.as_ref())) {
                let paths = [&*first].into_iter().chain(others.iter()).map(|arm| &arm.path);
                let held = [&*saved].into_iter().chain(&more).map(Option::as_ref);
                *saved = Some(Rc::new(joined(name, paths.zip(held), version(), place)));
            }
        }
    }
    all
}

fn same_saved(one: &[Saved], other: &[Saved]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .all(|((name, saved), (other, also))| Rc::ptr_eq(name, other) && is_same(saved.as_ref(), also.as_ref()))
}

fn is_same(one: Option<&Rc<Binding>>, other: Option<&Rc<Binding>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Rc::ptr_eq(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// The functions of all arms.
fn same_functions(arms: &[Env]) -> Rc<HashMap<String, Block>> {
    let mut all = arms.iter().map(|arm| &arm.functions);
    let first = all.next().cloned().unwrap_or_default();
    if all.all(|functions| Rc::ptr_eq(functions, &first)) {
        return first;
    }
    let each = |arm: &Env| arm.functions.iter().map(|(name, body)| (name.clone(), body.clone())).collect::<Vec<_>>();
    Rc::new(arms.iter().flat_map(each).collect())
}

/// The parameters of all arms; where they differ, what they begin with.
fn same_parameters(arms: &[Env], frame: u64) -> Rc<Parameters> {
    let mut all = arms.iter().map(|arm| &arm.parameters);
    let first = all.next().cloned().unwrap_or_default();
    if all.all(|parameters| Rc::ptr_eq(parameters, &first)) {
        return first;
    }
    let lists: Vec<&List> = arms.iter().map(|arm| &arm.parameters.list).collect();
    Rc::new(Parameters { list: common_start(&lists), frame, shifted: 0 })
}

/// A variable that one arm sets and another leaves to the environment.
fn unset(name: &str, version: u64, place: Place) -> Value {
    Value::hole(super::vars::shown(name), super::when::identity((version, name)), place)
}

/// Joins equal alternatives; too many become what they have in common.
fn reduce(alternatives: &mut Vec<Alternative>, version: u64, place: Place) {
    let several = alternatives.len() > MAX_ALTERNATIVES;
    let mut kept: Vec<Alternative> = Vec::new();
    for alternative in alternatives.drain(..) {
        // The same under other circumstances is told apart, as long as there are few.
        let like = |known: &&mut Alternative| {
            known.content.same(&alternative.content) && (several || known.when.implies_or_follows(&alternative.when))
        };
        match kept.iter_mut().find(like) {
            Some(known) => known.when = known.when.common(&alternative.when),
            None => kept.push(alternative),
        }
    }
    if kept.len() > MAX_ALTERNATIVES {
        let hole = || Content::Text(Value::hole("…", version, place));
        let content = common_list(&kept).map_or_else(hole, Content::List);
        kept = vec![Alternative { when: When::default(), content }];
    }
    *alternatives = kept;
}

/// What too many lists begin with; more may follow.
fn common_list(alternatives: &[Alternative]) -> Option<List> {
    let lists: Option<Vec<&List>> = alternatives
        .iter()
        .map(|alternative| match &alternative.content {
            Content::List(list) => Some(list),
            Content::Text(_) | Content::Tree(_) => None,
        })
        .collect();
    let lists = lists?;
    (!lists.is_empty()).then(|| common_start(&lists))
}

/// What all lists begin with; more may follow.
fn common_start(lists: &[&List]) -> List {
    let Some(first) = lists.first() else { return List { items: Vec::new(), open: true } };
    let length = first.items.iter().enumerate().take_while(|(index, item)| {
        lists.iter().all(|list| list.items.get(*index).is_some_and(|other| other.same(item)))
    });
    let length = length.count();
    List { items: first.items.iter().take(length).cloned().collect(), open: true }
}
