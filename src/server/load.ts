import type * as Ajv from "ajv/dist/2020.js";
import type * as HonoPackage from "hono";
import { QuorateError } from "../model/errors.ts";

/** The packages that a server needs. */
export interface ServerPackages {
  readonly Hono: typeof HonoPackage.Hono;
  readonly Ajv2020: typeof Ajv.Ajv2020;
}

/** Loads the packages when a server is made, not when this entry is imported. Rejects with `BAD_OPTIONS` if one is missing. */
export async function loadServerPackages(): Promise<ServerPackages> {
  try {
    const [{ Hono }, { Ajv2020 }] = await Promise.all([import("hono"), import("ajv/dist/2020.js")]);
    return { Hono, Ajv2020 };
  } catch (cause) {
    throw new QuorateError(
      "BAD_OPTIONS",
      "quorate/server needs the packages hono and ajv, and one of them cannot be loaded; install them: npm install hono ajv",
      { cause },
    );
  }
}
