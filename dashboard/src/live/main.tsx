import { createRoot } from "react-dom/client";
import { LiveApp } from "./app.tsx";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/layout.css";
import "../styles/answer.css";
import "../styles/matrix.css";
import "../styles/findings.css";
import "../styles/timeline.css";
import "../styles/live.css";
import "../styles/lists.css";

/** The one-time code after "#", which no server or log sees. It is removed from the address before anything else happens. */
function takeCode(): string | undefined {
  const [, code] = /^#code=(.+)$/.exec(location.hash) ?? [];
  if (code === undefined) return undefined;
  history.replaceState(null, "", location.pathname + location.search);
  try {
    return decodeURIComponent(code);
  } catch {
    return code;
  }
}

const page = document.getElementById("page");
const code = takeCode();
if (page !== null) createRoot(page).render(<LiveApp code={code} />);
