/** How many requests the provider takes at once. */
export const PLACES = 8;

/** How long each takes. */
export const WORK_MS = 50;

/** The Retry-After of its rejections, in seconds. */
export const RETRY_AFTER_S = 0.1;
