import type { InputOf, OutputOf, PositionOf, Workers } from "../describe/worker.ts";
import type { AgentResult } from "../model/call.ts";
import type { DefaultPosition } from "../model/position-on.ts";
import type { Json } from "../model/json.ts";
import type { Outcome } from "../model/outcome.ts";
import type { TeamAnswer } from "./coordinate/nested.ts";

/** The results of a team, by agent. */
export type ResultsOf<Agents extends Workers> = {
  readonly [K in keyof Agents]: AgentResult<OutputOf<Agents[K]>>;
};

/** What the agents of a team can hold about the task, as far as their types tell; any JSON value if the types say nothing. */
export type WinnerOf<Agents extends Workers> = [AnyPosition<Agents>] extends [never]
  ? Json
  : AnyPosition<Agents>;

type AnyPosition<Agents extends Workers> = AsJson<
  { [K in keyof Agents]: PositionOf<Agents[K]> }[keyof Agents]
>;

type AsJson<Position> = unknown extends Position ? Json : Position extends Json ? Position : Json;

/** What a team can hold about the task of another: what it decided, or what its own answer says. */
export type TeamPosition<Answer, Winner> = [Answer] extends [TeamAnswer]
  ? Winner
  : DefaultPosition<Answer>;

/** What a run of a team returns. */
export type OutcomeOf<Agents extends Workers> = Outcome<ResultsOf<Agents>, WinnerOf<Agents>>;

/** The task of a team: what every one of its agents accepts, except those whose input is mapped. */
export type TaskOf<Agents extends Workers, Mapped extends PropertyKey = never> = [
  Exclude<NameOf<Agents>, Mapped>,
] extends [never]
  ? unknown
  : {
        [K in Exclude<NameOf<Agents>, Mapped>]: (task: InputOf<Agents[K]>) => void;
      }[Exclude<NameOf<Agents>, Mapped>] extends (task: infer Task) => void
    ? Task
    : never;

/** The names of a team. */
export type NameOf<Agents extends Workers> = Extract<keyof Agents, string>;

/** Workers whose keys are their names, as far as the compiler knows these. For a wrong key, the compile error is a sentence. */
export type UnderOwnNames<Agents extends Workers> = {
  readonly [K in keyof Agents]: string extends Agents[K]["name"]
    ? unknown
    : Agents[K]["name"] extends K
      ? unknown
      : `This agent is called "${Agents[K]["name"]}": use that as its key`;
};

/** Anything but a list; for a list, the compile error is a sentence. */
export interface NoList {
  readonly [Symbol.iterator]?: "Agents are given by their names: { security, style }";
}
