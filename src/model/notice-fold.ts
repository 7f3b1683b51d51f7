import { known } from "./call.ts";
import type { RunEvent } from "./events.ts";
import type { Notice } from "./notices.ts";

/** The members that a team asks, and the calls of its nested teams. */
interface AskedTeam {
  readonly agents: readonly string[];
  readonly calls: Map<string, string>;
}

const NOBODY: AskedTeam = { agents: [], calls: new Map() };

/** What a run's log contains about its notices: a fold over its events. */
export class NoticeFold {
  /** By the team's call, the root's under "". For a repeated team, the last notices. */
  readonly #given = new Map<string, readonly Notice[]>();
  /** By the team's call: its members and the calls of its nested teams. For a repeated team, those of its last attempt. */
  readonly #teams = new Map<string, AskedTeam>();
  readonly #refused = new Map<string, string>();
  readonly #redacted = new Set<string>();
  readonly #uncached = new Set<string>();
  /** Calls of agents that are declared free, and of those agents that reported money all the same. */
  readonly #free = new Set<string>();
  readonly #notFree = new Set<string>();

  add(event: RunEvent): void {
    switch (event.type) {
      case "notices.given":
        this.#given.set(event.team ?? "", event.notices);
        for (const { code, agents = [] } of event.notices) {
          if (code === "not-cached") for (const agent of agents) this.#uncached.add(agent);
        }
        break;
      case "report.refused":
        if (!this.#refused.has(event.agent)) this.#refused.set(event.agent, event.detail);
        break;
      case "verdict.reached":
        if (event.redacted === true && event.verdict.winner !== null) {
          this.#redacted.add(event.verdict.subject);
        }
        break;
      case "run.planned":
        this.#teams.set(event.team ?? "", { agents: event.agents, calls: new Map() });
        break;
      case "call.started":
      case "call.reused":
        if (event.type === "call.started" && event.free === true) this.#free.add(event.callId);
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
        if (this.#free.has(event.callId)) this.#notFree.add(event.agent);
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
    return [...(this.#given.get(team) ?? []), ...within];
  }

  /** The last notices of that team alone; `undefined` if there never were any. */
  ownOf(team: string): readonly Notice[] | undefined {
    return this.#given.get(team);
  }

  /** What was wrong with the first unreadable report of each agent. */
  get refused(): ReadonlyMap<string, string> {
    return this.#refused;
  }

  /** Agents that are declared free, and reported money. */
  get notFree(): ReadonlySet<string> {
    return this.#notFree;
  }

  /** Not in the log: a call's content is hidden although the agent keeps its answers. */
  addUncached(agent: string): void {
    this.#uncached.add(agent);
  }

  /** Agents with a cache that did not keep an answer because its content is hidden. */
  get uncached(): ReadonlySet<string> {
    return this.#uncached;
  }

  /** Decided subjects whose positions are not all whole in the log. */
  get redacted(): ReadonlySet<string> {
    return this.#redacted;
  }
}
