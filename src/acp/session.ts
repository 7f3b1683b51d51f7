import type { ClientContext } from "@agentclientprotocol/sdk";
import { fields, type Fields } from "../model/record.ts";
import { textIn } from "../program/coding-agent.ts";
import { tailOf } from "../program/failure.ts";
import { notAble } from "./failure.ts";
import { modeOption } from "./transcript.ts";

/** How a session is set up before anything is asked in it. */
export interface SessionSetup {
  /** The agent's name, for messages. */
  readonly agent: string;
  /** The folder of the session. */
  readonly cwd: string;
  /** Data for the agent's own extensions. */
  readonly meta: Fields | undefined;
  /** The login method to use, by the agent's own name for it. */
  readonly login: string | undefined;
  readonly model: string | undefined;
  readonly settings: Readonly<Record<string, string | boolean>>;
  /** The acceptable modes, best first. */
  readonly modes: readonly string[];
  /** Whether the user chose these; then the session must be in one of them. */
  readonly isModeChosen: boolean;
}

/** A session that can be prompted. */
export interface OpenSession {
  readonly sessionId: string;
  /** The session's mode; `undefined` if the agent has no modes. */
  readonly mode: string | undefined;
}

const PROTOCOL_VERSION = 1;

/** Opens a session in the required mode. Rejects, before anything was asked, if that is not possible. */
export async function openSession(
  connection: Pick<ClientContext, "request">,
  setup: SessionSetup,
): Promise<OpenSession> {
  const { agent, cwd, meta, login } = setup;
  const ask = async (method: string, params: object): Promise<Fields> =>
    fields(await connection.request(method, params));
  const first = await ask("initialize", {
    protocolVersion: PROTOCOL_VERSION,
    // The agent must read, write and run by itself, where its own rules hold.
    clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
    clientInfo: { name: "quorate", title: "Quorate", version: "1" },
  });
  if (first["protocolVersion"] !== PROTOCOL_VERSION) {
    const spoken = tailOf(String(first["protocolVersion"]));
    throw notAble(
      `${agent} speaks version ${spoken} of the Agent Client Protocol, and not version ${PROTOCOL_VERSION}; use a release of it that does`,
    );
  }
  if (login !== undefined) await ask("authenticate", { methodId: login });
  const session = await ask("session/new", {
    cwd,
    mcpServers: [],
    ...(meta !== undefined && { _meta: meta }),
  });
  const sessionId = textIn(session, "sessionId");
  if (sessionId === "") throw notAble(`${agent} opened a session without an id; use another agent`);
  const set = (configId: string, value: string | boolean): Promise<Fields> =>
    ask("session/set_config_option", {
      sessionId,
      configId,
      value,
      ...(typeof value === "boolean" && { type: "boolean" }),
    });
  for (const [option, value] of Object.entries(setup.settings)) await set(option, value);
  if (setup.model !== undefined) {
    const option = optionsIn(session).find(({ category }) => category === "model");
    const id = textIn(option, "id");
    const listed = fields(session["models"])["availableModels"];
    if (option === undefined && listed === undefined) {
      throw notAble(
        `${agent} does not let its client choose a model; leave out model, or choose it with its args or env`,
      );
    }
    const known = option === undefined ? idsIn(listed, "modelId") : valuesIn(option);
    refuseUnknown(agent, "model", setup.model, known);
    await (option === undefined
      ? ask("session/set_model", { sessionId, modelId: setup.model })
      : set(id, setup.model));
  }
  // Set last, so that nothing else changes it.
  const mode = await enterMode(setup, session, (id, option) =>
    option === undefined
      ? ask("session/set_mode", { sessionId, modeId: id })
      : set(textIn(option, "id"), id),
  );
  return { sessionId, mode };
}

async function enterMode(
  { agent, modes, isModeChosen }: SessionSetup,
  session: Fields,
  enter: (id: string, option: Fields | undefined) => Promise<Fields>,
): Promise<string | undefined> {
  const state = fields(session["modes"]);
  const option = session["modes"] ? undefined : modeOption(session["configOptions"]);
  const offered = option === undefined ? idsIn(state["availableModes"], "id") : valuesIn(option);
  if (offered.length === 0) {
    if (!isModeChosen) return undefined;
    throw notAble(`${agent} has no modes; leave out mode, and restrict it by its own settings`);
  }
  const wanted = modes.find((mode) => offered.includes(mode));
  if (wanted === undefined) {
    const list = offered
      .slice(0, MOST_SHOWN)
      .map((one) => `"${tailOf(one)}"`)
      .join(", ");
    throw notAble(
      isModeChosen
        ? `${agent} has no mode "${modes[0]}"; use one of its own as mode: ${list}`
        : `${agent} has no mode that is known to permit only its tools; name the one that does as mode: ${list}`,
    );
  }
  // Also if it says that it is in this mode already: once told, it knows.
  const told = await enter(wanted, option);
  const now = modeOption(told["configOptions"])?.["currentValue"] ?? wanted;
  if (now === wanted) return wanted;
  throw notAble(
    `${agent} stayed in the mode "${tailOf(String(now))}" when it was told to change to "${wanted}"; use another mode`,
  );
}

const MOST_SHOWN = 12;

function refuseUnknown(agent: string, what: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  const list = known
    .slice(0, MOST_SHOWN)
    .map((one) => `"${tailOf(one)}"`)
    .join(", ");
  const more = known.length > MOST_SHOWN ? ` and ${known.length - MOST_SHOWN} more` : "";
  throw notAble(`${agent} has no ${what} "${value}"; use one that it has: ${list}${more}`);
}

const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const optionsIn = (session: Fields): readonly Fields[] =>
  listIn(session["configOptions"]).map(fields);

const idsIn = (list: unknown, name: string): readonly string[] =>
  listIn(list)
    .map((one) => textIn(one, name))
    .filter((id) => id !== "");

/** The values of an option, which may be in groups. */
const valuesIn = ({ options }: Fields): readonly string[] =>
  listIn(options).flatMap((one) => {
    const { options: group } = fields(one);
    return group === undefined ? idsIn([one], "value") : idsIn(group, "value");
  });
