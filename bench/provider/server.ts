// A provider in its own process: node server.ts. Takes a limited number of requests at once and rejects others with 429. Prints its port as
// JSON and, for each line of standard input, what it has seen since the last one.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { PLACES, RETRY_AFTER_S, WORK_MS } from "./limit.ts";

let inFlight = 0;
let answered = 0;
let turnedAway = 0;

const server = createServer((request, response) => {
  request.resume();
  if (inFlight >= PLACES) {
    turnedAway++;
    response.writeHead(429, { "retry-after": String(RETRY_AFTER_S) }).end();
    return;
  }
  inFlight++;
  setTimeout(() => {
    inFlight--;
    answered++;
    response.end("ship");
  }, WORK_MS);
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ port }));
});
createInterface({ input: process.stdin })
  .on("line", () => {
    console.log(JSON.stringify({ answered, turnedAway }));
    answered = turnedAway = 0;
  })
  .on("close", () => process.exit());
