import { useSyncExternalStore } from "react";

/** The part of the address after "#". */
export function useHash(): string {
  return useSyncExternalStore(followHash, () => location.hash);
}

function followHash(told: () => void): () => void {
  window.addEventListener("hashchange", told);
  return () => window.removeEventListener("hashchange", told);
}
