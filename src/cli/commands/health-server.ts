import { createServer } from "node:http";
import { describeThrown } from "../../model/errors.ts";
import type { Store } from "../../store/store.ts";
import { cannotListen } from "./cannot-listen.ts";
import { printError } from "../print-error.ts";

/** Where it is said whether a worker works. */
export interface HealthAddress {
  readonly host: string;
  readonly port: number;
}

/** Answers 200 as long as the database does, and 503 where it does not, or once `stopping` is aborted. */
export async function healthServer(
  address: HealthAddress | undefined,
  store: Store,
  stopping: AbortSignal,
): Promise<AsyncDisposable> {
  if (address === undefined) return { async [Symbol.asyncDispose]() {} };
  const { host, port } = address;
  const http = createServer((request, response) => {
    request.resume();
    const answer = (status: number, text: string): void => {
      response.writeHead(status, { "content-type": "text/plain", "cache-control": "no-store" });
      response.end(`${text}\n`);
    };
    if (stopping.aborted) return answer(503, "stopping");
    Promise.resolve()
      .then(async () => store.values.now())
      .then(
        () => answer(200, "ok"),
        (error: unknown) => {
          printError(describeThrown(error));
          answer(503, "the database does not answer");
        },
      );
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  http.once("error", reject).listen(port, host, resolve);
  await promise.catch((cause: unknown) => {
    throw cannotListen("--health", address, cause);
  });
  http.unref();
  return {
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise((done) => http.close(done));
    },
  };
}
