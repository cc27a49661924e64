//! Tells Zed how to start `authlint lsp`; everything else is the server's.

use zed_extension_api::settings::LspSettings;
use zed_extension_api::{serde_json, Command, Extension, LanguageServerId, Result, Worktree};

struct Authlint;

impl Extension for Authlint {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, server: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let binary = LspSettings::for_worktree(server.as_ref(), worktree)?.binary;
        let (path, arguments, env) = match binary {
            Some(binary) => (binary.path, binary.arguments, binary.env),
            None => (None, None, None),
        };
        let command = path
            .or_else(|| worktree.which("authlint"))
            .ok_or("`authlint` is not in PATH, and `lsp.authlint.binary.path` of the settings names no other")?;
        let args = arguments.unwrap_or_else(|| vec!["lsp".to_owned()]);
        Ok(Command { command, args, env: env.unwrap_or_default().into_iter().collect() })
    }

    fn language_server_initialization_options(
        &mut self,
        server: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<serde_json::Value>> {
        Ok(LspSettings::for_worktree(server.as_ref(), worktree)?.initialization_options)
    }
}

zed_extension_api::register_extension!(Authlint);
