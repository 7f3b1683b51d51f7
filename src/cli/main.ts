#!/usr/bin/env node
// As a namespace: older versions do not have what is used of it.
import * as nodeModule from "node:module";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  // To compile what it loads is half of what a short command takes.
  (nodeModule as Partial<typeof nodeModule>).enableCompileCache?.();
  // Not before: an older Node cannot even read what it imports.
  const { commandLine } = await import("./program.ts");
  await commandLine(process.argv.slice(2));
} else {
  process.stderr.write(
    `quorate: this needs Node 22.18 or newer, and this is ${process.version}.\n`,
  );
  process.exitCode = 2;
}
