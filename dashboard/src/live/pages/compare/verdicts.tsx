import { useMemo, type ReactNode } from "react";
import type { Subject } from "../../../model/subjects.ts";
import { Chip, FateChip } from "../../../parts/controls.tsx";
import { Txt } from "../../../parts/text.tsx";
import type { Comparison, SubjectPair } from "../../model/compare.ts";
import { wordDiff, type DiffPart } from "../../model/word-diff.ts";
import { Diff, type DiffProps } from "./diff.tsx";
import { Pairs } from "./pairs.tsx";

/** The verdicts that changed. */
export function Verdicts({ found }: { readonly found: Comparison }): ReactNode {
  const { verdicts, sameVerdicts } = found;
  return (
    <Pairs
      id="verdicts-h"
      title="Verdicts that changed"
      sub={`${verdicts.length} of ${verdicts.length + sameVerdicts}`}
      pairs={verdicts}
      row={(pair) => <VerdictPair key={pair.key} pair={pair} />}
      same={sameVerdicts}
      what="verdict"
    />
  );
}

function VerdictPair({ pair }: { readonly pair: SubjectPair }): ReactNode {
  const { before, after } = pair;
  const reasons = [before, after].map((one) => one?.verdict?.reasoning ?? "") as [string, string];
  const isOnce = before === undefined || after === undefined;
  const parts = useMemo(
    () => (isOnce ? whole(reasons[0] || reasons[1]) : wordDiff(reasons[0], reasons[1])),
    [isOnce, reasons[0], reasons[1]],
  );
  return (
    <div className="ch">
      <span className="n num">{(before ?? after)?.number}</span>
      <p className="w">
        <Txt>{(before ?? after)?.text ?? ""}</Txt>
      </p>
      <Side subject={before} parts={parts} side="gone" />
      <Side subject={after} parts={parts} side="new" />
    </div>
  );
}

/** A text that only one of the two runs has, without marked changes. */
function whole(text: string): readonly DiffPart[] {
  return text === "" ? [] : [{ kind: "same", text }];
}

interface SideProps extends DiffProps {
  readonly subject: Subject | undefined;
}

function Side({ subject, parts, side }: SideProps): ReactNode {
  return (
    <div className="side">
      {subject === undefined ? (
        <Chip icon="minus">nobody speaks of it</Chip>
      ) : (
        <FateChip subject={subject} />
      )}
      {subject !== undefined && (
        <p>
          <Diff parts={parts} side={side} />
        </p>
      )}
    </div>
  );
}
