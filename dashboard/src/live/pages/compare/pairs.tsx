import { useState, type ReactNode } from "react";
import { count } from "../../../model/words.ts";

const ROWS = 50;

/** A list of what differs between two runs, the first rows at first, and how much is the same in both. */
export function Pairs<Pair>(props: {
  readonly id: string;
  readonly title: string;
  readonly sub: string;
  readonly pairs: readonly Pair[];
  readonly row: (pair: Pair) => ReactNode;
  readonly same: number;
  /** What is the same, in the singular. */
  readonly what: string;
}): ReactNode {
  const { id, title, sub, pairs, row, same, what } = props;
  const [most, setMost] = useState(ROWS);
  return (
    <section className="card" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        <span className="sub">{sub}</span>
      </header>
      {pairs.slice(0, most).map(row)}
      {pairs.length > most && (
        <div className="under">
          <button type="button" className="lk" onClick={() => setMost(most + 5 * ROWS)}>
            {`${pairs.length - most} more`}
          </button>
        </div>
      )}
      <p className="samefold">
        {same === 0
          ? "Nothing is the same in both."
          : `${count(same, what)} ${same === 1 ? "is" : "are"} the same in both.`}
      </p>
    </section>
  );
}
