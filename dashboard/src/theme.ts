import { useEffect, useState } from "react";

export type Theme = "auto" | "light" | "dark";

const KEY = "quorate.theme";

/** The chosen colour scheme, which is stored if the browser stores anything for this page. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(keptTheme);
  useEffect(() => {
    const { dataset } = document.documentElement;
    if (theme === "auto") delete dataset["theme"];
    else dataset["theme"] = theme;
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Without storage, it holds until the page is left.
    }
  }, [theme]);
  return [theme, setTheme];
}

function keptTheme(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : "auto";
  } catch {
    return "auto";
  }
}
