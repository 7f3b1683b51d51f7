import { lazy, Suspense, useState, type ReactNode } from "react";
import type { AgentReliability, Reliability } from "../../../../src/model/reliability.ts";
import { visible } from "../../model/visible.ts";
import { count, dollars, duration } from "../../model/words.ts";
import { Choose } from "../../parts/controls.tsx";
import { useLoaded } from "../desk.ts";
import { Empty, Failure, Frame, Loading } from "../parts.tsx";
import { go } from "../route.ts";
import type { AgentFigures, AgentsFigures, TeamListed } from "../../../../src/server/wire.ts";

// The chart library is loaded only when charts are shown.
const Charts = lazy(() => import("../charts.tsx"));

/** The quality, speed and cost of a team's agents, from its runs so far. */
export function AgentsPage({ team }: { readonly team: string | undefined }): ReactNode {
  const teams = useLoaded("teams", (client, signal) =>
    client.get<{ readonly teams: readonly TeamListed[] }>("teams", {}, signal),
  );
  const names = teams.data?.teams.map(({ name }) => name) ?? [];
  const chosen = team ?? names[0];
  const { data, error, again } = useLoaded(chosen, (client, signal) =>
    client.get<AgentsFigures>("agents", { team: chosen }, signal),
  );
  const failure = teams.error ?? error;
  return (
    <Frame
      at="agents"
      title="Agents"
      about={
        data === undefined ? "How often they are right, how fast and how dear." : aboutOf(data)
      }
      actions={
        names.length > 0 && (
          <select
            className="input"
            aria-label="Team"
            value={chosen ?? ""}
            onChange={(event) =>
              go({ page: "agents", team: event.target.value }, { replace: true })
            }
          >
            {[...new Set([...names, ...(chosen === undefined ? [] : [chosen])])].map((name) => (
              <option key={name} value={name}>
                {visible(name)}
              </option>
            ))}
          </select>
        )
      }
    >
      {failure !== undefined && (
        <section className="card">
          <Failure error={failure} again={teams.error === undefined ? again : teams.again} />
        </section>
      )}
      {failure === undefined && teams.data !== undefined && chosen === undefined && (
        <section className="card">
          <Empty title="The server has no teams.">Agents stand here once it has one.</Empty>
        </section>
      )}
      {failure === undefined &&
        data === undefined &&
        (teams.data === undefined || chosen !== undefined) && (
          <section className="card">
            <Loading rows={10} />
          </section>
        )}
      {data !== undefined && <Team key={data.team} data={data} />}
    </Frame>
  );
}

function aboutOf({ team, learned = {} }: AgentsFigures): string {
  const parts = [learned.findings, learned.claims].flatMap((one) =>
    one === undefined
      ? []
      : [
          `${count(one.votes, "vote")} about ${count(one.subjects, "subject")}, ${
            one.truths === 0 ? "no truth recorded" : `against ${count(one.truths, "truth")}`
          }`,
        ],
  );
  return `${visible(team)}: ${parts.join("; ") || "nothing learned yet"}`;
}

type Kind = "findings" | "claims";

function Team({ data }: { readonly data: AgentsFigures }): ReactNode {
  const { learned = {}, calibration } = data;
  const kinds = (["findings", "claims"] as const).filter((kind) => learned[kind] !== undefined);
  const [chosen, setKind] = useState<Kind | undefined>(undefined);
  const kind = chosen ?? kinds[0];
  const known = kind === undefined ? undefined : learned[kind];
  const choice =
    kinds.length > 1 && kind !== undefined ? (
      <Choose<Kind>
        label="What they are reliable at"
        choices={[
          { value: "findings", label: "Findings" },
          { value: "claims", label: "Claims" },
        ]}
        value={kind}
        onChange={setKind}
      />
    ) : undefined;
  return (
    <>
      <div className="duo">
        <section className="card" aria-labelledby="reliability-h">
          <header>
            <h2 id="reliability-h">Reliability</h2>
            <div className="end">{choice}</div>
          </header>
          {known === undefined ? (
            <Empty title="Nothing has been learned yet.">
              Put <code>reliability()</code> into the team’s chain, or record how runs turned out:
              <p className="cmd">quorate truth RUN SUBJECT VALUE</p>
            </Empty>
          ) : (
            <div className="body">
              <p className="lead">{reliabilityWords(known)}</p>
              <Suspense fallback={<Loading rows={known.agents.length} />}>
                <Charts kind="reliability" reliability={known} />
              </Suspense>
            </div>
          )}
        </section>
        <section className="card" aria-labelledby="calibration-h">
          <header>
            <h2 id="calibration-h">Calibration</h2>
          </header>
          {calibration === undefined || calibration.bins.length === 0 ? (
            <Empty title="No verdict can be checked yet.">
              Once truths are recorded, this shows how often verdicts of each confidence were right.
            </Empty>
          ) : (
            <div className="body">
              <p className="lead">
                {`Confidence that was said, against how often the verdict was right. ${count(
                  calibration.bins.reduce((sum, bin) => sum + bin.of, 0),
                  "verdict",
                )}.`}
              </p>
              <Suspense fallback={<Loading rows={8} />}>
                <Charts kind="calibration" bins={calibration.bins} />
              </Suspense>
            </div>
          )}
        </section>
      </div>
      <AgentTable data={data} known={known} />
    </>
  );
}

function reliabilityWords(learned: Reliability): string {
  const { refused, why } = learned;
  if (refused !== undefined) return `Not used to decide: ${visible(refused)}`;
  const by =
    learned.truths === 0
      ? "By what the others say: no truth is recorded. The line is the 95 % interval."
      : "Against recorded truths. The line is the 95 % interval (Wilson).";
  return `${by} ${visible(why)}`;
}

interface TableRow {
  readonly name: string;
  readonly known: AgentReliability | undefined;
  readonly figures: AgentFigures | undefined;
}

type Order = "name" | "right" | "latency" | "cost" | "failed";

function AgentTable(props: {
  readonly data: AgentsFigures;
  readonly known: Reliability | undefined;
}): ReactNode {
  const { data, known } = props;
  const [order, setOrder] = useState<Order>("right");
  const names = new Set([
    ...data.agents.map(({ agent }) => agent),
    ...(known?.agents.map(({ agent }) => agent) ?? []),
  ]);
  const rows = [...names]
    .map((name): TableRow => ({
      name,
      known: known?.agents.find(({ agent }) => agent === name),
      figures: data.agents.find(({ agent }) => agent === name),
    }))
    .toSorted((a, b) => rank(b, order) - rank(a, order) || (a.name < b.name ? -1 : 1));
  const head = (own: Order, words: string): ReactNode => (
    <th
      scope="col"
      {...(own === "failed" && { className: "right" })}
      aria-sort={own === order ? (own === "right" ? "descending" : "ascending") : "none"}
    >
      <button type="button" onClick={() => setOrder(own)}>
        {words}
        {own === order && <span aria-hidden="true">{own === "right" ? " ↓" : " ↑"}</span>}
      </button>
    </th>
  );
  return (
    <section className="card" aria-labelledby="agents-h">
      <header>
        <h2 id="agents-h">All agents</h2>
        <span className="sub">{count(rows.length, "agent")}</span>
      </header>
      {rows.length === 0 ? (
        <Empty title="Nobody has been asked yet.">Start a run, and its agents stand here.</Empty>
      ) : (
        <div className="scroll" tabIndex={0} role="region" aria-label="Table of agents">
          <table className="agents">
            <thead>
              <tr>
                {head("name", "Agent")}
                {head("right", "Right")}
                {head("latency", "Latency, last calls")}
                {head("cost", "Cost a call")}
                {head("failed", "Failed")}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <AgentRow key={row.name} row={row} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** The higher rank comes first. */
function rank({ known, figures }: TableRow, order: Order): number {
  const low = (value: number | undefined): number => (value === undefined ? -Infinity : -value);
  switch (order) {
    case "right":
      return known?.accuracy ?? -1;
    case "latency":
      return low(median(figures?.latencyMs ?? []));
    case "cost":
      return low(median(numbers(figures?.usdMicros ?? [])));
    case "failed":
      return figures === undefined ? -Infinity : -figures.failed / Math.max(1, figures.calls);
    case "name":
      return 0;
  }
}

function AgentRow({ row }: { readonly row: TableRow }): ReactNode {
  const { name, known, figures } = row;
  const latency = figures?.latencyMs ?? [];
  const costs = numbers(figures?.usdMicros ?? []);
  const middle = median(latency);
  const cost = median(costs);
  return (
    <tr>
      <th scope="row">
        <span className="clip">{visible(name)}</span>
        <small className="muted clip">
          {figures === undefined || figures.models.length === 0
            ? "no model named"
            : figures.models.map(visible).join(", ")}
        </small>
      </th>
      <td>
        {known === undefined ? (
          <span className="muted">not known</span>
        ) : (
          <span className="cell">
            <b>{percent(known.accuracy)}</b>
            <Interval known={known} />
            <small className="muted num">{`${known.trials}`}</small>
          </span>
        )}
      </td>
      <td>
        {middle === undefined ? (
          <span className="muted">never answered</span>
        ) : (
          <span className="cell">
            <b>{duration(middle)}</b>
            <Spark figures={latency} kind="time" />
            <small className="muted num">{`p95 ${duration(quantile(latency, 0.95))}`}</small>
          </span>
        )}
      </td>
      <td>
        {cost === undefined ? (
          <span className="muted">not reported</span>
        ) : (
          <span className="cell">
            <b>{dollars(Math.round(cost))}</b>
            <Spark figures={costs} kind="money" />
          </span>
        )}
      </td>
      <td className="num right">
        {figures === undefined || figures.calls === 0
          ? "—"
          : figures.failed === 0
            ? "0"
            : failedShare(figures.failed / figures.calls)}
      </td>
    </tr>
  );
}

/** One that fails always is no 100.0 %. */
function failedShare(share: number): string {
  return share === 1 ? "100 %" : `${(share * 100).toFixed(1)} %`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function Interval({ known }: { readonly known: AgentReliability }): ReactNode {
  const { accuracy, interval } = known;
  const [low, high] = interval;
  return (
    <svg
      className="ci"
      viewBox="0 0 120 16"
      role="img"
      aria-label={`between ${percent(low)} and ${percent(high)}`}
    >
      <line className="axle" x1={2} x2={118} y1={8} y2={8} />
      <line className="range" x1={2 + low * 116} x2={2 + high * 116} y1={8} y2={8} />
      <circle cx={2 + accuracy * 116} cy={8} r={4.5} />
    </svg>
  );
}

/** The last figures as a line; they are on the page in words, too. */
function Spark(props: {
  readonly figures: readonly number[];
  readonly kind: "time" | "money";
}): ReactNode {
  const shown = props.figures.slice(-24);
  if (shown.length < 2) return null;
  const most = Math.max(...shown, 1);
  const points = shown.map((figure, index) => ({
    x: (index / (shown.length - 1)) * 106 + 2,
    y: 21 - (figure / most) * 18,
  }));
  const line = points.map(({ x, y }) => `${x},${y}`).join(" ");
  const last = points.at(-1);
  return (
    <svg className={`spark ${props.kind}`} viewBox="0 0 110 24" aria-hidden="true">
      <polygon points={`2,22 ${line} 108,22`} />
      <polyline points={line} />
      {last !== undefined && <circle cx={last.x} cy={last.y} r={2} />}
    </svg>
  );
}

function numbers(figures: readonly (number | null)[]): readonly number[] {
  return figures.filter((figure) => figure !== null);
}

function median(figures: readonly number[]): number | undefined {
  return figures.length === 0 ? undefined : quantile(figures, 0.5);
}

function quantile(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
