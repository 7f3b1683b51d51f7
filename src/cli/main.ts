#!/usr/bin/env node
import { finish } from "./finish.ts";
import { runProgram } from "./program.ts";

await finish(await runProgram(process.argv.slice(2)));
