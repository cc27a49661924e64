//! `package.json`: the scripts that `npm run` gives to a shell.
//!
//! <https://docs.npmjs.com/cli/v11/using-npm/scripts>, checked 2026-11-21.

use super::script::process;
use super::{Context, Kind, Reading};
use crate::program::{Assign, Step, StepKind};
use crate::syntax::yaml::Node;

pub(super) const KIND: Kind = Kind { name: "package-json", accepts, read };

/// Entries of `config` that are known.
const MAX_CONFIG: usize = 200;

fn accepts(path: &str, root: &Node) -> bool {
    path.rsplit('/').next().unwrap_or(path) == "package.json" && root.get("scripts").is_some()
}

fn read(context: &Context, root: &Node, reading: &mut Reading) {
    // `npm config set` may give others.
    let config = root.get("config").map(|pair| context.defaults(&pair.value)).unwrap_or_default();
    reading.steps.extend(config.into_iter().take(MAX_CONFIG).map(prefixed));
    for pair in root.get("scripts").map(|pair| pair.value.pairs()).unwrap_or_default() {
        if let Some(script) = pair.value.scalar() {
            reading.regions.push(pair.span);
            reading.steps.push(process(context.script(script).to_vec(), pair.span));
        }
    }
}

/// Scripts see an entry of `config` by a longer name.
fn prefixed(step: Step) -> Step {
    match step.kind {
        StepKind::Assign(assign) => {
            let name = format!("npm_package_config_{}", assign.name);
            Step { kind: StepKind::Assign(Assign { name, ..assign }), ..step }
        }
        _ => step,
    }
}
