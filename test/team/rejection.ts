/** What a promise rejects with; fails when it does not. Taken at once, so that the rejection is never unhandled. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (reason) {
    return reason;
  }
  throw new Error("It did not reject.");
}
