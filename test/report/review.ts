import { agent, memory, supervisor, support, unanimous, vote } from "../../src/index.ts";

/** A review of a change: two findings that stand, one that does not, one voice against two, and one that fails. */
export const review = supervisor({
  name: "review",
  version: "3",
  backend: memory({ resumable: true }),
  agents: {
    ann: agent({
      name: "ann",
      run: () => ({
        recommendation: "hold",
        findings: [
          {
            text: "The token is logged",
            file: "./src/login.ts",
            line: 10,
            endLine: 12,
            severity: "critical",
            rule: "no-secrets",
            suggestion: "Log its last four characters",
            category: "security",
          },
          { text: "The list is sorted twice", file: "src/list.ts", line: 3, severity: "low" },
          { text: "The release notes are missing" },
        ],
      }),
    }),
    bob: agent({
      name: "bob",
      run: () => ({
        recommendation: "hold",
        findings: [
          { text: "The token is logged", file: "src/login.ts", line: 11, severity: "critical" },
          { text: "The release notes are missing" },
        ],
      }),
    }),
    cyd: agent({ name: "cyd", run: () => ({ recommendation: "ship", findings: [] }) }),
    dan: agent({
      name: "dan",
      retries: 0,
      run: (): never => {
        throw new Error("no such model");
      },
    }),
  },
  resolve: [unanimous(), vote(), support({ atLeast: 2 })],
});
