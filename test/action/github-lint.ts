import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type * as LanguageService from "@actions/languageservice";
import { rolldown } from "rolldown";
import { TextDocument } from "vscode-languageserver-textdocument";
import { folder } from "../cli/command.ts";

const root = resolve(import.meta.dirname, "../..");

/** GitHub's language service for workflows and actions. It imports JSON as bundlers do, so that it has to be bundled. */
async function load(): Promise<typeof LanguageService> {
  const file = join(folder(), "languageservice.mjs");
  const bundle = await rolldown({
    input: "@actions/languageservice",
    cwd: root,
    platform: "node",
    logLevel: "silent",
  });
  await bundle.write({ file, codeSplitting: false });
  return (await import(pathToFileURL(file).href)) as typeof LanguageService;
}

const loading = load();
let documents = 0;

/** What GitHub has against a file: `action.yml`, or one in `.github/workflows/`. */
export async function faultsIn(path: string, text: string): Promise<readonly string[]> {
  const { validate } = await loading;
  // What is known of a document is kept by its address.
  documents++;
  const document = TextDocument.create(`file:///${documents}/${path}`, "yaml", 1, text);
  return (await validate(document)).map(({ message }) =>
    typeof message === "string" ? message : message.value,
  );
}
