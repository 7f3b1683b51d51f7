import { HttpRefusal } from "./http-refusal.ts";

/** The JSON body of a request, limited in bytes and in time (ms). `{}` if there is no body. */
export async function readBody(
  request: Request,
  maxBytes: number,
  withinMs: number,
): Promise<unknown> {
  const { body, headers } = request;
  const announced = headers.get("content-length");
  if (announced !== null && Number(announced) > maxBytes) throw tooLarge(maxBytes);
  if (body === null || announced === "0") return {};
  const text = await textOf(body, maxBytes, withinMs);
  if (text === "") return {};
  // Checked here, since a request without a body may have no type.
  const [type = ""] = (headers.get("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json") {
    throw new HttpRefusal(
      415,
      "UNSUPPORTED_TYPE",
      "Send JSON, with Content-Type: application/json.",
    );
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new HttpRefusal(400, "BAD_REQUEST", "The body is not JSON.");
  }
}

async function textOf(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
  withinMs: number,
): Promise<string> {
  const reader = body.getReader();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new HttpRefusal(408, "TIMEOUT", `The body did not come within ${withinMs} ms.`));
  }, withinMs);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), late.promise]);
      if (done) break;
      bytes += value.byteLength;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      chunks.push(value);
    }
  } catch (error) {
    void reader.cancel().catch(() => {});
    if (error instanceof HttpRefusal) throw error;
    throw new HttpRefusal(400, "BAD_REQUEST", "The body broke off.");
  } finally {
    clearTimeout(timer);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new HttpRefusal(400, "BAD_REQUEST", "The body is not UTF-8.");
  }
}

function tooLarge(maxBytes: number): HttpRefusal {
  return new HttpRefusal(413, "TOO_LARGE", `The body is larger than ${maxBytes} bytes.`);
}
