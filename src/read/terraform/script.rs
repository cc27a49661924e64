//! What stands in Terraform in another language: scripts of provisioners, sources of Workflows, OpenAPI documents.

use super::Reading;
use crate::program::{Assign, Assigned, Inherit, Step, StepKind, Visibility};
use crate::read::{shell, yaml};
use crate::source::{Snippet, Span};
use crate::syntax::hcl::{Block, Expr, ExprKind, TemplatePart};
use crate::syntax::shell::{Dialect, Placeholders};

/// Attributes that hold YAML or JSON of another tool.
const DOCUMENTS: &[(&str, &str)] = &[
    ("google_workflows_workflow", "source_contents"),
    ("google_endpoints_service", "openapi_config"),
    ("google_endpoints_service", "grpc_config"),
];

impl Reading<'_> {
    /// The scripts and sources that a resource holds.
    pub fn scripts(self, block: &Block, steps: &mut Vec<Step>) {
        for provisioner in block.body.blocks("provisioner") {
            let local = provisioner.labels.first().is_some_and(|label| label == "local-exec");
            let interpreter = provisioner.body.attribute("interpreter");
            let is_shell = interpreter.is_none_or(|attribute| {
                let text = self.source.slice(attribute.value.span);
                text.contains("bash") || text.contains("/sh\"") || text.contains("\"sh\"")
            });
            if let Some(command) = provisioner.body.attribute("command")
                && local
                && is_shell
                && let Some(script) = self.snippet(&command.value, false)
            {
                let mut body = self.environment(provisioner);
                let script = shell::block(&script, self.file, Dialect::Bash, Placeholders::Script);
                body.extend(script.iter().cloned());
                let span = command.value.span;
                steps.push(Step { kind: StepKind::Scope(body.into(), Inherit::Exported), span });
            }
        }
        for (_, name) in DOCUMENTS.iter().filter(|(kind, _)| block.labels.first().is_some_and(|label| label == kind)) {
            if let Some(source) = block.body.attribute(name)
                && let Some(text) = self.snippet(&source.value, true)
            {
                let body = yaml::block(&text, self.file, yaml::terraform_references);
                steps.push(Step { kind: StepKind::Scope(body, Inherit::Exported), span: source.span });
            }
        }
    }

    /// `environment = { NAME = value }`
    fn environment(self, provisioner: &Block) -> Vec<Step> {
        let Some(environment) = provisioner.body.attribute("environment") else { return Vec::new() };
        let ExprKind::Object(items) = &environment.value.kind else { return Vec::new() };
        let assign = |name: String, value: &Expr, span: Span| Step {
            kind: StepKind::Assign(Assign {
                name,
                value: Assigned::Text(self.text(value)),
                append: false,
                visibility: Visibility::Exported,
            }),
            span,
        };
        items.iter().filter_map(|item| Some(assign(item.key.literal()?, &item.value, item.span))).collect()
    }

    /// The text of a template, in which Terraform's interpolations stand as they are written. What is escaped stays so
    /// where it must be told from these.
    fn snippet(self, expr: &Expr, escaped: bool) -> Option<Snippet> {
        let ExprKind::Template(parts) = &expr.kind else { return None };
        let mut builder = Snippet::builder();
        for part in parts {
            match part {
                TemplatePart::Text(text) => {
                    let mut from = 0;
                    for (at, _) in text.text().match_indices("${").filter(|_| escaped) {
                        builder.push_from(text, from..at);
                        builder.push("$", text.span(at..at + 1).start.saturating_sub(1));
                        from = at;
                    }
                    builder.push_from(text, from..text.text().len());
                }
                TemplatePart::Interpolation(inner) => {
                    let span = self.interpolation(inner.span);
                    builder.push(self.source.slice(span), span.start);
                }
                TemplatePart::Directive(_) => return None,
            }
        }
        Some(builder.finish())
    }

    /// An interpolation with its brackets.
    fn interpolation(self, inner: Span) -> Span {
        let text = self.source.text();
        let before = text.get(..inner.start as usize).and_then(|text| text.rfind("${"));
        let after = text.get(inner.end as usize..).and_then(|text| text.find('}'));
        let start = before.map_or(inner.start, |at| at as u32);
        Span::new(start, after.map_or(inner.end, |at| inner.end + at as u32 + 1))
    }
}
