import { useState, type ReactNode } from "react";
import { cut } from "../../../src/model/text.ts";
import { partsOf } from "../model/visible.ts";
import { whole } from "../model/words.ts";

/** How much of a text is drawn at first. */
const FIRST_CHARS = 2_000;
const MORE_CHARS = 50_000;

/** Others' text: `code` between backticks is set apart, and invisible characters are shown by their code points. */
export function Txt({ children }: { readonly children: string }): ReactNode {
  return (
    <span className="txt">
      {partsOf(cut(children, FIRST_CHARS)).map(({ kind, text }, index) => {
        if (kind === "code") return <code key={index}>{text}</code>;
        if (kind === "text") return text;
        return (
          <span key={index} className="unseen">
            {text}
          </span>
        );
      })}
      {children.length > FIRST_CHARS && "…"}
    </span>
  );
}

/** A text that may be very long, with its line breaks: its beginning, and more on a click. */
export function LongText({ children }: { readonly children: string }): ReactNode {
  const [shown, setShown] = useState(FIRST_CHARS);
  const text = cut(children, shown);
  const rest = children.length - text.length;
  return (
    <>
      <pre tabIndex={0} className="txt">
        {partsOf(text).map(({ kind, text: part }, index) =>
          kind === "unseen" ? (
            <span key={index} className="unseen">
              {part}
            </span>
          ) : kind === "code" ? (
            `\`${part}\``
          ) : (
            part
          ),
        )}
      </pre>
      {rest > 0 && (
        <button type="button" className="lk" onClick={() => setShown(shown + MORE_CHARS)}>
          {`${whole(rest)} more characters`}
        </button>
      )}
    </>
  );
}
