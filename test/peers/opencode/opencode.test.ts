import { tryCodingAgent } from "../try-coding-agent.ts";
import { real } from "./real.ts";

tryCodingAgent(real, {
  // It repeats requests that failed as long as it likes.
  lacks: ["once", "statuses"],
  noLogin({ peer }) {
    peer.follow({ does: "fails", status: 401 });
    return {};
  },
  sentence: "opencode is not logged in to the provider of its model; run",
});
