import { useMemo, type ReactNode } from "react";
import { visible } from "../../../model/visible.ts";
import { count } from "../../../model/words.ts";
import { Chip } from "../../../parts/controls.tsx";
import type { CallPair, Comparison } from "../../model/compare.ts";
import { wordDiff } from "../../model/word-diff.ts";
import { Diff } from "./diff.tsx";
import { Pairs } from "./pairs.tsx";

/** The answers that changed. */
export function Answers({ found }: { readonly found: Comparison }): ReactNode {
  const { answers, sameAnswers } = found;
  const all = answers.length + sameAnswers;
  return (
    <Pairs
      id="answers-h"
      title="Answers that changed"
      sub={`${answers.length} of ${count(all, "call")}; by words`}
      pairs={answers}
      row={(pair) => <AnswerPair key={pair.callId} pair={pair} />}
      same={sameAnswers}
      what="answer"
    />
  );
}

/** The most characters of an answer that are compared. */
const MOST_CHARS = 20_000;

function AnswerPair({ pair }: { readonly pair: CallPair }): ReactNode {
  const { callId, before, after, texts } = pair;
  const [one, other] = texts;
  const parts = useMemo(
    () => wordDiff(one.slice(0, MOST_CHARS), other.slice(0, MOST_CHARS)),
    [one, other],
  );
  const head = (call: CallPair["before"]): string =>
    call === undefined
      ? "not asked"
      : call.model === undefined
        ? call.state
        : `model ${call.model}`;
  return (
    <div className="ch">
      <span className="n" />
      <p className="w">{visible(callId)}</p>
      <div className="side">
        <Chip>{visible(head(before))}</Chip>
        <p className="answer-text">
          <Diff parts={parts} side="gone" />
        </p>
      </div>
      <div className="side">
        <Chip>{visible(head(after))}</Chip>
        <p className="answer-text">
          <Diff parts={parts} side="new" />
        </p>
      </div>
    </div>
  );
}
