import { scopeOf, type TeamPlace } from "../model/call-place.ts";
import type { Cost } from "../model/call.ts";
import { addCost, NO_COST } from "../model/call.ts";
import { foldedKey } from "../conflict/canonical.ts";
import type { Position } from "../model/conflict.ts";
import { CallPlaces } from "../log/call-places.ts";
import type { RunEvent } from "../model/events.ts";
import type { Json } from "../model/json.ts";
import type { Verdict } from "../model/verdict.ts";
import { subjectKey } from "../resolve/subject-key.ts";
import { readChoice } from "../resolve/judge/choice.ts";
import { canonical } from "../resolve/judge/hearing.ts";
import { optionsOf } from "../resolve/judge/question.ts";

/** One question that a judge was asked, from the log. */
export interface JudgedQuestion {
  readonly judge: string;
  /** The resolver that asked. */
  readonly resolver: string;
  /** The user's instructions for the judge; `null` for none. */
  readonly instructions: string | null;
  /** Identifies run, team and subject: the same for all judges that were asked about it. */
  readonly place: string;
  /** In the order in which they were shown first. */
  readonly positions: readonly Position[];
  /**
   * By order: the index of the chosen position, -1 if the answer failed or named none, `undefined` if the judge was
   * not asked in that order.
   */
  readonly chosen: readonly [number | undefined, number | undefined];
  readonly verdict: Verdict | undefined;
  /** The index of the position for which a person decided. */
  readonly truth: number | undefined;
  readonly cost: Cost;
  /** The model that answered, if the log has it. */
  readonly model: string | undefined;
  /** Names of the agents of that run with the same model. */
  readonly sameModel: ReadonlySet<string>;
}

// The form in which `hear` names a question: RESOLVER:SUBJECT:ORDER.
const QUESTION = /^([^/]+):([\w.-]{1,40}|#[\w-]{16}):([12])$/;

interface AskedResolver {
  readonly judge: string;
  readonly resolver: string;
  readonly scope: string;
  readonly subject: string;
  readonly outputs: [unknown, unknown];
  readonly started: Set<number>;
  readonly ended: Set<number>;
  /** An answer is not kept whole. */
  hidden: boolean;
  cost: Cost;
  model: string | undefined;
}

/** What one run's log says about its judges. Answers that were taken over from elsewhere do not count. */
export function judgedIn(events: readonly RunEvent[]): readonly JudgedQuestion[] {
  const asked = new Map<string, AskedResolver>();
  const positions = new Map<string, readonly Position[]>();
  const verdicts = new Map<string, Verdict>();
  const decided = new Map<string, Json>();
  const agentsOf = new Map<string, Set<string>>();
  const told = new Map<string, string>();
  const calls = new CallPlaces();
  let runId = "";
  for (const event of events) {
    runId = event.runId;
    switch (event.type) {
      case "call.started":
      case "call.succeeded":
      case "call.failed": {
        const found = QUESTION.exec(event.questionKey ?? "");
        if (found === null) {
          if (event.type === "call.succeeded" && event.model !== undefined) {
            const agents = agentsOf.get(event.model) ?? new Set();
            agentsOf.set(event.model, agents.add(event.agent));
          }
          break;
        }
        calls.add(event);
        note(asked, calls.firstOf(event).agent, found, event);
        break;
      }
      case "judge.instructed":
        told.set(toldKey(scopeOf(event), event.resolver, event.judge), event.instructions);
        break;
      case "conflict.found":
        positions.set(placeOf(event, event.conflict.subject), event.conflict.positions);
        break;
      case "verdict.reached":
        // If positions are redacted, the order in which they were shown is unknown.
        if (event.redacted === true) {
          positions.delete(placeOf(event, event.verdict.subject));
          break;
        }
        positions.set(placeOf(event, event.verdict.subject), event.verdict.positions);
        verdicts.set(placeOf(event, event.verdict.subject), event.verdict);
        break;
      case "person.decided":
        decided.set(placeOf(event, event.subject), event.winner);
        break;
      default:
    }
  }
  return [...asked.values()].flatMap((one): JudgedQuestion[] => {
    const place = `${one.scope}:${one.subject}`;
    const held = positions.get(place);
    // Without its positions, while it is being asked, and if answers are hidden, its choice is unknown.
    const open = one.ended.size === 0 || one.started.size > one.ended.size;
    if (held === undefined || open || one.hidden) return [];
    const order = canonical(held);
    const truth = decided.get(place);
    return [
      {
        judge: one.judge,
        resolver: one.resolver,
        instructions: told.get(toldKey(one.scope, one.resolver, one.judge)) ?? null,
        place: `${runId}/${place}`,
        positions: order,
        chosen: [
          one.ended.has(1) ? chosenAt(one.outputs[0], order, false) : undefined,
          one.ended.has(2) ? chosenAt(one.outputs[1], order, true) : undefined,
        ],
        verdict: verdicts.get(place),
        truth: truth === undefined ? undefined : indexOf(order, truth),
        cost: one.cost,
        model: one.model,
        sameModel: (one.model === undefined ? undefined : agentsOf.get(one.model)) ?? NOBODY,
      },
    ];
  });
}

function toldKey(scope: string, resolver: string, judge: string): string {
  return JSON.stringify([scope, resolver, judge]);
}

const NOBODY: ReadonlySet<string> = new Set();

function note(
  asked: Map<string, AskedResolver>,
  judge: string,
  [, resolver = "", subject = "", digit = ""]: RegExpExecArray,
  event: Extract<RunEvent, { type: "call.started" | "call.succeeded" | "call.failed" }>,
): void {
  const scope = scopeOf(event);
  const key = JSON.stringify([scope, judge, resolver, subject]);
  let one = asked.get(key);
  if (one === undefined) {
    one = {
      judge,
      resolver,
      scope,
      subject,
      outputs: [undefined, undefined],
      started: new Set(),
      ended: new Set(),
      hidden: false,
      cost: NO_COST,
      model: undefined,
    };
    asked.set(key, one);
  }
  const order = Number(digit);
  one.started.add(order);
  if (event.type === "call.started") {
    one.model = event.model ?? one.model;
    return;
  }
  one.ended.add(order);
  one.cost = addCost(one.cost, event.cost);
  one.model = event.model ?? one.model;
  one.hidden ||= event.type === "call.succeeded" && event.redacted === true;
  one.outputs[order === 1 ? 0 : 1] = event.type === "call.succeeded" ? event.output : undefined;
}

/** The place of a decision: the team's place and the subject, in the form of a call's key. */
function placeOf(team: TeamPlace, subject: string): string {
  return `${scopeOf(team)}:${subjectKey(subject)}`;
}

/** The index of the position that an answer names, in the order in which they were shown first; -1 if it is unclear. */
function chosenAt(output: unknown, order: readonly Position[], reversed: boolean): number {
  const shown = optionsOf(reversed ? order.toReversed() : order, NO_EVIDENCE);
  const read = readChoice(output, shown);
  if (read.wrong !== undefined) return -1;
  return reversed ? order.length - 1 - read.place : read.place;
}

const NO_EVIDENCE = { maxEvidence: 0, maxEvidenceChars: 1 };

function indexOf(positions: readonly Position[], value: Json): number | undefined {
  const wanted = foldedKey(value);
  const index = positions.findIndex((position) => foldedKey(position.value) === wanted);
  return index < 0 ? undefined : index;
}
