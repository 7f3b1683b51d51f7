import type { ReactNode } from "react";
import { Txt } from "../../../parts/text.tsx";
import type { DiffPart } from "../../model/word-diff.ts";

export interface DiffProps {
  readonly parts: readonly DiffPart[];
  readonly side: "gone" | "new";
}

/** One side of two texts: common words plain, words of this side marked. */
export function Diff({ parts, side }: DiffProps): ReactNode {
  return parts.map(({ kind, text }, index) => {
    if (kind === "same") return <Txt key={index}>{text}</Txt>;
    if (kind !== side) return null;
    const words = <Txt>{text}</Txt>;
    return kind === "gone" ? <del key={index}>{words}</del> : <ins key={index}>{words}</ins>;
  });
}
