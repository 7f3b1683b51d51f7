import type { RunEvent } from "../model/events.ts";
import type { CheckedQuery } from "../store/run-query.ts";
import { toText } from "./schema.ts";

/** What a run is called by its tenant and its tags. No name of a tag has a line break. */
export function labelsOf(first: RunEvent): readonly string[] {
  if (first.type !== "run.started") return [];
  return labelsFor({ tenant: first.tenant, tags: Object.entries(first.tags ?? {}) });
}

/** What runs are called that are asked for. */
export function labelsFor({
  tenant,
  tags,
}: Pick<CheckedQuery, "tenant" | "tags">): readonly string[] {
  const labels = tags.map(([name, value]) => `tag\n${name}\n${value}`);
  if (tenant !== undefined) labels.unshift(`tenant\n${tenant}`);
  return labels.map(toText);
}

/** The name of the team of a run, by its first event. */
export function teamOf(first: RunEvent): string {
  const name = first.type === "run.started" ? (first.supervisor as unknown) : undefined;
  return String((Object(name) as { readonly name?: unknown }).name ?? "");
}
