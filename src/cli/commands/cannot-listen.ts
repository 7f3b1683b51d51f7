import { describeThrown, QuorateError } from "../../model/errors.ts";

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: "another process listens there",
  EACCES: "the system does not let this user listen there",
  EADDRNOTAVAIL: "this machine does not have that address",
};

/** Says why nothing can be served at a port that was given by a flag, and which flag takes another one. */
export function cannotListen(
  flag: string,
  { host, port }: { readonly host: string; readonly port: number },
  cause: unknown,
): QuorateError {
  const why = WHY[(cause as NodeJS.ErrnoException).code ?? ""] ?? describeThrown(cause);
  return new QuorateError(
    "BAD_OPTIONS",
    `cannot listen on port ${port} of ${host}: ${why}; give another port with ${flag}, or 0 for any that is free`,
    { cause },
  );
}
