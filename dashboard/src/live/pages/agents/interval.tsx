import type { ReactNode } from "react";
import type { AgentReliability } from "../../../../../src/model/reliability.ts";

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** How often an agent is right, with the interval in which that may be. */
export function Interval({ known }: { readonly known: AgentReliability }): ReactNode {
  const { accuracy, interval } = known;
  const [low, high] = interval;
  return (
    <svg
      className="ci"
      viewBox="0 0 120 16"
      role="img"
      aria-label={`between ${percent(low)} and ${percent(high)}`}
    >
      <line className="axle" x1={2} x2={118} y1={8} y2={8} />
      <line className="range" x1={2 + low * 116} x2={2 + high * 116} y1={8} y2={8} />
      <circle cx={2 + accuracy * 116} cy={8} r={4.5} />
    </svg>
  );
}
