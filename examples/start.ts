// npm start: the code review board; npm start -- gate PATH: the release gate; npm start -- panel: fewer models that are asked.

if (process.argv[2] === "gate") await import("./release-gate/main.ts");
else if (process.argv[2] === "panel") await import("./panel/main.ts");
else await import("./code-review-board/main.ts");

export {};
