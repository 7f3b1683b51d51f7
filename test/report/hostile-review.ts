import { agent, memory, supervisor, support, unanimous, vote } from "../../src/index.ts";

/** What agents could write to do more with a report than to be read. */
export const HOSTILE_TEXTS: readonly string[] = [
  "@octocat and @github/security, look at #1, GH-2, octo/repo#3 and deadbeefcafe1234",
  "[click](https://evil.example/x) [[deep]](https://evil.example/y) <https://evil.example> www.evil.example ![p](http://evil.example/p.png)",
  "mail me@evil.example or mailto:me@evil.example, &#64;octocat &lt;script>",
  "<script>alert(1)</script> <img src=x onerror=alert(1)> <!-- hidden",
  "a\n::set-output name=x::y\n  ::add-mask::z\r::stop-commands::t\u2028::error::e ##[error]v",
  "# heading\n\n- list\n> quote\n\n```js\ncode\n```\n***\n| a | b |\n|---|---|",
  "`code` ``two`` a|b ~~~ ]]> \u0000\u001b[31m\u202eright to left\u202c \ud800 half",
  "100% %0A %3A :tada: $a$ ~label !12 &34 x^2 == *bold* _it_ __b__ \\ \\* 1. one 2) two",
];

/** Says all of it in every place where an agent can say something. */
export const hostile = supervisor({
  name: "hostile | @octocat",
  backend: memory({ resumable: true }),
  agents: {
    "ann @octocat `x`": agent({
      name: "ann @octocat `x`",
      run: () => ({ recommendation: HOSTILE_TEXTS[0] ?? "", findings: placed("high") }),
      claims: (output) =>
        HOSTILE_TEXTS.map((text) => ({
          subject: text,
          position: output.recommendation,
          evidence: text,
        })),
    }),
    "bob|www.evil.example": agent({
      name: "bob|www.evil.example",
      run: () => ({ recommendation: "ship", findings: placed("low").slice(2) }),
      claims: () => HOSTILE_TEXTS.map((text) => ({ subject: text, position: text })),
    }),
    cyd: agent({
      name: "cyd",
      retries: 0,
      run: (): never => {
        throw new Error(HOSTILE_TEXTS.join(" "));
      },
    }),
  },
  resolve: [unanimous(), vote(), support({ atLeast: 1 })],
});

function placed(severity: string): readonly object[] {
  return HOSTILE_TEXTS.map((text, index) => ({
    text,
    file: index === 0 ? "javascript:alert(1)" : `src/a b,${index}::x @octocat.ts`,
    line: index + 1,
    endLine: index + 3,
    severity,
    rule: text,
    suggestion: text,
    category: text,
  }));
}
