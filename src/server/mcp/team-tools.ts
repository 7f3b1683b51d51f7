import type { Json } from "../../model/json.ts";
import { QuorateError } from "../../model/errors.ts";
import { clip, plain } from "../../model/text.ts";
import type { Supervisor } from "../../supervisor.ts";
import { listed } from "../listed-team.ts";

/** A JSON Schema of an object. */
export type ObjectSchema = Readonly<Record<string, Json>> & { readonly type: "object" };

/** A team as a tool. */
export interface TeamTool {
  readonly name: string;
  readonly team: Supervisor;
  readonly description: string;
  readonly input: ObjectSchema;
  /** The task, made from the arguments of a call. */
  readonly taskOf: (given: Readonly<Record<string, unknown>>) => unknown;
}

/** The names of the server's own tools; no team has one of these. */
export const OWN_TOOLS = {
  run: "quorate_run",
  decide: "quorate_decide",
  cancel: "quorate_cancel",
} as const;

// Clients put the server's name in front, and models take at most 64 characters.
const MAX_NAME_CHARS = 40;
const MAX_DESCRIPTION_CHARS = 1_500;
const MAX_SHOWN_ARGUMENTS = 3;
const MAX_SCHEMA_CHARS = 50_000;

/** Each team as a tool, with a distinct name that clients and models accept. */
export function teamTools(teams: Iterable<Supervisor>): readonly TeamTool[] {
  const taken = new Set<string>(Object.values(OWN_TOOLS));
  return [...teams].map((team) => {
    const { description, agents, input } = listed(team);
    const name = freeName(team.name, taken);
    const who = agents.map((one) =>
      one.description === undefined ? one.name : `${one.name} (${one.description})`,
    );
    const said = [
      description ?? `Gives a task to the team ${JSON.stringify(team.name)}`,
      `It asks ${who.join(", ")}, settles where they disagree, and answers with a verdict, its reasons, its dissent and its cost. That may take minutes`,
    ];
    return {
      name,
      team,
      description: clip(plain(said.map(sentence).join(" ")), MAX_DESCRIPTION_CHARS),
      ...taskIn(name, input),
    };
  });
}

const sentence = (text: string): string => (/[.!?]$/.test(text.trim()) ? text : `${text}.`);

function freeName(wanted: string, taken: Set<string>): string {
  const plainName = wanted.replaceAll(/[^\w-]+/g, "_").replaceAll(/^_+|_+$/g, "");
  const base = plainName.slice(0, MAX_NAME_CHARS) || "team";
  let name = base;
  for (let next = 2; taken.has(name); next++) name = `${base}_${next}`;
  taken.add(name);
  return name;
}

/** The agents' schema if it is one of an object; else a schema with the task as an argument. */
function taskIn(tool: string, schema: Json | undefined): Pick<TeamTool, "input" | "taskOf"> {
  const known = isRecord(schema) && JSON.stringify(schema).length <= MAX_SCHEMA_CHARS;
  if (known && schema["type"] === "object") {
    return { input: schema as ObjectSchema, taskOf: (given) => given };
  }
  const task = known
    ? schema
    : {
        description: "What the team is to look at: a text, or the object that its agents take.",
        anyOf: [{ type: "string" }, { type: "object", additionalProperties: true }],
      };
  return {
    input: {
      type: "object",
      properties: { task },
      required: ["task"],
      additionalProperties: false,
    },
    taskOf(given) {
      const others = Object.keys(given).filter((name) => name !== "task");
      if (given["task"] !== undefined && others.length === 0) return given["task"];
      // Without this check the agents would be asked about nothing.
      const what = given["task"] === undefined ? "there is no such argument" : "there are others";
      const names = others
        .slice(0, MAX_SHOWN_ARGUMENTS)
        .map((name) => plain(clip(name, MAX_NAME_CHARS)));
      const shown = names.length === 0 ? "" : ` (${names.join(", ")})`;
      throw new QuorateError(
        "INPUT_INVALID",
        `The tool ${tool} takes one argument, task, which holds the whole task: ${what}${shown}.`,
      );
    },
  };
}

function isRecord(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
