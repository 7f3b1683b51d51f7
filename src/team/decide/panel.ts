import type { AgentResult, OtherSide } from "../../model/call.ts";
import type { Assertions } from "../../conflict/read-claims.ts";
import type { CallSpec } from "../../call/call-spec.ts";
import type { Run } from "../../call/run.ts";
import type { ConfiguredAgent } from "../../call/configured-agent.ts";
import type { EscalationReason } from "../../model/call-events.ts";
import { askOnceMore, type Asking } from "../coordinate/member.ts";
import { madeOf } from "../coordinate/member-result.ts";
import { isConfiguredTeam, type ConfiguredTeam } from "../configure-team.ts";

/** What the members of a team have said, and what is needed to ask some of them once more. Members are known by their index. */
export interface Panel {
  /** In the order of the team; `undefined` for members that have said nothing. */
  readonly statements: readonly (Assertions | undefined)[];
  /** The member, if it can be asked once more: an agent that has answered, at the most expensive tier that it was asked at. */
  memberAt(index: number): ConfiguredAgent | undefined;
  /**
   * Asks these members once more, all at once. Their new answers replace the old ones; if a member does
   * not answer, its old answer stands. Rejects if the run is cancelled, once all have stopped.
   */
  again(wanted: readonly OnceMore[]): Promise<void>;
}

/** A member that is asked once more. */
export interface OnceMore {
  readonly index: number;
  readonly configured: ConfiguredAgent;
  readonly why: EscalationReason;
  readonly others?: readonly OtherSide[];
}

/** The results of the members of a team that have ended; changed by the code that asks them. */
export interface Answers {
  readonly results: (AgentResult | undefined)[];
  readonly statements: (Assertions | undefined)[];
  /** For members for which several calls may be made. */
  readonly askings: (Asking | undefined)[];
}

/** The panel of a team whose members have all ended. */
export function panelOf(
  run: Run,
  { members }: ConfiguredTeam,
  { results, statements, askings }: Answers,
  specOf: (index: number) => CallSpec,
): Panel {
  const askingOf = (index: number): Asking | undefined => {
    const configured = members[index];
    const result = results[index];
    if (configured === undefined || isConfiguredTeam(configured) || result?.status !== "ok")
      return undefined;
    const { place } = specOf(index);
    const call = { place, result, said: statements[index] };
    return askings[index] ?? { calls: [call], configured, first: place };
  };
  return {
    statements,
    memberAt: (index) => askingOf(index)?.configured,
    async again(wanted) {
      // All questions before any answer: what one is asked does not depend on another's new answer.
      const asked = wanted.flatMap(({ index, configured, why, others }) => {
        const asking = askingOf(index);
        // A rerun never waits for a person; the earlier answer stands.
        const spec = { ...specOf(index), canWait: false, others };
        return asking === undefined ? [] : [{ index, asking, once: { configured, why, spec } }];
      });
      const ended = await Promise.allSettled(
        asked.map(async ({ index, asking, once }) => {
          askings[index] = await askOnceMore(run, asking, once);
        }),
      );
      for (const end of ended) if (end.status === "rejected") throw end.reason;
      for (const { index } of asked) {
        const configured = members[index];
        const asking = askings[index];
        if (configured === undefined || isConfiguredTeam(configured) || asking === undefined)
          continue;
        const { result, said } = madeOf(asking.calls);
        results[index] = result;
        statements[index] = said;
      }
    },
  };
}
