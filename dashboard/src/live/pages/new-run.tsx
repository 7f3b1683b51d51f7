import { useEffect, useId, useMemo, useState, type ReactNode } from "react";
import type { TaskPlan } from "../../../../src/forecast/task-plan.ts";
import { count, dollars, duration, jsonText } from "../../model/words.ts";
import { visible } from "../../model/visible.ts";
import { Choose } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { useDeed, useLoaded, useMay, useSigned } from "../desk.ts";
import { parsed } from "../fork-part.tsx";
import { beginning, faultsIn, fieldsOf } from "../model/input-schema.ts";
import { Empty, Failure, Frame, Go, Loading } from "../parts.tsx";
import { go } from "../route.ts";
import type {
  EventsAnswer,
  RunBegun,
  RunsAnswer,
  TeamListed,
} from "../../../../src/server/wire.ts";

/** The form to start a run. `like`: a run whose input it starts with. */
export function NewRunPage(props: {
  readonly team: string | undefined;
  readonly like: string | undefined;
}): ReactNode {
  const { like } = props;
  const mayRun = useMay("run");
  const { data, error, again } = useLoaded("teams", (client, signal) =>
    client.get<{ readonly teams: readonly TeamListed[] }>("teams", {}, signal),
  );
  const before = useLoaded(like, async (client, signal) => {
    const path = `runs/${encodeURIComponent(like ?? "")}/events`;
    const { events } = await client.get<EventsAnswer>(path, { limit: 1 }, signal);
    const [first] = events;
    return first?.type === "run.started" ? first : undefined;
  });
  const teams = data?.teams ?? [];
  const wanted = props.team ?? before.data?.supervisor.name;
  const team = teams.find(({ name }) => name === wanted) ?? teams[0];
  const ready = data !== undefined && (like === undefined || before.data !== undefined);
  return (
    <Frame at="new" title="New run" about="One task for one team.">
      <section className="card form" aria-label="New run">
        {error !== undefined && <Failure error={error} again={again} />}
        {before.error !== undefined && <Failure error={before.error} />}
        {!mayRun && (
          <Empty title="This token may read, but not start runs.">Ask for one that may.</Empty>
        )}
        {mayRun && !ready && error === undefined && before.error === undefined && <Loading />}
        {mayRun && ready && team === undefined && (
          <Empty title="The server has no teams.">
            Start it with one:
            <p className="cmd">quorate serve team.ts</p>
          </Empty>
        )}
        {mayRun && ready && team !== undefined && (
          <TaskForm
            key={`${team.name} ${like ?? ""}`}
            teams={teams}
            team={team}
            {...(before.data !== undefined && { input: jsonText(before.data.input) })}
          />
        )}
      </section>
    </Frame>
  );
}

const MOST_TAGS = 20;

function TaskForm(props: {
  readonly teams: readonly TeamListed[];
  readonly team: TeamListed;
  readonly input?: string;
}): ReactNode {
  const { teams, team } = props;
  const { client } = useSigned();
  const id = useId();
  const [kind, setKind] = useState<"json" | "text">("json");
  const [text, setText] = useState(props.input ?? beginning(team.input));
  const [tags, setTags] = useState("");
  const [tried, setTried] = useState(false);
  const deed = useDeed();
  const fields = useMemo(() => fieldsOf(team.input), [team]);
  const read = useMemo(
    () => (kind === "text" ? { value: text as unknown } : parsed(text)),
    [kind, text],
  );
  const faults =
    "why" in read ? [read.why] : team.input === undefined ? [] : faultsIn(team.input, read.value);
  const labels = tagsIn(tags);
  const wrong = [...faults, ...("why" in labels ? [labels.why] : [])];
  const body = {
    team: team.name,
    input: "value" in read ? read.value : undefined,
    ...("tags" in labels && Object.keys(labels.tags).length > 0 && { tags: labels.tags }),
  };
  return (
    <form
      className="body"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (wrong.length > 0) return;
        deed.run(async () => {
          const { runId } = await client.post<RunBegun>("runs", body);
          go({ page: "run", runId });
        });
      }}
    >
      <div>
        <label className="lab" htmlFor={`${id}team`}>
          Team
        </label>
        <select
          id={`${id}team`}
          className="input"
          value={team.name}
          onChange={(event) =>
            go({ page: "new", team: event.target.value, like: undefined }, { replace: true })
          }
        >
          {teams.map(({ name }) => (
            <option key={name} value={name}>
              {visible(name)}
            </option>
          ))}
        </select>
        <p className="xs muted">
          {team.description !== undefined && `${visible(team.description)} `}
          {`${count(team.agents.length, "agent")}: `}
          {team.agents
            .slice(0, 20)
            .map(({ name }) => visible(name))
            .join(", ")}
        </p>
      </div>
      <div>
        <div className="spread">
          <label className="lab" htmlFor={`${id}input`}>
            Input
          </label>
          <Choose
            label="How the input is written"
            choices={[
              { value: "json", label: "JSON" },
              { value: "text", label: "Text" },
            ]}
            value={kind}
            onChange={setKind}
          />
        </div>
        <textarea
          id={`${id}input`}
          className={kind === "json" ? "input mono" : "input"}
          rows={10}
          spellCheck={kind === "text"}
          value={text}
          aria-invalid={tried && faults.length > 0}
          aria-describedby={`${id}faults`}
          onChange={(event) => setText(event.target.value)}
        />
        <ul id={`${id}faults`} className="refused xs" aria-live="polite">
          {(tried || "why" in read === false ? wrong : []).map((fault) => (
            <li key={fault}>{visible(fault)}</li>
          ))}
        </ul>
        {team.input === undefined && props.input === undefined && <LikeTheLast team={team.name} />}
        {fields.length > 0 && (
          <dl className="fields xs">
            {fields.map(({ name, type, needed, about }) => (
              <div key={name}>
                <dt className="mono">{visible(name)}</dt>
                <dd className="muted">
                  {`${visible(type)}${needed ? "" : ", may be left out"}${about === undefined ? "" : `: ${visible(about)}`}`}
                </dd>
              </div>
            ))}
          </dl>
        )}
      </div>
      <div>
        <label className="lab" htmlFor={`${id}tags`}>
          Tags, as name=value
        </label>
        <input
          id={`${id}tags`}
          className="input"
          placeholder="repo=api pull=512"
          value={tags}
          onChange={(event) => setTags(event.target.value)}
        />
      </div>
      <Planned body={body} asks={wrong.length === 0} />
      {deed.error !== undefined && <Failure error={deed.error} />}
      <div className="spread">
        <span className="xs muted">It can be watched and cancelled while it runs.</span>
        <button type="submit" className="btn primary" disabled={deed.busy}>
          <Icon name="play" />
          Start
        </button>
      </div>
    </form>
  );
}

/** Of a team whose agents do not say what they take: what it was given last, to begin with. */
function LikeTheLast({ team }: { readonly team: string }): ReactNode {
  const { data } = useLoaded(`last ${team}`, (client, signal) =>
    client.get<RunsAnswer>("runs", { team, limit: 1 }, signal),
  );
  const last = data?.runs[0];
  return (
    <p className="xs muted">
      {"The agents of this team have no schema that says what they take. "}
      {last !== undefined && (
        <Go to={{ page: "new", team, like: last.runId }}>Begin with the input of its last run</Go>
      )}
    </p>
  );
}

/** What the run would cost, on request; no agent is asked. */
function Planned(props: { readonly body: object; readonly asks: boolean }): ReactNode {
  const { body, asks } = props;
  const { client } = useSigned();
  const sign = JSON.stringify(body);
  const [planned, setPlanned] = useState<{ readonly of: string; readonly plan: TaskPlan }>();
  const deed = useDeed();
  const plan = planned?.of === sign ? planned.plan : undefined;
  useEffect(() => setPlanned(undefined), [sign]);
  return (
    <div className="planned">
      <button
        type="button"
        className="btn"
        disabled={!asks || deed.busy}
        onClick={() =>
          deed.run(async () => {
            setPlanned({ of: sign, plan: await client.post<TaskPlan>("plan", body) });
          })
        }
      >
        What will it take?
      </button>
      {deed.error !== undefined && <Failure error={deed.error} />}
      {plan !== undefined && (
        <dl className="cost" role="status">
          <dt>Asked</dt>
          <dd>
            {count(plan.agents.filter(({ role }) => role === "member").length, "agent")}
            {plan.hits > 0 && `, ${plan.hits} from the cache`}
          </dd>
          <dt>{`Expected, by ${count(plan.recorded, "run")}`}</dt>
          <dd>{estimate(plan.expected)}</dd>
          <dt className="sum">At most</dt>
          <dd className="sum">{estimate(plan.worst)}</dd>
        </dl>
      )}
    </div>
  );
}

function estimate({ usdMicros, durationMs }: TaskPlan["worst"]): string {
  const money = usdMicros === "unknown" ? "cost unknown" : dollars(usdMicros);
  const time = durationMs === "unknown" ? "time unknown" : duration(durationMs);
  return `${money}, ${time}`;
}

function tagsIn(
  text: string,
): { readonly tags: Readonly<Record<string, string>> } | { readonly why: string } {
  const words = text.split(/\s+/).filter((word) => word !== "");
  if (words.length > MOST_TAGS) return { why: `There are more than ${MOST_TAGS} tags.` };
  const pairs: (readonly [string, string])[] = [];
  for (const word of words) {
    const at = word.indexOf("=");
    if (at < 1) return { why: `The tag "${word}" is not written as name=value.` };
    pairs.push([word.slice(0, at), word.slice(at + 1)]);
  }
  return { tags: Object.fromEntries(pairs) };
}
