/** A customer's message. */
export interface Ticket {
  readonly text: string;
  readonly plan: "free" | "team" | "company";
}

const TROUBLES = [
  "I cannot log in since the update",
  "the export of my invoices is empty",
  "I was charged twice this month",
  "the app crashes when I open a large file",
  "how do I add a colleague",
  "please delete my account",
  "the search finds nothing that is older than a week",
  "my invitation has expired",
  "notifications come hours late",
  "the import of my contacts fails at line 3",
];

const PLANS = ["free", "team", "company"] as const;

/** A morning at the help desk: sixty tickets, a third of which repeat earlier ones word for word. */
export const tickets: readonly Ticket[] = Array.from({ length: 60 }, (_, index): Ticket => {
  // The last third repeats earlier ones.
  const number = index < 40 ? index : (index * 7) % 40;
  const trouble = TROUBLES[number % TROUBLES.length] ?? "";
  const since = Math.floor(number / TROUBLES.length);
  const plan = PLANS[number % PLANS.length] ?? "free";
  return {
    text: `${trouble}; it began ${since + 1} days ago, on a machine with version ${number}`,
    plan,
  };
});

/** The answers of the provider's models: the small one does not know what to do about money and lost data. */
export function answerTo(prompt: string, model: string): unknown {
  const [task = "", text = ""] = prompt.split(": ", 2);
  switch (task) {
    case "topic":
      return /charged|invoice/.test(text)
        ? "billing"
        : /log in|account|invit/.test(text)
          ? "access"
          : "bug";
    case "policy":
      return text === "company" ? "within an hour" : text === "team" ? "today" : "this week";
    default: {
      const hard = /charged|delete|crashes/.test(text);
      if (hard && model === "mini") return { recommendation: "close", sure: false };
      return { recommendation: hard ? "escalate" : "answer", sure: true };
    }
  }
}
