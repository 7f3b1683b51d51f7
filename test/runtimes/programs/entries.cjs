// Every entry by require(), and that it is what import gives.

const { readFileSync } = require("node:fs");
const { dirname, join } = require("node:path");

const manifest = JSON.parse(
  readFileSync(join(dirname(require.resolve("quorate")), "../package.json"), "utf8"),
);
const entries = Object.keys(manifest.exports).filter((path) => !path.endsWith(".json"));

async function main() {
  for (const path of entries) {
    const name = path.replace(/^\./, "quorate");
    const required = require(name);
    const imported = await import(name);
    const keys = Object.keys(required).filter((key) => key !== "__esModule");
    const same = keys.every((key) => required[key] === imported[key]);
    console.log(name, keys.length > 0, same);
  }
}

void main();
