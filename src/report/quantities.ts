/** `412 ms`, `1.24 s`, `2 min 05 s`. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** `1 agent`, `12 agents`. */
export function count(many: number, one: string, more: string = `${one}s`): string {
  return `${whole(many)} ${many === 1 ? one : more}`;
}

/** `12,345`. */
export function whole(value: number): string {
  return value.toLocaleString("en-US");
}

/** `2026-11-22 18:49`, in the machine's own zone. */
export function dateAndTime(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** 0–1 with two digits, rounded down, so that only certainty reads 1.00. */
export function share(value: number): string {
  return (Math.floor(value * 100 + 1e-9) / 100).toFixed(2);
}
