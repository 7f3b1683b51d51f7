import { fitting } from "../check/kinds.ts";
import { option, refused, type Option } from "../check/options.ts";
import { QuorateError } from "../model/errors.ts";
import type { EventBody, RunEvent } from "../model/events.ts";

/** Whose run it is, and what its caller wrote on it: what runs are found and erased by. */
export interface Whose {
  /** Whose run it is, by a name of 1 to 200 characters of the caller's own. It stays readable. */
  readonly tenant?: string;
  /**
   * What the caller writes on it, at most 50 texts of 500 characters by names of 1 to 100, without "=" and line breaks. They stay
   * readable.
   */
  readonly tags?: Readonly<Record<string, string>>;
}

const MAX_TENANT = 200;
const MAX_TAGS = 50;
const MAX_TAG_NAME = 100;
const MAX_TAG = 500;
const UNSEEN = /\p{Cc}|\p{Zl}|\p{Zp}/u;

function isName(given: unknown, most: number): given is string {
  if (typeof given !== "string" || given === "" || given.length > most) return false;
  return given.isWellFormed() && !UNSEEN.test(given);
}

export const TENANT: Option<string | undefined> = fitting(
  (given) => isName(given, MAX_TENANT),
  `use a text of 1 to ${MAX_TENANT} characters that can be seen`,
);

const TAGS_INSTEAD = `use at most ${MAX_TAGS} texts by their names, for instance { branch: "main" }`;

export const TAGS: Option<Readonly<Record<string, string>> | undefined> = option((given, what) => {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return undefined;
  const tags = Object.entries(given);
  if (tags.length > MAX_TAGS) throw refused(`${what} has one that`, tags.length, TAGS_INSTEAD);
  for (const [name, value] of tags) {
    if (!isName(name, MAX_TAG_NAME) || name.includes("=")) {
      const instead = `use names of 1 to ${MAX_TAG_NAME} characters that can be seen, without "="`;
      throw refused(`${what} has a name that`, name, instead);
    }
    const fits = typeof value === "string" && value.length <= MAX_TAG && value.isWellFormed();
    if (fits) continue;
    throw refused(`${what}.${name}`, value, `use a text of at most ${MAX_TAG} characters`);
  }
  return Object.freeze(Object.fromEntries(tags)) as Readonly<Record<string, string>>;
}, TAGS_INSTEAD);

/** What the first event of a run says of whose it is; a fork is its origin's where nothing else is said. */
export function whoseRun(
  { tenant, tags }: Whose,
  origin?: RunEvent,
): Pick<Extract<EventBody, { type: "run.started" }>, "tenant" | "tags"> {
  const from: Whose = origin?.type === "run.started" ? origin : {};
  const whose = { tenant: tenant ?? from.tenant, tags: tags ?? from.tags };
  return {
    ...(whose.tenant !== undefined && { tenant: whose.tenant }),
    ...(whose.tags !== undefined && { tags: whose.tags }),
  };
}

/** Refuses with `RUN_ID_TAKEN` a run of one tenant to another, who happened to choose the same id. */
export function refuseOtherTenant(runId: string, given: Whose, run: Whose): void {
  if (given.tenant === undefined || given.tenant === run.tenant) return;
  throw new QuorateError(
    "RUN_ID_TAKEN",
    `there is a run "${runId}" of another tenant; use another id for this one`,
  );
}
