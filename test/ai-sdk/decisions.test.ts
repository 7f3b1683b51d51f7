// Judges that are decision models: OpenAI's own by their protocol, and Anthropic's, which are language models in that form.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { Experimental_DecisionMockModelV4 as DecisionMock } from "ai/test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { modelJudge, modelJudgeAgent } from "../../src/ai-sdk/index.ts";
import { agent, judge, supervisor } from "../../src/index.ts";
import { scriptedModel } from "../model-server/scripted-model.ts";

interface Asked {
  readonly model: string;
  readonly input: readonly { readonly content: readonly { readonly text: string }[] }[];
  readonly questions: readonly {
    readonly type: string;
    readonly instructions: string;
    readonly choices: readonly { readonly value: string; readonly description: string }[];
  }[];
}

const asked: Asked[] = [];
let answers: ((asked: Asked) => object | number | "nothing")[];
let cut = 0;
let server: Server;
let baseURL: string;

beforeEach(async () => {
  asked.length = 0;
  cut = 0;
  server = createServer((request, response) => {
    response.once("close", () => {
      if (!response.writableFinished) cut += 1;
    });
    void (async () => {
      let text = "";
      for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
      const body = JSON.parse(text) as Asked;
      asked.push(body);
      const answer = (answers.length > 1 ? answers.shift() : answers[0])?.(body) ?? "nothing";
      if (answer === "nothing") return;
      const status = typeof answer === "number" ? answer : 200;
      const said = typeof answer === "number" ? { error: { message: "not now" } } : answer;
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(said));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterEach(
  () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
);

const decider = () => createOpenAI({ baseURL, apiKey: "k" }).decisionModel("decider");
const says = (name: string, recommendation: string) =>
  agent({ name, cost: "free", run: async (_task: string) => ({ recommendation }) });
const contested = { a: says("a", "ship"), b: says("b", "hold") };
const prices = { decider: { input: 1, output: 0, date: "2026-11-30" } };

/** The option that has this position, in whichever order. */
function chooses(position: string, share = 0.8): (asked: Asked) => object {
  return ({ input, questions }) => {
    const text = input[0]?.content[0]?.text ?? "";
    const place = text.indexOf(`| ${position}`);
    const chosen = [...text.slice(0, place).matchAll(/Option ([A-Z]):/g)].at(-1)?.[1] ?? "";
    const values = questions[0]?.choices.map(({ value }) => value) ?? [];
    const rest = (1 - share) / (values.length - 1);
    const probabilities = values.map((value) => ({
      value,
      probability: value === chosen ? share : rest,
    }));
    return {
      model: "decider",
      usage: { input_tokens: 50, output_tokens: 0, total_tokens: 50 },
      answers: [{ type: "choice", name: "option", choice: chosen, probabilities }],
    };
  };
}

const decide = (resolve = [modelJudge({ model: decider() })]) =>
  supervisor({ name: "team", agents: contested, resolve, prices, retries: 0 }).run("?");

describe("a judge that is a decision model", () => {
  it("decides among the ids in both orders, is priced, and its probabilities are no confidence", async () => {
    answers = [chooses("hold")];
    const { verdict, bill } = await decide();
    expect(verdict).toMatchObject({
      status: "decided",
      winner: "hold",
      by: "judge",
      confidence: 0.75,
      confidenceFrom: "judge-agreement",
    });
    expect(verdict?.reasoning).toMatch(/It gave option [AB] 0\.80, option [AB] 0\.20\./);
    expect(bill.spent).toMatchObject({ inputTokens: 100, usdMicros: 100 });
    expect(asked).toHaveLength(2);
    expect(asked[0]?.questions[0]?.choices).toEqual([
      { value: "A", description: "Option A" },
      { value: "B", description: "Option B" },
    ]);
  });

  it("is told what its user wants it to go by, and what others wrote is state alone", async () => {
    answers = [chooses("ship")];
    await decide([modelJudge({ model: decider(), instructions: "You know contracts." })]);
    const [question] = asked[0]?.questions ?? [];
    expect(question?.instructions).toContain("You know contracts.");
    expect(JSON.stringify(question)).not.toContain("ship");
  });

  it("defers where its choice goes by the place of an option", async () => {
    answers = [
      ({ questions }) => ({
        usage: { input_tokens: 5, output_tokens: 0 },
        answers: [
          {
            type: "choice",
            name: "option",
            choice: "A",
            probabilities: questions[0]?.choices.map(({ value }, i) => ({
              value,
              probability: 1 - i,
            })),
          },
        ],
      }),
    ];
    const { verdict } = await decide();
    expect(verdict).toMatchObject({ status: "undecided" });
    expect(verdict?.reasoning).toContain("in one order and");
  });

  it("defers in one sentence where the model refuses, and asks it once", async () => {
    answers = [() => ({ answers: [{ type: "refusal", name: "option" }] })];
    const resolve = [judge({ ask: modelJudgeAgent({ model: decider(), retries: 3 }) })];
    const { verdict } = await decide(resolve);
    expect(verdict?.reasoning).toContain("the decision model decider refused to decide");
    // Once in each order.
    expect(asked).toHaveLength(2);
  });

  it("is asked again where it chose what is no option", async () => {
    const odd = {
      answers: [
        {
          type: "choice",
          name: "option",
          choice: "Z",
          probabilities: [{ value: "Z", probability: 1 }],
        },
      ],
    };
    answers = [() => odd, chooses("hold"), chooses("hold")];
    const resolve = [modelJudge({ model: decider(), retries: 1 })];
    const { verdict } = await decide(resolve);
    expect(verdict).toMatchObject({ status: "decided", winner: "hold" });
    expect(asked).toHaveLength(3);
  });

  it("fails with the status of its provider", async () => {
    answers = [() => 401];
    const { verdict } = await decide();
    expect(verdict?.reasoning).toContain("the decision model decider failed with HTTP 401");
    expect(asked).toHaveLength(2);
  });

  it("closes its request when the run is cancelled", async () => {
    answers = [() => "nothing"];
    const stop = new AbortController();
    const resolve = [modelJudge({ model: decider() })];
    const team = supervisor({ name: "team", agents: contested, resolve });
    const running = team.run("?", { signal: stop.signal });
    while (asked.length === 0) await new Promise((next) => setImmediate(next));
    stop.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    while (cut === 0) await new Promise((next) => setImmediate(next));
  });

  it("is one of Anthropic, too, which has no probabilities", async () => {
    await using model = await scriptedModel();
    model.follow({
      does: "says",
      text: '{"q0":"c0"}',
      usage: { inputTokens: 30, outputTokens: 4 },
    });
    const anthropic = createAnthropic({ baseURL: `${model.url}/v1`, apiKey: "k" });
    const ask = modelJudgeAgent({ model: anthropic.decisionModel("claude-haiku-4-5") });
    const { verdict, bill } = await supervisor({
      name: "team",
      agents: contested,
      resolve: [judge({ ask })],
      retries: 0,
    }).run("?");
    expect(verdict?.reasoning).toContain("in one order and");
    expect(bill.spent).toMatchObject({ inputTokens: 60, outputTokens: 8 });
  });

  it("is that of the tier", async () => {
    answers = [chooses("hold")];
    const { verdict, bill } = await supervisor({
      name: "team",
      agents: contested,
      resolve: [
        modelJudge({
          model: new DecisionMock({ supportedQuestionTypes: ["choice"] }),
          tier: "small",
        }),
      ],
      tiers: { small: decider() },
      prices,
    }).run("?");
    expect(verdict).toMatchObject({ status: "decided", winner: "hold" });
    expect(bill.lines).toContainEqual(
      expect.objectContaining({ agent: "judge", model: "decider" }),
    );
  });

  it("is refused where it cannot choose", () => {
    const model = new DecisionMock({ supportedQuestionTypes: ["score"] });
    expect(() => modelJudge({ model })).toThrow("a decision model that takes choices");
  });
});
