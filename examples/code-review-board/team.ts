import { setTimeout as wait } from "node:timers/promises";
import { agent, supervisor } from "quorate";
import { sqlite } from "quorate/sqlite";
import { pullRequest } from "./pulls.ts";

/** The board's task: which of the recorded pull requests, and whether to answer without a delay. */
export interface ReviewTask {
  readonly pull: number;
  readonly fast?: boolean;
}

/**
 * A reviewer that answers with what it really wrote about the pull request. Your own agent would ask a model here, with this signal;
 * everything else stays the same.
 */
const recorded = <Name extends string>(name: Name) =>
  agent({
    name,
    version: "recorded",
    description: `What ${name} wrote about a pull request.`,
    run: async ({ pull, fast = false }: ReviewTask, { signal }) => {
      const { findings } = pullRequest(pull);
      await wait(fast ? 0 : pretendedMs(name, pull), undefined, { signal });
      return { findings: (findings[name] ?? []).map(({ text }) => text) };
    },
  });

/** Twelve reviewers. With the default chain a finding stands if a third of them report it, in whatever words. */
export default supervisor({
  name: "code-review-board",
  version: "1",
  agents: {
    augment: recorded("augment"),
    baz: recorded("baz"),
    bugbot: recorded("bugbot"),
    claude: recorded("claude"),
    coderabbit: recorded("coderabbit"),
    copilot: recorded("copilot"),
    gemini: recorded("gemini"),
    graphite: recorded("graphite"),
    greptile: recorded("greptile"),
    kg: recorded("kg"),
    propel: recorded("propel"),
    qodo: recorded("qodo"),
  },
  backend: sqlite({ path: "quorate.db" }),
});

// A different time for each reviewer, but the same in every run: 0.2 to 1.4 seconds.
function pretendedMs(name: string, pull: number): number {
  const mixed = [...name].reduce(
    (sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 997,
    pull * 131,
  );
  return 200 + ((mixed * 47) % 1200);
}
