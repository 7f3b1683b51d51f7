// The team whose runs stand in the recorded databases: only what every version of the package so far has. The versions of the package that
// made them import this with their own `agent` and `supervisor`.

/** What the team is made of: the functions of one version of the package. */
export interface Made {
  readonly agent: (options: object) => never;
  readonly supervisor: (options: object) => unknown;
}

export interface Seen {
  /** Is told of every call of an agent. */
  readonly asked: (name: string) => void;
  /** What `slow` does before it answers. */
  readonly slow: () => void | Promise<void>;
}

/** `quick` and `again`, which fails the first time, say what they hold; `slow` says it after both; `inner` is a team in the team. */
export function recordedTeam(
  { agent, supervisor }: Made,
  { asked, slow }: Seen,
  more: object = {},
): unknown {
  const failed = new Set<unknown>();
  const says = (name: string, recommendation: string, options: object = {}) =>
    agent({
      name,
      version: "1",
      run: (task: { readonly n: number }, { report }: { report?: (usage: object) => void }) => {
        asked(name);
        report?.({ usdMicros: 100, inputTokens: 10, outputTokens: 2 });
        return { recommendation, findings: [`finding of ${name} in ${task.n}`] };
      },
      ...options,
    });
  const quick = says("quick", "ship");
  const again = says("again", "hold", {
    backoff: { baseMs: 0, maxMs: 0 },
    run: (task: { readonly n: number }) => {
      asked("again");
      if (!failed.has(task.n)) {
        failed.add(task.n);
        throw Object.assign(new Error("busy"), { status: 503 });
      }
      return { recommendation: "hold" };
    },
  });
  const slowly = says("slow", "hold", {
    needs: { quick, again },
    run: async () => {
      asked("slow");
      await slow();
      return { recommendation: "hold" };
    },
  });
  const inner = supervisor({ name: "inner", agents: { inside: says("inside", "hold") } });
  return supervisor({ name: "recorded", agents: { quick, again, slow: slowly, inner }, ...more });
}
