/** The calls under way in this process that calls of the same content may join. */
export interface Flights {
  readonly underWay: Map<string, unknown>;
}

export function flights(): Flights {
  return { underWay: new Map() };
}
