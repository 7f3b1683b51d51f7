import { useState, type ReactNode } from "react";
import { useDesk } from "../desk.ts";
import type { Fact, Tone } from "../model/answer.ts";
import { visible } from "../model/visible.ts";
import { dateTime, share, shortId } from "../model/words.ts";
import { Icon, type IconName } from "./icon.tsx";

const SIGNS: Readonly<Record<Tone, IconName>> = {
  ok: "check",
  fail: "cross",
  warn: "alert",
  dissent: "alert",
  person: "person",
  decided: "check",
  plain: "play",
};

const FACT_SIGNS: Partial<Record<Tone, IconName>> = {
  ok: "check",
  fail: "cross",
  warn: "alert",
  person: "person",
};

/** The answer, before everything else: a sentence, and six facts. */
export function AnswerPart(): ReactNode {
  const { page, extras } = useDesk();
  const { run, answer } = page;
  const { name, version } = run.supervisor;
  const { title, ...tags } = run.tags ?? {};
  return (
    <section className="answer" aria-labelledby="answer">
      <p className="what">
        <b>{visible(name)}</b>
        {version !== undefined && <span>{`version ${visible(version)}`}</span>}
        {title !== undefined && <span className="txt">{visible(title)}</span>}
        <span>·</span>
        <span className="mono xs" title={visible(run.runId)}>
          {shortId(run.runId)}
        </span>
        <span>·</span>
        <span>{dateTime(run.startedAtMs)}</span>
        {Object.entries(tags).map(([name, value]) => (
          <span key={name} className="tag">
            {visible(`${name} ${value}`)}
          </span>
        ))}
      </p>
      <div className="head">
        <span className={`sign ${answer.tone}`}>
          <Icon name={SIGNS[answer.tone]} />
        </span>
        <h1 id="answer" tabIndex={-1}>
          {held(answer.headline)}
        </h1>
        <div className="end">
          {run.open.length > 0 && extras === undefined && (
            <a className="btn" href="#waits">
              <Icon name="person" />
              What waits
            </a>
          )}
          {extras?.actions}
          <CopyLink />
        </div>
      </div>
      <dl className="facts">
        {answer.facts.map((fact) => (
          <FactPart key={fact.title} fact={fact} />
        ))}
      </dl>
    </section>
  );
}

/** Keeps each number on one line with what it counts. */
function held(sentence: string): string {
  return sentence.replaceAll(/(\d) (?=[a-z])/g, "$1\u00A0");
}

function FactPart({ fact }: { readonly fact: Fact }): ReactNode {
  const { title, value, tone, detail, href, dots } = fact;
  const sign = tone === undefined ? undefined : FACT_SIGNS[tone];
  return (
    <div>
      <dt>{title}</dt>
      <dd className={`v ${tone ?? ""}`}>
        {sign !== undefined && <Icon name={sign} />}
        <span>{value}</span>
        {dots !== undefined && dots.length > 1 && <Dots figures={dots} />}
      </dd>
      <dd className="s">{href === undefined ? detail : <a href={href}>{detail}</a>}</dd>
    </div>
  );
}

const MOST_DOTS = 60;

/** The single figures, because a range would hide that only one is weak. */
function Dots({ figures }: { readonly figures: readonly number[] }): ReactNode {
  const shown = figures.slice(0, MOST_DOTS);
  return (
    <svg
      className="cdots"
      viewBox="0 0 100 16"
      role="img"
      aria-label={`Of what was decided: ${shown.map(share).join(", ")}`}
    >
      <line className="axle" x1={2} x2={98} y1={8} y2={8} />
      <line x1={50} x2={50} y1={3} y2={13} />
      {shown.map((figure, index) => (
        <circle key={index} cx={4 + figure * 92} cy={8} r={4.5} />
      ))}
    </svg>
  );
}

/** Copies the address with the selection. */
function CopyLink(): ReactNode {
  const [said, setSaid] = useState("Link");
  return (
    <button
      type="button"
      className="btn"
      title="Copy a link to what is selected"
      onClick={() => {
        navigator.clipboard.writeText(location.href).then(
          () => setSaid("Copied"),
          () => setSaid("It is in the address bar"),
        );
      }}
    >
      <Icon name="link" />
      <span aria-live="polite">{said}</span>
    </button>
  );
}
