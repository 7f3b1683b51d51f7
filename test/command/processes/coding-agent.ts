// Stands for a coding agent: keeps what it was started with, and prints what was recorded of the real one.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";

const { FAKE_RECORD = "", FAKE_STDOUT = "", FAKE_STDERR = "", FAKE_EXIT = "0" } = process.env;

const args = process.argv.slice(2);
const files = Object.fromEntries(
  args
    .filter((arg) => existsSync(arg) && /\.(?:json|toml)$/.test(arg))
    .map((path) => [path, readFileSync(path, "utf8")]),
);
const cwd = process.cwd();
const stdin = await text(process.stdin);
const record = { args, cwd, names: readdirSync(cwd), stdin, files, env: process.env };
writeFileSync(FAKE_RECORD, JSON.stringify(record));
process.stdout.write(FAKE_STDOUT);
process.stderr.write(FAKE_STDERR);
process.exitCode = Number(FAKE_EXIT);
