import type * as Codecs from "@a2a-js/sdk";
import type * as Errors from "@a2a-js/sdk/errors";
import type * as ServerSide from "@a2a-js/sdk/server";
import { HttpRefusal } from "../http/http-refusal.ts";

/** The parts of the A2A SDK that the server uses. */
export interface A2aSdk {
  readonly codecs: typeof Codecs;
  readonly errors: typeof Errors;
  readonly server: typeof ServerSide;
}

/** Loads the SDK at the first A2A request; a server does not need it otherwise. Refuses with 501 if it is not installed. */
export async function loadA2a(): Promise<A2aSdk> {
  try {
    const [codecs, errors, server] = await Promise.all([
      import("@a2a-js/sdk"),
      import("@a2a-js/sdk/errors"),
      import("@a2a-js/sdk/server"),
    ]);
    return { codecs, errors, server };
  } catch {
    throw new HttpRefusal(
      501,
      "NOT_INSTALLED",
      "This server does not speak A2A, which needs the package @a2a-js/sdk; install it: npm install @a2a-js/sdk",
    );
  }
}
