//! Scripts and documents that stand in a script: `bash -c`, here-documents that are run, written or deployed, `eval`.

use super::{Lowering, MARK, MAX_NESTING, interpreter, is_shell, yaml};
use crate::program::{Block, Inherit, Name, Part, Quote, Step, StepKind};
use crate::read::extension;
use crate::source::{Snippet, Span};
use crate::syntax::shell::{self, Index, ParamOp, Stmt, Word};

impl Lowering<'_> {
    /// `bash -c '…'`, `bash <<EOF`, `cat > deploy.sh <<EOF`: a script in a script.
    pub(super) fn script(self, stmt: &Stmt, words: &[Word]) -> Option<StepKind> {
        let skipped = words.iter().take_while(|word| is_runner(word)).count();
        let (name, arguments) = words.get(skipped..)?.split_first()?;
        let name = name.literal()?;
        let name = name.rsplit('/').next().unwrap_or("");
        let documents = || here_document(stmt);
        let scope = |doc: &shell::HereDoc| {
            let inherit = if doc.expands { Inherit::All } else { Inherit::Exported };
            let body = self.nested(&doc.body)?;
            // Its arguments are its own.
            let body = if doc.expands { body } else { preceded(StepKind::Shift(None), stmt.span, &body) };
            Some(StepKind::Scope(body, inherit))
        };
        if is_shell(name) {
            let flag = arguments.iter().position(|word| {
                word.literal()
                    .is_some_and(|text| text.starts_with('-') && !text.starts_with("--") && text.ends_with('c'))
            });
            if let Some(flag) = flag {
                let StepKind::Scope(body, inherit) = self.command_string(arguments.get(flag + 1)?)? else {
                    return None;
                };
                // The first one after the script is its name.
                let parameters = StepKind::Parameters(self.words(arguments.get(flag + 3..).unwrap_or(&[])));
                return Some(match inherit {
                    Inherit::All => StepKind::Scope(body, inherit),
                    Inherit::Exported => StepKind::Scope(preceded(parameters, stmt.span, &body), inherit),
                });
            }
            return scope(documents()?);
        }
        let target = written(stmt, name, arguments)?;
        let doc = documents()?;
        self.writes_script(target, &doc.body).then(|| scope(doc)).flatten()
    }

    fn writes_script(self, target: &Word, body: &Snippet) -> bool {
        let path = self.expr(target);
        matches!(extension(path.literal_suffix()).as_str(), "sh" | "bash" | "zsh" | "ksh")
            || interpreter(body.text()).is_some()
    }

    /// `cat <<EOF | bash`, `cat <<EOF | sudo tee x.sh`.
    pub(super) fn piped_script(self, stages: &[Stmt]) -> Option<Block> {
        let [first, last] = stages else { return None };
        let shell::Command::Simple { words, .. } = &last.command else {
            return None;
        };
        let doc = here_document(first)?;
        let skipped = words.iter().take_while(|word| is_runner(word)).count();
        let name = words.get(skipped)?.literal()?;
        let reads = match name.rsplit('/').next().unwrap_or("") {
            "tee" => words.get(skipped + 1..)?.iter().any(|target| self.writes_script(target, &doc.body)),
            name => {
                is_shell(name)
                    && words
                        .get(skipped + 1..)?
                        .iter()
                        .all(|word| word.literal().is_some_and(|text| text.starts_with('-')))
            }
        };
        reads.then(|| self.nested(&doc.body)).flatten()
    }

    /// `cat > service.yaml <<EOF`, `kubectl apply -f - <<EOF`: a document in a script.
    pub(super) fn document(self, stmt: &Stmt, words: &[Word]) -> Option<StepKind> {
        let doc = here_document(stmt)?;
        let skipped = words.iter().take_while(|word| is_runner(word)).count();
        let (name, arguments) = words.get(skipped..)?.split_first()?;
        let name = name.literal()?;
        let name = name.rsplit('/').next().unwrap_or("");
        let written = written(stmt, name, arguments).is_some_and(|target| self.is_document(target));
        if written || takes_documents(name, arguments) { self.embedded(doc) } else { None }
    }

    /// `cat <<EOF | kubectl apply -f -`, `envsubst <<'EOF' | tee service.yaml`.
    pub(super) fn piped_document(self, stages: &[Stmt]) -> Option<StepKind> {
        let (last, before) = stages.split_last()?;
        let (first, between) = before.split_first()?;
        let plain = |stage: &Stmt, names: &[&str]| match &stage.command {
            shell::Command::Simple { words, .. } => {
                words.first().and_then(Word::literal).is_some_and(|name| names.contains(&name.as_str()))
            }
            _ => false,
        };
        // Other filters change what they are given.
        if !plain(first, &["cat", "envsubst"]) || !between.iter().all(|stage| plain(stage, &["envsubst"])) {
            return None;
        }
        let doc = here_document(first)?;
        let shell::Command::Simple { words, .. } = &last.command else { return None };
        let skipped = words.iter().take_while(|word| is_runner(word)).count();
        let (name, arguments) = words.get(skipped..)?.split_first()?;
        let name = name.literal()?;
        let name = name.rsplit('/').next().unwrap_or("");
        let written = match name {
            "tee" | "envsubst" => written(last, "tee", arguments).or_else(|| written(last, "cat", arguments)),
            _ => None,
        };
        let is_read = written.is_some_and(|target| self.is_document(target)) || takes_documents(name, arguments);
        if is_read { self.embedded(doc) } else { None }
    }

    fn is_document(self, target: &Word) -> bool {
        let path = self.expr(target);
        matches!(extension(path.literal_suffix()).as_str(), "yaml" | "yml" | "json")
    }

    /// Without quotes around its mark the shell fills in its variables; with them someone else does, who sees what is
    /// exported.
    fn embedded(self, doc: &shell::HereDoc) -> Option<StepKind> {
        if self.nesting >= MAX_NESTING {
            return None;
        }
        let inherit = if doc.expands { Inherit::All } else { Inherit::Exported };
        let document = self.unmarked(&doc.body);
        let body = yaml::block_within(&document, self.file, yaml::shell_references, self.nesting + 1);
        (!body.is_empty()).then_some(StepKind::Scope(body, inherit))
    }

    /// A text in whose place of each mark stands what it stands for, as another language than the shell's may read it.
    fn unmarked(self, snippet: &Snippet) -> Snippet {
        let text = snippet.text();
        let (mut out, mut at) = (Snippet::builder(), 0);
        while let Some(start) = text.get(at..).and_then(|rest| rest.find(MARK)).map(|offset| at + offset) {
            let Some(end) = text.get(start..).and_then(|rest| rest.find("}}")).map(|length| start + length + 2) else {
                break;
            };
            out.push_from(snippet, at..start);
            let shown = match self.marked(snippet.slice(start..end), Quote::Whole) {
                Some(Part::Use(used)) => match &used.name {
                    Name::Variable(name) => format!("${{{name}}}"),
                    _ => "{{ … }}".to_owned(),
                },
                Some(Part::Hole(shown, _)) => shown.to_string(),
                _ => "{{ … }}".to_owned(),
            };
            out.push_decoded(&shown, snippet.span(start..end));
            at = end;
        }
        out.push_from(snippet, at..text.len());
        out.finish()
    }

    /// `eval "X=$1"`: a script in this scope, where its text is known.
    pub(super) fn evaluated(self, words: &[Word]) -> StepKind {
        let script = match words {
            [only] if !matches!(only.parts.as_slice(), [shell::Part::Param { .. }]) => self.command_string(only),
            _ => None,
        };
        match script {
            // Words that stand outside of quotes here are words there.
            Some(StepKind::Scope(body, _)) if body.iter().all(is_understood) => StepKind::Group(body),
            _ => StepKind::Unknown,
        }
    }

    /// The script of `bash -c`. In double quotes its variables are filled in by this shell, which comes to the same.
    fn command_string(self, word: &Word) -> Option<StepKind> {
        let text = word.literal();
        let mut body = Snippet::builder();
        for part in &word.parts {
            match part {
                shell::Part::Text { text, span, exact: true } => body.push(text, span.start),
                shell::Part::Param { span, .. } if text.is_none() => {
                    // Only plain names can be put back into the text as they stood.
                    let shell::Part::Param { param, .. } = part else {
                        return None;
                    };
                    if !matches!(param.op, ParamOp::Plain) || param.index != Index::None {
                        return None;
                    }
                    body.push(&format!("${{{}}}", param.name), span.start);
                }
                _ => return None,
            }
        }
        let inherit = if text.is_some() { Inherit::Exported } else { Inherit::All };
        Some(StepKind::Scope(self.nested(&body.finish())?, inherit))
    }
}

fn preceded(kind: StepKind, span: Span, body: &Block) -> Block {
    std::iter::once(Step { kind, span }).chain(body.iter().cloned()).collect()
}

/// Whether a step of an evaluated text is surely what it looks like: `$NAME=value` is none.
fn is_understood(step: &Step) -> bool {
    match &step.kind {
        StepKind::Command(command) => command.words.first().is_some_and(|name| name.literal().is_some()),
        _ => true,
    }
}

/// The here-document that a command reads.
pub(super) fn here_document(stmt: &Stmt) -> Option<&shell::HereDoc> {
    stmt.redirects.iter().find_map(|redirect| match redirect {
        shell::Redirect::HereDoc(doc) => Some(doc),
        _ => None,
    })
}

/// The file that a command writes its input to.
fn written<'s>(stmt: &'s Stmt, name: &str, arguments: &'s [Word]) -> Option<&'s Word> {
    match name {
        "cat" => stmt.redirects.iter().find_map(|redirect| match redirect {
            shell::Redirect::Out(word) => Some(word),
            _ => None,
        }),
        "tee" => arguments.iter().find(|word| !word.literal().is_some_and(|text| text.starts_with('-'))),
        _ => None,
    }
}

/// Whether a command deploys the objects, or sets the policy, that it reads from its input.
fn takes_documents(name: &str, arguments: &[Word]) -> bool {
    let words: Vec<String> = arguments.iter().map(|word| word.literal().unwrap_or_default()).collect();
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let input = ["-", "/dev/stdin"];
    match name {
        "kubectl" | "oc" => {
            let glued = ["-f-", "-f=-", "--filename=-", "--filename=/dev/stdin"];
            has(&["apply", "create", "replace"]) && (has(&input) || has(&glued))
        }
        "gcloud" => (has(&["run"]) && has(&["replace"]) || has(&["set-iam-policy"])) && has(&input),
        _ => false,
    }
}

/// Words before a command that change who runs it, not what is run.
fn is_runner(word: &Word) -> bool {
    word.literal()
        .is_some_and(|text| matches!(text.as_str(), "sudo" | "exec" | "command" | "time" | "nohup" | "-E" | "-H"))
}
