import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type * as GenaiPrices from "@pydantic/genai-prices";
import { QuorateError } from "../model/errors.ts";

/** The price package. */
export type PricePackage = typeof GenaiPrices;

const NAME = "@pydantic/genai-prices";

/** The release days of the package's versions, newest first: its data has no date of its own. */
const RELEASES: readonly (readonly [version: string, day: string])[] = [
  ["0.1.8", "2026-09-23"],
  ["0.1.7", "2026-09-16"],
];

/** Loads the price package when prices are first asked for. Rejects with `BAD_OPTIONS` if it is missing, with a one-sentence message. */
export async function loadPrices(): Promise<PricePackage> {
  return await import("@pydantic/genai-prices").catch((cause: unknown) => {
    const why = `quorate/prices needs the package "${NAME}", which cannot be loaded; install it: npm install ${NAME}`;
    throw new QuorateError("BAD_OPTIONS", why, { cause });
  });
}

/**
 * The release day of the installed version, for instance `2026-09-23`. For a version that is newer than the ones known here, it is the
 * newest known day, since its prices are of that day or later. `undefined` if the day is not known.
 */
export function releaseDay(): string | undefined {
  const installed = installedVersion();
  if (installed === undefined) return undefined;
  return RELEASES.find(([version]) => !isNewer(version, installed))?.[1];
}

function installedVersion(): readonly number[] | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(NAME);
    const manifest: unknown = JSON.parse(
      readFileSync(join(dirname(entry), "..", "package.json"), "utf8"),
    );
    const { name, version } = Object(manifest) as Readonly<Record<string, unknown>>;
    return name === NAME && typeof version === "string" ? numbersIn(version) : undefined;
  } catch {
    // A later version may have another layout.
    return undefined;
  }
}

function isNewer(version: string, than: readonly number[]): boolean {
  const numbers = numbersIn(version);
  const at = numbers.findIndex((number, index) => number !== than[index]);
  return at >= 0 && (numbers[at] ?? 0) > (than[at] ?? 0);
}

function numbersIn(version: string): readonly number[] {
  return version.split(/[.-]/).slice(0, 3).map(Number);
}
