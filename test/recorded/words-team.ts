// The team whose runs stand in `words.db`. The version that made them imports this with its own functions, as the test does.

/** What the team is made of: the functions of one version of the package. */
export interface Words {
  readonly agent: (options: object) => object;
  readonly supervisor: (options: object) => unknown;
  readonly reliability: (options: object) => object;
  readonly vote: (options: object) => object;
  readonly judge: (options: object) => object;
  readonly human: () => object;
}

/** `good`, `bad` and `late` disagree; learned reliability is not sure enough, the vote has no margin, and the judge, who was told something, decides. */
export function wordsTeam(
  { agent, supervisor, reliability, vote, judge, human }: Words,
  { asked, late }: { readonly asked: (name: string) => void; readonly late?: () => unknown },
  more: object = {},
): unknown {
  const says = (name: string, recommendation: string, more: object = {}, wait?: () => unknown) =>
    agent({
      name,
      version: "1",
      retries: 0,
      run: async () => {
        asked(name);
        await wait?.();
        return { recommendation };
      },
      ...more,
    });
  const chief = agent({
    name: "chief",
    version: "1",
    run: ({ options }: { options: readonly { id: string; position: unknown }[] }) => {
      asked("chief");
      return { choice: options.find(({ position }) => position === "hold")?.id ?? "?" };
    },
  });
  const good = says("good", "hold");
  const bad = says("bad", "ship");
  return supervisor({
    name: "words",
    agents: { good, bad, late: says("late", "wait", { needs: { good, bad } }, late) },
    resolve: [
      reliability({ labels: "fixed", atLeast: 0.999 }),
      vote({ margin: 0.9 }),
      judge({ ask: chief, instructions: "Safety comes before speed." }),
      human(),
    ],
    ...more,
  });
}
