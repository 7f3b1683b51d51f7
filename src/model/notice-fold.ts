import type { RunEvent } from "./events.ts";
import type { Notice } from "./notices.ts";

/** What a run's log says that its notices are made of: a fold over its events. */
export class NoticeFold {
  /** By the team's call, the root's under "". Of a repeated team what was said last. */
  readonly #given = new Map<string, readonly Notice[]>();
  /** The team that a team is in, by their calls. */
  readonly #outer = new Map<string, string>();
  readonly #refused = new Map<string, string>();
  readonly #redacted = new Set<string>();
  readonly #uncached = new Set<string>();

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
      case "call.started":
      case "call.reused":
        if (event.role === "team") this.#outer.set(event.callId, event.team ?? "");
        break;
      default:
    }
  }

  /** What was said last of a team and of those within it: its own first, then theirs in the order in which they were asked. */
  given(team: string = ""): readonly Notice[] {
    const own = this.#given.get(team) ?? [];
    const within = [...this.#given].flatMap(([other, notices]) =>
      this.#isWithin(other, team) ? notices.map((one) => ({ ...one, team: other })) : [],
    );
    return [...own, ...within];
  }

  /** What was said last of that team alone; `undefined` where nothing ever was. */
  ownOf(team: string): readonly Notice[] | undefined {
    return this.#given.get(team);
  }

  /** What was wrong with the first report of each agent that reported what nobody can read. */
  get refused(): ReadonlyMap<string, string> {
    return this.#refused;
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

  #isWithin(team: string, outer: string): boolean {
    if (team === "") return false;
    const above = this.#outer.get(team) ?? "";
    return above === outer || this.#isWithin(above, outer);
  }
}
