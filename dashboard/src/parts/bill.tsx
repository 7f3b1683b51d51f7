import type { ReactNode } from "react";
import type { Cost } from "../../../src/model/call.ts";
import { knownMicros } from "../../../src/report/spent.ts";
import { useDesk } from "../desk.ts";
import { costText, type AgentCost, type CostSum } from "../model/costs.ts";
import { visible } from "../model/visible.ts";
import { count, dollars } from "../model/words.ts";
import { Icon } from "./icon.tsx";

const ROWS = 24;

/** What the run cost: spent, saved and wasted on one scale. */
export function BillPart(): ReactNode {
  const { costs } = useDesk().page;
  const { agents, spent, saved, wasted, calls, attempts } = costs;
  const whole = Math.max(1, microsOf(spent?.cost) + microsOf(saved.cost));
  const most = Math.max(1, ...agents.map((one) => microsOf(one.cost) + one.saved));
  const shown = agents.slice(0, ROWS);
  return (
    <section className="card" id="bill" aria-labelledby="bill-h">
      <header>
        <h2 id="bill-h">Bill</h2>
        <span className="sub">{`${count(calls, "call")}, ${count(attempts, "attempt")}`}</span>
      </header>
      <div className="body">
        <div className="sums">
          <Sum kind="spent" title="Spent" sum={spent} whole={whole} />
          <Sum kind="saved" title="Saved" sum={saved} whole={whole} />
          <Sum kind="wasted" title="Wasted" sum={wasted} whole={whole} />
        </div>
        {shown.map((one) => (
          <AgentBill key={one.agent} one={one} most={most} />
        ))}
        {agents.length > shown.length && (
          <p className="xs muted">{`and ${agents.length - shown.length} more`}</p>
        )}
      </div>
    </section>
  );
}

interface SumProps {
  readonly kind: "spent" | "saved" | "wasted";
  readonly title: string;
  readonly sum: CostSum | undefined;
  /** The length of the scale, in micro-dollars. */
  readonly whole: number;
}

function Sum({ kind, title, sum, whole }: SumProps): ReactNode {
  const share = microsOf(sum?.cost) / whole;
  return (
    <div className={kind}>
      <p className="t">{title}</p>
      <p className="v">{sum === undefined ? "—" : costText(sum.cost)}</p>
      <span className="meter">
        <i style={{ width: `${Math.min(1, share) * 100}%` }} />
      </span>
      <p className="s">{sum?.words || "as reported"}</p>
    </div>
  );
}

interface AgentBillProps {
  readonly one: AgentCost;
  readonly most: number;
}

function AgentBill({ one, most }: AgentBillProps): ReactNode {
  const { agent, cost, wasted, saved } = one;
  const spent = knownMicros(cost);
  const width = (amount: number): string => `${(amount / most) * 100}%`;
  const words = [
    spent !== 0 || saved === 0 ? costText(cost) : "",
    saved > 0 && `saved ${dollars(saved)}`,
  ].filter(Boolean);
  const label = [...words, wasted > 0 && `of that wasted ${dollars(wasted)}`].filter(Boolean);
  const useful = (spent ?? 0) - wasted;
  return (
    <div className="bl">
      <span className="clip">{visible(agent)}</span>
      <span className="money" role="img" aria-label={label.join(", ")}>
        {spent === undefined && <i className="unknown" />}
        {useful > 0 && <i style={{ left: 0, width: width(useful) }} />}
        {wasted > 0 && (
          <i className="wasted" style={{ left: width(useful), width: width(wasted) }} />
        )}
        {saved > 0 && (
          <i className="saved" style={{ left: width(spent ?? 0), width: width(saved) }} />
        )}
      </span>
      <span className={spent === undefined ? "end faint" : "end"}>{words.join(", ")}</span>
    </div>
  );
}

/** The known part of a cost. */
function microsOf(cost: Cost | undefined): number {
  return cost === undefined ? 0 : (knownMicros(cost) ?? 0);
}

/** The notices for a reader of the answer. */
export function NoticesPart(): ReactNode {
  const { notices } = useDesk().page;
  const warnings = notices.filter(({ level }) => level === "warn").length;
  return (
    <section className="card" id="notices" aria-labelledby="notices-h">
      <header>
        <h2 id="notices-h">Notices</h2>
        <span className="sub">{warnings === 0 ? "no warnings" : count(warnings, "warning")}</span>
      </header>
      <div className="body">
        <ul className="notices">
          {notices.map(({ level, message }, index) => (
            <li key={index} className={level}>
              <Icon name={level === "warn" ? "alert" : "info"} />
              <span>{message}</span>
            </li>
          ))}
        </ul>
        {notices.length === 0 && (
          <p className="muted">There is nothing that the rest does not say.</p>
        )}
      </div>
    </section>
  );
}
