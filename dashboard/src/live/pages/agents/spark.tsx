import type { ReactNode } from "react";

/** The last figures as a line; they are on the page in words, too. */
export function Spark(props: {
  readonly figures: readonly number[];
  readonly kind: "time" | "money";
}): ReactNode {
  const shown = props.figures.slice(-24);
  if (shown.length < 2) return null;
  const most = Math.max(...shown, 1);
  const points = shown.map((figure, index) => ({
    x: (index / (shown.length - 1)) * 106 + 2,
    y: 21 - (figure / most) * 18,
  }));
  const line = points.map(({ x, y }) => `${x},${y}`).join(" ");
  const last = points.at(-1);
  return (
    <svg className={`spark ${props.kind}`} viewBox="0 0 110 24" aria-hidden="true">
      <polygon points={`2,22 ${line} 108,22`} />
      <polyline points={line} />
      {last !== undefined && <circle cx={last.x} cy={last.y} r={2} />}
    </svg>
  );
}
