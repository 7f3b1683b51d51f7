/** What is known about a member before it is asked. */
export interface PanelMember {
  readonly name: string;
  /** How much its answer is worth, as far as it is known; more is better. */
  readonly worth: number;
  /** The standard error of that. */
  readonly error: number;
  /** What asking it costs, in micro-dollars; `undefined` if it is unknown. */
  readonly usdMicros?: number | undefined;
}

export const PANEL_ORDERS = ["best", "thrifty", "given"] as const;

/**
 * In which order the members of a team are asked. `"best"`: those first whose answers are worth most; of equal ones the cheaper one.
 * `"thrifty"`: always the cheapest of those within one standard error of the best one left (the rule of Breiman et al.
 * 1984). `"given"`: as they are listed.
 */
export type PanelOrder = (typeof PANEL_ORDERS)[number];

/** The names of the members in the order in which they are asked. If nothing is known about them, as they are listed. */
export function inOrder(members: readonly PanelMember[], order: PanelOrder): readonly string[] {
  if (order === "given") return members.map(({ name }) => name);
  const rest = members.toSorted((a, b) => b.worth - a.worth || costOf(a) - costOf(b));
  if (order === "best") return rest.map(({ name }) => name);
  const names: string[] = [];
  while (rest.length > 0) {
    const [best] = rest;
    const near = rest.filter(({ worth }) => best !== undefined && worth >= best.worth - best.error);
    const next = near.reduce((a, b) => (costOf(b) < costOf(a) ? b : a));
    names.push(next.name);
    rest.splice(rest.indexOf(next), 1);
  }
  return names;
}

/** An unknown cost does not count as cheap. */
function costOf({ usdMicros = Infinity }: PanelMember): number {
  return usdMicros;
}
