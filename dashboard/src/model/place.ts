// The selection is in the address, so that every row has a link, and the browser's Back works.

/** What the address names: a call, a subject by its number, or a part of the page. */
export type Place =
  | { readonly kind: "call"; readonly callId: string }
  | { readonly kind: "subject"; readonly number: number }
  | { readonly kind: "part"; readonly id: string };

export function callHref(callId: string): string {
  return `#call/${encodeURIComponent(callId)}`;
}

export function subjectHref(number: number): string {
  return `#subject/${number}`;
}

export function placeIn(hash: string): Place | undefined {
  const [, kind, name = ""] = /^#(call|subject)\/(.+)$/.exec(hash) ?? [];
  if (kind === "subject") return { kind, number: Number(name) };
  if (kind === "call") return { kind, callId: decoded(name) };
  return hash.length > 1 ? { kind: "part", id: hash.slice(1) } : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
