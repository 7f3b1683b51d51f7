import type { RunEvent } from "../model/events.ts";
import type { CheckedQuery } from "./run-query.ts";

// What runs are found by, as stores keep it.

/** The name of the team of a run, by its first event. */
export function teamOf(first: Partial<RunEvent>): string {
  const name = first.type === "run.started" ? (first.supervisor as unknown) : undefined;
  return String((Object(name) as { readonly name?: unknown }).name ?? "");
}

/** What a tenant, or a tag with its value, is called among the labels. No name of a tag has a line break. */
export function labelOf(name: string, value?: string): string {
  return value === undefined ? `tenant\n${name}` : `tag\n${name}\n${value}`;
}

/** What a run is called by its first event. */
export function labelsOf(first: RunEvent): readonly string[] {
  if (first.type !== "run.started") return [];
  return labelsFor({ tenant: first.tenant, tags: Object.entries(first.tags ?? {}) });
}

/** What runs are called that are asked for. */
export function labelsFor({
  tenant,
  tags,
}: Pick<CheckedQuery, "tenant" | "tags">): readonly string[] {
  return [
    ...(tenant === undefined ? [] : [labelOf(tenant)]),
    ...tags.map(([name, value]) => labelOf(name, value)),
  ];
}

/** The statuses that are told by a run's log alone. */
export const STATES = ["complete", "partial", "failed", "cancelled", "waiting"] as const;
