import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { SourceMap } from "node:module";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { measureInFreshProcess } from "./fresh-process.ts";
import type { Workload } from "./workload.ts";

const root = resolve(import.meta.dirname, "..");
const MOST_FUNCTIONS = 15;

interface Frame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: Frame }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/**
 * Where the CPU of a workload goes, by room of `src`: the time that each function takes itself, sampled
 * in a second measurement of one process.
 */
export async function profile(
  list: string,
  { id, size, systems, title, profiled: system = systems[0] ?? "" }: Workload,
  pace: "full" | "quick",
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "quorate-profile-"));
  try {
    const file = join(folder, "bench.cpuprofile");
    await measureInFreshProcess({ list, workload: id, system, size: size[pace], profile: file });
    const { rooms, functions, total } = folded(
      JSON.parse(readFileSync(file, "utf8")) as CpuProfile,
    );
    const share = (us: number): string => `${((us / total) * 100).toFixed(1).padStart(7)} %`;
    const rows = (by: ReadonlyMap<string, number>, most: number): readonly string[] =>
      [...by]
        .sort(([, a], [, b]) => b - a)
        .slice(0, most)
        .map(([name, us]) => `${share(us)}  ${name}`);
    return [
      `${id} ${title}: ${system}, ${(total / 1_000).toFixed(0)} ms`,
      ...rows(rooms, Number.POSITIVE_INFINITY),
      "  the functions with most of it:",
      ...rows(functions, MOST_FUNCTIONS),
    ].join("\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Self time by room and by function, in microseconds, without the time in which nothing ran. */
function folded({ nodes, samples, timeDeltas }: CpuProfile) {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const rooms = new Map<string, number>();
  const functions = new Map<string, number>();
  let total = 0;
  for (const [at, sample] of samples.entries()) {
    const frame = frames.get(sample);
    const us = timeDeltas[at + 1] ?? 0;
    if (frame === undefined || frame.functionName === "(idle)") continue;
    const place = placeOf(frame);
    const name = `${frame.functionName === "" ? "(anonymous)" : frame.functionName}, ${place.file}`;
    rooms.set(place.room, (rooms.get(place.room) ?? 0) + us);
    functions.set(name, (functions.get(name) ?? 0) + us);
    total += us;
  }
  return { rooms, functions, total };
}

const known = new Map<string, { readonly room: string; readonly file: string }>();

function placeOf(frame: Frame): { readonly room: string; readonly file: string } {
  const name = `${frame.url}:${frame.lineNumber}:${frame.columnNumber}:${frame.functionName}`;
  let place = known.get(name);
  if (place === undefined) known.set(name, (place = placed(frame)));
  return place;
}

function placed({ url, functionName, lineNumber, columnNumber }: Frame) {
  if (functionName.startsWith("(")) return { room: functionName, file: "V8" };
  if (!url.startsWith("file:")) return { room: "Node", file: url === "" ? "V8" : url };
  const path = fileURLToPath(url);
  const source = sourceOf(path, lineNumber, columnNumber) ?? path;
  const file = relative(root, source);
  const [top = "", room = ""] = file.split("/");
  return { room: top === "src" && room.endsWith(".ts") ? "src" : `${top}/${room}`, file };
}

const maps = new Map<string, SourceMap | undefined>();

/** The file that a place of a built one was made of. */
function sourceOf(path: string, line: number, column: number): string | undefined {
  if (!maps.has(path)) {
    const file = `${path}.map`;
    maps.set(
      path,
      existsSync(file) ? new SourceMap(JSON.parse(readFileSync(file, "utf8"))) : undefined,
    );
  }
  const entry = maps.get(path)?.findEntry(line, column);
  if (entry === undefined || !("originalSource" in entry)) return undefined;
  return resolve(path, "..", entry.originalSource);
}
