import type { ReactNode } from "react";
import { useDesk } from "../desk.ts";
import type { VerdictStep } from "../../../src/model/verdict.ts";
import { whyOf, wouldChange } from "../model/chain.ts";
import type { Subject } from "../model/subjects.ts";
import { visible } from "../model/visible.ts";
import { Icon, type IconName } from "./icon.tsx";
import { Txt } from "./text.tsx";

const TITLES: Readonly<Record<Subject["fate"], string>> = {
  stands: "Why it stands",
  "left-out": "Why it was left out",
  waits: "Why it waits",
  settled: "Why it was decided so",
  open: "Why it is open",
};

const SIGNS: Readonly<Record<VerdictStep["did"], IconName>> = {
  deferred: "chevron",
  decided: "check",
  waits: "person",
};

/** The chain, and the result of each resolver. */
export function WhyPart({ subject }: { readonly subject: Subject }): ReactNode {
  const { page } = useDesk();
  const { verdict, fate } = subject;
  if (verdict === undefined) return null;
  const why = whyOf(verdict);
  const would = wouldChange(verdict, why);
  const person = page.run.decisions.find(
    ({ team, subject: about }) => team === subject.team && about === subject.name,
  );
  return (
    <>
      <div>
        <h3>{TITLES[fate]}</h3>
        {why.whole !== "" && (
          <p className="xs muted">
            <Txt>{why.whole}</Txt>
          </p>
        )}
        <ol className="chain">
          {why.steps.map((step, index) => (
            <li key={index} className={step.did}>
              <span className="kn">
                <Icon name={SIGNS[step.did]} />
              </span>
              <span>
                <b>{visible(step.resolver)}</b>{" "}
                {step.did === "waits" ? (
                  "asks a person, who has not decided yet."
                ) : (
                  <>
                    {`${step.did}: `}
                    <Txt>{step.why}</Txt>
                  </>
                )}
              </span>
            </li>
          ))}
        </ol>
      </div>
      {person !== undefined && (
        <p className="would">
          <b>{visible(person.by ?? "A person")}</b>
          {": "}
          <Txt>{person.why}</Txt>
        </p>
      )}
      {would !== undefined && (
        <p className="would">
          <b>What would have changed it: </b>
          {visible(would)}
        </p>
      )}
    </>
  );
}
