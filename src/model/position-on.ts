import type { Json } from "./json.ts";
import type { ClaimDraft } from "./claim.ts";

// What an agent can hold about the task, as far as the type of its output tells.

type Scalar = string | number | boolean;

/** What a property holds as a position; any JSON value if its type is unknown. */
type ValueHeld<Value, Allowed> = unknown extends Value ? Json : Extract<Value, Allowed>;

type Recommended<Output> = Output extends Scalar
  ? Output
  : "recommendation" extends keyof Output
    ? ValueHeld<Output["recommendation"], Scalar>
    : never;

/** By default: an output that is a string, number or boolean, else its `recommendation`. */
export type DefaultPosition<Output> = unknown extends Output ? Json : Recommended<Output>;

/** With `claims` that names a property, or that lists claims, of which some may be about other subjects. */
export type PositionOn<Output, Property extends string, Draft extends ClaimDraft> = [
  Draft,
] extends [never]
  ? [Property] extends [never]
    ? DefaultPosition<Output>
    : Named<Output, Property>
  : Draft["position"];

type Named<Output, Property extends string> = Output extends unknown
  ? Property extends keyof Output
    ? ValueHeld<Output[Property], Json>
    : never
  : never;

/** The name of a property that an output has, if its type is known. */
export type PropertyOf<Output, Property extends string> = unknown extends Output
  ? Property
  : Property extends AnyKeyOf<Output>
    ? Property
    : AnyKeyOf<Output>;

type AnyKeyOf<Output> = Output extends unknown ? keyof Output : never;
