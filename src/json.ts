/** A value that survives JSON: what enters the log, a key, or another machine. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };
