//! What holds for a path, for people: a line each, with who says it at its end.

use std::io::{self, Write};

use serde_json::Value;

use super::{From, Holding, Setting};
use crate::report::clean;

/// A line: what, its value, who says it.
type Row = (String, String, String);

pub(super) fn write(holding: &Holding, out: &mut dyn Write) -> io::Result<()> {
    let config = holding.config.as_deref().map_or_else(|| "none".to_owned(), clean);
    let mut head = vec![
        ("path".to_owned(), clean(&holding.path), String::new()),
        ("project".to_owned(), clean(&holding.project), String::new()),
        ("config".to_owned(), config, String::new()),
    ];
    head.extend(holding.omitted.map(|why| ("read".to_owned(), format!("no: {why}"), String::new())));
    rows("", &head, out)?;
    let setting = |setting: &Setting| (setting.key.to_owned(), value(setting), from(&setting.from));
    rows("settings", &holding.settings.iter().map(setting).collect::<Vec<_>>(), out)?;
    let rules = holding.rules.iter().map(|rule| {
        let own = rule.own.map_or("there is no such rule".to_owned(), |own| format!("its own level: {own}"));
        let paths = rule.paths.as_ref().map(|paths| format!(" in {}", paths.join(", "))).unwrap_or_default();
        (clean(&rule.id), clean(&format!("{}{paths} ({own})", rule.level)), from(&rule.from))
    });
    rows("rules", &rules.collect::<Vec<_>>(), out)?;
    let grants = holding.grants.iter().map(|grant| {
        let on = grant.on.as_deref().unwrap_or("the whole project");
        let reason = grant.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        (clean(&grant.member), clean(&format!("{} on {on}{reason}", grant.role)), from(&grant.from))
    });
    rows("grants made elsewhere", &grants.collect::<Vec<_>>(), out)?;
    let require = holding.require.iter().map(|require| {
        (clean(&require.when), clean(&format!("needs {}", require.needs.join(", "))), from(&require.from))
    });
    rows("required variables", &require.collect::<Vec<_>>(), out)?;
    let policies = holding.policies.iter().map(|policy| (clean(&policy.on), clean(&policy.file), from(&policy.from)));
    rows("policies", &policies.collect::<Vec<_>>(), out)
}

/// Rows under a title, their columns in line.
fn rows(title: &str, rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    if !title.is_empty() {
        writeln!(out, "\n{title}")?;
    }
    let width = |of: fn(&Row) -> &String| rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0);
    let (names, values) = (width(|row| &row.0), width(|row| &row.1));
    let margin = if title.is_empty() { "" } else { "  " };
    rows.iter().try_for_each(|(name, value, from)| {
        let line = format!("{margin}{name:names$}  {value:values$}  {from}");
        writeln!(out, "{}", line.trim_end())
    })
}

fn value(setting: &Setting) -> String {
    match &setting.value {
        Value::Array(patterns) if patterns.is_empty() => {
            let all = setting.key == "include";
            if all { "all files of a kind that is read" } else { "nothing" }.to_owned()
        }
        Value::Array(patterns) => clean(&patterns.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")),
        Value::Number(bytes) => size(bytes.as_u64().unwrap_or_default()),
        Value::String(text) => clean(text),
        other => other.to_string(),
    }
}

/// A size as `max-size` takes it.
fn size(bytes: u64) -> String {
    match (bytes / 1024, bytes % 1024) {
        (kib @ 1.., 0) if kib % 1024 == 0 => format!("{}MiB", kib / 1024),
        (kib @ 1.., 0) => format!("{kib}KiB"),
        _ => format!("{bytes} bytes"),
    }
}

fn from(from: &From) -> String {
    match from {
        From::Default => "default".to_owned(),
        From::File { path, line } => format!("{}:{line}", clean(path)),
        From::Flag { name } => (*name).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        assert_eq!([1 << 20, 1 << 11, 1000].map(size), ["1MiB", "2KiB", "1000 bytes"]);
    }
}
