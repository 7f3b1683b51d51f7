import { loadedBy } from "./scripts/imports.ts";

// Sizes of what is downloaded, compressed. A limit is about a quarter above the size it had when it was last set:
// growing past it is a decision to take, not an accident.
export default [
  // 132 kB, without docstrings, which stand in the types.
  { name: "quorate", path: [...loadedBy("dist/index.js").files], limit: "165 kB" },
  // What a browser loads of the pages that a server hands out, before it looks at charts.
  { name: "page", path: "dist/dashboard/app/{index.html,assets/index-*}", limit: "200 kB" },
];
