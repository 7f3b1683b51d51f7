import type { McpServer } from "@modelcontextprotocol/server";
import { principalOf, runNamed, storeOf } from "../asked.ts";
import { isSoundError } from "../../model/errors.ts";
import { clip, plain } from "../../model/text.ts";
import { render } from "../reported.ts";
import type { RunSummary } from "../../store/store.ts";
import { isOwnFailure } from "../http/http-refusal.ts";
import type { McpCaller } from "./caller.ts";
import { MAX_RESOURCE_CHARS, readRun } from "./run-answer.ts";

/** The most runs in the list. */
const MAX_LISTED = 50;
const MAX_NAME_CHARS = 100;
const RUNS = "quorate://runs";
const JSON_TYPE = "application/json";

/** The latest runs that the caller may see. */
function latest(caller: McpCaller): Promise<readonly RunSummary[]> {
  const { tenant } = principalOf(caller);
  return Promise.resolve(
    storeOf(caller).runs({ limit: MAX_LISTED, ...(tenant !== undefined && { tenant }) }),
  );
}

const uriOf = (runId: string): string => `${RUNS}/${encodeURIComponent(runId)}`;

/** Adds runs, their verdicts and their reports as resources. */
export function addResources(server: McpServer, caller: McpCaller): void {
  const { ResourceTemplate } = caller.sdk;
  server.registerResource(
    "runs",
    RUNS,
    { title: "Runs", description: `The latest ${MAX_LISTED} runs.`, mimeType: JSON_TYPE },
    (uri) =>
      guarded(caller, uri, async () => {
        const runs = (await latest(caller)).map(({ runId, supervisor, status, startedAtMs }) => ({
          uri: uriOf(runId),
          runId,
          team: supervisor.name,
          status,
          startedAt: new Date(startedAtMs).toISOString(),
        }));
        return json(uri, { runs });
      }),
  );
  const list = async () => ({
    resources: (await latest(caller)).map((run) => ({
      uri: uriOf(run.runId),
      name: clip(plain(`${run.supervisor.name} ${run.runId}`), MAX_NAME_CHARS),
      description: `${run.status}, begun ${new Date(run.startedAtMs).toISOString()}`,
      mimeType: JSON_TYPE,
    })),
  });
  const each = [
    { name: "run", path: "", title: "A run", mimeType: JSON_TYPE, list },
    { name: "verdicts", path: "/verdicts", title: "The verdicts of a run", mimeType: JSON_TYPE },
    { name: "report", path: "/report", title: "The report of a run", mimeType: "text/markdown" },
  ] as const;
  for (const one of each) {
    const template = new ResourceTemplate(`${RUNS}/{id}${one.path}`, {
      list: "list" in one ? one.list : undefined,
    });
    const { name, title, mimeType } = one;
    server.registerResource(name, template, { title, mimeType }, (uri, { id }) =>
      guarded(caller, uri, async () => {
        const summary = await runNamed(caller, decoded(String(id)));
        const run = await readRun(storeOf(caller), summary, MAX_RESOURCE_CHARS);
        if (name === "report") {
          const text = clip(render(run.report, "md"), MAX_RESOURCE_CHARS);
          return { contents: [{ uri: uri.href, mimeType, text }] };
        }
        const { verdict, verdicts, findings, note } = run.content;
        return json(uri, name === "run" ? run.content : { verdict, verdicts, findings, note });
      }),
    );
  }
}

function json(uri: URL, value: object) {
  return { contents: [{ uri: uri.href, mimeType: JSON_TYPE, text: JSON.stringify(value) }] };
}

/** Reads a run; one of another tenant counts as missing. */
async function guarded<T>(caller: McpCaller, uri: URL, read: () => Promise<T>): Promise<T> {
  const { ProtocolError, ProtocolErrorCode, ResourceNotFoundError } = caller.sdk;
  try {
    return await read();
  } catch (error) {
    if (isSoundError(error) && error.code === "RUN_NOT_FOUND") {
      throw new ResourceNotFoundError(uri.href);
    }
    if (isOwnFailure(error)) caller.onFailure({ what: "a resource", error });
    throw new ProtocolError(
      ProtocolErrorCode.InternalError,
      "The server failed; its own log says why.",
    );
  }
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
