import { sqliteStore } from "quorate/sqlite";

try {
  sqliteStore({ path: ":memory:" });
} catch ({ code, message }) {
  console.log(code, message);
}
