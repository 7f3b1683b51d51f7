import { known } from "./call.ts";
import type { RunEvent } from "./events.ts";
import type { Notice } from "./notices.ts";

/** The members that a team asks, and the calls of those that are teams. */
interface AskedTeam {
  readonly agents: readonly string[];
  readonly calls: Map<string, string>;
}

const NOBODY: AskedTeam = { agents: [], calls: new Map() };

/** What a run's log says that its notices are made of: a fold over its events. */
export class NoticeFold {
  /** By the team's call, the root's under "". Of a repeated team what was said last. */
  readonly #given = new Map<string, readonly Notice[]>();
  /** By the team's call, whom it asks and the calls of the teams among these. Of a repeated team as it was asked last. */
  readonly #teams = new Map<string, AskedTeam>();
  readonly #refused = new Map<string, string>();
  readonly #redacted = new Set<string>();
  readonly #uncached = new Set<string>();
  /** Calls of agents that are said to cost nothing, and those of the agents that reported money all the same. */
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
   * What was said last of a team and of those within it: its own first, then theirs in the order of the team, whoever of them ended first.
   * One that a fork took over whole has those of the teams within it among its own.
   */
  given(team: string = ""): readonly Notice[] {
    const { agents, calls } = this.#teams.get(team) ?? NOBODY;
    const within = agents.flatMap((agent) => {
      const call = calls.get(agent);
      return call === undefined ? [] : this.given(call).map((one) => ({ team: call, ...one }));
    });
    return [...(this.#given.get(team) ?? []), ...within];
  }

  /** What was said last of that team alone; `undefined` where nothing ever was. */
  ownOf(team: string): readonly Notice[] | undefined {
    return this.#given.get(team);
  }

  /** What was wrong with the first report of each agent that reported what nobody can read. */
  get refused(): ReadonlyMap<string, string> {
    return this.#refused;
  }

  /** Agents that are said to cost nothing, and reported money. */
  get notFree(): ReadonlySet<string> {
    return this.#notFree;
  }

  /** The log does not have it: the content of a call is hidden, and the agent keeps its answers. */
  addUncached(agent: string): void {
    this.#uncached.add(agent);
  }

  /** Agents that keep their answers, and did not keep one that has something hidden. */
  get uncached(): ReadonlySet<string> {
    return this.#uncached;
  }

  /** Subjects that were decided about, of whose positions the log has not all. */
  get redacted(): ReadonlySet<string> {
    return this.#redacted;
  }
}
