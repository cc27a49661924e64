// Starts `authlint lsp` and hands it the files that are open; everything else is the server's.
"use strict";

const { commands, window, workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;
// What is to be done after what is being done.
let turn = Promise.resolve();

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
  // One that could not be started cannot be stopped.
  if (client?.isRunning()) await client.stop().catch(() => {});
}

// One step at a time, so that no server is left behind.
function then(...steps) {
  for (const step of steps) turn = turn.then(step);
  return turn;
}

async function activate(context) {
  context.subscriptions.push(
    commands.registerCommand("authlint.restart", () => then(stop, start)),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("authlint")) then(stop, start);
    }),
  );
  await then(start);
}

module.exports = { activate, deactivate: () => then(stop) };
