import { fitting } from "../check/kinds.ts";
import { option, refused, type Option } from "../check/options.ts";
import { QuorateError } from "../model/errors.ts";
import type { EventBody, RunEvent } from "../model/events.ts";

/** Whose run it is, and its caller's labels: runs can be found and erased by them. */
export interface Whose {
  /** Whose run it is: your own name of 1 to 200 characters. It stays readable. */
  readonly tenant?: string;
  /**
   * The caller's labels: at most 50 texts of 500 characters, with names of 1 to 100 characters without "=" and line breaks. They stay
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
  if (tags.length > MAX_TAGS) throw refused(`${what} has an entry that`, tags.length, TAGS_INSTEAD);
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

/** Tenant and tags in the first event of a run; by default, a fork has those of its origin. */
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

/** Refuses with `RUN_ID_TAKEN` to join a run of another tenant that happens to have the same id. */
export function refuseOtherTenant(runId: string, given: Whose, run: Whose): void {
  if (given.tenant === undefined || given.tenant === run.tenant) return;
  throw new QuorateError(
    "RUN_ID_TAKEN",
    `there is a run "${runId}" of another tenant; use another id for this one`,
  );
}
