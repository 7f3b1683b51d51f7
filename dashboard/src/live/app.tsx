import { useEffect, useMemo, useState, type ReactNode } from "react";
import { makeClient } from "./client.ts";
import type { Refused } from "./refused.ts";
import { refusal, SignedProvider, type Signed } from "./desk.ts";
import { AgentsPage } from "./pages/agents.tsx";
import { ComparePage } from "./pages/compare.tsx";
import { NewRunPage } from "./pages/new-run.tsx";
import { RunPage } from "./pages/run.tsx";
import { RunsPage } from "./pages/runs.tsx";
import { Failure } from "./parts.tsx";
import { useRoute } from "./route.ts";
import { SignIn } from "./sign-in.tsx";
import type { SessionAnswer } from "../../../src/server/wire.ts";

type Standing =
  | { readonly kind: "asking" }
  | { readonly kind: "out"; readonly error?: Refused }
  | { readonly kind: "away"; readonly error: Refused }
  | { readonly kind: "in"; readonly session: SessionAnswer };

/** The page that a server serves. `code`: the one-time code in the address. */
export function LiveApp({ code }: { readonly code: string | undefined }): ReactNode {
  const [standing, setStanding] = useState<Standing>({ kind: "asking" });
  const [tries, setTries] = useState(0);
  const client = useMemo(() => makeClient(() => setStanding({ kind: "out" })), []);
  useEffect(() => {
    let left = false;
    const asked =
      code !== undefined && tries === 0
        ? client.post<SessionAnswer>("session", { code })
        : client.get<SessionAnswer>("session");
    asked.then(
      (session) => {
        if (!left) setStanding({ kind: "in", session });
      },
      (failure: unknown) => {
        if (left) return;
        const error = refusal(failure);
        if (error.status === 401 && code === undefined) setStanding({ kind: "out" });
        else if (error.status >= 400 && error.status < 500) setStanding({ kind: "out", error });
        else setStanding({ kind: "away", error });
      },
    );
    return () => {
      left = true;
    };
  }, [client, code, tries]);
  const signed = useMemo(
    (): Signed | undefined =>
      standing.kind === "in"
        ? {
            client,
            session: standing.session,
            signOut: () => {
              const out = (): void => setStanding({ kind: "out" });
              client.remove("session").then(out, out);
            },
          }
        : undefined,
    [client, standing],
  );
  switch (standing.kind) {
    case "asking":
      return null;
    case "out":
      return (
        <SignIn
          client={client}
          error={standing.error}
          onSigned={(session) => setStanding({ kind: "in", session })}
        />
      );
    case "away":
      return (
        <main className="wrap">
          <Failure
            error={standing.error}
            again={() => {
              setStanding({ kind: "asking" });
              setTries((before) => before + 1);
            }}
          />
        </main>
      );
    default:
      return (
        <SignedProvider value={signed}>
          <Pages />
        </SignedProvider>
      );
  }
}

function Pages(): ReactNode {
  const route = useRoute();
  switch (route.page) {
    case "run":
      return <RunPage key={route.runId} runId={route.runId} />;
    case "new":
      return <NewRunPage key={route.like} team={route.team} like={route.like} />;
    case "agents":
      return <AgentsPage team={route.team} />;
    case "compare":
      return <ComparePage before={route.before} after={route.after} />;
    default:
      return <RunsPage filter={route.filter} />;
  }
}
