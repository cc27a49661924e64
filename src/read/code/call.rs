//! Calls → nodes: what the language's own functions do with values, commands that are run, and calls of others.

use super::Lowering;
use super::expression::{environment, said};
use super::library::{self, CHANGES, COPY, KEEP, LEAVE, RUN, RUN_FILE, RUN_WORDS, SAME, SHELL_TAGS, VARIABLES};
use super::text::literal;
use crate::program::{Argument, Call, Callee, Execution, Given, Guard, Listed, Node, Op, Style};
use crate::source::Span;
use crate::syntax::code::{self, Expr, ExprKind, Spread};
use crate::value::{Pattern, Place};

impl Lowering<'_> {
    pub(super) fn call(&mut self, call: &code::Call, span: Span) -> Node {
        let place = self.near(span);
        let name = self.callee(&call.callee);
        if name.as_deref().is_some_and(library::expects) {
            return self.hole(span);
        }
        if let Some(name) = &name
            && let Some(node) = self.known(name, call, place)
        {
            return node;
        }
        if let ExprKind::Member(base, method) = &call.callee.kind
            && name.is_none()
        {
            return self.method(base, &method.name, call, span);
        }
        let callee = match name {
            Some(name) => Callee::Named(name),
            // What is called is the value of something.
            None => Callee::Method(Box::new(self.node(&call.callee)), String::new()),
        };
        self.other(callee, call, span, None)
    }

    /// The name of what is called, where it is a function of the file or of elsewhere.
    fn callee(&self, callee: &Expr) -> Option<String> {
        match &callee.kind {
            ExprKind::Name(name) if self.function_name(name).is_some() => self.function_name(name),
            ExprKind::Name(name)
                if self.names.types.contains_key(name)
                    && !self.names.imports.contains_key(name)
                    && !self.is_variable(name) =>
            {
                Some(self.type_name(name))
            }
            ExprKind::Member(base, member) => {
                let class = match &base.kind {
                    ExprKind::Name(name) if super::names::is_self(name) => self.class.as_ref(),
                    ExprKind::Name(name) if self.names.types.contains_key(name) => Some(name),
                    _ => None,
                };
                let own = class.filter(|class| {
                    let known = self.names.types.get(*class);
                    let is_self = matches!(&base.kind, ExprKind::Name(name) if super::names::is_self(name));
                    known.is_some_and(|known| known.methods.contains(&member.name) && (known.has_state || !is_self))
                });
                match own {
                    Some(class) => Some(format!("{}.{}", self.type_name(class), member.name)),
                    None => self.qualified(callee),
                }
            }
            // A function of the language, or one that came from elsewhere without a name.
            ExprKind::Name(name) if !self.is_variable(name) => {
                Some(self.names.imports.get(name).unwrap_or(name).clone())
            }
            _ => self.qualified(callee),
        }
    }

    /// What a property of an object is: a method that is asked for without being called.
    pub(super) fn property(&self, variable: &str) -> Option<Property> {
        let (kind, name) = variable.strip_prefix('.')?.split_once('.')?;
        let class = kind.split_once('\'').map_or(kind, |(class, _)| class);
        let is_property = self.names.types.get(class)?.properties.contains(name);
        is_property.then(|| Property(format!("{kind}.{name}")))
    }

    /// Whether a call leaves the program.
    pub(super) fn leaves(&self, call: &code::Call) -> bool {
        self.callee(&call.callee).is_some_and(|name| LEAVE.contains(&name.as_str()))
    }

    /// What functions of the language and of its libraries give.
    fn known(&mut self, name: &str, call: &code::Call, place: Place) -> Option<Node> {
        let first = call.arguments.first();
        let plain = call.arguments.iter().all(|argument| argument.spread == Spread::No);
        let second = call.arguments.get(1);
        match name {
            _ if VARIABLES.contains(&name) => {
                let variable = literal(&first?.value)?.text().to_owned();
                let variable = environment(variable, self.near(first?.value.span));
                Some(match second {
                    Some(default) => Node::Either(Box::new(variable), Box::new(self.node(&default.value))),
                    None => variable,
                })
            }
            _ if RUN.contains(&name) => {
                let command = self.argument(call, &["args", "cmd", "command"])?;
                Some(self.execution(command, call, place))
            }
            _ if RUN_WORDS.contains(&name) => {
                let skipped = usize::from(name == "os/exec.CommandContext");
                let items = call.arguments.iter().skip(skipped).filter(|argument| argument.name.is_none());
                let items = items.map(|argument| code::Element {
                    spread: argument.spread != Spread::No,
                    value: argument.value.clone(),
                });
                let list = Expr { kind: ExprKind::List(items.collect()), span: place.span };
                let command = self.node(&list);
                Some(self.execution(command, call, place))
            }
            _ if RUN_FILE.contains(&name) => {
                let file = self.node(&first?.value);
                let arguments = match second.map(|second| &second.value.kind) {
                    Some(ExprKind::Map(_) | ExprKind::Function(_)) | None => Node::List(Vec::new(), false),
                    Some(_) => self.node(&second?.value),
                };
                let command = Node::Merged(vec![Node::List(vec![file], false), arguments]);
                Some(self.execution(command, call, place))
            }
            _ if SHELL_TAGS.contains(&name)
                && matches!(first?.value.kind, ExprKind::Template(_) | ExprKind::Text(_)) =>
            {
                let command = self.node(&first?.value);
                Some(self.execution(command, call, place))
            }
            // A template whose values are known later.
            "@pulumi/pulumi.interpolate" => Some(self.node(&first?.value)),
            "@pulumi/pulumi.concat" | "pulumi.Output.concat" => {
                let parts = call.arguments.iter().map(|argument| self.word(&argument.value).parts);
                Some(Node::Text(crate::program::Expr { parts: parts.flatten().collect() }))
            }
            "dict" if call.arguments.iter().all(|argument| argument.name.is_some()) => {
                let arguments = self.arguments(call);
                let entry = |argument: Argument| crate::program::Entry {
                    name: argument.name.unwrap_or_default(),
                    at: argument.at,
                    whole: argument.whole,
                    value: argument.value,
                };
                Some(Node::Map(arguments.into_iter().map(entry).collect(), false))
            }
            "list" | "set" | "tuple" if call.arguments.is_empty() => Some(Node::List(Vec::new(), false)),
            // A copy.
            _ if COPY.contains(&name) && call.arguments.len() == 1 && plain => {
                Some(Node::Copy(Box::new(self.node(&first?.value)), name == "copy.deepcopy"))
            }
            _ if SAME.contains(&name) && call.arguments.len() == 1 && plain => Some(self.node(&first?.value)),
            "shlex.split" => Some(Node::Split(Box::new(self.node(&first?.value)), None)),
            "shlex.join" => Some(Node::Joined(Box::new(said(" ", place)), Box::new(self.node(&first?.value)))),
            "append" => {
                let items: Vec<code::Element> = call
                    .arguments
                    .iter()
                    .enumerate()
                    .map(|(number, argument)| code::Element {
                        spread: number == 0 || argument.spread != Spread::No,
                        value: argument.value.clone(),
                    })
                    .collect();
                Some(self.node(&Expr { kind: ExprKind::List(items), span: place.span }))
            }
            "enumerate" if call.arguments.len() == 1 => {
                Some(Node::Listed(Listed::Numbered, Box::new(self.node(&first?.value))))
            }
            "Object.entries" => Some(Node::Listed(Listed::Pairs, Box::new(self.node(&first?.value)))),
            "Object.keys" => Some(Node::Listed(Listed::Keys, Box::new(self.node(&first?.value)))),
            "Object.values" => Some(Node::Listed(Listed::Parts, Box::new(self.node(&first?.value)))),
            "Object.assign" if plain => {
                Some(Node::Merged(call.arguments.iter().map(|argument| self.node(&argument.value)).collect()))
            }
            _ => self.text_of(name, call, place),
        }
    }

    /// What functions make of texts.
    fn text_of(&mut self, name: &str, call: &code::Call, place: Place) -> Option<Node> {
        let (first, second) = (call.arguments.first(), call.arguments.get(1));
        match name {
            "strings.Join" => {
                let between = self.node(&second?.value);
                Some(Node::Joined(Box::new(between), Box::new(self.node(&first?.value))))
            }
            "strings.Split" => {
                let at = literal(&second?.value)?.text().to_owned();
                Some(Node::Split(Box::new(self.node(&first?.value)), Some(at)))
            }
            "strings.Fields" => Some(Node::Split(Box::new(self.node(&first?.value)), None)),
            "strings.Contains" | "strings.HasPrefix" | "strings.HasSuffix" => {
                let side = library::side(name.rsplit('.').next()?)?;
                let test = Expr { kind: ExprKind::Call(Box::new(call.clone())), span: place.span };
                Some(self.asked(&first?.value, &second?.value, side, &test))
            }
            "strings.TrimSpace" => Some(self.edited(&first?.value, Op::Plain, place)),
            "strings.TrimSuffix" => {
                let end = literal(&second?.value)?.text().to_owned();
                Some(self.edited(&first?.value, Op::StripSuffix(end), place))
            }
            "strings.TrimPrefix" => {
                let start = literal(&second?.value)?.text().to_owned();
                Some(self.edited(&first?.value, Op::StripPrefix(start), place))
            }
            "strings.ToLower" => Some(self.edited(&first?.value, Op::Lower, place)),
            "strings.ToUpper" => Some(self.edited(&first?.value, Op::Upper, place)),
            "fmt.Sprintf" | "util.format" => {
                let text = self.node(&first?.value);
                Some(self.format(text, Style::Percent, call.arguments.get(1..)?, place))
            }
            _ => None,
        }
    }

    fn edited(&mut self, text: &Expr, op: Op, place: Place) -> Node {
        Node::Edited(Box::new(self.node(text)), Box::new(op), place)
    }

    /// The first argument, by its number or one of these names.
    fn argument(&mut self, call: &code::Call, names: &[&str]) -> Option<Node> {
        let found = call.arguments.iter().find(|argument| match &argument.name {
            Some((name, _)) => names.contains(&name.as_str()),
            None => true,
        })?;
        (found.spread == Spread::No).then(|| self.node(&found.value))
    }

    fn execution(&mut self, command: Node, call: &code::Call, place: Place) -> Node {
        let input =
            call.arguments.iter().find(|argument| argument.name.as_ref().is_some_and(|(name, _)| name == "input"));
        let input = input.map(|argument| self.node(&argument.value));
        Node::Run(std::sync::Arc::new(Execution { command, input, gives: true, place }))
    }

    /// A method: of a text, a list or a map of the language, or of something else.
    fn method(&mut self, base: &Expr, method: &str, call: &code::Call, span: Span) -> Node {
        let place = self.near(span);
        let node = self.node(base);
        if matches!(node, Node::Run(_))
            && matches!(method, "strip" | "decode" | "trim" | "toString" | "read" | "communicate")
        {
            return node;
        }
        if let ("then", Some(ExprKind::Function(function))) =
            (method, call.arguments.first().map(|first| &first.value.kind))
            && let [_] = function.parameters.as_slice()
            && let Some(each) = self.mapped(Node::List(vec![node.clone()], false), function)
        {
            return Node::Part(Box::new(each), Box::new(said("0", place)), place);
        }
        if let Some(node) = self.matched(base, method, call, place) {
            return node;
        }
        // What it is a method of is evaluated once, whoever asks.
        let known = format!("{}b", super::unnamed(place));
        let own = match (library::side(method), call.arguments.first()) {
            (Some(side), Some(first)) => {
                let test = Expr { kind: ExprKind::Call(Box::new(call.clone())), span };
                Some(self.asked(base, &first.value, side, &test))
            }
            _ => self.own_method(&Node::Variable(known.clone(), place), method, call, place),
        };
        let certain =
            matches!(base.kind, ExprKind::Text(_) | ExprKind::Template(_) | ExprKind::List(_) | ExprKind::Map(_));
        // What is made of a thing that will be known is made of whatever it is now.
        let applied = method == "apply"
            && matches!(call.arguments.first().map(|first| &first.value.kind), Some(ExprKind::Function(_)));
        if (certain || applied)
            && let Some(own) = self.own_method(&node, method, call, place)
        {
            return own;
        }
        let own = own.map(|own| (known, own));
        self.other(Callee::Method(Box::new(node), method.to_owned()), call, span, own)
    }

    /// `/x/.test(text)`, `text.match(/x/)`
    fn matched(&mut self, base: &Expr, method: &str, call: &code::Call, place: Place) -> Option<Node> {
        let argument = &call.arguments.first()?.value;
        let (regex, text) = match method {
            "test" => (base, argument),
            "match" => (argument, base),
            _ => return None,
        };
        let regex = self.written(regex.span).strip_prefix('/')?.strip_suffix('/')?.replace("\\/", "/");
        let guard = Guard::Matches(self.word(text), Pattern::of_regex(&regex));
        let (yes, no) = (said("true", place), Node::Null(place));
        Some(Node::Choice(Box::new(guard), Box::new(yes), Box::new(no)))
    }

    /// What a method of a text, a list or a map gives.
    fn own_method(&mut self, base: &Node, method: &str, call: &code::Call, place: Place) -> Option<Node> {
        let first = call.arguments.first();
        let said_first = first.and_then(|first| literal(&first.value)).map(|text| text.text().to_owned());
        let boxed = || Box::new(base.clone());
        let edited = |op| Some(Node::Edited(boxed(), Box::new(op), place));
        match method {
            "format" if self.is_python() => Some(self.format(base.clone(), Style::Braces, &call.arguments, place)),
            "items" | "entries" => Some(Node::Listed(Listed::Pairs, boxed())),
            "keys" => Some(Node::Listed(Listed::Keys, boxed())),
            "values" => Some(Node::Listed(Listed::Parts, boxed())),
            "copy" | "slice" if first.is_none() => Some(Node::Copy(boxed(), false)),
            "flat" | "toArray" => Some(base.clone()),
            "get" => {
                let part = Node::Part(boxed(), Box::new(self.node(&first?.value)), place);
                Some(match call.arguments.get(1) {
                    Some(default) => Node::Either(Box::new(part), Box::new(self.node(&default.value))),
                    None => part,
                })
            }
            "join" => {
                // Python asks the text, JavaScript the list.
                if self.is_python() {
                    return Some(Node::Joined(boxed(), Box::new(self.node(&first?.value))));
                }
                let between = match first {
                    Some(first) => self.node(&first.value),
                    None => said(",", place),
                };
                Some(Node::Joined(Box::new(between), boxed()))
            }
            "concat" => {
                let others = call.arguments.iter().map(|argument| self.node(&argument.value));
                Some(Node::Merged(std::iter::once(base.clone()).chain(others).collect()))
            }
            "strip" | "rstrip" | "lstrip" | "trim" | "trimEnd" | "decode" | "encode" | "toString"
                if first.is_none() =>
            {
                edited(Op::Plain)
            }
            "decode" | "encode" | "toString" => edited(Op::Plain),
            // Sets of characters, of which one is an end.
            "rstrip" if said_first.as_ref().is_some_and(|set| set.chars().count() == 1) => {
                edited(Op::StripSuffix(said_first?))
            }
            "lstrip" if said_first.as_ref().is_some_and(|set| set.chars().count() == 1) => {
                edited(Op::StripPrefix(said_first?))
            }
            "rstrip" | "lstrip" => edited(Op::Other),
            "removesuffix" => edited(Op::StripSuffix(said_first?)),
            "removeprefix" => edited(Op::StripPrefix(said_first?)),
            "lower" | "toLowerCase" => edited(Op::Lower),
            "upper" | "toUpperCase" => edited(Op::Upper),
            "replace" | "replaceAll" => {
                let to = literal(&call.arguments.get(1)?.value)?.text().to_owned();
                edited(Op::Replace(said_first?, to, self.is_python() || method == "replaceAll"))
            }
            "split" => Some(Node::Split(boxed(), said_first)),
            "map" => match &first?.value.kind {
                ExprKind::Function(function) => self.mapped(base.clone(), function),
                _ => None,
            },
            // What a thing will be once it is made, and what is made of that: `account.email.apply(e => …)`
            "apply" => match &first?.value.kind {
                ExprKind::Function(function) => {
                    let one = Node::List(vec![base.clone()], false);
                    let all = self.mapped(one, function)?;
                    let place = self.near(call.callee.span);
                    Some(Node::Part(Box::new(all), Box::new(said("0", place)), place))
                }
                _ => None,
            },
            "filter" if matches!(&first?.value.kind, ExprKind::Name(name) if name == "Boolean") => Some(base.clone()),
            _ => None,
        }
    }

    /// A call of something else.
    fn other(&mut self, callee: Callee, call: &code::Call, span: Span, own: Option<(String, Node)>) -> Node {
        let name = match &callee {
            Callee::Named(name) | Callee::Method(_, name) => name.clone(),
        };
        let arguments = self.arguments(call);
        let last = name.rsplit(['.', '/']).next().unwrap_or(&name);
        let makes = last.starts_with(|c: char| c.is_ascii_uppercase())
            && self.is_python()
            && arguments.iter().all(|argument| argument.name.is_some());
        Node::from(Call {
            callee,
            arguments,
            head: self.near(call.callee.span),
            place: self.near(span),
            own,
            makes,
            // Whoever may stand in a file of the repository may do anything.
            keeps: KEEP.contains(&last) && !CHANGES.contains(&last) && !self.may_be_here(&call.callee),
            may_run: library::may_run(&name),
            may_run_line: library::may_run_line(&name),
            open: false,
        })
    }

    /// Something with parts, by the name of its type.
    pub(super) fn make(&mut self, name: String, arguments: &[code::Argument], span: Span) -> Node {
        let place = self.near(span);
        let call =
            code::Call { callee: Expr { kind: ExprKind::Unknown(Vec::new()), span }, arguments: arguments.to_vec() };
        Node::from(Call {
            callee: Callee::Named(name),
            arguments: self.arguments(&call),
            head: place,
            place,
            own: None,
            makes: true,
            keeps: true,
            may_run: false,
            may_run_line: false,
            open: false,
        })
    }

    fn arguments(&mut self, call: &code::Call) -> Vec<Argument> {
        let mut out = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            let value = self.node(&argument.value);
            let near = self.near(argument.value.span);
            let (name, at, whole) = match &argument.name {
                Some((name, at)) => {
                    (Some(name.clone()), Place::exact(self.file, *at), self.near(at.to(argument.value.span)))
                }
                None => (None, near, near),
            };
            let stands_for = match argument.spread {
                Spread::No => Given::One,
                Spread::Items => Given::Items,
                Spread::Fields => Given::Fields,
            };
            out.push(Argument { name, stands_for, at, whole, value });
        }
        out
    }
}

/// A method that is asked for like a part.
pub(super) struct Property(String);

impl Property {
    pub fn place(self, place: Place) -> Node {
        Node::from(Call {
            callee: Callee::Named(self.0),
            arguments: Vec::new(),
            head: place,
            place,
            own: None,
            makes: false,
            keeps: true,
            may_run: false,
            may_run_line: false,
            open: false,
        })
    }
}
