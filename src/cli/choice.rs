//! What holds where several may say it: the command line, else the project's configuration, else authlint itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::args::Chosen;
use crate::config::Config;
use crate::finding::{Finding, Level};
use crate::outcome::Outcome;
use crate::source::{Span, Spanned};

/// A value, and who says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held<T> {
    pub value: T,
    pub by: By,
}

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// Nobody: it is so when nothing is said.
    Default,
    /// The configuration, there.
    File(Span),
    /// This flag.
    Flag(&'static str),
}

impl<T: Copy> Held<T> {
    /// What a configuration says, else what holds otherwise.
    pub fn of(said: Option<&Spanned<T>>, otherwise: T) -> Self {
        match said {
            Some(said) => Self { value: said.value, by: By::File(said.span) },
            None => Self { value: otherwise, by: By::Default },
        }
    }
}

impl Chosen {
    /// The lowest level that makes the exit status 1.
    pub(super) fn fail_on(&self, config: Option<&Config>) -> Held<Level> {
        match self.fail_on {
            Some(value) => Held { value, by: By::Flag("--fail-on") },
            None => Held::of(config.and_then(|config| config.fail_on.as_ref()), Config::FAIL_ON),
        }
    }

    /// Whether advice is shown. What the run fails on is shown.
    pub(super) fn advice(&self, config: Option<&Config>) -> Held<bool> {
        let fail_on = self.fail_on(config);
        if self.advice {
            return Held { value: true, by: By::Flag("--advice") };
        }
        match Held::of(config.and_then(|config| config.advice.as_ref()), false) {
            Held { value: false, .. } if fail_on.value == Level::Advice => Held { value: true, by: fail_on.by },
            said => said,
        }
    }

    /// Whether rules on trial run.
    pub(super) fn preview(&self, config: Option<&Config>) -> Held<bool> {
        if self.preview {
            return Held { value: true, by: By::Flag("--preview") };
        }
        Held::of(config.and_then(|config| config.preview.as_ref()), false)
    }

    /// Whether a finding is shown: all but advice of a project that does not show any.
    pub(super) fn shows(&self, outcome: &Outcome, configs: &BTreeMap<u32, Arc<Config>>, finding: &Finding) -> bool {
        finding.level > Level::Advice || self.advice(of(configs, outcome.project(finding))).value
    }

    /// Whether a finding is at or above what its project fails on.
    pub(super) fn fails(&self, outcome: &Outcome, configs: &BTreeMap<u32, Arc<Config>>) -> bool {
        let fails = |finding: &Finding| finding.level >= self.fail_on(of(configs, outcome.project(finding))).value;
        outcome.findings.iter().any(fails)
    }
}

fn of(configs: &BTreeMap<u32, Arc<Config>>, project: u32) -> Option<&Config> {
    configs.get(&project).map(|config| &**config)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::Source;

    fn config(text: &str) -> Config {
        Config::parse(Source::new("authlint.toml", text.as_bytes()).unwrap(), Path::new("/p/authlint.toml")).unwrap()
    }

    #[test]
    fn the_command_line_wins_then_the_file_then_the_default() {
        let file = config("fail-on = \"error\"\nadvice = false\npreview = true\n");
        let none = Chosen::default();
        assert_eq!(none.fail_on(None), Held { value: Level::Warning, by: By::Default });
        assert_eq!(none.fail_on(Some(&file)), Held { value: Level::Error, by: By::File(Span::new(10, 17)) });
        assert!(!none.advice(None).value && none.preview(Some(&file)).value && !none.preview(None).value);
        let all = Chosen { fail_on: Some(Level::Warning), advice: true, preview: true };
        assert_eq!(all.fail_on(Some(&file)), Held { value: Level::Warning, by: By::Flag("--fail-on") });
        assert_eq!(all.advice(Some(&file)), Held { value: true, by: By::Flag("--advice") });
        assert_eq!(all.preview(Some(&file)).by, By::Flag("--preview"));
    }

    #[test]
    fn what_the_run_fails_on_is_shown() {
        let file = config("advice = false\nfail-on = \"advice\"\n");
        let held = Chosen::default().advice(Some(&file));
        assert!(held.value && matches!(held.by, By::File(_)));
        assert!(Chosen { fail_on: Some(Level::Advice), ..Chosen::default() }.advice(None).value);
        assert!(!Chosen { fail_on: Some(Level::Error), ..Chosen::default() }.advice(Some(&file)).value);
    }
}
