import { known } from "./call.ts";
import type { RunEvent } from "./events.ts";
import type { Notice } from "./notices.ts";

/** The members that a team asks, and the calls of its nested teams. */
interface AskedTeam {
  readonly agents: readonly string[];
  readonly calls: Map<string, string>;
}

const NOTHING: ReadonlyMap<string, string> = new Map();
const NONE: ReadonlySet<string> = new Set();
const NOBODY: AskedTeam = { agents: [], calls: new Map() };

/** What a run's log contains about its notices: a fold over its events. */
export class NoticeFold {
  // Most runs have nothing to put into these.
  /** By the team's call, the root's under "". For a repeated team, the last notices. */
  #given: Map<string, readonly Notice[]> | undefined;
  /** By the team's call: its members and the calls of its nested teams. For a repeated team, those of its last attempt. */
  readonly #teams = new Map<string, AskedTeam>();
  #refused: Map<string, string> | undefined;
  #redacted: Set<string> | undefined;
  #uncached: Set<string> | undefined;
  /** Calls of agents that are declared free, and of those agents that reported money all the same. */
  #free: Set<string> | undefined;
  #notFree: Set<string> | undefined;

  add(event: RunEvent): void {
    switch (event.type) {
      case "notices.given":
        (this.#given ??= new Map()).set(event.team ?? "", event.notices);
        for (const { code, agents = [] } of event.notices) {
          if (code === "not-cached") for (const agent of agents) this.addUncached(agent);
        }
        break;
      case "report.refused":
        this.#refused ??= new Map();
        if (!this.#refused.has(event.agent)) this.#refused.set(event.agent, event.detail);
        break;
      case "verdict.reached":
        if (event.redacted === true && event.verdict.winner !== null) {
          (this.#redacted ??= new Set()).add(event.verdict.subject);
        }
        break;
      case "run.planned":
        this.#teams.set(event.team ?? "", { agents: event.agents, calls: new Map() });
        break;
      case "call.started":
      case "call.reused":
        if (event.type === "call.started" && event.free === true) {
          (this.#free ??= new Set()).add(event.callId);
        }
        if (event.role === "team") {
          this.#teams.get(event.team ?? "")?.calls.set(event.agent, event.callId);
        }
        break;
      case "call.succeeded":
      case "call.failed":
      case "call.retried":
      case "call.requeued":
      case "call.late":
      case "call.abandoned":
      case "call.reported": {
        const { cost } = event;
        if (cost === undefined || known(cost, "usdMicros") === 0) break;
        if (this.#free?.has(event.callId) === true) (this.#notFree ??= new Set()).add(event.agent);
        break;
      }
      default:
    }
  }

  /**
   * The last notices of a team and of the teams within it: its own first, then theirs in the order of the team, whichever ended first.
   * A team that a fork took over whole has the notices of its nested teams among its own.
   */
  given(team: string = ""): readonly Notice[] {
    const { agents, calls } = this.#teams.get(team) ?? NOBODY;
    const within = agents.flatMap((agent) => {
      const call = calls.get(agent);
      return call === undefined ? [] : this.given(call).map((one) => ({ team: call, ...one }));
    });
    return [...(this.#given?.get(team) ?? []), ...within];
  }

  /** The last notices of that team alone; `undefined` if there never were any. */
  ownOf(team: string): readonly Notice[] | undefined {
    return this.#given?.get(team);
  }

  /** What was wrong with the first unreadable report of each agent. */
  get refused(): ReadonlyMap<string, string> {
    return this.#refused ?? NOTHING;
  }

  /** Agents that are declared free, and reported money. */
  get notFree(): ReadonlySet<string> {
    return this.#notFree ?? NONE;
  }

  /** Not in the log: a call's content is hidden although the agent keeps its answers. */
  addUncached(agent: string): void {
    (this.#uncached ??= new Set()).add(agent);
  }

  /** Agents with a cache that did not keep an answer because its content is hidden. */
  get uncached(): ReadonlySet<string> {
    return this.#uncached ?? NONE;
  }

  /** Decided subjects whose positions are not all whole in the log. */
  get redacted(): ReadonlySet<string> {
    return this.#redacted ?? NONE;
  }
}
