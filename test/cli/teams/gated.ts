import { agent, supervisor } from "quorate";

/** What each agent answers: a recommendation, `"fail"`, `"none"`, which is no word about the task, or a finding of that severity as `"!high"`. */
type Script = Readonly<Record<string, string>>;

const scripted = <const Name extends string>(name: Name) =>
  agent({
    name,
    retries: 0,
    run: (script: Script) => {
      const part = script[name] ?? "ship";
      if (part === "fail") throw new Error("nothing to say");
      if (part === "none") return { findings: [] };
      if (!part.startsWith("!")) return { recommendation: part, findings: [] };
      const severity = part.slice(1);
      return { recommendation: "ship", findings: [{ text: "the lock leaks", severity }] };
    },
  });

export default supervisor({
  name: "gated",
  agents: { security: scripted("security"), types: scripted("types"), style: scripted("style") },
  required: ["security"],
  gate: { pass: ["ship"], severity: "critical" },
});
