import { setTimeout as wait } from "node:timers/promises";
import { agent, supervisor, unanimous, vote } from "quorate";

/** What each agent does: answer with that recommendation, `"fail"`, `"wait"` until stopped, or `"ignore"` the stop. */
export type Script = Readonly<Record<string, string>>;

const scripted = <Name extends string>(name: Name) =>
  agent({
    name,
    retries: 0,
    graceMs: 300,
    run: async (script: Script, { signal }) => {
      const part = script[name] ?? "ship";
      if (part === "fail") throw new Error("nothing to say");
      if (part === "wait") await wait(60_000, undefined, { signal });
      if (part === "ignore") await wait(60_000);
      return { recommendation: part };
    },
  });

export default supervisor({
  name: "scripted",
  agents: {
    security: scripted("security"),
    performance: scripted("performance"),
    style: scripted("style"),
  },
  required: ["security"],
  resolve: [unanimous(), vote()],
});
