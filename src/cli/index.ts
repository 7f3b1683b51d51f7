export type { CliConfig } from "./given/config.ts";
export { finish } from "./finish.ts";
export { showProgress, type ProgressOptions, type Watched } from "./shown/progress.ts";
export { safeBlock, safeText } from "./shown/safe-text.ts";
export { shortId } from "./shown/short-id.ts";
export { cancelOnSignals, type SignalScope } from "./signals.ts";
export { terminal, type Style, type Terminal } from "./shown/terminal.ts";
export { clip, columnsOf, pad, padStart, wrap, type WrapOptions } from "./shown/wrap.ts";
