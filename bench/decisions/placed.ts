/** A finding of a reviewer, in the file of its pair. */
export interface InFile {
  readonly text: string;
  readonly line: number;
  readonly endLine?: number;
}

/** Two findings of two reviewers in one file, and whether mending one mends the other. */
export interface PlacedPair {
  readonly same: boolean;
  readonly file: string;
  readonly first: InFile;
  readonly second: InFile;
}

/**
 * One thing that two reviewers saw. They point at the line itself, at the head of its function, at the call instead of the condition,
 * at the whole block, or a few lines off, as if counted in a diff.
 */
const DUPLICATES = `
src/cart.ts | 42 | total is not rounded before it is charged | 42 | The charged total is never rounded
src/cart.ts | 88 | quantity may be negative, so the total becomes negative | 86-92 | A negative quantity makes the cart total negative
src/auth/login.ts | 17 | password compared with == leaks timing | 17 | Timing leak: the password is compared with == instead of a constant time compare
src/auth/login.ts | 31 | missing await on session.save | 33 | session.save is not awaited, errors are lost
src/auth/token.ts | 55 | token expiry is never checked | 51 | verifyToken ignores the token expiry
src/auth/token.ts | 72 | JWT secret falls back to an empty string | 70 | Empty string as the fallback of the JWT secret
src/db/query.ts | 120 | SQL injection: the table name is concatenated into the query | 118 | table name concatenated into SQL query, injection possible
src/db/query.ts | 140-155 | connection is not released when the query throws | 147 | Connection leak when the query throws
src/db/pool.ts | 23 | pool size is read from env without parsing it to a number | 23 | The pool size from env stays a string, it is not parsed to a number
src/db/pool.ts | 64 | race: two callers can create the pool twice | 60 | Pool may be created twice by a race of two callers
src/http/upload.ts | 12 | no limit on the size of an uploaded file | 9 | Uploaded file size has no limit
src/http/upload.ts | 48 | path traversal through the file name of the upload | 51 | The upload's file name allows path traversal
src/http/retry.ts | 30 | retry loop never backs off | 25-38 | There is no back off in the retry loop
src/http/retry.ts | 77 | response body is not drained before the retry | 75 | Response body never drained before a retry
src/http/router.ts | 201 | wildcard route shadows the routes after it | 198 | The wildcard route shadows later routes
src/cache/lru.ts | 66 | eviction removes the newest entry instead of the oldest | 61 | Eviction drops the newest entry, not the oldest entry
src/cache/lru.ts | 90 | size is not decremented on delete | 93 | delete does not decrement size
src/cache/stale.ts | 14 | stale value is returned after an update of the index | 14 | After an index update a stale value is returned
src/jobs/queue.ts | 35 | unbounded queue growth when the worker is slow | 29 | Queue growth is unbounded with a slow worker
src/jobs/queue.ts | 110 | timer is never cleared on shutdown | 104 | On shutdown the timer is not cleared
src/jobs/cron.ts | 52 | daylight saving time makes the job run twice | 52 | Job runs twice when daylight saving time ends
src/ui/list.tsx | 27 | array index used as key of the list items | 27 | List items use the array index as key
src/ui/list.tsx | 58 | effect misses the dependency on filter | 54-60 | The effect's dependency list misses filter
src/ui/form.tsx | 81 | form can be submitted twice by a double click | 73 | Double click submits the form twice
src/ui/form.tsx | 133 | error message is rendered as HTML, cross site scripting | 136 | Cross site scripting: the error message is rendered as raw HTML
src/date.ts | 19 | month is zero based, so the date is off by one month | 20 | Date is off by one month, since month is zero based
src/date.ts | 47 | dates are compared by identity and never equal | 43 | Comparing dates by identity is never equal
src/csv.ts | 38 | quoted commas break the column split | 34 | The column split breaks on quoted commas
src/csv.ts | 76 | whole file is read into memory | 68 | Reads the whole file into memory at once
lib/crypto.py | 15 | the nonce is reused for every message | 22 | Same nonce reused for each message
lib/crypto.py | 61 | MD5 is used to hash passwords | 59 | Passwords are hashed with MD5
lib/parse.py | 102 | exception is swallowed by a bare except | 105 | Bare except swallows the exception
lib/parse.py | 140 | recursion depth is not limited for nested input | 131 | Nested input: the recursion depth has no limit
lib/stats.go | 33 | division by zero when the slice is empty | 37 | An empty slice leads to a division by zero
lib/stats.go | 70 | loop variable is captured by the goroutine | 68 | Goroutine captures the loop variable
lib/lock.go | 25 | mutex is not unlocked on the early return | 31 | Early return leaves the mutex locked, it is not unlocked
`;

/**
 * Two things of one kind in one file, with nearly the same words: the same mistake in the next function, the next branch, or the copy of
 * a block. Mending one leaves the other.
 */
const NEAR_MISSES = `
src/cart.ts | 42 | total is not rounded before it is charged | 71 | The charged total is never rounded
src/cart.ts | 88 | quantity may be negative | 103 | Negative quantity is possible
src/auth/login.ts | 31 | missing await on session.save | 58 | session.save is not awaited
src/auth/login.ts | 17 | missing null check of user | 29 | user may be null here, a null check is missing
src/auth/token.ts | 55 | token expiry is never checked | 96 | The token expiry is not checked
src/db/query.ts | 120 | SQL injection: the table name is concatenated into the query | 134 | table name concatenated into SQL query, injection possible
src/db/query.ts | 140-155 | connection is not released when the query throws | 170-188 | Connection leak when the query throws
src/db/pool.ts | 23 | value read from env is not parsed to a number | 34 | A number from env is not parsed
src/http/upload.ts | 12 | no limit on the size of an uploaded file | 44 | Uploaded file size has no limit
src/http/router.ts | 201 | wildcard route shadows the routes after it | 214 | The wildcard route shadows later routes
src/http/router.ts | 20 | handler rejects and nobody catches it | 29 | Nobody catches it when the handler rejects
src/http/retry.ts | 30 | retry loop never backs off | 52 | There is no back off in the retry loop
src/cache/lru.ts | 90 | size is not decremented on delete | 101 | size is never decremented on delete
src/cache/lru.ts | 15 | magic number | 24 | Magic number
src/jobs/queue.ts | 110 | timer is never cleared on shutdown | 122 | On shutdown the timer is not cleared
src/jobs/queue.ts | 40 | promise is not awaited | 50 | The promise is not awaited
src/jobs/cron.ts | 52 | daylight saving time makes the job run twice | 83 | Job runs twice when daylight saving time ends
src/ui/list.tsx | 27 | array index used as key of the list items | 40 | List items use the array index as key
src/ui/list.tsx | 58 | effect misses the dependency on filter | 72 | The effect's dependency list misses filter
src/ui/form.tsx | 133 | error message is rendered as HTML, cross site scripting | 151 | Cross site scripting: the error message is rendered as raw HTML
src/ui/form.tsx | 20 | label is not associated with the input | 27 | The input has no associated label
src/date.ts | 19 | month is zero based, so the date is off by one month | 33 | Date is off by one month, since month is zero based
src/csv.ts | 38 | unused variable | 45 | Unused variable
src/csv.ts | 90 | missing default case in the switch | 116 | The switch has no default case, it is missing
lib/crypto.py | 15 | the nonce is reused for every message | 40 | Same nonce reused for each message
lib/parse.py | 102 | exception is swallowed by a bare except | 113 | Bare except swallows the exception
lib/parse.py | 20 | mutable default argument | 28 | Mutable default argument of the function
lib/parse.py | 60 | file is opened and never closed | 75 | The opened file is never closed
lib/stats.go | 33 | division by zero when the slice is empty | 49 | An empty slice leads to a division by zero
lib/stats.go | 80 | error is ignored | 84 | The error is ignored
lib/stats.go | 92 | returned error is ignored | 98 | Ignores the returned error
lib/lock.go | 25 | mutex is not unlocked on the early return | 44 | Early return leaves the mutex locked, it is not unlocked
lib/lock.go | 60 | integer conversion may overflow | 62 | May overflow in the integer conversion
src/env.ts | 5 | environment variable is not validated | 8 | The environment variable is never validated
src/switch.ts | 12 | fall through to the next case | 17 | Falls through to the next case
src/copy.ts | 100 | shallow copy shares the nested list | 111 | The nested list is shared by the shallow copy
`;

function pairsIn(rows: string, same: boolean): readonly PlacedPair[] {
  return rows
    .trim()
    .split("\n")
    .map((row) => {
      const [file = "", at = "", text = "", otherAt = "", otherText = ""] = row.split(" | ");
      return { same, file, first: inFile(at, text), second: inFile(otherAt, otherText) };
    });
}

function inFile(at: string, text: string): InFile {
  const [line, endLine] = at.split("-").map(Number);
  return { text, line: line ?? 0, ...(endLine !== undefined && { endLine }) };
}

/** Made by hand, before the distance was chosen. */
export const placedPairs: readonly PlacedPair[] = [
  ...pairsIn(DUPLICATES, true),
  ...pairsIn(NEAR_MISSES, false),
];
