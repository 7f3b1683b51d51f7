/**
 * Words that contradict each other in one place: left of the bar what one side says, right of it what the other says. Any word on the left
 * contradicts any word on the right of its line. Only the stems matter, so one form of a word stands for all.
 */
const OPPOSITES = `
enable activate | disable deactivate
allow permit accept approve grant | deny reject forbid refuse block disallow prohibit decline prevent revoke
ship approve | hold
approve | reject
add insert append create | remove delete drop
increase grow rise raise improve | decrease reduce shrink fall worsen lower
increment | decrement
open reopen | close shut
true | false
before | after
always | never
maximum max | minimum min
many | few
more | less fewer
large big huge | small little tiny
long | short
high | low
higher | lower
fast quick | slow
early | late
sync synchronous synchronously | async asynchronous asynchronously
encrypt | decrypt
encode | decode
serialize | deserialize
compress | decompress
lock acquire | unlock release
acquire obtain | release
mount | unmount
subscribe | unsubscribe
attach | detach
connect | disconnect
install | uninstall
register | unregister deregister
load | unload
push | pop
start begin | stop end
ascend ascending asc | descend descending desc
pass succeed | fail
success | failure
required mandatory | optional
public | private
internal | external
local | remote
global | local
static | dynamic
first | last second third fourth fifth
top | bottom
left | right
up upward | down downward
upgrade | downgrade
above | below
over exceed | under
greater | less smaller
inclusive | exclusive
include | exclude
present | absent
empty | full
online | offline
good | bad
better best | worse worst
strong | weak
strict | lenient lax
same equal identical | different
old | new
upper uppercase | lower lowercase
positive | negative
import | export
upload | download
input | output
send | receive
read | write
parent | child
source | destination
client | server
frontend | backend
request | response
yes | no
keep retain preserve | discard
continue | abort
commit | rollback
merge | revert
single | multiple
stale | fresh
cheap | expensive
leading | trailing
horizontal | vertical
row | column
hard | soft
deep | shallow
wide | narrow
eager eagerly | lazy lazily
mutable | readonly
whitelist allowlist | blacklist blocklist denylist
least | most
inside within | outside
backward | forward
secure | vulnerable
safe harmless | dangerous risky
correct right | wrong broken
work | broken
necessary needed need | redundant superfluous
highest | lowest
rise | fall
gain win | lose
exist | absent
clean | dirty
agree | disagree
even | odd
green | red
primary | secondary
manual manually | automatic automatically
full | partial
temporary | permanent
exclusive | shared
hot warm | cold
light | heavy
latest current | outdated obsolete
optimistic | pessimistic
encrypted | plaintext
duplicate | unique
verbose | quiet
easy | hard difficult
simple | complex
deterministic | random
finite | infinite
earlier sooner | later
cheaper | dearer
inbound incoming ingress | outbound outgoing egress
upstream | downstream
singular | plural
explicit explicitly | implicit implicitly
visible shown show | hidden hide
alive | dead
active | inactive
block blocking | nonblocking
on | off
== | !=
< <= | > >=
&& | ||
`;

/** The words of each line, as `[one side, the other]`. */
export const opposites: readonly (readonly [readonly string[], readonly string[]])[] =
  OPPOSITES.trim()
    .split("\n")
    .map((line) => {
      const [one = "", other = ""] = line.split(" | ");
      return [one.split(" "), other.split(" ")] as const;
    });

const wordsIn = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** They deny what follows in their clause, as a verb or an adjective: `not safe`, `never closes`, `fails to parse`. */
export const NOT: ReadonlySet<string> = wordsIn(
  "not never cannot cant dont doesnt isnt arent wasnt wont didnt hasnt hardly barely scarcely rarely seldom unable nobody nothing",
);

/** They deny the noun that follows: `no timeout`, `without a lock`. */
export const NO: ReadonlySet<string> = wordsIn(
  "no without neither nor none lack lacks lacked lacking missing miss misses absence absent zero",
);

/** They deny what stands before them, if nothing follows: `the check is missing`. */
export const GONE: ReadonlySet<string> = wordsIn("missing absent lacking nowhere");

/** What follows is advice, a wish or an assumption, not what is. */
export const MODAL: ReadonlySet<string> = wordsIn(
  `should must shall ought need needs needed require requires consider want wants prefer recommend add please ensure whether
  shouldn't mustn't`,
);

/** At the beginning of a clause these are advice; other words there may be the one or the other. */
export const ADVICE: ReadonlySet<string> = wordsIn(
  `validate escape sanitize close check use add remove fix handle await lock log hash encrypt set call return avoid move rename
  replace test document add limit guard wrap catch free dispose cache`,
);

/** What follows these and a `that` is examined, not stated. */
export const LOOKS_INTO: ReadonlySet<string> = wordsIn(
  "check checks checked checking verify verifies ensure ensures assume assumes assert asserts expect expects guarantee guarantees test tests",
);

/** Words that say nothing about what a text is about. */
export const FUNCTION_WORDS: ReadonlySet<string> = wordsIn(
  `a an and are as at be been being but by can could did do does doing each for from had has have having if in into is it its
  itself may might of or so some such than that the their them then there these they this those to was were when where which
  while who will with would yet also just very really any all own via per still already only both either etc eg ie i we you
  he she our your my us am because since though although however thus hence indeed ever even`,
);

/** Between clauses: no negation reaches over them. */
export const CLAUSE_WORDS: ReadonlySet<string> = wordsIn(
  "but because since although though whereas while when if so which that who unless until and or instead rather then than",
);

/** After these the noun that a `no` is about has ended. */
export const NOUN_ENDS: ReadonlySet<string> = wordsIn(
  "in on at by for from to with into is are was were be has have can will may around of before after during under over",
);

/** Between a `not` and what it is about. */
export const ADVERBS: ReadonlySet<string> = wordsIn(
  "properly correctly fully always actually necessarily really safely currently explicitly automatically consistently yet ever even well",
);

/** They look as if they began with un-, in-, dis- …, and do not. */
export const NO_PREFIX: ReadonlySet<string> = wordsIn(
  `input into index inform information instance install instant intent increase include inject insert inside inspect integer
  interface internal interval invoke inherit initial inline inner insight instead unit union unique until under understand
  universal discover discount dispatch display distribute disk distinct distance discard discuss import impact implement
  imply improve illustrate iris irregular nonce none impress infer influence infinite inbound intend interact intern interpret
  interrupt introduce inverse invert invest involve dismiss dispose dispute invalidate invalidates invalidated invalidating
  invalidation`,
);

/** What follows these in a clause is subordinate to the rest of the sentence. */
export const HANGING: ReadonlySet<string> = wordsIn(
  "if when where which who because since unless although while whose instead rather until",
);

/** After these a word with hyphens is a name. */
export const NAMED_AFTER: ReadonlySet<string> = wordsIn(
  "flag feature branch package module service image container job queue topic table column key header option setting bucket cluster host repository tag label region namespace pod",
);

export const NUMBER_WORDS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    zero: 0,
    one: 1,
    two: 2,
    three: 3,
    four: 4,
    five: 5,
    six: 6,
    seven: 7,
    eight: 8,
    nine: 9,
    ten: 10,
    eleven: 11,
    twelve: 12,
    thirteen: 13,
    fourteen: 14,
    fifteen: 15,
    sixteen: 16,
    seventeen: 17,
    eighteen: 18,
    nineteen: 19,
    twenty: 20,
    thirty: 30,
    forty: 40,
    fifty: 50,
    sixty: 60,
    seventy: 70,
    eighty: 80,
    ninety: 90,
    hundred: 100,
    thousand: 1_000,
    million: 1_000_000,
    once: 1,
    twice: 2,
    thrice: 3,
    dozen: 12,
  }),
);

/** Units of one dimension, in terms of one of them. */
export const UNITS: ReadonlyMap<string, readonly [dimension: string, factor: number]> = new Map(
  Object.entries({
    time: "ns nanosecond nanoseconds=0.000001 us µs μs microsecond microseconds=0.001 ms msec millisecond milliseconds=1 s sec secs second seconds=1000 min mins minute minutes=60000 h hr hrs hour hours=3600000 d day days=86400000 week weeks=604800000 month months=2592000000 year years=31536000000",
    bytes:
      "byte bytes=1 kb kib kilobyte kilobytes=1024 mb mib megabyte megabytes=1048576 gb gib gigabyte gigabytes=1073741824 tb tib terabyte terabytes=1099511627776",
    percent: "% percent pct=1",
    "": "k thousand=1000 million=1000000 billion=1000000000",
    pixels: "px pixel pixels=1",
    frequency: "hz=1 khz=1000 mhz=1000000 ghz=1000000000",
  }).flatMap(([dimension, listed]) => {
    const names: string[] = [];
    return listed.split(" ").flatMap((item) => {
      const [name = "", factor] = item.split("=");
      names.push(name);
      if (factor === undefined) return [];
      return names.splice(0).map((each) => [each, [dimension, Number(factor)]] as const);
    });
  }),
);

export const MONTHS: ReadonlySet<string> = wordsIn(
  "january february march april june july august september october november december",
);
export const DAYS: ReadonlySet<string> = wordsIn(
  "monday tuesday wednesday thursday friday saturday sunday",
);

export const EXTENSIONS: ReadonlySet<string> = wordsIn(
  `ts tsx js jsx mjs cjs java rb py go rs c h cc cpp hpp cs php html htm css scss sass less json jsonc yml yaml toml md mdx txt sql
  sh bash zsh xml properties hbs erb haml vue svelte kt kts swift lock env proto graphql gql ini cfg conf gradle tf csv log ps1 bat
  scala clj ex exs lua pl r dart m mm asm s ftl jsp tpl twig pem key crt`,
);

export const FILES: ReadonlySet<string> = wordsIn(
  "dockerfile makefile gemfile rakefile procfile license jenkinsfile vagrantfile codeowners",
);
