/**
 * Words that contradict each other in one place: left of the bar what one side says, right of it what the other says. Any word on the left
 * contradicts any word on the right of its line. Only the stems matter, so one form of a word stands for all.
 */
const OPPOSITES = `
enable activate | disable deactivate
allow permit accept approve grant | deny reject forbid refuse block disallow prohibit decline prevent revoke
ship approve | hold
approve | reject
add insert append create introduce | remove delete drop
increase grow rise raise improve climb surge soar | decrease reduce shrink fall worsen lower drop decline plunge plummet dip
improve recover | worsen deteriorate degrade regress
double triple | halve
expand lengthen widen | contract shorten shrink narrow
strengthen tighten harden | weaken loosen relax
overflow | underflow
innocent acquit exonerate | guilty convict
benign harmless | malignant malicious harmful
buy | sell
positive | neutral
negative | neutral
critical high major severe | low minor trivial
required mandatory obligatory allow permit | forbidden forbid prohibit banned ban disallow
noon midday | midnight
morning | evening night
nullable | nonnull
increment | decrement
open reopen | close shut
true | false
until | since
everyone everybody everything everywhere | nobody nothing nowhere none
before prior precede | after follow subsequent
always | never
maximum max | minimum min
many | few
all every | some half
most majority | few minority
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
required mandatory obligatory | optional
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
present exist | absent
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
compatible | breaking
necessary needed need | redundant superfluous
highest | lowest
rise | fall
gain win | lose
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
== === | != !==
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

/** The words of a text. */
export const wordsIn = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** They deny what follows in their clause, as a verb or an adjective: `not safe`, `never closes`, `fails to parse`. */
export const NOT: ReadonlySet<string> = wordsIn(
  "not never cannot cant dont doesnt isnt arent wasnt wont didnt hasnt hardly barely scarcely rarely seldom unable nobody nothing unless",
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
  "properly correctly fully always actually necessarily really safely currently explicitly automatically consistently yet ever even well backward backwards",
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

/** Words for a place or a time: what stands beside them is another thing. */
export const PREPOSITIONS: ReadonlySet<string> = wordsIn(
  "on off over under up down above below before after until since inside outside within prior",
);

/** After these, a letter or a Roman number is a name: `phase I`, `option A`. */
export const NUMBERED: ReadonlySet<string> = wordsIn(
  "phase level type part stage tier class grade chapter section volume option candidate answer variant plan step team group appendix",
);

/** Pictures that stand for a word. */
export const PICTURES: readonly (readonly [RegExp, string])[] = [
  [/[✅✔👍]/gu, " good "],
  [/[❌✖✗✘👎🚫⛔]/gu, " bad "],
];

export const EXTENSIONS: ReadonlySet<string> = wordsIn(
  `ts tsx js jsx mjs cjs java rb py go rs c h cc cpp hpp cs php html htm css scss sass less json jsonc yml yaml toml md mdx txt sql
  sh bash zsh xml properties hbs erb haml vue svelte kt kts swift lock env proto graphql gql ini cfg conf gradle tf csv log ps1 bat
  scala clj ex exs lua pl r dart m mm asm s ftl jsp tpl twig pem key crt`,
);

export const FILES: ReadonlySet<string> = wordsIn(
  "dockerfile makefile gemfile rakefile procfile license jenkinsfile vagrantfile codeowners",
);
