import type { ConfusionModel } from "./dawid-skene.ts";
import type { OneCoinModel } from "./one-coin.ts";

/** What was learned, as numbers. */
export type Learned =
  | { readonly estimator: "dawid-skene"; readonly model: ConfusionModel }
  | { readonly estimator: "one-coin"; readonly model: OneCoinModel };
