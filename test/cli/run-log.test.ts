import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chooseLog } from "../../src/cli/given/run-log.ts";
import { agent, memory, supervisor } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { folder } from "./command.ts";

const only = agent({ name: "only", run: () => "done" });
const team = (store: Store) => supervisor({ name: "team", agents: { only }, backend: { store } });

/** A store that reaches outside of this process, as far as one can see. */
function outside(path?: string): Store {
  // Without what shows that it is in memory.
  const { [Symbol.dispose]: _dispose, ...store } = memory().store;
  return { ...store, ...(path !== undefined && { path }) };
}

describe("chooseLog", () => {
  it("takes the team's own store, and knows its file where the store tells it", async () => {
    const own = outside("team.db");
    expect(await chooseLog(team(own), undefined)).toEqual({
      backend: { store: own },
      store: own,
      file: "team.db",
    });
    const silent = outside();
    expect(await chooseLog(team(silent), undefined)).toEqual({
      backend: { store: silent },
      store: silent,
    });
  });

  it("knows the file of a SQLite store, unless others could not read it", async () => {
    const path = join(folder(), "own.db");
    await using open = sqlite({ path }).store;
    expect((await chooseLog(team(open), undefined)).file).toBe(path);
    const codec = { encode: (text: string) => text, decode: (code: string) => code };
    await using sealed = sqlite({ path: join(folder(), "sealed.db"), codec }).store;
    expect(await chooseLog(team(sealed), undefined)).toEqual({
      backend: { store: sealed },
      store: sealed,
    });
    await using passing = sqlite({ path: ":memory:" }).store;
    expect(await chooseLog(team(passing), undefined)).toEqual({
      backend: { store: passing },
      store: passing,
    });
  });

  it("takes the database that was asked for, whatever the team has", async () => {
    const file = join(folder(), "asked.db");
    const log = await chooseLog(team(outside("team.db")), file);
    expect(log.file).toBe(file);
    expect(existsSync(file)).toBe(true);
    await log.store.close();
  });
});
