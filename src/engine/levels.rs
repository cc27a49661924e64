//! Which rules report, where, and at which level: the command line, then the configuration, then the rule.

use std::path::Path;

use super::Settings;
use crate::config::Setting;
use crate::finding::Level;
use crate::rules;

impl Settings {
    /// The level at which a rule's finding in a file is reported; `None` when it is not.
    pub(super) fn level(&self, rule: &str, own: Level, project: u32, path: &Path) -> Option<Level> {
        let known = rules::find(rule);
        let listed = |list: &[String]| list.iter().any(|name| rules::id_of(name) == rule);
        let unasked = rule == rules::own::UNDECIDED_ACCESS.id && !self.show_unknown && !listed(&self.select);
        let mut names = std::iter::once(rule).chain(known.into_iter().flat_map(|rule| rule.aliases).copied());
        let configured = names.find_map(|name| self.configs.get(&project)?.setting(name, path));
        // What is on trial is asked for: all of it, or one by its name.
        let on_trial = known.is_some_and(|rule| rule.preview)
            && !self.preview
            && !self.configs.get(&project).is_some_and(|config| config.preview())
            && !listed(&self.select)
            && !matches!(configured, Some(Setting::Level(_)));
        if unasked || on_trial || listed(&self.ignore) || !self.select.is_empty() && !listed(&self.select) {
            return None;
        }
        match configured {
            Some(Setting::Level(level)) => Some(level),
            // What is asked for by name is wanted whatever the configuration says.
            Some(Setting::Off) if self.select.is_empty() => None,
            _ => Some(own),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::source::Source;

    #[test]
    fn the_command_line_wins_over_the_configuration() {
        let text = "[rules]\na = \"off\"\nb = \"advice\"\n";
        let config =
            Config::parse(Source::new("authlint.toml", text.as_bytes()).unwrap(), Path::new("/p/authlint.toml"))
                .unwrap();
        let mut settings = Settings { configs: [(0, config.into())].into(), ..Settings::default() };
        let level = |settings: &Settings, rule| settings.level(rule, Level::Error, 0, Path::new("/p/a.sh"));
        assert_eq!(["a", "b", "c"].map(|rule| level(&settings, rule)), [None, Some(Level::Advice), Some(Level::Error)]);
        assert_eq!(settings.level("a", Level::Error, 1, Path::new("/p/a.sh")), Some(Level::Error));
        settings.ignore = vec!["c".to_owned()];
        assert_eq!(level(&settings, "c"), None);
        settings = Settings { select: vec!["a".to_owned()], ..settings };
        assert_eq!(["a", "b"].map(|rule| level(&settings, rule)), [Some(Level::Error), None]);
    }
}
