import { useEffect, useId, useMemo, useState, useSyncExternalStore, type ReactNode } from "react";
import { dollars, duration, fewNames, jsonText, shortId } from "../model/words.ts";
import { visible } from "../model/visible.ts";
import { Icon } from "../parts/icon.tsx";
import { refusal, useDeed, useMay, useSigned } from "./desk.ts";
import type { Refused } from "./refused.ts";
import type { LiveSource } from "./live-source.ts";
import { Failure } from "./parts.tsx";
import { go } from "./route.ts";
import { useIsServed } from "./use-is-served.ts";
import type { ForkPlan, RunBegun } from "../../../src/server/wire.ts";

const MOST_SQUARES = 60;
/** The delay after the last key press, in ms. */
const SETTLE_MS = 400;

/** Starts a fork of this run, which pays only for what differs, and shows beforehand what it asks and costs at most. */
export function ForkPart(props: {
  readonly source: LiveSource;
  readonly runId: string;
}): ReactNode {
  const { source, runId } = props;
  const { run } = useSyncExternalStore(source.follow, source.now);
  const mayRun = useMay("run");
  const id = useId();
  const [from, setFrom] = useState("");
  const [withInput, setWithInput] = useState(false);
  const [input, setInput] = useState<string | undefined>(undefined);
  const text = input ?? jsonText(run.input);
  const given = useMemo(() => (withInput ? parsed(text) : undefined), [withInput, text]);
  const { client } = useSigned();
  const deed = useDeed();
  const ended = !["running", "waiting"].includes(run.status);
  const body = useMemo(
    () => ({
      ...(from !== "" && { from }),
      ...(given !== undefined && "value" in given && { input: given.value }),
    }),
    [from, given],
  );
  const refusedInput = given !== undefined && "why" in given ? given.why : undefined;
  const isServed = useIsServed(run.supervisor.name, ended && mayRun);
  const { plan, error } = usePlan(runId, isServed === true && refusedInput === undefined, body);
  if (!ended || !mayRun) return null;
  if (isServed === false) {
    return (
      <section className="card" id="fork" aria-labelledby="fork-h">
        <header>
          <h2 id="fork-h">Fork from here</h2>
        </header>
        <div className="body fork">
          <p className="muted">
            {`This server does not have the team “${visible(run.supervisor.name)}”, so it cannot ask its agents again. Start it with that team too, or fork on the command line:`}
          </p>
          <p className="cmd">{`quorate fork team.ts ${shortId(runId)}`}</p>
        </div>
      </section>
    );
  }
  const agents = [...run.calls.values()]
    .filter(({ role, via }) => role === "agent" && via === undefined)
    .map(({ callId }) => callId);
  return (
    <section className="card" id="fork" aria-labelledby="fork-h">
      <header>
        <h2 id="fork-h">Fork from here</h2>
        <span className="sub">pays only for what differs</span>
      </header>
      <div className="body fork">
        <div>
          <label className="lab" htmlFor={`${id}from`}>
            What differs
          </label>
          <select
            id={`${id}from`}
            className="input"
            value={from}
            onChange={(event) => setFrom(event.target.value)}
          >
            <option value="">the team, as it is now</option>
            {agents.map((place) => (
              <option key={place} value={place}>
                {`${visible(place)}, asked again`}
              </option>
            ))}
          </select>
        </div>
        <label className="check">
          <input
            type="checkbox"
            checked={withInput}
            onChange={(event) => setWithInput(event.target.checked)}
          />
          Another input
        </label>
        {withInput && (
          <div>
            <label className="lab" htmlFor={`${id}input`}>
              Input, as JSON
            </label>
            <textarea
              id={`${id}input`}
              className="input mono"
              rows={5}
              spellCheck={false}
              value={text}
              aria-invalid={refusedInput !== undefined}
              onChange={(event) => setInput(event.target.value)}
            />
            {refusedInput !== undefined && <p className="xs refused">{visible(refusedInput)}</p>}
          </div>
        )}
        {plan !== undefined && <PlanPart plan={plan} />}
        {error !== undefined && <Failure error={error} />}
        {deed.error !== undefined && <Failure error={deed.error} />}
        <button
          type="button"
          className="btn primary"
          disabled={plan === undefined || deed.busy}
          onClick={() =>
            deed.run(async () => {
              const path = `runs/${encodeURIComponent(runId)}/fork`;
              const started = await client.post<RunBegun>(path, body);
              go({ page: "run", runId: started.runId });
            })
          }
        >
          <Icon name="fork" />
          Fork
        </button>
      </div>
    </section>
  );
}

function PlanPart({ plan }: { readonly plan: ForkPlan }): ReactNode {
  const { reused, asked, worst, expected } = plan;
  const places = [...reused, ...asked].toSorted();
  const again = new Set(asked);
  return (
    <>
      <div
        className="squares"
        role="img"
        aria-label={`${reused.length} calls are used again, ${asked.length} asked`}
      >
        {places.slice(0, MOST_SQUARES).map((place) => (
          <span
            key={place}
            className={again.has(place) ? "again" : ""}
            title={`${visible(place)}: ${again.has(place) ? "asked" : "used again"}`}
          >
            <Icon name={again.has(place) ? "play" : "again"} />
          </span>
        ))}
      </div>
      <dl className="cost">
        <dt>Used again</dt>
        <dd>{reused.length === 1 ? "1 call" : `${reused.length} calls`}</dd>
        <dt>Asked</dt>
        <dd>{asked.length === 0 ? "nobody" : fewNames(asked.map(visible), 4)}</dd>
        {expected.durationMs !== "unknown" && (
          <>
            <dt>Expected</dt>
            <dd>
              {expected.usdMicros === "unknown" ? "cost unknown" : dollars(expected.usdMicros)}
              {`, ${duration(expected.durationMs)}`}
            </dd>
          </>
        )}
        <dt className="sum">Costs at most</dt>
        <dd className="sum">
          {worst.usdMicros === "unknown" ? "nobody can tell" : dollars(worst.usdMicros)}
        </dd>
      </dl>
    </>
  );
}

interface Planned {
  readonly plan: ForkPlan | undefined;
  readonly error: Refused | undefined;
}

/** What a fork would ask and cost; loaded again a moment after the input has changed. */
function usePlan(runId: string, wanted: boolean, body: object): Planned {
  const { client } = useSigned();
  const [planned, setPlanned] = useState<Planned & { readonly of: object | undefined }>({
    of: undefined,
    plan: undefined,
    error: undefined,
  });
  useEffect(() => {
    if (!wanted) return;
    const leaving = new AbortController();
    const timer = setTimeout(() => {
      const path = `runs/${encodeURIComponent(runId)}/fork/plan`;
      client.post<ForkPlan>(path, body, leaving.signal).then(
        (plan) => setPlanned({ of: body, plan, error: undefined }),
        (failure: unknown) => {
          if (leaving.signal.aborted) return;
          setPlanned({ of: body, plan: undefined, error: refusal(failure) });
        },
      );
    }, SETTLE_MS);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [client, runId, wanted, body]);
  // A plan for another input is not shown.
  return wanted && planned.of === body ? planned : { plan: undefined, error: undefined };
}

/** A task that the user typed, as JSON. */
export function parsed(text: string): { readonly value: unknown } | { readonly why: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return {
      why: `This is not JSON: ${error instanceof Error ? error.message : "it cannot be read"}.`,
    };
  }
}
