import { sqlite } from "quorate/sqlite";

try {
  sqlite({ path: ":memory:" });
} catch ({ code, message }) {
  console.log(code, message);
}
