/**
 * Words that contradict each other in one place: a bar stands between the sides of a line, and any word contradicts any word of another
 * side of its line. Only the stems matter, so one form of a word stands for all.
 */
const OPPOSITES = `
enable activate | disable deactivate
allow permit accept approve grant | deny reject forbid refuse block disallow prohibit decline prevent revoke
ship approve proceed | hold wait postpone delay defer
approve | reject
add insert append create introduce | remove delete drop
increase grow grew rise rose risen raise improve climb surge soar | decrease reduce shrink shrank fall fell fallen worsen lower drop decline plunge plummet dip
improve recover better | worsen worse deteriorate degrade regress
outperform | underperform
double triple | halve
expand lengthen widen | contract shorten shrink narrow
strengthen tighten harden | weaken loosen relax
overflow | underflow
innocent acquit exonerate | guilty convict
benign harmless | malignant malicious harmful
buy purchase | sell
hire recruit | dismiss
inflate | deflate
buy | build
lend | borrow
debit | credit
profit | loss
surplus | deficit
bullish | bearish
inflow | outflow
promote | demote
arrive arrival | depart departure
domestic | international
indoor indoors | outdoor outdoors
acute | chronic
positive | neutral
negative | neutral
critical high major severe | low minor trivial cosmetic
high | medium moderate | low
required mandatory obligatory allow permit | forbidden forbid prohibit banned ban disallow
noon midday | midnight
morning | afternoon | evening night
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
normalize | denormalize
centralize | decentralize
couple | decouple
allocate | deallocate
provision | deprovision
prioritize | deprioritize
escalate | deescalate
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
first | second | third | fourth | fifth | sixth | last
top | bottom
left | right | inner | outer
north northern | south southern | east eastern | west western
up upward | down downward
upgrade | downgrade
above | below
over exceed | under
greater | less smaller
inclusive | exclusive
include | exclude except
renew | lapse
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
keep retain preserve | discard remove delete drop
continue | abort
commit | rollback
merge | revert
merge combine unify | split separate
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
gain win won | lose lost
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
deterministic | random flaky
stateful | stateless
lossy | lossless
useful helpful | useless
production | staging
bug defect | intended
covered | untested
optin | optout
atleast | atmost
atmost | more over above exceed
atleast | less fewer under below
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

/** Each two sides of each line, as `[the words of one, those of the other]`. */
export const opposites: readonly (readonly [readonly string[], readonly string[]])[] =
  OPPOSITES.trim()
    .split("\n")
    .flatMap((line) => {
      const sides = line.split(" | ").map((side) => side.split(" "));
      return sides.flatMap((one, i) => sides.slice(i + 1).map((other) => [one, other] as const));
    });

/** The words of a text. */
export const wordsIn = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** They deny what follows in their clause, as a verb or an adjective: `not safe`, `never closes`, `fails to parse`. */
export const NOT: ReadonlySet<string> = wordsIn(
  "not never cannot cant dont doesnt isnt arent wasnt wont didnt hasnt hardly barely scarcely rarely seldom unable nobody nothing unless",
);

/** They deny the noun that follows: `no timeout`, `without a lock`. */
export const NO: ReadonlySet<string> = wordsIn(
  "no without neither nor none lack lacks lacked lacking missing miss misses absence absent zero omit omits omitted omitting",
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

/** At the beginning of a clause, what follows these is not there yet. */
export const MAKES: ReadonlySet<string> = wordsIn(
  "create introduce implement install provide write do",
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
  he she his her him our your my us am because since though although however thus hence indeed ever even`,
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

/** They look as if they began with un-, in-, dis- …, and do not. Only their stems matter. */
export const NO_PREFIX: ReadonlySet<string> = wordsIn(
  `input into index inform information instance install instant intent increase include inject insert inside inspect integer
  interface internal interval invoke inherit initial inline inner insight instead unit union unique until under understand
  universal discover discount dispatch display distribute disk distinct distance discard discuss import impact implement
  imply improve illustrate iris irregular nonce none impress infer influence infinite inbound intend interact intern interpret
  interrupt introduce inverse invert invest involve dismiss dispose dispute invalidate invalidation
  invoice integrate integration integral inbox incident income industry infant ingredient inquiry insurance insure interest
  international interview investigate inventory injury incline indicate individual induce ingest ingress inhibit innovate
  integrity intact intelligent intense interior interim image imagine impulse impose immediate imminent impair dish district
  discipline discrete dispatch distress disturb uniform university uncle undergo underneath unix unicode`,
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

/** Pictures, abbreviations and phrases, with the word that they stand for. */
export const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/[✅✔👍]/gu, " good "],
  [/[❌✖✗✘👎🚫⛔]/gu, " bad "],
  [/\bk8s\b/gi, "kubernetes"],
  [/\bi18n\b/gi, "internationalization"],
  [/\ba11y\b/gi, "accessibility"],
  [/\bprod\b/gi, "production"],
  [/\bdb\b/gi, "database"],
  [/\brepo\b/gi, "repository"],
  [/\bconfig\b/gi, "configuration"],
  [/\benv\b/gi, "environment"],
  [/\bmake sure\b/gi, "ensure"],
  [/\b([ap])\.m\./gi, "$1m"],
  [/\b(\p{L}{3,30})-free\b/giu, "no $1"],
  [/\bmore expensive\b/gi, "dearer"],
  [/\bless expensive\b/gi, "cheaper"],
  [/\bset up\b/gi, "add"],
  [/(?<=^|[.;:!?] )(?:avoid|refrain from)(?= \w+ing\b)/gi, "don't"],
  [/\bgo(?:es|ing)? ahead\b/gi, "proceed"],
  [/\bopt(?:s|ed)?[ -]in\b/gi, "optin"],
  [/\bopt(?:s|ed)?[ -]out\b/gi, "optout"],
  [/\bas (?:intended|designed)\b/gi, "intended"],
  [/\b(?:there(?:'s| is) )?no (?:need|reason) to\b/gi, "don't"],
  [/\b(?:never|(?:do|does|did)(?: not|n't)) fail(?:s|ed)? to\b/gi, "always"],
  [/\b(?:at most|not? more than|up to(?= \d))/gi, "atmost"],
  [/\b(?:at least|not? (?:less|fewer) than)\b/gi, "atleast"],
];

export const EXTENSIONS: ReadonlySet<string> = wordsIn(
  `ts tsx js jsx mjs cjs java rb py go rs c h cc cpp hpp cs php html htm css scss sass less json jsonc yml yaml toml md mdx txt sql
  sh bash zsh xml properties hbs erb haml vue svelte kt kts swift lock env proto graphql gql ini cfg conf gradle tf csv log ps1 bat
  scala clj ex exs lua pl r dart m mm asm s ftl jsp tpl twig pem key crt`,
);

export const FILES: ReadonlySet<string> = wordsIn(
  "dockerfile makefile gemfile rakefile procfile license jenkinsfile vagrantfile codeowners",
);
