//! Grants that are made elsewhere, and policies that gcloud exported: what they are of.

use std::ops::Range;

use toml::de::DeTable;

use super::schema::Key;
use super::table::{Reading, span};
use crate::source::{Span, Spanned};

/// A grant that is made elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// The member, as a policy names it.
    pub member: Spanned<String>,
    /// The role.
    pub role: Spanned<String>,
    /// What it is on; the whole project where nothing is said.
    pub on: Option<Spanned<On>>,
    /// Who grants it, and where.
    pub reason: Option<String>,
    /// All of it.
    pub span: Span,
    /// Its lines, where it is a table of its own.
    pub lines: Option<Span>,
}

/// A file that holds the policy of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// What it is the policy of.
    pub on: On,
    /// The file, as the configuration or the command line names it.
    pub file: String,
    /// All of it.
    pub span: Span,
}

/// What a grant or a policy is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct On {
    /// Its kind; any where nothing is said.
    pub kind: Option<OnKind>,
    /// Its name.
    pub name: String,
}

/// Kinds of resources that may be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnKind {
    /// A Cloud Run service.
    RunService,
    /// A Cloud Run job.
    RunJob,
    /// A function.
    Function,
    /// A service account.
    ServiceAccount,
    /// A secret.
    Secret,
    /// A project.
    Project,
}

/// Kinds by their names.
pub const KINDS: [(&str, OnKind); 6] = [
    ("run-service", OnKind::RunService),
    ("run-job", OnKind::RunJob),
    ("function", OnKind::Function),
    ("service-account", OnKind::ServiceAccount),
    ("secret", OnKind::Secret),
    ("project", OnKind::Project),
];

/// Of the lists of grants and policies, those that count.
const MOST: usize = 1000;

impl On {
    /// Reads `NAME` or `KIND:NAME`.
    ///
    /// # Errors
    /// What is wrong, where the kind is none or there is no name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (kind, name) = match text.split_once(':') {
            None => (None, text),
            Some((kind, name)) => match KINDS.iter().find(|(known, _)| *known == kind) {
                Some((_, kind)) => (Some(*kind), name),
                None => return Err(format!("`{kind}` is no kind of resource")),
            },
        };
        // The last part of a full name: `projects/P/locations/R/services/billing`.
        let name = name.rsplit('/').next().unwrap_or(name);
        if name.is_empty() {
            return Err("it names nothing".to_owned());
        }
        Ok(Self { kind, name: name.to_owned() })
    }
}

impl std::fmt::Display for On {
    /// As [`On::parse`] reads it.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match KINDS.iter().find(|(_, kind)| Some(*kind) == self.kind) {
            Some((kind, _)) => write!(out, "{kind}:{}", self.name),
            None => out.write_str(&self.name),
        }
    }
}

/// What to write for something that a grant is on.
fn help() -> String {
    let kinds: Vec<String> = KINDS.iter().map(|(name, _)| format!("`{name}`")).collect();
    format!("write a name, or a kind and a name, `run-service:billing`; kinds are {}", kinds.join(", "))
}

impl Granted {
    /// Finds the lines of the table, and the blank ones behind it.
    pub(super) fn settle(&mut self, text: &str) {
        let start = self.span.start as usize;
        let end = self.lines.map_or(start, |lines| lines.end as usize);
        let is_table = text.get(start..).is_some_and(|rest| rest.starts_with("[["))
            && text.get(..start).is_some_and(|before| before.is_empty() || before.ends_with('\n'));
        let rest = text.get(end..).unwrap_or("");
        let line = rest.find('\n').map_or(rest.len(), |newline| newline + 1);
        let blank: usize = rest
            .get(line..)
            .unwrap_or("")
            .split_inclusive('\n')
            .take_while(|line| line.trim().is_empty())
            .map(str::len)
            .sum();
        self.lines = is_table.then(|| Span::new(self.span.start, (end + line + blank) as u32));
    }
}

impl Reading<'_> {
    /// `[[grants]]`
    pub(super) fn grants(&mut self, tables: Vec<(&DeTable<'_>, Range<usize>)>, key: &Key) -> Vec<Granted> {
        tables.into_iter().take(MOST).filter_map(|(table, at)| self.grant(table, at, key)).collect()
    }

    fn grant(&mut self, table: &DeTable<'_>, at: Range<usize>, own: &Key) -> Option<Granted> {
        self.missing(table, &at, own.keys());
        let (mut member, mut role, mut on, mut reason, mut wrong) = (None, None, None, None, false);
        for (key, value) in self.keys(table, own.keys(), own.name) {
            let Some(text) = self.spanned(value, key.name) else {
                wrong |= key.name != "reason";
                continue;
            };
            match key.name {
                "member" => member = Some(text),
                "role" => role = Some(text),
                "reason" => reason = Some(text.value),
                "on" => match On::parse(&text.value) {
                    Ok(value) => on = Some(Spanned { value, span: text.span }),
                    Err(what) => {
                        wrong = true;
                        self.fault(value.span(), what, help());
                    }
                },
                _ => {}
            }
        }
        let end = table.iter().map(|(_, value)| value.span().end).max().unwrap_or(at.end);
        let lines = Some(Span::new(at.start as u32, end as u32));
        Some(Granted { member: member?, role: role?, on, reason, span: span(at), lines }).filter(|_| !wrong)
    }

    /// `[[policies]]`
    pub(super) fn policies(&mut self, tables: Vec<(&DeTable<'_>, Range<usize>)>, key: &Key) -> Vec<Policy> {
        tables.into_iter().take(MOST).filter_map(|(table, at)| self.policy(table, at, key)).collect()
    }

    fn policy(&mut self, table: &DeTable<'_>, at: Range<usize>, own: &Key) -> Option<Policy> {
        self.missing(table, &at, own.keys());
        let (mut on, mut file) = (None, None);
        for (key, value) in self.keys(table, own.keys(), own.name) {
            let Some(text) = self.spanned(value, key.name) else { continue };
            match key.name {
                "file" => file = Some(text.value),
                "on" => match On::parse(&text.value) {
                    Ok(value) if value.kind.is_some() => on = Some(value),
                    Ok(_) => self.fault(value.span(), "a policy is of one kind of resource".to_owned(), help()),
                    Err(what) => self.fault(value.span(), what, help()),
                },
                _ => {}
            }
        }
        Some(Policy { on: on?, file: file?, span: span(at) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_stand_before_names() {
        assert_eq!(On::parse("billing"), Ok(On { kind: None, name: "billing".into() }));
        assert_eq!(On::parse("run-job:close"), Ok(On { kind: Some(OnKind::RunJob), name: "close".into() }));
        let full = On { kind: Some(OnKind::RunService), name: "billing".into() };
        assert_eq!(On::parse("run-service:projects/p/locations/r/services/billing"), Ok(full));
        for text in ["billing", "run-job:close"] {
            assert_eq!(On::parse(text).unwrap().to_string(), text);
        }
        assert!(On::parse("service:billing").is_err() && On::parse("secret:").is_err() && On::parse("").is_err());
    }
}
