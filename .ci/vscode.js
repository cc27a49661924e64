// Runs the extension for VS Code with the client library that it is packed with, and a stand-in for the editor: whatever
// is asked of it is a class, a function and a place for more of the same. One document is open; what the server says of it
// first is printed, one line a diagnostic. Ends with 1 if that is nothing, with 2 if no word comes within 20 seconds.
//
//     node vscode.js EXTENSION AUTHLINT DOCUMENT
"use strict";

const fs = require("fs");
const Module = require("module");
const path = require("path");

const [extension, program, file] = process.argv.slice(2).map((argument) => path.resolve(argument));
const nothing = () => ({ dispose() {} });

function anything() {
  const known = {};
  class Anything {
    constructor(...given) {
      this.given = given;
    }
  }
  return new Proxy(Anything, {
    get(target, key) {
      // What is asked of every object, and must not be there.
      if (["then", Symbol.toPrimitive, Symbol.iterator].includes(key)) return undefined;
      if (["prototype", "length", "name", Symbol.hasInstance].includes(key)) return target[key];
      return (known[key] ??= anything());
    },
    set(_, key, value) {
      known[key] = value;
      return true;
    },
    apply: nothing,
  });
}

class Uri {
  constructor(path) {
    Object.assign(this, { path, fsPath: path, scheme: "file" });
  }
  toString() {
    return `file://${this.path}`;
  }
  static parse(text) {
    return new Uri(text.replace("file://", ""));
  }
  static file(path) {
    return new Uri(path);
  }
}

class Kind {
  constructor(value) {
    this.value = value;
  }
  append(more) {
    return new Kind(this.value ? `${this.value}.${more}` : more);
  }
}

class Range {
  constructor(line, character, ...end) {
    Object.assign(this, { start: { line, character }, end });
  }
}

class Diagnostic {
  constructor(range, message) {
    Object.assign(this, { range, message });
  }
}

class CancellationTokenSource {
  token = { isCancellationRequested: false, onCancellationRequested: nothing };
  cancel() {}
  dispose() {}
}

class EventEmitter {
  listeners = [];
  event = (listener) => (this.listeners.push(listener), nothing());
  fire(what) {
    this.listeners.forEach((listener) => listener(what));
  }
  dispose() {}
}

class TabInputText {
  constructor(uri) {
    this.uri = uri;
  }
}

const vscode = anything();
const log = (text) => console.error(text);
const document = { uri: new Uri(file), languageId: "shellscript", version: 1, getText: () => fs.readFileSync(file, "utf8") };
const kinds = ["Empty", "QuickFix", "Source", "Refactor", "RefactorExtract", "RefactorInline", "RefactorRewrite"];
for (const kind of kinds.concat("RefactorMove", "SourceOrganizeImports", "SourceFixAll", "Notebook")) {
  Kind[kind] = new Kind(kind === "Empty" ? "" : kind);
}
Object.assign(vscode, { Uri, CodeActionKind: Kind, Range, Diagnostic, CancellationTokenSource, EventEmitter, TabInputText });
vscode.version = "1.91.0";
vscode.env.language = "en";
vscode.workspace.getConfiguration = () => ({ get: (key, other) => (key === "path" ? program : other) });
vscode.workspace.textDocuments = [document];
vscode.workspace.workspaceFolders = undefined;
vscode.languages.match = () => 10;
vscode.languages.createDiagnosticCollection = () => ({
  set(_, diagnostics) {
    for (const { range, code, message } of diagnostics) {
      console.log(`${range.start.line + 1}:${range.start.character + 1}: ${code.value}: ${message.split("\n")[0]}`);
    }
    process.exit(diagnostics.length > 0 ? 0 : 1);
  },
  delete() {},
  clear() {},
  dispose() {},
});
vscode.window.visibleTextEditors = [];
vscode.window.activeTextEditor = undefined;
vscode.window.tabGroups.all = [{ tabs: [{ input: new TabInputText(document.uri) }] }];
vscode.window.showErrorMessage = async (text) => log(text);
const channel = { append: log, appendLine: log, show() {}, dispose() {}, onDidChangeLogLevel: nothing };
for (const level of ["trace", "debug", "info", "warn", "error"]) channel[level] = log;
vscode.window.createOutputChannel = () => channel;

const load = Module._load;
Module._load = (name, ...rest) => (name === "vscode" ? vscode : load(name, ...rest));
setTimeout(() => process.exit(2), 20_000);
require(extension).activate({ subscriptions: [] });
