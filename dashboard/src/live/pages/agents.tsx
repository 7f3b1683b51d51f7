import { lazy, Suspense, useState, type ReactNode } from "react";
import type { Reliability } from "../../../../src/model/reliability.ts";
import type { AgentsFigures, TeamListed } from "../../../../src/server/wire.ts";
import { visible } from "../../model/visible.ts";
import { count } from "../../model/words.ts";
import { Choose } from "../../parts/controls.tsx";
import { useLoaded } from "../desk.ts";
import { Empty, Failure, Frame, Loading } from "../parts.tsx";
import { go } from "../route.ts";
import { AgentTable } from "./agents/agent-table.tsx";

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
        data === undefined ? "How often they are right, how fast and how expensive." : aboutOf(data)
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
