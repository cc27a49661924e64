//! What a file says of its names: how they are spelled, which of them are lists, maps and functions.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::syntax::powershell::{
    Argument, Command, Expr, ExprKind, File, Parameter, ParameterKind, Part, Stage, Stmt, StmtKind,
};

/// Entries of one map that are followed, and assignments of it times its entries.
const MAX_ENTRIES: usize = 100;
const MAX_ASSIGNED: usize = 5000;

/// What a file says of its names, which are the same in upper and lower case.
#[derive(Debug, Default)]
pub(super) struct Names<'t> {
    /// The first spelling of each.
    shown: HashMap<String, String>,
    /// What each is set to, in order.
    values: HashMap<String, Vec<&'t Stmt>>,
    /// Those that are set otherwise: parameters, loops, more than once in one statement.
    others: HashSet<String>,
    appended: HashSet<String>,
    lists: HashSet<String>,
    texts: HashSet<String>,
    /// The entries that are asked for or set, by the name of their map: each in lower case, with its first spelling.
    members: HashMap<String, BTreeMap<String, String>>,
    /// Entries that are set one by one.
    set_members: HashMap<String, HashSet<String>>,
    functions: HashMap<String, Option<&'t [Parameter]>>,
}

/// The parameters that a function declares, if it declares any.
pub(super) struct Declared<'t>(pub Option<&'t [Parameter]>);

/// By which name a function is known to the program, which calls it by its parameters' places. Other files, which do not
/// know these, do not find it.
pub(super) fn function(name: &str) -> String {
    let name = name.rsplit(':').next().unwrap_or(name);
    format!("function:{}", name.to_ascii_lowercase())
}

/// A name and its entries, as in `$a.b.c`.
pub(super) fn path(expr: &Expr) -> Option<(String, Vec<String>)> {
    match &expr.kind {
        ExprKind::Variable(name) => Some((name.clone(), Vec::new())),
        ExprKind::Member(object, name) => {
            let (base, mut rest) = path(object)?;
            rest.push(name.clone());
            Some((base, rest))
        }
        ExprKind::Index(object, key) => {
            let (base, mut rest) = path(object)?;
            let key = key.literal()?;
            if key.parse::<i64>().is_ok() {
                return None;
            }
            rest.push(key);
            Some((base, rest))
        }
        _ => None,
    }
}

/// The range of a slice: where it begins, and whether it goes on to what is no literal, the end most often.
pub(super) fn slice(key: &Expr) -> Option<(Option<usize>, bool)> {
    let ExprKind::Binary(operator, from, to) = &key.kind else { return None };
    (operator == "..").then(|| (from.literal().and_then(|from| from.parse().ok()), to.literal().is_none()))
}

/// The map that an expression is, casts taken away.
pub(super) fn map_of(expr: &Expr) -> Option<&[(Expr, Stmt)]> {
    match &expr.kind {
        ExprKind::Map(entries) => Some(entries),
        ExprKind::Cast(_, Some(inner)) => map_of(inner),
        ExprKind::Output(body) => map_of(single(body)?),
        _ => None,
    }
}

/// The expression that statements are, and nothing else.
pub(super) fn single(body: &[Stmt]) -> Option<&Expr> {
    match body {
        [only] => value_of(only),
        _ => None,
    }
}

/// The expression that a statement is, and nothing else.
pub(super) fn value_of(stmt: &Stmt) -> Option<&Expr> {
    match &stmt.kind {
        StmtKind::Pipeline(stages) => match stages.as_slice() {
            [Stage::Expr(expr)] => Some(expr),
            _ => None,
        },
        _ => None,
    }
}

impl<'t> Names<'t> {
    pub fn of(file: &'t File) -> Self {
        let mut names = Self::default();
        names.parameters(&file.parameters);
        names.stmts(&file.body);
        // Lists that are made of lists that are made of lists.
        for _ in 0..3 {
            let more: Vec<String> = names
                .values
                .iter()
                .filter(|(_, values)| {
                    values.iter().any(|value| value_of(value).is_some_and(|expr| names.lists_in(expr)))
                })
                .map(|(name, _)| name.clone())
                .collect();
            names.lists.extend(more);
        }
        names.written_out();
        names
    }

    /// The entries of maps that are written out are entries that the file speaks of. Of maps that are set again and again
    /// nothing is followed.
    fn written_out(&mut self) {
        for (name, values) in &self.values {
            let mut members = self.members.remove(name).unwrap_or_default();
            for (key, _) in values.iter().filter_map(|value| value_of(value)).filter_map(map_of).flatten() {
                if let Some(key) = key.literal().filter(|_| members.len() < MAX_ENTRIES) {
                    members.entry(key.to_ascii_lowercase()).or_insert(key);
                }
            }
            if members.len() * values.len() > MAX_ASSIGNED {
                self.others.insert(name.clone());
            } else if !members.is_empty() {
                self.members.insert(name.clone(), members);
            }
        }
    }

    /// The name of a variable in the program.
    pub fn variable(&self, name: &str) -> String {
        let lower = name.to_ascii_lowercase();
        if let Some(plain) = lower.strip_prefix("env:") {
            let shown = self.shown.get(&lower).map_or(name, String::as_str);
            // A variable of the environment is another one than the script's of the same name.
            return match shown.split_once(':') {
                Some((_, rest)) if !self.shown.contains_key(plain) => rest.to_owned(),
                _ => shown.to_owned(),
            };
        }
        self.shown.get(&lower).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// The name of an entry of a map in the program.
    pub fn member(&self, base: &str, rest: &[String]) -> String {
        let key = rest.join(".").to_ascii_lowercase();
        let shown = self.members.get(&base.to_ascii_lowercase()).and_then(|members| members.get(&key));
        format!("{}.{}", self.variable(base), shown.cloned().unwrap_or_else(|| rest.join(".")))
    }

    /// The entries of a map that the file speaks of: in lower case, and as they are spelled first.
    pub fn members(&self, base: &str) -> impl Iterator<Item = (&String, &String)> {
        self.members.get(&base.to_ascii_lowercase()).into_iter().flatten()
    }

    pub fn is_list(&self, name: &str) -> bool {
        self.lists.contains(&name.to_ascii_lowercase())
    }

    /// Whether the file sets it.
    pub fn is_set(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        self.values.contains_key(&name) || self.others.contains(&name)
    }

    /// Whether it is one text, or set by the file.
    pub fn is_one_word(&self, name: &str) -> bool {
        let lower = name.to_ascii_lowercase();
        self.texts.contains(&lower) || self.values.contains_key(&lower) || lower.starts_with("env:")
    }

    /// What it is set to, if that happens once.
    pub fn only_value(&self, name: &str) -> Option<&'t Expr> {
        let name = name.to_ascii_lowercase();
        if self.others.contains(&name) || self.appended.contains(&name) {
            return None;
        }
        match self.values.get(&name)?.as_slice() {
            [only] => value_of(only),
            _ => None,
        }
    }

    /// The entries of a map that is never anything but maps that are written out.
    pub fn keys(&self, name: &str) -> Option<Vec<(String, String)>> {
        let lower = name.to_ascii_lowercase();
        let values = self.values.get(&lower)?;
        let literal = |value: &&Stmt| {
            let map = value_of(value).and_then(map_of);
            map.is_some_and(|entries| entries.iter().all(|(key, _)| key.literal().is_some()))
        };
        if self.others.contains(&lower) || values.len() > MAX_ENTRIES || !values.iter().all(literal) {
            return None;
        }
        let mut keys: BTreeMap<String, String> = BTreeMap::new();
        let mut add = |key: &str| _ = keys.entry(key.to_ascii_lowercase()).or_insert_with(|| key.to_owned());
        for value in values {
            let entries = value_of(value).and_then(map_of).unwrap_or_default();
            entries.iter().filter_map(|(key, _)| key.literal()).for_each(|key| add(&key));
        }
        let members = self.members.get(&lower);
        let set = self.set_members.get(&lower);
        for key in set.into_iter().flatten() {
            // Something is set whose name is not known.
            if key.is_empty() {
                return None;
            }
            add(members.and_then(|members| members.get(key)).unwrap_or(key));
        }
        (keys.len() <= MAX_ENTRIES).then(|| keys.into_iter().collect())
    }

    /// Whether entries of a map are set one by one.
    pub fn sets_members(&self, name: &str) -> bool {
        self.set_members.contains_key(&name.to_ascii_lowercase())
    }

    /// The parameters of a function of this file.
    pub fn function(&self, name: &str) -> Option<Declared<'t>> {
        self.functions.get(&function(name)).copied().map(Declared)
    }

    /// Whether an expression is a list, as far as the names are known.
    pub fn lists_in(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Array(_) | ExprKind::Listed(_) => true,
            ExprKind::Variable(name) => self.is_list(name) || name.eq_ignore_ascii_case("args") && !self.is_set(name),
            ExprKind::Binary(operator, left, right) if operator == "+" => self.lists_in(left) || self.lists_in(right),
            ExprKind::Cast(name, inner) => {
                name.ends_with("[]") || name == "array" || inner.as_ref().is_some_and(|inner| self.lists_in(inner))
            }
            ExprKind::Output(body) => single(body).is_some_and(|inner| self.lists_in(inner)),
            ExprKind::Index(object, key) => slice(key).is_some() && self.lists_in(object),
            ExprKind::Invoke(object, method, _) => {
                let ExprKind::Cast(name, None) = &object.kind else { return false };
                method.eq_ignore_ascii_case("new") && (name.contains("list[") || name.contains("arraylist"))
            }
            _ => false,
        }
    }

    fn spell(&mut self, name: &str) -> String {
        let lower = name.to_ascii_lowercase();
        if !self.shown.contains_key(&lower) {
            self.shown.insert(lower.clone(), name.to_owned());
        }
        lower
    }

    fn other(&mut self, name: &str) {
        let lower = self.spell(name);
        self.others.insert(lower);
    }

    fn parameters(&mut self, parameters: &'t [Parameter]) {
        for parameter in parameters {
            self.other(&parameter.name);
            let lower = parameter.name.to_ascii_lowercase();
            match parameter.kind {
                ParameterKind::List | ParameterKind::Rest => _ = self.lists.insert(lower),
                ParameterKind::Text => _ = self.texts.insert(lower),
                _ => {}
            }
            if let Some(default) = &parameter.default {
                self.expr(default);
            }
        }
    }

    fn stmts(&mut self, stmts: &'t [Stmt]) {
        for stmt in stmts {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &'t Stmt) {
        match &stmt.kind {
            StmtKind::Assign { target, operator, value } => {
                self.target(target, operator, value);
                self.stmt(value);
            }
            StmtKind::Pipeline(stages) => {
                for stage in stages {
                    match stage {
                        Stage::Command(command) => self.command(command),
                        Stage::Expr(expr) => self.expr(expr),
                    }
                }
            }
            StmtKind::Chain(left, _, right) => {
                self.stmt(left);
                self.stmt(right);
            }
            StmtKind::If { arms, otherwise } => {
                for (test, body) in arms {
                    self.stmt(test);
                    self.stmts(body);
                }
                self.stmts(otherwise.as_deref().unwrap_or_default());
            }
            StmtKind::Switch { subject, arms, .. } => {
                self.stmt(subject);
                for arm in arms {
                    arm.wanted.iter().for_each(|wanted| self.expr(wanted));
                    self.stmts(&arm.body);
                }
            }
            StmtKind::ForEach { name, over, body } => {
                self.other(name);
                self.stmt(over);
                self.stmts(body);
            }
            StmtKind::Loop(body) | StmtKind::Block(body) | StmtKind::Broken(body) => self.stmts(body),
            StmtKind::Try { body, catches, finally } => {
                self.stmts(body);
                for body in catches {
                    self.stmts(body);
                }
                self.stmts(finally);
            }
            StmtKind::Function(function) => {
                let parameters = function.parameters.as_deref();
                self.functions.insert(self::function(&function.name), parameters);
                self.parameters(parameters.unwrap_or_default());
                self.stmts(&function.body);
            }
            StmtKind::Return(Some(value)) => self.stmt(value),
            _ => {}
        }
    }

    fn target(&mut self, target: &'t Expr, operator: &str, value: &'t Stmt) {
        match &target.kind {
            ExprKind::Variable(name) => {
                let lower = self.spell(name);
                if operator != "=" {
                    self.appended.insert(lower.clone());
                }
                self.values.entry(lower).or_default().push(value);
            }
            ExprKind::Cast(kind, Some(inner)) => {
                if let (ExprKind::Variable(name), true) = (&inner.kind, kind.ends_with("[]") || kind.contains("list["))
                {
                    self.lists.insert(name.to_ascii_lowercase());
                }
                self.target(inner, operator, value);
            }
            ExprKind::Array(items) => {
                for item in items {
                    if let Some((name, _)) = path(item) {
                        self.other(&name);
                    }
                }
            }
            _ => {
                self.expr(target);
                match path(target) {
                    Some((base, rest)) => self.sets(&base, &rest),
                    None => {
                        // `$x[$key] = …`
                        if let ExprKind::Index(object, _) | ExprKind::Member(object, _) = &target.kind
                            && let Some((base, _)) = path(object)
                        {
                            self.sets(&base, &[]);
                        }
                    }
                }
            }
        }
    }

    fn sets(&mut self, base: &str, rest: &[String]) {
        self.member_of(base, rest);
        let key = rest.join(".").to_ascii_lowercase();
        self.set_members.entry(base.to_ascii_lowercase()).or_default().insert(key);
    }

    fn member_of(&mut self, base: &str, rest: &[String]) {
        self.spell(base);
        let members = self.members.entry(base.to_ascii_lowercase()).or_default();
        if members.len() < MAX_ENTRIES && !rest.is_empty() {
            members.entry(rest.join(".").to_ascii_lowercase()).or_insert_with(|| rest.join("."));
        }
    }

    fn command(&mut self, command: &'t Command) {
        self.expr(&command.name);
        for argument in &command.arguments {
            match argument {
                Argument::Word(expr, _) => self.expr(expr),
                Argument::Splat(name, _) => _ = self.spell(name),
            }
        }
    }

    fn expr(&mut self, expr: &'t Expr) {
        match &expr.kind {
            ExprKind::Text(parts) => {
                for part in parts {
                    if let Part::Expr(inner) = part {
                        self.expr(inner);
                    }
                }
            }
            ExprKind::Variable(name) => _ = self.spell(name),
            ExprKind::Member(object, _) => {
                if let Some((base, rest)) = path(expr) {
                    self.member_of(&base, &rest);
                }
                self.expr(object);
            }
            ExprKind::Index(object, key) => {
                if let Some((base, rest)) = path(expr) {
                    self.member_of(&base, &rest);
                }
                self.expr(object);
                self.expr(key);
            }
            ExprKind::Invoke(object, method, arguments) => {
                if let (Some((base, rest)), true) = (path(object), method.eq_ignore_ascii_case("add")) {
                    match arguments.as_slice() {
                        [key, _] if rest.is_empty() => {
                            self.sets(&base, &key.literal().map_or_else(Vec::new, |key| vec![key]));
                        }
                        _ => {}
                    }
                }
                self.expr(object);
                for argument in arguments {
                    self.expr(argument);
                }
            }
            ExprKind::Array(items) => items.iter().for_each(|item| self.expr(item)),
            ExprKind::Listed(body) | ExprKind::Output(body) => self.stmts(body),
            ExprKind::Map(entries) => {
                for (key, value) in entries {
                    self.expr(key);
                    self.stmt(value);
                }
            }
            ExprKind::Script(file) => {
                self.parameters(&file.parameters);
                self.stmts(&file.body);
            }
            ExprKind::Binary(_, left, right) => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Not(inner) | ExprKind::Cast(_, Some(inner)) => self.expr(inner),
            ExprKind::Cast(_, None) | ExprKind::Unknown => {}
        }
    }
}
