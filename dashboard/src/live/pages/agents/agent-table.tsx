import { useState, type ReactNode } from "react";
import type { AgentReliability, Reliability } from "../../../../../src/model/reliability.ts";
import type { AgentFigures, AgentsFigures } from "../../../../../src/server/wire.ts";
import { visible } from "../../../model/visible.ts";
import { count, dollars, duration } from "../../../model/words.ts";
import { Empty } from "../../parts.tsx";
import { Interval, percent } from "./interval.tsx";
import { Spark } from "./spark.tsx";

interface TableRow {
  readonly name: string;
  readonly known: AgentReliability | undefined;
  readonly figures: AgentFigures | undefined;
}

type Order = "name" | "right" | "latency" | "cost" | "failed";

/** All agents of a team, a row each. */
export function AgentTable(props: {
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
