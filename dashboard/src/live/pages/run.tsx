import { useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from "react";
import { App } from "../../app.tsx";
import type { Extras } from "../../extras.ts";
import { visible } from "../../model/visible.ts";
import { count, timeOfDay } from "../../model/words.ts";
import { Icon } from "../../parts/icon.tsx";
import { useDeed, useLoaded, useMay, useSigned } from "../desk.ts";
import { DecideForm } from "../decide-form.tsx";
import { ForkPart } from "../fork-part.tsx";
import { liveSource, type LiveSource } from "../live-source.ts";
import { Empty, Failure, Frame, Go, Loading, Nav, SignOut } from "../parts.tsx";
import type { RunAnswer } from "../../../../src/server/wire.ts";

/** A run that is watched live. */
export function RunPage({ runId }: { readonly runId: string }): ReactNode {
  const { client } = useSigned();
  const { data, error, again } = useLoaded(runId, (asking, signal) =>
    asking.get<RunAnswer>(`runs/${encodeURIComponent(runId)}`, {}, signal),
  );
  const [source, setSource] = useState<LiveSource | undefined>(undefined);
  const interruptedAt = data?.run.status === "interrupted" ? data.run.events : undefined;
  const known = data !== undefined;
  useEffect(() => {
    if (!known) return;
    const made = liveSource(client, runId, interruptedAt);
    made.start();
    setSource(made);
    return () => made.stop();
  }, [client, runId, known, interruptedAt]);
  if (error !== undefined) {
    return (
      <Frame at="run" title="Run">
        <section className="card">
          {error.status === 404 ? (
            <Empty title="There is no such run here.">
              It may have been removed, or it is another tenant’s.
            </Empty>
          ) : (
            <Failure error={error} again={again} />
          )}
        </section>
      </Frame>
    );
  }
  return source === undefined ? <Waiting /> : <Watched source={source} runId={runId} />;
}

function Waiting(): ReactNode {
  return (
    <Frame at="run" title="Run">
      <section className="card">
        <Loading rows={8} />
      </section>
    </Frame>
  );
}

interface WatchedProps {
  readonly source: LiveSource;
  readonly runId: string;
}

function Watched({ source, runId }: WatchedProps): ReactNode {
  const { empty, connection } = useSyncExternalStore(source.follow, source.live);
  const extras = useMemo(
    (): Extras => ({
      nav: <Nav at="run" />,
      under: <ConnectionLine source={source} />,
      actions: <Actions source={source} runId={runId} />,
      pace: <Pace source={source} />,
      fork: <ForkPart source={source} runId={runId} />,
      decide: (subject) => <DecideForm key={subject.key} runId={runId} subject={subject} />,
      end: <SignOut />,
    }),
    [source, runId],
  );
  if (!empty) return <App source={source} foot={<RunFoot />} extras={extras} />;
  if (connection.kind === "refused") {
    return (
      <Frame at="run" title="Run">
        <section className="card">
          <Failure error={connection.error} />
        </section>
      </Frame>
    );
  }
  return (
    <>
      <ConnectionLine source={source} />
      <Waiting />
    </>
  );
}

function RunFoot(): ReactNode {
  return (
    <footer className="note">
      <span>
        Times of day are UTC. <a href="assets/licences.txt">Licences of what it is made with</a>
      </span>
    </footer>
  );
}

/** A line under the bar, only while there is no connection. */
function ConnectionLine({ source }: { readonly source: LiveSource }): ReactNode {
  const { connection } = useSyncExternalStore(source.follow, source.live);
  return (
    <div role="status">
      {connection.kind === "lost" && (
        <div className="connection">
          <Icon name="alert" />
          <span title={visible(connection.why)}>
            {`Not connected since ${timeOfDay(connection.sinceMs)} UTC. Trying again.`}
          </span>
          <button type="button" className="lk" onClick={source.tryAgain}>
            Try now
          </button>
        </div>
      )}
      {connection.kind === "refused" && (
        <div className="connection">
          <Icon name="alert" />
          <span>{`The server ended the stream: ${visible(connection.error.message)}`}</span>
        </div>
      )}
    </div>
  );
}

/** Live, or paused with the number of waiting events; nothing for an ended run. */
function Pace({ source }: { readonly source: LiveSource }): ReactNode {
  const { connection, paused, waiting } = useSyncExternalStore(source.follow, source.live);
  if (connection.kind === "ended" && !paused) return null;
  const words = paused
    ? waiting === 0
      ? "Paused"
      : `Paused, ${count(waiting, "event")} wait`
    : "Live";
  return (
    <button
      type="button"
      className={paused ? "btn pace paused" : "btn pace"}
      aria-pressed={paused}
      title={paused ? "Go on" : "Pause"}
      onClick={() => source.pause(!paused)}
    >
      <Icon name={paused ? "play" : "pause"} />
      <span>{words}</span>
    </button>
  );
}

/** The actions for a run. */
function Actions({ source, runId }: WatchedProps): ReactNode {
  const { run } = useSyncExternalStore(source.follow, source.now);
  const mayRun = useMay("run");
  const mayDecide = useMay("decide");
  const isOpen = ["running", "waiting", "interrupted"].includes(run.status);
  return (
    <>
      {run.open.length > 0 && mayDecide && (
        <a className="btn" href="#waits">
          <Icon name="person" />
          Decide
        </a>
      )}
      {isOpen && mayRun && <Cancel runId={runId} />}
      {!isOpen && mayRun && (
        <a className="btn" href="#fork">
          <Icon name="fork" />
          Fork
        </a>
      )}
      <Go
        className="btn"
        to={
          run.forkOf === undefined
            ? { page: "compare", before: runId, after: undefined }
            : { page: "compare", before: run.forkOf.runId, after: runId }
        }
      >
        <Icon name="swap" />
        Compare
      </Go>
    </>
  );
}

/** Asks for confirmation before cancelling, because unfinished work is lost. */
function Cancel({ runId }: { readonly runId: string }): ReactNode {
  const { client } = useSigned();
  const deed = useDeed();
  const [sure, setSure] = useState(false);
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    if (!sure) return;
    const timer = setTimeout(() => setSure(false), 5_000);
    return () => clearTimeout(timer);
  }, [sure]);
  const words = asked ? "Cancelling" : sure ? "Really cancel?" : "Cancel";
  return (
    <>
      <button
        type="button"
        className={sure ? "btn danger" : "btn"}
        disabled={asked || deed.busy}
        onClick={() => {
          if (!sure) {
            setSure(true);
            return;
          }
          deed.run(async () => {
            await client.post(`runs/${encodeURIComponent(runId)}/cancel`, {});
            setAsked(true);
          });
        }}
      >
        <Icon name="stop" />
        <span aria-live="polite">{words}</span>
      </button>
      {deed.error !== undefined && <Failure error={deed.error} />}
    </>
  );
}
