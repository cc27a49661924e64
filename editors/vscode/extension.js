// Starts `authlint lsp` and hands it the files that are open; everything else is the server's.
"use strict";

const { commands, window, workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

function create() {
  const settings = workspace.getConfiguration("authlint");
  const server = { command: settings.get("path", "authlint"), args: ["lsp"] };
  return new LanguageClient("authlint", "authlint", server, {
    // Which of them it reads, the server knows.
    documentSelector: [{ scheme: "file" }],
    initializationOptions: {
      advice: settings.get("advice", false),
      preview: settings.get("preview", false),
    },
  });
}

async function start() {
  client = create();
  try {
    await client.start();
  } catch (error) {
    window.showErrorMessage(`authlint could not be started (setting "authlint.path"): ${error.message ?? error}`);
  }
}

async function stop() {
  const last = client;
  client = undefined;
  // One that never ran cannot be stopped.
  await last?.stop().catch(() => {});
}

async function restart() {
  await stop();
  await start();
}

async function activate(context) {
  context.subscriptions.push(
    commands.registerCommand("authlint.restart", restart),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("authlint")) restart();
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
