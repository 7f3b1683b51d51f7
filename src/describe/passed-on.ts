import type { AgentOptions, Workers } from "./agent.ts";
import type { ClaimDraft } from "../model/claim.ts";
import type { PropertyOf } from "../model/position-on.ts";
import type { Schema } from "../check/schema.ts";

/** What an adapter passes on to `agent()` as it is. */
export type PassedOn<
  Name extends string,
  Input,
  Task,
  Raw,
  Output,
  Needs extends Workers,
  Property extends string = string,
  Draft extends ClaimDraft = ClaimDraft,
> = Omit<
  AgentOptions<Name, Input, Task, Raw, never, Output, Needs>,
  "name" | "run" | "batch" | "input" | "output" | "needs" | "claims"
> & {
  /** Its key in a team. Where left out, the name of what is asked: of a program, of a host. */
  readonly name?: Name;
  /** Checks the task before anything is asked. */
  readonly input?: Schema<Input, Task>;
  /** Checks the answer; what answered is asked again with what was wrong with it. */
  readonly output?: Schema<Raw, Output>;
  /** Agents whose answers this one needs, by their names. */
  readonly needs?: Needs;
  readonly claims?:
    | PropertyOf<NoInfer<Output>, Property>
    | ((output: Output) => readonly Draft[] | Iterable<Draft>);
};
