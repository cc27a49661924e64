//! What a name stands for: something imported, a function or type of the file, a variable, or something of the language.

use std::collections::{HashMap, HashSet};

use super::Lowering;
use crate::program::own_name;
use crate::syntax::code::{self, Class, Expr, ExprKind, File, Function, Language, Stmt, StmtKind, Target, TargetKind};

/// The names of a file.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Qualified names by the names that imports give them.
    pub imports: HashMap<String, String>,
    /// Types of the file.
    pub types: HashMap<String, Type>,
}

/// What is known of a type.
#[derive(Debug, Default, Clone)]
pub(super) struct Type {
    /// Its methods.
    pub methods: HashSet<String>,
    /// Methods that are asked for without being called.
    pub properties: HashSet<String>,
    /// Its fields, where it has no others.
    pub fields: Vec<String>,
    /// Whether it has a state that its methods change; others are made of their fields alone.
    pub has_state: bool,
}

/// Names of functions that make an object of a type.
const MAKERS: &[&str] = &["__init__", "constructor"];

/// Whether a method is the one that makes the object.
pub(super) fn is_maker(name: &str) -> bool {
    MAKERS.contains(&name)
}

impl Names {
    pub fn of(file: &File, language: Language) -> Self {
        let mut names = Self::default();
        names.block(&file.body, language, 0);
        names
    }

    fn block(&mut self, body: &[Stmt], language: Language, depth: usize) {
        if depth > super::MAX_DEPTH {
            return;
        }
        for stmt in body {
            self.stmt(stmt, language, depth);
        }
    }

    fn stmt(&mut self, stmt: &Stmt, language: Language, depth: usize) {
        match &stmt.kind {
            StmtKind::Import(imports) => {
                for import in imports {
                    let name = qualified_import(import, language);
                    self.imports.insert(import.name.clone(), name);
                }
            }
            StmtKind::Assign { value: Expr { kind: ExprKind::Function(function), .. }, .. } => {
                self.function(function, language, depth + 1);
            }
            StmtKind::If { arms, otherwise } => {
                for body in arms.iter().map(|(_, body)| body).chain(otherwise) {
                    self.block(body, language, depth + 1);
                }
            }
            StmtKind::For { body, .. } | StmtKind::While(_, body) | StmtKind::Block { body, .. } => {
                self.block(body, language, depth + 1);
            }
            StmtKind::Try { body, handlers, last } => {
                self.block(body, language, depth + 1);
                for body in handlers {
                    self.block(body, language, depth + 1);
                }
                self.block(last, language, depth + 1);
            }
            StmtKind::Function(function) => self.function(function, language, depth + 1),
            StmtKind::Class(class) => self.class(class, language, depth),
            _ => {}
        }
    }

    fn function(&mut self, function: &Function, language: Language, depth: usize) {
        self.block(&function.body, language, depth);
    }

    fn class(&mut self, class: &Class, language: Language, depth: usize) {
        let mut known = Type::default();
        if class.bases.is_empty() {
            known.fields.extend(class.fields.iter().map(|(name, _)| name.clone()));
        }
        for method in &class.methods {
            let name = method.name.rsplit('.').next().unwrap_or(&method.name);
            let is_property = method
                .decorators
                .iter()
                .any(|decorator| matches!(&decorator.kind, ExprKind::Name(name) if name.ends_with("property")));
            if is_property {
                known.properties.insert(name.to_owned());
            }
            known.methods.insert(name.to_owned());
            known.has_state |= is_maker(name) || changes_itself(&method.body, 0);
            self.function(method, language, depth + 1);
        }
        self.types.insert(class.name.clone(), known);
    }
}

/// Names that mean the same in a part of a file.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// What tells its names from those of others.
    pub id: String,
    /// Whether it is a function's.
    pub is_function: bool,
    pub variables: HashSet<String>,
    pub functions: HashSet<String>,
    /// Names that are not its own, though it gives them values.
    pub outer: HashSet<String>,
}

impl Scope {
    /// What statements give names to, in the blocks within them, too, where those have no names of their own.
    pub fn of(body: &[Stmt], blocks_have_names: bool) -> Self {
        let mut scope = Self::default();
        scope.block(body, blocks_have_names, 0);
        let outer = std::mem::take(&mut scope.outer);
        scope.variables.retain(|name| !outer.contains(name));
        scope
    }

    pub fn add(&mut self, target: &Target) {
        self.target(target, 0);
    }

    pub fn add_name(&mut self, name: &str) {
        self.variables.insert(name.to_owned());
    }

    fn block(&mut self, body: &[Stmt], blocks_have_names: bool, depth: usize) {
        let deeper = |scope: &mut Self, body: &[Stmt]| {
            if !blocks_have_names && depth < super::MAX_DEPTH {
                scope.block(body, false, depth + 1);
            }
        };
        for stmt in body {
            match &stmt.kind {
                StmtKind::Assign { targets, value, declares } if *declares || !blocks_have_names => {
                    for target in targets {
                        match (&target.kind, &value.kind) {
                            (TargetKind::Name(name), ExprKind::Function(_)) => {
                                self.functions.insert(name.clone());
                            }
                            _ => self.target(target, 0),
                        }
                    }
                }
                StmtKind::Append { target, .. } if !blocks_have_names => self.target(target, 0),
                StmtKind::If { arms, otherwise } => {
                    for body in arms.iter().map(|(_, body)| body).chain(otherwise) {
                        deeper(self, body);
                    }
                }
                StmtKind::For { target, body, .. } => {
                    self.target(target, 0);
                    deeper(self, body);
                }
                StmtKind::While(_, body) => deeper(self, body),
                StmtKind::Try { body, handlers, last } => {
                    deeper(self, body);
                    for handler in handlers {
                        deeper(self, handler);
                    }
                    deeper(self, last);
                }
                StmtKind::Block { enters, body } => {
                    for target in enters.iter().filter_map(|(_, target)| target.as_ref()) {
                        self.target(target, 0);
                    }
                    deeper(self, body);
                }
                StmtKind::Function(function) if !function.name.contains('.') => {
                    self.functions.insert(function.name.clone());
                }
                StmtKind::Outer(names) => self.outer.extend(names.iter().cloned()),
                _ => {}
            }
        }
    }

    fn target(&mut self, target: &Target, depth: usize) {
        match &target.kind {
            TargetKind::Name(name) => {
                self.variables.insert(name.clone());
            }
            TargetKind::Items(targets, _) if depth < super::MAX_DEPTH => {
                for target in targets {
                    self.target(target, depth + 1);
                }
            }
            TargetKind::Fields(targets) if depth < super::MAX_DEPTH => {
                for (_, target) in targets {
                    self.target(target, depth + 1);
                }
            }
            _ => {}
        }
    }
}

/// Whether a method assigns to parts of its own object.
fn changes_itself(body: &[Stmt], depth: usize) -> bool {
    let own = |target: &Target| match &target.kind {
        TargetKind::Part(Expr { kind: ExprKind::Member(base, _), .. }) => {
            matches!(&base.kind, ExprKind::Name(name) if is_self(name))
        }
        _ => false,
    };
    depth < super::MAX_DEPTH
        && body.iter().any(|stmt| match &stmt.kind {
            StmtKind::Assign { targets, .. } => targets.iter().any(own),
            StmtKind::Append { target, .. } => own(target),
            StmtKind::If { arms, otherwise } => {
                arms.iter().any(|(_, body)| changes_itself(body, depth + 1))
                    || otherwise.as_ref().is_some_and(|body| changes_itself(body, depth + 1))
            }
            StmtKind::For { body, .. } | StmtKind::While(_, body) | StmtKind::Block { body, .. } => {
                changes_itself(body, depth + 1)
            }
            StmtKind::Try { body, handlers, last } => {
                changes_itself(body, depth + 1)
                    || handlers.iter().any(|body| changes_itself(body, depth + 1))
                    || changes_itself(last, depth + 1)
            }
            _ => false,
        })
}

pub(super) fn is_self(name: &str) -> bool {
    matches!(name, "self" | "this" | "cls")
}

fn qualified_import(import: &code::Import, language: Language) -> String {
    let module = import.module.trim_start_matches("node:");
    match (&import.item, language) {
        (None, _) => module.to_owned(),
        // What a module gives by default, and all of it, are asked for by the module's name.
        (Some(item), Language::JavaScript | Language::TypeScript) if item == "default" || item == "*" => {
            module.to_owned()
        }
        (Some(item), _) => format!("{module}.{item}"),
    }
}

impl Lowering<'_> {
    /// The variable of a name, as the innermost scope that knows it has it.
    pub(super) fn variable(&self, name: &str) -> String {
        let known = self.scopes.iter().rev().find(|scope| scope.variables.contains(name));
        match known.or(self.scopes.first()) {
            Some(scope) => format!(".{name}{}", scope.id),
            None => format!(".{name}"),
        }
    }

    /// Whether a name is one of the innermost function.
    pub(super) fn is_function_own(&self, name: &str) -> bool {
        let function = self.scopes.iter().rposition(|scope| scope.is_function);
        let known = self.scopes.iter().rposition(|scope| scope.variables.contains(name));
        function.is_some() && known >= function
    }

    /// The function of a name, where that is one for sure.
    pub(super) fn function_name(&self, name: &str) -> Option<String> {
        let is_known = |scope: &&Scope| scope.variables.contains(name) || scope.functions.contains(name);
        let scope = self.scopes.iter().rev().find(is_known)?;
        (!scope.variables.contains(name)).then(|| format!("{name}{}", scope.id))
    }

    /// The type of a name.
    pub(super) fn type_name(&self, name: &str) -> String {
        own_name(self.file, name)
    }

    /// Runs something within a scope.
    pub(super) fn within<T>(&mut self, mut scope: Scope, run: impl FnOnce(&mut Self) -> T) -> T {
        self.scope_count += 1;
        scope.id = own_name(self.file, "") + &format!(":{}", self.scope_count);
        self.scopes.push(scope);
        let out = run(self);
        self.scopes.pop();
        out
    }

    /// The variable that is a part of the state of the type whose method this is.
    pub(super) fn own_part(&self, base: &Expr, name: &str) -> Option<String> {
        let ExprKind::Name(known) = &base.kind else { return None };
        if is_self(known) {
            let class = self.class.as_ref()?;
            let known = self.names.types.get(class).filter(|known| known.has_state);
            return known.map(|_| format!(".{}.{name}", self.type_name(class)));
        }
        // A part that a type itself has.
        let is_type = self.names.types.contains_key(known) && !self.is_variable(known);
        is_type.then(|| format!(".{}.{name}", self.type_name(known)))
    }

    /// The qualified name of an expression that is a name of something elsewhere and its parts.
    pub(super) fn qualified(&self, expr: &Expr) -> Option<String> {
        let mut parts = Vec::new();
        let mut at = expr;
        loop {
            match &at.kind {
                ExprKind::Member(base, member) => {
                    parts.push(member.name.as_str());
                    at = base;
                }
                ExprKind::Name(name) => {
                    let root = match self.names.imports.get(name) {
                        Some(import) if !self.is_known(name) => import.as_str(),
                        None if super::library::GLOBALS.contains(&name.as_str()) && !self.is_known(name) => name,
                        _ => return None,
                    };
                    parts.push(root);
                    break;
                }
                _ => return None,
            }
            if parts.len() > super::MAX_DEPTH {
                return None;
            }
        }
        parts.reverse();
        Some(parts.join("."))
    }

    /// Whether an expression is a module that may be a file of the repository.
    pub(super) fn is_local_module(&self, expr: &Expr) -> bool {
        let ExprKind::Name(name) = &expr.kind else { return false };
        let module = self.names.imports.get(name);
        module.is_some_and(|module| super::library::paths(module, self.language).is_some())
    }

    /// Whether a function may stand in another file of the repository.
    pub(super) fn may_be_here(&self, callee: &Expr) -> bool {
        let mut at = callee;
        for _ in 0..super::MAX_DEPTH {
            match &at.kind {
                ExprKind::Member(base, _) => at = base,
                ExprKind::Name(_) => return self.is_local_module(at),
                _ => return false,
            }
        }
        true
    }

    /// Whether the file itself gives a name its meaning.
    fn is_known(&self, name: &str) -> bool {
        self.is_variable(name) || self.is_own_name(name)
    }

    pub(super) fn is_variable(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.variables.contains(name))
    }

    fn is_own_name(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.functions.contains(name)) || self.names.types.contains_key(name)
    }
}
