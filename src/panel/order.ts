/** What is known of a member before it is asked. */
export interface PanelMember {
  readonly name: string;
  /** How much its answer is worth, as far as it is known; the more the better. */
  readonly worth: number;
  /** The standard error of that. */
  readonly error: number;
  /** What asking it costs, in micro-dollars; `undefined` where nobody knows. */
  readonly usdMicros?: number | undefined;
}

export const PANEL_ORDERS = ["best", "thrifty", "given"] as const;

/**
 * In which order the members of a team are asked. `"best"`: those first whose answers are worth most; of equal ones the cheaper one.
 * `"thrifty"`: always the cheapest of those that cannot be told from the best one left, by one standard error (the rule of Breiman et al.
 * 1984). `"given"`: as they are listed.
 */
export type PanelOrder = (typeof PANEL_ORDERS)[number];

/** The names of the members in the order in which they are asked. What is known of none leaves them as they are listed. */
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

/** What nobody knows is not taken for cheap. */
function costOf({ usdMicros = Infinity }: PanelMember): number {
  return usdMicros;
}
