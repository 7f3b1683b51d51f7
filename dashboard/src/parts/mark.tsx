import type { ReactNode } from "react";
import { positionWords, type Subject } from "../model/subjects.ts";
import { visible } from "../model/visible.ts";

export type MarkKind = "for" | "not" | "against" | "against-not" | "wait" | "held" | "missing";

const DIAMOND = "M8 2.5L13.5 8 8 13.5 2.5 8z";
const HOLLOW = "M8 3.2L12.8 8 8 12.8 3.2 8z";

function shapeOf(kind: MarkKind, dotRadius: number): ReactNode {
  switch (kind) {
    case "missing":
      return <path className="mk-missing" d="M5 5l6 6M11 5l-6 6" />;
    case "against":
      return <path className="mk-against" d={DIAMOND} />;
    case "against-not":
      return <path className="mk-against-not" d={HOLLOW} />;
    case "not":
      return <circle className="mk-not" cx={8} cy={8} r={1.7} />;
    case "for":
      return <circle className="mk-for" cx={8} cy={8} r={dotRadius} />;
    case "held":
      return <circle className="mk-held" cx={8} cy={8} r={dotRadius} />;
    case "wait":
      return <circle className="mk-wait" cx={8} cy={8} r={dotRadius} />;
  }
}

/** The shape shows the position; a diamond means that it is against the verdict. */
export function Key({ kind }: { readonly kind: MarkKind }): ReactNode {
  return (
    <svg className="key" viewBox="0 0 16 16" aria-hidden="true">
      {shapeOf(kind, 5)}
    </svg>
  );
}

/** An agent's position on a subject; for a question, a letter: A is the position that most agents hold. */
export function Mark(props: { readonly subject: Subject; readonly agent: string }): ReactNode {
  const { subject, agent } = props;
  const held = subject.held.get(agent);
  if (held === undefined) return <span className="vh">{`${visible(agent)}: said nothing`}</span>;
  if (held.position === "missing") return drawn(agent, "is missing", "missing");
  const words = positionWords(subject, held.position);
  const said = `${visible(words)}${held.against ? ", against the verdict" : ""}`;
  const kind = markKind(subject, held.position, held.against);
  return drawn(agent, said, kind, subject.kind === "claim" ? letterOf(held.position) : undefined);
}

export function markKind(subject: Subject, position: number, against: boolean): MarkKind {
  if (subject.kind === "claim") {
    if (against) return "against";
    return subject.winner === undefined ? undecided(subject) : "for";
  }
  const reports = subject.positions[position]?.value === "present";
  if (against) return reports ? "against" : "against-not";
  if (!reports) return "not";
  return subject.winner === undefined ? undecided(subject) : "for";
}

function undecided({ fate }: Subject): MarkKind {
  return fate === "waits" ? "wait" : "held";
}

export function letterOf(position: number): string {
  return String.fromCharCode(65 + (position % 26));
}

function drawn(agent: string, said: string, kind: MarkKind, letter?: string): ReactNode {
  return (
    <svg viewBox="0 0 16 16" role="img" aria-label={`${visible(agent)}: ${said}`}>
      {letter === undefined ? (
        shapeOf(kind, 5)
      ) : (
        <>
          {kind === "against" ? (
            <path className="mk-against" d="M8 .5L15.5 8 8 15.5.5 8z" />
          ) : (
            shapeOf(kind, 7)
          )}
          <text x={8} y={8} dominantBaseline="central">
            {letter}
          </text>
        </>
      )}
    </svg>
  );
}
