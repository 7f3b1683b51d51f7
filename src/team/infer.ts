import type { InputOf, OutputOf, Workers } from "../describe/agent.ts";
import type { AgentResult } from "../model/call.ts";

/** The results of a team, by agent. */
export type ResultsOf<Agents extends Workers> = {
  readonly [K in keyof Agents]: AgentResult<OutputOf<Agents[K]>>;
};

/** What a team is asked: what every one of its agents accepts, but those whose input is mapped. */
export type TaskOf<Agents extends Workers, Mapped extends PropertyKey = never> = [
  Exclude<keyof Agents, Mapped>,
] extends [never]
  ? unknown
  : {
        [K in Exclude<keyof Agents, Mapped>]: (task: InputOf<Agents[K]>) => void;
      }[Exclude<keyof Agents, Mapped>] extends (task: infer Task) => void
    ? Task
    : never;

/** The names of a team. */
export type NameOf<Agents extends Workers> = Extract<keyof Agents, string>;

/** Workers whose keys are their names, as far as the compiler knows these. */
export type UnderOwnNames<Agents extends Workers> = {
  readonly [K in keyof Agents]: string extends Agents[K]["name"] ? unknown : { readonly name: K };
};
