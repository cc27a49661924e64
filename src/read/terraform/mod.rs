//! Terraform and `OpenTofu`: blocks → declarations, definitions and modules.
//!
//! The files of a directory are one program in no order: names are asked for across them.

mod expr;
mod json;
mod script;

use std::sync::Arc;

use super::Reader;
use crate::program::{
    Declaration, Definition, Expr, Listed, Module, Name, Node, Op, Program, Repeated, Schema, Step, StepKind, Strength,
};
use crate::source::{FileId, Source, Span};
use crate::syntax::hcl::{self, Attribute, Block, Body, ExprKind};
use crate::value::Place;

/// Terraform and `OpenTofu` by extension.
pub(super) const READER: Reader =
    Reader { name: "terraform", accepts, words: &["google_", "module \""], alone: None, read };

/// Turns of a `count` that are told apart.
const MAX_COUNT: usize = 64;

/// Files of variables, which hold none of the words that tell a file of blocks.
pub(super) const VALUES: Reader =
    Reader { name: "terraform", accepts: is_values, words: &["=", ":"], alone: None, read };

/// Arguments of a block that say how often it is there, and not what it is.
const META: &[&str] = &["for_each", "count", "depends_on", "provider", "providers", "source", "version"];

/// How the names of files of blocks and of variables end; the same in JSON.
const BLOCKS: [&str; 4] = [".tf", ".tofu", ".tf.json", ".tofu.json"];
const VARIABLES: [&str; 2] = [".tfvars", ".tfvars.json"];

fn accepts(path: &str, _start: &str) -> bool {
    let path = path.to_ascii_lowercase();
    BLOCKS.iter().chain(&VARIABLES).any(|end| path.ends_with(end))
}

fn is_values(path: &str, _start: &str) -> bool {
    let path = path.to_ascii_lowercase();
    VARIABLES.iter().any(|end| path.ends_with(end))
}

fn read(source: &Source, file: FileId) -> Program {
    let path = source.path().to_ascii_lowercase();
    let variables = VARIABLES.iter().any(|end| path.ends_with(end));
    let body = match (super::extension(&path) == "json", variables) {
        (true, true) => json::variables(&source.snippet()),
        (true, false) => json::blocks(&source.snippet()),
        (false, _) => {
            let parsed = hcl::parse(&source.snippet());
            if parsed.skipped {
                let unread = Some("it nests too deep, or is too much for its grammar");
                return Program { file, directory: true, unread, ..Program::default() };
            }
            parsed.body
        }
    };
    let stem = BLOCKS.iter().find_map(|end| path.strip_suffix(end)).unwrap_or("");
    let overrides = stem == "override" || stem.ends_with("/override") || stem.ends_with("_override");
    let reading = Reading { source, file, overrides };
    let mut steps = Vec::new();
    if variables {
        steps.extend(body.attributes.iter().map(|attribute| reading.chosen(attribute)));
    }
    for block in &body.blocks {
        reading.block(block, &mut steps);
    }
    let regions = body.blocks.iter().map(|block| block.span).collect();
    Program { file, body: steps.into(), directory: true, regions, ..Program::default() }
}

/// A file that is read.
#[derive(Clone, Copy)]
struct Reading<'s> {
    source: &'s Source,
    file: FileId,
    /// Whether its blocks say only what is changed of those of the same name elsewhere.
    overrides: bool,
}

impl Reading<'_> {
    fn place(self, span: Span) -> Place {
        Place::exact(self.file, span)
    }

    fn near(self, span: Span) -> Place {
        Place::near(self.file, span)
    }

    /// A variable as a file of variables sets it: some are always read, of others one is chosen.
    fn chosen(self, attribute: &Attribute) -> Step {
        let name = self.source.path().rsplit('/').next().unwrap_or("");
        let name = name.trim_end_matches(".json");
        let always = name == "terraform.tfvars" || name.ends_with(".auto.tfvars");
        let strength = if always { Strength::Given } else { Strength::Chosen };
        self.define(format!("var.{}", attribute.name), attribute, strength)
    }

    fn define(self, name: String, attribute: &Attribute, strength: Strength) -> Step {
        let value = self.node(&attribute.value);
        Step { kind: StepKind::Define(Definition { name, value, strength }), span: attribute.span }
    }

    fn block(self, block: &Block, steps: &mut Vec<Step>) {
        let labels: Vec<&str> = block.labels.iter().map(String::as_str).collect();
        match (block.kind.as_str(), labels.as_slice()) {
            ("variable", [name]) => {
                let default = block.body.attribute("default");
                steps.extend(default.map(|default| self.define(format!("var.{name}"), default, Strength::Default)));
            }
            ("output", [name]) => {
                let value = block.body.attribute("value");
                steps.extend(value.map(|value| self.define(format!("output.{name}"), value, Strength::Given)));
            }
            ("locals", []) => steps.extend(
                block
                    .body
                    .attributes
                    .iter()
                    .map(|attribute| self.define(format!("local.{}", attribute.name), attribute, Strength::Given)),
            ),
            ("resource", [kind, name]) => {
                steps.push(self.declare(block, (*kind).to_owned(), format!("{kind}.{name}")));
                self.scripts(block, steps);
            }
            ("data", [kind, name]) => {
                steps.push(self.declare(block, format!("data.{kind}"), format!("data.{kind}.{name}")));
            }
            // What it says holds for all resources.
            ("provider", [name]) => steps.push(self.declare(block, "provider".to_owned(), format!("provider.{name}"))),
            ("module", [name]) => {
                let Some(source) = block.body.attribute("source") else { return };
                let module = Module {
                    schema: Schema::Terraform,
                    name: format!("module.{name}"),
                    source: self.text(&source.value),
                    inputs: self.body(&block.body),
                    each: self.each(&block.body),
                };
                steps.push(Step { kind: StepKind::Module(Arc::new(module)), span: block.span });
            }
            _ => {}
        }
    }

    fn declare(self, block: &Block, kind: String, name: String) -> Step {
        let declaration = Declaration {
            schema: Schema::Terraform,
            kind,
            name,
            head: self.near(block.head),
            body: match self.body(&block.body) {
                Node::Map(mut entries, open) => {
                    entries.extend(self.project_of_alias(&block.body));
                    Node::Map(entries, open || self.overrides)
                }
                other => other,
            },
            each: self.each(&block.body),
        };
        Step { kind: StepKind::Declare(Arc::new(declaration)), span: block.span }
    }

    /// `provider = google.other`: a resource that names no project is in that one's.
    fn project_of_alias(self, body: &Body) -> Option<crate::program::Entry> {
        let alias = &body.attribute("provider").filter(|_| body.attribute("project").is_none())?.value;
        let shown = self.source.slice(alias.span);
        let hole = self.used(Name::Other(format!("${{{shown}.project}}")), Op::Plain, alias.span);
        shown.contains('.').then(|| crate::program::Entry {
            name: "project".to_owned(),
            at: self.near(alias.span),
            whole: self.near(alias.span),
            value: Node::Text(Expr { parts: vec![hole] }),
        })
    }

    /// Over what a block is repeated. A count is a list of as many numbers.
    fn each(self, body: &Body) -> Option<Node> {
        if let Some(each) = body.attribute("for_each") {
            return Some(self.node(&each.value));
        }
        let count = body.attribute("count")?;
        let times = |expr: &hcl::Expr| -> Option<Node> {
            let number: usize = expr.literal()?.parse().ok()?;
            let place = self.near(expr.span);
            let item = |index: usize| Node::Text(crate::program::Expr::text(index.to_string(), place));
            Some(Node::List((0..number.min(MAX_COUNT)).map(item).collect(), number > MAX_COUNT))
        };
        match &count.value.kind {
            ExprKind::Conditional { condition, then, otherwise } => {
                let guard = Box::new(self.guard(condition));
                Some(Node::Choice(guard, Box::new(times(then)?), Box::new(times(otherwise)?)))
            }
            ExprKind::Call { name, arguments, expands: false } if name == "length" => match arguments.as_slice() {
                [list] => Some(Node::Listed(Listed::Numbers, Box::new(self.node(list)))),
                _ => Some(self.hole(count.value.span)),
            },
            _ => Some(times(&count.value).unwrap_or_else(|| self.hole(count.value.span))),
        }
    }

    /// Arguments by name, and blocks by their type: a list for each.
    fn body(self, body: &Body) -> Node {
        let wanted = body.attributes.iter().filter(|attribute| !META.contains(&attribute.name.as_str()));
        let mut entries: Vec<crate::program::Entry> = wanted.map(|attribute| self.entry(attribute)).collect();
        entries.extend(body.attributes.iter().filter_map(|attribute| self.variables(attribute)));
        let mut kinds: Vec<&str> = Vec::new();
        for block in &body.blocks {
            let Some(kind) = kind_of(block) else { continue };
            if !kinds.contains(&kind) {
                kinds.push(kind);
                let alike: Vec<&Block> = body.blocks.iter().filter(|block| kind_of(block) == Some(kind)).collect();
                entries.push(self.blocks(kind, block, &alike));
            }
        }
        Node::Map(entries, body.broken)
    }

    /// The blocks of one type: those that are written, and those that `dynamic "TYPE"` brings.
    fn blocks(self, kind: &str, first: &Block, alike: &[&Block]) -> crate::program::Entry {
        let whole = alike.iter().fold(first.span, |span, block| span.to(block.span));
        let (dynamic, written): (Vec<&Block>, Vec<&Block>) = alike.iter().partition(|block| block.kind == "dynamic");
        let list = Node::List(written.iter().map(|block| self.body(&block.body)).collect(), false);
        let mut nodes: Vec<Node> = if written.is_empty() { Vec::new() } else { vec![list] };
        nodes.extend(dynamic.iter().map(|block| self.dynamic(kind, block)));
        let at = match written.first() {
            Some(block) => self.place(Span::new(block.head.start, block.head.start + kind.len() as u32)),
            None => self.near(first.head),
        };
        let value = if nodes.len() == 1 { nodes.swap_remove(0) } else { Node::Merged(nodes) };
        crate::program::Entry { name: kind.to_owned(), at, whole: self.near(whole), value }
    }

    /// `dynamic "TYPE" { for_each = … content { … } }`
    fn dynamic(self, kind: &str, block: &Block) -> Node {
        let over = block.body.attribute("for_each").map(|each| self.node(&each.value));
        let (Some(over), Some(content)) = (over, block.body.blocks("content").next()) else {
            return self.hole(block.span);
        };
        let iterator = block.body.attribute("iterator").map(|name| self.source.slice(name.value.span).trim());
        Node::Repeated(Box::new(Repeated {
            over,
            name: iterator.unwrap_or(kind).to_owned(),
            node: self.body(&content.body),
            otherwise: self.hole(block.span),
            place: self.near(block.span),
        }))
    }

    /// What a template is filled with, beside the attribute that is the template: `source_contents = templatefile(…, {…})`
    /// has `source_contents.variables`, a name that no attribute can have.
    fn variables(self, attribute: &Attribute) -> Option<crate::program::Entry> {
        let ExprKind::Call { name, arguments, .. } = &attribute.value.kind else { return None };
        let [_, given @ hcl::Expr { kind: ExprKind::Object(_), .. }] = arguments.as_slice() else { return None };
        (name == "templatefile").then(|| crate::program::Entry {
            name: format!("{}.variables", attribute.name),
            at: self.place(attribute.at),
            whole: self.near(given.span),
            value: self.node(given),
        })
    }

    fn entry(self, attribute: &Attribute) -> crate::program::Entry {
        crate::program::Entry {
            name: attribute.name.clone(),
            at: self.place(attribute.at),
            whole: self.near(attribute.span),
            value: self.node(&attribute.value),
        }
    }
}

/// The type that a block is of, or brings.
fn kind_of(block: &Block) -> Option<&str> {
    if block.kind == "dynamic" { block.labels.first().map(String::as_str) } else { Some(&block.kind) }
}
