import { useEffect, useId, useRef, useState, type ReactNode } from "react";
import type { HumanDecision } from "../../../src/log/chosen-position.ts";
import { useDesk } from "../desk.ts";
import { holdersOf, positionWords, type Subject } from "../model/subjects.ts";
import { visible } from "../model/visible.ts";
import { shortId } from "../model/words.ts";
import { Icon } from "../parts/icon.tsx";
import { useDeed, useMay, useSigned } from "./desk.ts";
import { Failure } from "./parts.tsx";
import { useIsServed } from "./use-is-served.ts";

/** The log's limit. */
const MOST_NOTE_CHARS = 10_000;
const MOST_NAME_CHARS = 200;
const NAME_KEY = "quorate.name";

/** The form to decide about a waiting subject: one of its positions, a note for the record, and the person's name. */
export function DecideForm(props: {
  readonly runId: string;
  readonly subject: Subject;
}): ReactNode {
  const { runId, subject } = props;
  const { client, session } = useSigned();
  const mayDecide = useMay("decide");
  const { run } = useDesk().page;
  const id = useId();
  const [chosen, setChosen] = useState<number | undefined>(undefined);
  const [note, setNote] = useState("");
  const [name, setName] = useState(() => session.name ?? keptName());
  const [sent, setSent] = useState<string | undefined>(undefined);
  const isServed = useIsServed(run.supervisor.name, mayDecide);
  const deed = useDeed();
  const done = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (sent !== undefined) done.current?.focus();
  }, [sent]);
  const voices = subject.voices;
  if (!mayDecide) {
    return <p className="xs muted">This token may look, and not decide.</p>;
  }
  if (isServed === false) {
    return (
      <div className="xs muted">
        <p>
          {`This server does not have the team “${visible(run.supervisor.name)}”, so it cannot go on with this run. Start it with that team too, or decide on the command line:`}
        </p>
        <p className="cmd">{`quorate decide ${shortId(runId)}`}</p>
      </div>
    );
  }
  if (sent !== undefined) {
    return (
      <p className="done" tabIndex={-1} role="status" ref={done}>
        <Icon name="check" />
        <span>{`${sent} The run goes on.`}</span>
      </p>
    );
  }
  const send = (): void => {
    const position = chosen === undefined ? undefined : subject.positions[chosen];
    if (position === undefined) return;
    const by = name.trim();
    keepName(by);
    const decision: HumanDecision = {
      subject: subject.name,
      winner: position.value,
      why: note.trim(),
      ...(by !== "" && { by }),
      ...(subject.team !== "" && { team: subject.team }),
    };
    deed.run(async () => {
      await client.post(`runs/${encodeURIComponent(runId)}/decide`, decision);
      setSent(`${by === "" ? "You" : visible(by)} decided: ${choiceWords(subject, chosen ?? 0)}.`);
    });
  };
  return (
    <form
      className="decide"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <fieldset>
        <legend className="lab">Your decision</legend>
        <div className="pick">
          {choicesOf(subject).map((index) => (
            <label key={index}>
              <input
                type="radio"
                name={`${id}position`}
                required
                checked={chosen === index}
                onChange={() => setChosen(index)}
              />
              <b>{capital(choiceWords(subject, index))}</b>
              <small>{heldWords(subject, index, voices)}</small>
            </label>
          ))}
        </div>
      </fieldset>
      <div>
        <label className="lab" htmlFor={`${id}note`}>
          Note, kept in the log
        </label>
        <textarea
          id={`${id}note`}
          className="input"
          rows={2}
          required
          maxLength={MOST_NOTE_CHARS}
          placeholder="Why you see it so"
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
      </div>
      <div className="spread sign-as">
        <label className="xs muted">
          <span>as</span>
          <input
            className="input"
            aria-label="Who decides"
            maxLength={MOST_NAME_CHARS}
            placeholder="your name"
            value={name}
            readOnly={session.name !== undefined}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <button
          type="submit"
          className="btn primary"
          disabled={deed.busy || run.status !== "waiting"}
        >
          Decide
        </button>
      </div>
      {deed.error !== undefined && <Failure error={deed.error} />}
    </form>
  );
}

/** The positions by index; for a finding, that it stands comes first. */
function choicesOf({ kind, positions }: Subject): readonly number[] {
  const places = positions.map((_, index) => index);
  const isLast = (index: number): number =>
    Number(kind === "finding" && positions[index]?.value !== "present");
  return places.toSorted((a, b) => isLast(a) - isLast(b));
}

function choiceWords(subject: Subject, position: number): string {
  const { kind, positions } = subject;
  if (kind === "claim") return visible(positionWords(subject, position));
  return positions[position]?.value === "present" ? "it stands" : "it does not";
}

function heldWords(subject: Subject, position: number, voices: number): string {
  const many = holdersOf(subject, position).length;
  if (subject.kind === "finding" && subject.positions[position]?.value !== "present") {
    return `not reported by ${many}`;
  }
  return `held by ${many} of ${voices}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function keptName(): string {
  try {
    return localStorage.getItem(NAME_KEY) ?? "";
  } catch {
    return "";
  }
}

function keepName(name: string): void {
  try {
    localStorage.setItem(NAME_KEY, name);
  } catch {
    // It will be asked for again.
  }
}
