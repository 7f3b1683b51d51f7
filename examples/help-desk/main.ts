import { addBills, type Bill } from "quorate";
import { startProvider } from "./provider.ts";
import { savingsTable, type Row } from "./table.ts";
import { helpDesk, type Savings } from "./team.ts";
import { answerTo, tickets } from "./tickets.ts";

const PRICES = { mini: { input: 0.25, output: 2 }, large: { input: 2.5, output: 20 } };

const VARIANTS: readonly (readonly [string, Savings])[] = [
  ["all to the large model", { each: true }],
  ["the same ticket once", {}],
  ["and answers kept", { cache: true }],
  ["and topics in batches", { cache: true, batch: true }],
  ["and the small model first", { cache: true, batch: true, tiers: true }],
];

interface Morning {
  readonly row: Row;
  readonly bill: Bill;
  readonly decisions: readonly string[];
}

async function morning(what: string, savings: Savings): Promise<Morning> {
  await using provider = await startProvider({
    prices: PRICES,
    inFlight: 16,
    latencyMs: 15,
    answer: answerTo,
  });
  const desk = helpDesk(provider.url, savings);
  const bills: Bill[] = [];
  const decisions: string[] = [];
  const note = ({ results, bill, status }: Awaited<ReturnType<typeof desk.run>>): void => {
    if (status !== "complete") throw new Error(`a ticket is ${status}`);
    const { topic, advice, policy } = results;
    const answers = [topic, advice, policy];
    decisions.push(JSON.stringify(answers.map((one) => ("output" in one ? one.output : null))));
    bills.push(bill);
  };
  if (savings.each === true) {
    for (const outcome of await Promise.all(tickets.map((ticket) => desk.run(ticket))))
      note(outcome);
  } else {
    for await (const done of desk.runMany(tickets, { concurrency: 16 })) {
      if ("error" in done) throw done.error;
      note(done.outcome);
    }
  }
  return { row: { what, ...provider.books }, bill: addBills(bills), decisions };
}

const mornings: Morning[] = [];
for (const [what, savings] of VARIANTS) mornings.push(await morning(what, savings));

const [plain] = mornings;
const same = mornings.every(({ decisions }) => decisions.join() === plain?.decisions.join());
console.log(`Sixty tickets, three agents each: what the provider charged.\n`);
for (const line of savingsTable(mornings.map(({ row }) => row))) console.log(line);
console.log(
  same
    ? "\nAll five came to the same sixty decisions."
    : "\nNot all came to the same decisions: something saved too much.",
);
const { saved, wasted } = mornings.at(-1)?.bill ?? addBills([]);
console.log("\nWhat the bills of the last one say was saved and wasted:");
for (const [name, { calls, usdMicros }] of Object.entries({ ...saved, ...wasted })) {
  if (calls === 0) continue;
  const money = usdMicros === "unknown" ? "" : `, $${(usdMicros / 1e6).toFixed(4)}`;
  console.log(`  ${name}: ${Number(calls.toFixed(1))}${money}`);
}
