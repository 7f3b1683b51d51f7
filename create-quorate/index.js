#!/usr/bin/env node
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

// "npm create quorate" is "quorate init" of the quorate that npm installed with it. That file says which Node it needs.
const require = createRequire(import.meta.url);
const manifest = require.resolve("quorate/package.json");
const main = join(dirname(manifest), require(manifest).bin.quorate);
const args = [main, "init", ...process.argv.slice(2)];
const { status, signal, error } = spawnSync(process.execPath, args, { stdio: "inherit" });
if (error !== undefined) process.stderr.write(`create-quorate: ${error.message}\n`);
if (signal !== null) process.kill(process.pid, signal);
process.exitCode = status ?? 1;
