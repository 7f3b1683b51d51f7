const LEAST = 3;
const VOWEL = /[aeiouy]/;
const FORMS = /(?:ation|ingly|edly|ing|ed|er|ion|ly)$/;

/** The part that the forms of an English word share, roughly: `validates`, `validated` and `validation` have one stem. */
export function stem(word: string): string {
  if (word === "used" || word === "using") return "us";
  if (word === "https") return word;
  let short = word;
  if (short.endsWith("ies")) short = `${short.slice(0, -3)}y`;
  else if (/(?:ss|x|ch|sh|zz)es$/.test(short)) short = short.slice(0, -2);
  else if (short.endsWith("s") && !/(?:ss|us|is)$/.test(short)) short = short.slice(0, -1);
  if (short === "one") return short;
  if (/(?:iz|ent)ation$/.test(short)) short = short.slice(0, -"ation".length);
  const cut = short.replace(FORMS, (ending) => (ending === "ation" ? "at" : ""));
  if (cut.length >= LEAST && VOWEL.test(cut)) short = cut;
  // As `lower` and `filter` by themselves.
  if (short === cut && short.length > LEAST + 1 && short.endsWith("er")) short = short.slice(0, -2);
  if (short.endsWith("e")) short = short.slice(0, -1);
  else if (short.endsWith("y") && short.length > LEAST) short = `${short.slice(0, -1)}i`;
  const last = short.at(-1);
  return short.length > LEAST && last === short.at(-2) ? short.slice(0, -1) : short;
}
