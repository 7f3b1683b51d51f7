import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { Foot } from "./parts/foot.tsx";
import { dataIn, staticSource } from "./source.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/answer.css";
import "./styles/matrix.css";
import "./styles/findings.css";
import "./styles/timeline.css";

const data = dataIn(document.getElementById("run-data"));
const page = document.getElementById("page");
if (page !== null) {
  createRoot(page).render(
    data === undefined ? (
      <p>This page has no run in it.</p>
    ) : (
      <App source={staticSource(data)} foot={<Foot />} />
    ),
  );
}
