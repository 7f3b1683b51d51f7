import assert from "node:assert/strict";
import type { Verdict } from "../../model/verdict.ts";
import type { ContractCase } from "../contract.ts";
import { holds, refused, throughJson, withStore, type OpenStore } from "./checks.ts";
import { answered, answers, finished, runEvent, started, wholeRun } from "./run-events.ts";

const STRANGE_RUN_IDS = [
  "__proto__",
  "constructor",
  "toString",
  "é",
  "e\u0301",
  "团队 🚀",
  "a\0b",
  "a",
  "' OR 1=1 --",
  "%",
];

const STRANGE_OUTPUTS: readonly unknown[] = [
  null,
  "",
  "a\0b \u2028 \ud800 🚀",
  { nothing: undefined, when: new Date(0) },
  [0, -1, 1e-300, 2 ** 53, 1e21],
  JSON.parse(
    '{"__proto__":{"admin":true},"constructor":1,"runId":"x","seq":9,"atMs":9,"type":"y"}',
  ),
];

// For instance, what a store might write in place of a large value.
const FORGED: readonly unknown[] = [
  1,
  { blob: 1 },
  { $ref: 1 },
  { ref: "output", hash: "0".repeat(43) },
  { member: "input", blob: 1 },
  "blob:1",
  `sha256:${"0".repeat(64)}`,
  null,
];

const LARGE_CHARS = 3_000_000;

function verdictFor(text: string): Verdict {
  const heldBy = [{ agent: "security", evidence: text }];
  return {
    subject: "task",
    kind: "claim",
    status: "unanimous",
    winner: "ship",
    confidence: 0.75,
    confidenceFrom: "laplace",
    calibrated: false,
    reasoning: "All of one agent hold it.",
    by: "unanimous",
    positions: [{ value: "ship", heldBy }],
    dissent: [],
    missing: [],
  };
}

/** What is read is what was appended. */
export function contentCases(open: OpenStore): readonly ContractCase[] {
  return [
    withStore(open, "has nothing of a run it does not know", async (store) => {
      assert.deepEqual(await store.read("nobody"), []);
      assert.deepEqual(await store.read("\ud800"), []);
      assert.deepEqual(await store.runs(), []);
    }),
    withStore(open, "reads the events after a seq", async (store) => {
      await store.append(wholeRun("run", 9));
      for (const afterSeq of [0, 1, 8, 9, 10, Infinity, -1, NaN]) {
        const seqs = (await store.read("run", afterSeq)).map(({ seq }) => seq);
        const expected = [1, 2, 3, 4, 5, 6, 7, 8, 9].filter((seq) => !(seq <= afterSeq));
        assert.deepEqual(seqs, expected, `after ${afterSeq}`);
      }
    }),
    withStore(open, "keeps runs of strange ids apart", async (store) => {
      for (const [index, runId] of STRANGE_RUN_IDS.entries()) {
        await store.append([started(runId, index)]);
        await store.append([answered(runId, 2, index)]);
      }
      for (const [index, runId] of STRANGE_RUN_IDS.entries()) {
        await holds(store, runId, [started(runId, index), answered(runId, 2, index)]);
      }
      const listed = (await store.runs()).map(({ runId }) => runId);
      assert.deepEqual(listed, STRANGE_RUN_IDS.toReversed());
    }),
    withStore(open, "refuses run ids that are empty, endless or not Unicode", async (store) => {
      for (const runId of ["", "x".repeat(501), "\ud800"]) {
        await refused("BAD_OPTIONS", () => store.append([started(runId)]));
      }
      await store.append([started("x".repeat(500))]);
    }),
    withStore(open, "gives any JSON value back as it was", async (store) => {
      const events = [
        started("run", STRANGE_OUTPUTS),
        ...STRANGE_OUTPUTS.map((output, index) => answered("run", index + 2, output)),
      ];
      await store.append(events);
      await holds(store, "run", events);
    }),
    withStore(open, "keeps large bodies", async (store) => {
      const events = [
        started("run", "é".repeat(LARGE_CHARS)),
        answered("run", 2, { text: "x".repeat(LARGE_CHARS) }),
      ];
      await store.append(events);
      // Compared by hand: printing a diff of this size would take minutes.
      assert.equal(
        JSON.stringify(throughJson(await store.read("run", 1))).length,
        JSON.stringify([events[1]]).length,
      );
      const [first] = await store.read("run");
      assert.ok(first?.type === "run.started" && first.input === "é".repeat(LARGE_CHARS));
    }),
    withStore(
      open,
      "gives values of any size back, in whichever member they stand",
      async (store) => {
        const texts = [4_000, 4_093, 4_094, 4_095, 4_096, 4_097, 10_000].map((chars) =>
          "é".repeat(chars),
        );
        const events = [
          started("run", texts[0]),
          ...texts.map((text, index) => answered("run", index + 2, text)),
          ...texts.map((text, index) =>
            runEvent("run", index + texts.length + 2, {
              type: "verdict.reached",
              verdict: verdictFor(text),
            }),
          ),
        ];
        await store.append(events);
        await holds(store, "run", events);
        await holds(store, "run", events);
      },
    ),
    withStore(open, "keeps one large value apart from others that look alike", async (store) => {
      const text = "x".repeat(20_000);
      const alike = [text, [text], { text }, `${text} `, JSON.stringify(text), { 0: text }];
      const events = [
        started("run", alike),
        ...alike.map((output, index) => answered("run", index + 2, output)),
        ...alike.map((output, index) => answered("run", index + alike.length + 2, output)),
      ];
      for (const event of events) await store.append([event]);
      await holds(store, "run", events);
    }),
    withStore(open, "takes no value for something that it wrote itself", async (store) => {
      const large = "y".repeat(20_000);
      await store.append([started("other", large)]);
      const events = [
        started("run", large),
        ...FORGED.map((value, index) => answered("run", index + 2, value)),
      ];
      await store.append(events);
      await holds(store, "run", events);
    }),
    withStore(
      open,
      "has an event readable as soon as its append has returned or resolved",
      async (store) => {
        await store.append([started("run")]);
        for (let seq = 2; seq <= 30; seq += 1) {
          await store.append([answered("run", seq)]);
          assert.equal((await store.read("run")).length, seq);
        }
      },
    ),
    withStore(
      open,
      "shows a reader whole appends in order, whatever is being appended",
      async (store) => {
        const appends = Array.from({ length: 60 }, (_, index) =>
          index === 0
            ? [started("run"), ...answers("run", 2, 3)]
            : answers("run", 3 * index + 1, 3 * index + 3),
        );
        const reads: Promise<void>[] = [];
        for (const events of appends) {
          const kept = store.append(events);
          reads.push(
            (async () => {
              const seqs = (await store.read("run")).map(({ seq }) => seq);
              assert.deepEqual(
                seqs,
                Array.from(seqs, (_, index) => index + 1),
              );
              assert.equal(seqs.length % 3, 0, "a part of an append was visible");
            })(),
          );
          await kept;
        }
        await Promise.all(reads);
      },
    ),
    withStore(open, "does not change what was read when more is appended", async (store) => {
      await store.append([started("run")]);
      const before = await store.read("run");
      await store.append([finished("run", 2)]);
      assert.equal(before.length, 1);
    }),
  ];
}
