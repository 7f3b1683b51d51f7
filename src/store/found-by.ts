import type { RunEvent } from "../model/events.ts";
import type { CheckedQuery } from "./run-query.ts";

// The labels by which runs are found, as stores keep them.

/** The team of a run, from its first event. */
export function teamOf(first: Partial<RunEvent>): string {
  const name = first.type === "run.started" ? (first.supervisor as unknown) : undefined;
  return String((Object(name) as { readonly name?: unknown }).name ?? "");
}

/** The label for a tenant, or for a tag with its value. No name of a tag has a line break. */
export function labelOf(name: string, value?: string): string {
  return value === undefined ? `tenant\n${name}` : `tag\n${name}\n${value}`;
}

/** The labels of a run, from its first event. */
export function labelsOf(first: RunEvent): readonly string[] {
  if (first.type !== "run.started") return [];
  return labelsFor({ tenant: first.tenant, tags: Object.entries(first.tags ?? {}) });
}

/** The labels of the runs that a query asks for. */
export function labelsFor({
  tenant,
  tags,
}: Pick<CheckedQuery, "tenant" | "tags">): readonly string[] {
  return [
    ...(tenant === undefined ? [] : [labelOf(tenant)]),
    ...tags.map(([name, value]) => labelOf(name, value)),
  ];
}

/** The statuses that a run's log alone shows. */
export const STATES = ["complete", "partial", "failed", "cancelled", "waiting"] as const;
