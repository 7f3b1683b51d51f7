export type { CliConfig } from "./config.ts";
export { finish } from "./finish.ts";
export { showProgress, type ProgressOptions, type Watched } from "./progress.ts";
export { safeBlock, safeText } from "./safe-text.ts";
export { shortId } from "./short-id.ts";
export { cancelOnSignals, type SignalScope } from "./signals.ts";
export { terminal, type Style, type Terminal } from "./terminal.ts";
export { clip, columnsOf, pad, padStart, wrap, type WrapOptions } from "./wrap.ts";
