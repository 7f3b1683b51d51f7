// Our own texts write values as JSON, on one line or as a path: a secret is found there in that form too.

import { describe, expect, it } from "vitest";
import {
  agent,
  human,
  judge,
  memory,
  supervisor,
  unanimous,
  vote,
  type Json,
  type Redact,
} from "../../src/index.ts";
import { render, report } from "../../src/report/index.ts";

const SECRETS: Readonly<Record<string, string>> = {
  "quotes and a backslash": 'hu"nt\\er2',
  "backslashes, as in a path": "ab\\cd\\efgh",
  "folders that go back": "tok/./en/../xyz9",
  tabs: "tab\there\tnow",
  "line breaks": "new\nline\nsecret",
  "characters that nobody sees": "zero\u200Bwidth\u202Esecret",
  "spaces around it": "  padded 12  ",
  "signs of a page": "x&y<z>\"q'",
  "a letter in two parts": "e\u0301clair-9",
  "letters of other scripts and a picture": "pä<ss wö&rd 🗝️ ключ",
  "signs of addresses": "ab+cd/ef==gh ij%41~k",
};

/** What a text may look like elsewhere. */
function formsOf(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const seen = secret.replace(/[\u200B\u202E]/g, "");
  return [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    seen,
    seen.replace(/\s+/g, " ").trim(),
    secret.replaceAll("\\", "/"),
    ...addressesOf(secret),
    ...[json, JSON.stringify(json).slice(1, -1)].flatMap((written) => [
      written.replaceAll("/", "\\/"),
      written.replaceAll(/[^\x20-\x7E]/g, escaped),
      written.replaceAll(/[<>&]/g, escaped),
    ]),
    ...(secret.includes("/../") ? ["tok/xyz9"] : []),
  ];
}

const escaped = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** What a text may look like in an address. */
function addressesOf(secret: string): readonly string[] {
  const encoded = encodeURIComponent(secret);
  const [asPath, asPassword] = [new URL("http://h/"), new URL("http://h/")];
  asPath.pathname = secret;
  asPassword.password = secret;
  return [
    encoded,
    encoded.toLowerCase(),
    encodeURIComponent(encoded),
    encodeURI(secret),
    new URLSearchParams({ k: secret }).toString().slice(2),
    // An address takes line breaks out, and goes back by itself.
    ...(/[\t\n]|\.\.|^ | $/.test(secret) ? [] : [asPath.pathname.slice(1), asPassword.password]),
  ];
}

/** A function that takes a secret out of every text and key in which it stands as it is. */
const without = (secret: string): Redact => {
  const cleaned = (value: Json): Json => {
    if (typeof value === "string") return value.replaceAll(secret, "***");
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(cleaned);
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [cleaned(key) as string, cleaned(one)]),
    );
  };
  return cleaned;
};

interface Task {
  readonly token: string;
}

async function shownOf(secret: string, redact: Redact): Promise<string> {
  const live: unknown[] = [];
  const backend = memory({ resumable: true });
  const finder = agent({
    name: "finder",
    run: ({ token }: Task, { emit }) => {
      emit({ saw: token });
      const finding = { text: `leaks ${token}`, file: `src/${token}.ts`, line: 3, rule: token };
      return { recommendation: `go ${token}`, findings: [finding, { text: `other ${token}` }] };
    },
  });
  const holder = agent({ name: "holder", run: ({ token }: Task) => ({ recommendation: token }) });
  const asker = agent({
    name: "asker",
    run: ({ token }: Task) => ({ token, deep: { token } }),
    claims: ({ deep, token }) => [
      { subject: "task", position: deep },
      { subject: token, position: 1 },
    ],
  });
  const breaker = agent({
    name: "breaker",
    retries: 0,
    run: ({ token }: Task) => {
      throw new Error(`GET https://api.example/?key=${encodeURIComponent(token)}`, {
        cause: new Error(formsOf(token).join(" or ")),
      });
    },
  });
  const team = supervisor({
    name: "team",
    agents: { finder, holder, asker, breaker },
    resolve: [
      unanimous(),
      judge({
        ask: () => {
          throw new Error(`the judge saw ${secret}`);
        },
      }),
      vote({ margin: 0.9 }),
      human(),
    ],
    redact,
    retries: 0,
    backend,
    onEvent: (event) => void live.push(event),
  });
  const { runId, status } = await team.run({ token: secret });
  expect(status).toBe("waiting");
  const log = backend.store.read(runId);
  const reports = (["md", "json", "junit", "sarif"] as const).map((form) =>
    render(report(log), form),
  );
  return [JSON.stringify(log), JSON.stringify(live), ...reports].join("\n");
}

describe("a secret in a text of ours", () => {
  it.each(Object.entries(SECRETS))("is found whatever it has in it: %s", async (_, secret) => {
    for (const redact of [["token"], without(secret)]) {
      const shown = await shownOf(secret, redact);
      expect(formsOf(secret).filter((form) => shown.includes(form))).toEqual([]);
    }
  });
});
