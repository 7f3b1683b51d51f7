import { flag, integer, text } from "../../src/check/kinds.ts";
import { options, type Checked, type Options } from "../../src/check/options.ts";

interface Two {
  readonly one?: number;
  readonly two?: string;
}

const whole: Options<Two, "one"> = options({ one: integer(1).or(1), two: text("use a text") });

// @ts-expect-error an option of the interface is forgotten
export const forgotten: Options<Two> = options({ one: integer(1) });

// @ts-expect-error the interface has no such option
export const more: Options<Two> = options({ one: integer(1), two: text(""), three: flag() });

// @ts-expect-error an option is of another type than the interface says
export const other: Options<Two> = options({ one: flag(), two: text("use a text") });

// @ts-expect-error a default is promised and not there
export const promised: Options<Two, "two"> = options({ one: integer(1), two: text("use a text") });

const taken: Checked<typeof whole> = whole.of({}, "it");
export const one: number = taken.one;

// @ts-expect-error it may be left out
export const two: string = taken.two;
