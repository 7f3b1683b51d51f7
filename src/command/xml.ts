/** A part of an XML document; for a text, `name` is its content. */
export interface XmlTag {
  readonly kind: "open" | "close" | "text";
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

const NAME_PART = String.raw`[\p{L}\p{N}_:.\-]`;
const NAME = String.raw`[\p{L}_:]${NAME_PART}*`;
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

/**
 * The tags and texts of an XML document, from left to right. It knows XML's own entities only and skips a document type, so that nothing is
 * loaded and nothing expands. Throws if the document is not XML.
 */
export function* xmlTags(document: string): Generator<XmlTag> {
  const tag = new RegExp(String.raw`<(/?)(${NAME})((?:[^<>"']|"[^"]*"|'[^']*')*?)(/?)>`, "uy");
  for (let at = 0; at < document.length;) {
    if (document[at] !== "<") {
      const next = document.indexOf("<", at);
      const end = next === -1 ? document.length : next;
      const name = unescaped(document.slice(at, end));
      if (name.trim() !== "") yield { kind: "text", name, attributes: NO_ATTRIBUTES };
      at = end;
      continue;
    }
    const skipped = skip(document, at);
    if (skipped !== undefined) {
      if (skipped.text !== undefined) {
        yield { kind: "text", name: skipped.text, attributes: NO_ATTRIBUTES };
      }
      at = skipped.end;
      continue;
    }
    tag.lastIndex = at;
    const found = tag.exec(document);
    if (found === null) throw new Error(`a tag at character ${at} is broken`);
    const [, isEnd, name = "", rest = "", isWhole] = found;
    at = tag.lastIndex;
    if (isEnd !== "/") yield { kind: "open", name, attributes: attributesIn(rest) };
    if (isEnd === "/" || isWhole === "/") yield { kind: "close", name, attributes: NO_ATTRIBUTES };
  }
}

/** A comment, a section of characters, an instruction or a document type, and where it ends. */
function skip(
  document: string,
  at: number,
): { readonly end: number; readonly text?: string } | undefined {
  const ends = (opening: string, closing: string): number | undefined => {
    if (!document.startsWith(opening, at)) return undefined;
    const end = document.indexOf(closing, at + opening.length);
    if (end === -1) throw new Error(`${opening} at character ${at} is not closed`);
    return end + closing.length;
  };
  const characters = ends("<![CDATA[", "]]>");
  if (characters !== undefined)
    return { end: characters, text: document.slice(at + 9, characters - 3) };
  const comment = ends("<!--", "-->") ?? ends("<?", "?>");
  if (comment !== undefined) return { end: comment };
  if (!document.startsWith("<!DOCTYPE", at)) return undefined;
  const plain = ends("<!DOCTYPE", ">") ?? at;
  const declares = document.slice(at, plain).includes("[");
  return { end: declares ? (ends("<!DOCTYPE", "]>") ?? plain) : plain };
}

// A name begins only where none goes on: else each of its characters would be tried as the beginning of one.
function attributesIn(text: string): ReadonlyMap<string, string> {
  const attribute = new RegExp(
    String.raw`(?<!${NAME_PART})(${NAME})\s*=\s*(?:"([^"]*)"|'([^']*)')`,
    "gu",
  );
  const found = new Map<string, string>();
  for (const [, name = "", double, single = ""] of text.matchAll(attribute)) {
    found.set(name, unescaped(double ?? single));
  }
  return found;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

function unescaped(text: string): string {
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{1,10}));/gi,
    (all, decimal, hex, name) => {
      if (typeof name === "string") return ENTITIES.get(name) ?? all;
      const code = typeof hex === "string" ? Number.parseInt(hex, 16) : Number(decimal);
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : all;
    },
  );
}
