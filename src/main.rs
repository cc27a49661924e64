//! The `authlint` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    authlint::cli::main(authlint::lsp::serve)
}
