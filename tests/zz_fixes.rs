#![allow(clippy::all, clippy::pedantic, clippy::unwrap_used, clippy::print_stdout)]
mod common;
use authlint::finding::Safety;
use authlint::rules::RULES;
use common::{files, fixed, is_read, lint, sections};
use std::collections::BTreeMap;

fn diff(a: &str, b: &str, path: &str) {
    let (mut x, mut y): (Vec<&str>, Vec<&str>) = (a.split('\n').collect(), b.split('\n').collect());
    let dir = std::env::temp_dir();
    let (p, q) = (dir.join("zz_a"), dir.join("zz_b"));
    std::fs::write(&p, a).unwrap();
    std::fs::write(&q, b).unwrap();
    let out =
        std::process::Command::new("diff").args(["-U1", p.to_str().unwrap(), q.to_str().unwrap()]).output().unwrap();
    println!("      --- {path}");
    for line in String::from_utf8_lossy(&out.stdout).lines().skip(2) {
        println!("      {line}");
    }
    x.clear();
    y.clear();
}

#[test]
fn report() {
    let only = std::env::var("ONLY").unwrap_or_default();
    let show = std::env::var("SHOW").is_ok();
    let mut docs: Vec<(String, String)> =
        RULES.iter().map(|r| (format!("rules/{}.md", r.id), r.page.to_owned())).collect();
    for path in files("tests/cases") {
        let t = std::fs::read_to_string(&path).unwrap();
        docs.push((path, t));
    }
    if let Ok(extra) = std::env::var("DOCS") {
        docs = extra.split(' ').map(|p| (p.to_owned(), std::fs::read_to_string(p).unwrap())).collect();
    }
    let mut table: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for (path, text) in &docs {
        let sections = sections(path, text);
        for section in sections.bad.iter().filter(|s| is_read(s)) {
            let outcome = lint(&section.files);
            for f in &outcome.findings {
                let rule = RULES.iter().find(|r| r.id == f.rule).unwrap();
                let own = path.contains(&format!("/{}.md", f.rule))
                    || path.contains(&format!("/{}.md", f.rule.replace('-', "_")));
                if !own && std::env::var("ALL").is_err() {
                    continue;
                }
                if !only.is_empty() && !only.split(',').any(|o| o == f.rule) {
                    continue;
                }
                if rule.fix.is_none() && only.is_empty() {
                    continue;
                }
                let src = &outcome.sources[f.primary.file.0 as usize];
                let line = src.text()[..f.primary.span.start as usize].matches('\n').count() + 1;
                let safety = match &f.fix {
                    None => "none",
                    Some(x) if x.safety == Safety::Safe => "safe",
                    _ => "unsafe",
                };
                let ext = src.path().rsplit(['.', '/']).next().unwrap();
                *table.entry((f.rule.to_owned(), ext.to_owned(), safety.to_owned())).or_default() += 1;
                println!(
                    "{} | {safety} | {path} | {} | {}:{line} | {}",
                    f.rule,
                    section.heading,
                    src.path(),
                    src.text().lines().nth(line - 1).unwrap_or("").trim()
                );
                if show {
                    println!("      {} // {}", f.message, f.help);
                    if let Some(fix) = &f.fix {
                        let Ok(out) = std::panic::catch_unwind(|| fixed(&section.files, &outcome.sources, &[fix]))
                        else {
                            println!("      !! PANIC");
                            continue;
                        };
                        for (p, new) in &out {
                            if new != &section.files[p] {
                                diff(&section.files[p], new, p);
                            }
                        }
                        let Ok(left) = std::panic::catch_unwind(|| lint(&out)) else {
                            println!("      !! PANIC LINT");
                            continue;
                        };
                        for g in &left.findings {
                            if !outcome.findings.iter().any(|o| o.rule == g.rule && o.message == g.message) {
                                println!("      !! NEW {} {}", g.rule, g.message);
                            }
                        }
                        if left.findings.iter().any(|g| g.rule == f.rule && g.message == f.message) {
                            println!("      !! STILL {}", f.rule);
                        }
                    }
                }
            }
        }
    }
    println!("==== table");
    for ((r, e, s), n) in table {
        println!("{r} | {e} | {s} | {n}");
    }
}
