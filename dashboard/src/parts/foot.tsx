import type { ReactNode } from "react";

/** The footer: what the page is made with. The licences are in the file. */
export function Foot(): ReactNode {
  const licences = document.getElementById("licences")?.textContent ?? "";
  return (
    <footer className="note">
      <span>
        Everything that is shown here is in this file; it asks nobody. Times of day are UTC.
      </span>
      {licences !== "" && (
        <details>
          <summary>Licences of what it is made with</summary>
          <pre tabIndex={0}>{licences.trim()}</pre>
        </details>
      )}
    </footer>
  );
}
