// A program that asks the test which started it what to do: `peer.ts PORT [PROMPT]`. Without a prompt it reads its standard input.

import { once } from "node:events";
import { createConnection } from "node:net";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import type { PeerStep } from "../../../src/testing/index.ts";

const [, , port = "", ...given] = process.argv;
const asked = given.length > 0 ? (given.at(-1) ?? "") : await text(process.stdin);
// While it is open, this program is at work.
const connection = createConnection(Number(port), "127.0.0.1");
connection.write(`${JSON.stringify({ asked })}\n`);
const [line] = (await once(createInterface(connection), "line")) as [string];
await follow(JSON.parse(line) as PeerStep);
connection.destroy();

async function follow(step: PeerStep): Promise<void> {
  if ("usage" in step && step.usage !== undefined) print({ usage: step.usage });
  switch (step.does) {
    case "answers":
      return print(step.output);
    case "answers half": {
      const whole = JSON.stringify(step.output);
      return void process.stdout.write(whole.slice(0, whole.length / 2));
    }
    case "answers twice":
      print(step.output);
      return print(step.output);
    case "answers late":
      await once(process, "SIGTERM");
      return print(step.output);
    case "floods":
      return print({ recommendation: "x".repeat(step.bytes) });
    case "fails":
      process.stderr.write(`it failed with ${step.status}`);
      process.exitCode = 1;
      return undefined;
    case "hangs":
      return void (await once(connection, "close"));
    case "breaks off":
      process.stdout.write('{"recommendation":');
      process.kill(process.pid, "SIGKILL");
      return void (await once(connection, "close"));
  }
}

function print(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document)}\n`);
}
