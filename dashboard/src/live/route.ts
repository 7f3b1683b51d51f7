import { useMemo, useSyncExternalStore } from "react";

// The page is in the query of the address and the selection behind "#", so that the server can be mounted below any path, and every place has
// a link that survives a reload.

export type Route =
  | { readonly page: "runs"; readonly filter: RunFilter }
  | { readonly page: "run"; readonly runId: string }
  | { readonly page: "new"; readonly team: string | undefined; readonly like: string | undefined }
  | { readonly page: "agents"; readonly team: string | undefined }
  | {
      readonly page: "compare";
      readonly before: string | undefined;
      readonly after: string | undefined;
    };

/** Which runs are listed. */
export interface RunFilter {
  readonly query: string;
  readonly team: string;
  readonly status: string;
  /** `name=value`. */
  readonly tag: string;
}

export const NO_FILTER: RunFilter = { query: "", team: "", status: "", tag: "" };

export function routeIn(search: string): Route {
  const query = new URLSearchParams(search);
  const text = (name: string): string | undefined => query.get(name) || undefined;
  const runId = text("run");
  if (runId !== undefined) return { page: "run", runId };
  if (query.has("new")) return { page: "new", team: text("new"), like: text("like") };
  if (query.has("agents")) return { page: "agents", team: text("agents") };
  if (query.has("compare"))
    return { page: "compare", before: text("compare"), after: text("with") };
  return {
    page: "runs",
    filter: {
      query: text("q") ?? "",
      team: text("team") ?? "",
      status: text("status") ?? "",
      tag: text("tag") ?? "",
    },
  };
}

export function hrefOf(route: Route): string {
  const query = new URLSearchParams();
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== "") query.set(name, value);
  };
  switch (route.page) {
    case "run":
      set("run", route.runId);
      break;
    case "new":
      query.set("new", route.team ?? "");
      set("like", route.like);
      break;
    case "agents":
      query.set("agents", route.team ?? "");
      break;
    case "compare":
      query.set("compare", route.before ?? "");
      set("with", route.after);
      break;
    case "runs":
      set("q", route.filter.query);
      set("team", route.filter.team);
      set("status", route.filter.status);
      set("tag", route.filter.tag);
      break;
    default:
      route satisfies never;
  }
  const text = query.toString();
  return text === "" ? "./" : `?${text}`;
}

const MOVED = "quorate:moved";

/** `replace`: going back does not return here. */
export function go(route: Route, { replace = false } = {}): void {
  const href = hrefOf(route);
  if (replace) history.replaceState(null, "", href);
  else {
    history.pushState(null, "", href);
    window.scrollTo(0, 0);
  }
  window.dispatchEvent(new Event(MOVED));
}

export function useRoute(): Route {
  const search = useSyncExternalStore(followAddress, () => location.search);
  return useMemo(() => routeIn(search), [search]);
}

function followAddress(told: () => void): () => void {
  window.addEventListener("popstate", told);
  window.addEventListener(MOVED, told);
  return () => {
    window.removeEventListener("popstate", told);
    window.removeEventListener(MOVED, told);
  };
}
