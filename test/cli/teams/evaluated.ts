import { appendFileSync } from "node:fs";
import { agent, supervisor } from "quorate";

// Every call is a line of the file ASKED; those about ASKED_HANG and more do not end.
const { ASKED = "", ASKED_HANG = "", ASKED_FROM = "5" } = process.env;

const reviewer = (name: string) =>
  agent({
    name,
    run: async ({ n }: { readonly n: number }, { report, signal }) => {
      if (n >= Number(ASKED_HANG || Infinity)) {
        process.stderr.write("hangs\n");
        await new Promise((_, reject) => {
          const awake = setInterval(() => undefined, 60_000);
          signal.addEventListener("abort", () => {
            clearInterval(awake);
            reject(signal.reason as Error);
          });
        });
      }
      if (ASKED !== "") appendFileSync(ASKED, `${name} ${n}\n`);
      report({ usdMicros: 1_000 });
      return { recommendation: n >= Number(ASKED_FROM) ? "hold" : "ship" };
    },
    timeoutMs: Infinity,
  });

export default supervisor({
  name: "evaluated",
  version: ASKED_FROM,
  agents: Object.fromEntries(
    ["ann", "bob"].map((name) => [name, { ...reviewer(name), version: ASKED_FROM }]),
  ),
});
