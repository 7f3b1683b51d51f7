import { realpath } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { shown } from "../check/shown.ts";
import { QuorateError } from "../model/errors.ts";
import { takeJson, type Json } from "../model/json.ts";
import { fields, type Fields } from "../model/record.ts";
import { clipWords, plain } from "../model/text.ts";
import { textIn, type Tools } from "../program/coding-agent.ts";

/** What an agent asks permission for, in its own words, which do not prove what it will do. */
export interface PermissionRequest {
  /** `"read"`, `"search"`, `"edit"`, `"delete"`, `"move"`, `"execute"`, `"fetch"`, `"think"`, `"switch_mode"`, `"other"`, or the agent's own word. */
  readonly kind: string;
  /** The title that a person would be shown; at most 2,000 characters. */
  readonly title: string;
  /** The name of the tool, if the agent gives it. */
  readonly tool: string | undefined;
  /** The absolute paths of the files concerned. */
  readonly paths: readonly string[];
  /** The input of the tool, if the agent gives it and it is at most 64 KiB of JSON. */
  readonly input: Json | undefined;
  /** The folder that the agent works in. */
  readonly cwd: string;
  /** Aborted when the answer is no longer needed. */
  readonly signal: AbortSignal;
}

/** Decides whether an agent may do what it asks for, this once. If it throws, the attempt fails. */
export type Permissions = (request: PermissionRequest) => boolean | Promise<boolean>;

/** The default policy: refuse everything, except edits of files in the agent's own folder if it may write. */
export function permissionsFor(tools: Tools): Permissions {
  if (tools !== "write") return () => false;
  return async ({ kind, paths, cwd }) => {
    if (kind !== "edit" || paths.length === 0) return false;
    const inside = await Promise.all(paths.map((path) => isInside(cwd, path)));
    return inside.every(Boolean);
  };
}

const MAX_TITLE = 2_000;
const MAX_INPUT_BYTES = 64 * 1024;

/** Puts a request to the user's policy and makes the protocol's answer of it. */
export async function answerRequest(
  permissions: Permissions,
  given: unknown,
  { cwd, signal }: Pick<PermissionRequest, "cwd" | "signal">,
): Promise<{ readonly allowed: boolean; readonly request: PermissionRequest; outcome: object }> {
  const { toolCall, options } = fields(given);
  const call = fields(toolCall);
  const input = takeJson(call["rawInput"], MAX_INPUT_BYTES);
  const paths = pathsIn(call, cwd);
  const request: PermissionRequest = Object.freeze({
    kind: textIn(call, "kind") || "other",
    title: clipWords(plain(textIn(call, "title")), MAX_TITLE),
    tool: textIn(call, "name") || undefined,
    paths: Object.freeze(paths.slice(0, MAX_PATHS)),
    // It arrived as JSON.
    input: input.fault === undefined ? (input.value as Json | undefined) : undefined,
    cwd,
    signal,
  });
  const allowed: unknown = paths.length > MAX_PATHS ? false : await permissions(request);
  if (typeof allowed !== "boolean") {
    const why = `permissions returned ${shown(allowed)}; return true or false`;
    throw new QuorateError("BAD_OPTIONS", why);
  }
  return { allowed, request, outcome: chosen(options, allowed && !signal.aborted) };
}

/** The option to choose: never one that holds for ever, which the agent would store in its settings. Cancels if there is no fitting one. */
function chosen(given: unknown, allowed: boolean): object {
  const options: readonly unknown[] = Array.isArray(given) ? given : [];
  const wanted = allowed ? "allow_once" : "reject_once";
  const option = options.map(fields).find(({ kind }) => kind === wanted);
  const optionId = textIn(option, "optionId");
  return option === undefined || optionId === ""
    ? { outcome: "cancelled" }
    : { outcome: "selected", optionId };
}

/** A request about more files is refused without asking the policy: no user would look at them all. */
const MAX_PATHS = 1_000;

function pathsIn({ locations, content }: Fields, cwd: string): readonly string[] {
  const places = [locations, content]
    .flatMap((list): readonly unknown[] => (Array.isArray(list) ? list : []))
    .map((place) => textIn(place, "path"))
    .filter((path) => path !== "");
  return [...new Set(places.map((path) => resolve(cwd, path)))];
}

/** Whether a path is within a folder after all links are followed. */
async function isInside(folder: string, path: string): Promise<boolean> {
  const [root, target] = [await realpath(folder), await realPath(path)];
  const way = relative(root, target);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** A path with its links resolved; its end need not exist yet. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(await realPath(above), path.slice(above.length));
  }
}
