import { agent, memory, supervisor, support, type RunEvent } from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";

// Agents that write what could harm a page: markup, scripts, what ends an element, escape sequences of terminals, characters that turn
// the order of others round, patterns of replacements, and a line of five million letters.

export const HOSTILE_TEXTS: readonly string[] = [
  '<script>window.harmed = "script"</script>',
  '</script><img src=x onerror="window.harmed = 1"><script type="application/json">',
  "<!-- <script> ]]> --> </title><style>*{display:none}</style>",
  "\u001B[31mred\u001B]8;;http://example.test/\u0007link\u001B]8;;\u0007\u0007\u0000",
  "user\u202Etxt.exe\u202C and \u2066hidden\u2069 \u200Bzero\u200B",
  "$& $' $` $$ $<x> \\u003cscript\\u003e",
  "javascript:alert(1) `<b onclick=alert(1)>` {{constructor.constructor('alert(1)')()}}",
  "\uD800 alone, \u2028 a separator, and __proto__",
];

/** What stands in one line of five million letters. */
export const LONG_LINE_CHARS = 5_000_000;

/** The events of a run of such agents. */
export async function hostileEvents(): Promise<readonly RunEvent[]> {
  const finding = (text: string, line: number) => ({
    text,
    file: "src/<svg onload=alert(1)>.ts",
    line,
    severity: "high",
    suggestion: text,
  });
  const reporter = (name: string) =>
    agent({
      name,
      version: "</script>",
      maxBytes: 2 ** 26,
      run: () => ({
        findings: HOSTILE_TEXTS.map((text, index) => finding(text, 1 + 100 * index)),
        raw: HOSTILE_TEXTS,
        long: `</script>${"x".repeat(LONG_LINE_CHARS)}`,
      }),
    });
  const team = supervisor({
    name: "<b>board",
    version: '"><script>window.harmed = "version"</script>',
    agents: {
      "<i>one": reporter("<i>one"),
      two: reporter("two"),
      "fails & hurts": agent({
        name: "fails & hurts",
        run: (): { findings: object[] } => {
          throw Object.assign(new Error(HOSTILE_TEXTS.join(" ")), { retryable: false });
        },
      }),
    },
    resolve: [support({ atLeast: 2 })],
    backend: memory(),
    clock: virtualClock(),
  });
  const input = { text: HOSTILE_TEXTS.join("\n") };
  await team.run(input as never, {
    runId: "hostile",
    tenant: "<tenant>",
    tags: { tag: "</script><script>window.harmed = 2</script>" },
  });
  return team.backend.store.read("hostile");
}
