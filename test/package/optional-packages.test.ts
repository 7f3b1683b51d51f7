import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { OPTIONAL_PACKAGES } from "../../src/cli/optional-packages.ts";

const root = resolve(import.meta.dirname, "../..");

const { exports: entries, peerDependencies } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
) as {
  readonly exports: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
};

const peers = Object.keys(peerDependencies);
const IMPORT =
  /(?:^|\n)(?:import|export) (?!type )(?:[^;"]*? from )?"([^"]+)";|\bimport\("([^"]+)"\)|"(@pydantic\/genai-prices)"/g;

/** The optional packages that a source file, and whatever it loads at once or later, would load. */
function peersLoadedBy(file: string): readonly string[] {
  const files = new Set([file]);
  const found = new Set<string>();
  for (const one of files) {
    for (const [, now, later, named] of readFileSync(one, "utf8").matchAll(IMPORT)) {
      const loaded = now ?? later ?? named ?? "";
      if (loaded.startsWith(".")) files.add(resolve(dirname(one), loaded));
      else found.add(loaded);
    }
  }
  return peers.filter((peer) =>
    [...found].some((one) => one === peer || one.startsWith(`${peer}/`)),
  );
}

describe("the packages that doctor knows", () => {
  it("are the optional peers of package.json", () => {
    expect(OPTIONAL_PACKAGES.map(({ name }) => name).toSorted()).toEqual(peers.toSorted());
  });

  it("are each told with every entry that loads them", () => {
    // The command line loads whatever its commands need, and they say what that is.
    const folders = Object.keys(entries)
      .map((entry) => entry.slice(2))
      .filter((entry) => !["", "package.json", "cli"].includes(entry));
    for (const folder of folders) {
      const told = OPTIONAL_PACKAGES.filter((one) => one.entries.includes(folder));
      expect(told.map(({ name }) => name).toSorted(), `what src/${folder}/index.ts loads`).toEqual(
        peersLoadedBy(join(root, "src", folder, "index.ts")).toSorted(),
      );
    }
    const ownOfCli = OPTIONAL_PACKAGES.filter((one) => one.entries.includes("cli"));
    for (const { name } of ownOfCli) {
      expect(peersLoadedBy(join(root, "src/cli/program.ts"))).toContain(name);
    }
    expect(OPTIONAL_PACKAGES.filter((one) => one.entries.length === 0)).toEqual([]);
  });
});
