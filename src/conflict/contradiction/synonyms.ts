import { stem } from "./stem.ts";

/** Words that reviewers use for the same thing, one group a line. Only their stems matter. */
const SYNONYMS = `
sanitize escape validate check verify clean filter test inspect
function method routine procedure handler code implementation helper
user attacker caller someone anyone somebody people person customer client visitor
crash fail break throw panic abort die hang
leak expose reveal disclose print log show output display write emit dump
error exception failure fault
bug issue problem defect flaw fault mistake error
fast quick rapid
slow sluggish inefficient wasteful laggy
begin start launch open initiate
end finish stop terminate complete exit conclude
delete remove drop erase purge clear
create make add insert build construct generate
change modify update edit alter mutate adjust
use call invoke run execute apply employ utilize rely comparison
return give yield produce output
get fetch retrieve load read obtain receive
set assign write store save persist put keep
param parameter argument arg option setting flag
variable field property attribute member value
folder directory dir
constant literal value
big large huge excessive high long
small little tiny low short insufficient
wrong incorrect invalid bad broken faulty bogus erroneous
password credential secret passphrase token
memory heap ram
query statement
db database
repo repository
config configuration settings setup
doc docs documentation
typo misspelling spelling
array list collection
map dictionary dict hash
null nil none nullptr
forever endlessly indefinitely infinitely
infinite endless unbounded unlimited
often frequently commonly
sometimes occasionally intermittently
rarely seldom
maybe perhaps possibly potentially potential possible likely probable probably
unnecessary redundant superfluous needless unneeded useless pointless
unused dead
important significant relevant
serious critical severe grave major
minor trivial cosmetic negligible
complicated complex convoluted
simple easy plain
clear obvious evident
confusing unclear misleading ambiguous
duplicate copy repeated twice
shared common global
stale outdated old obsolete expired
hidden invisible
vulnerable exposed open
vulnerability weakness flaw hole
attack exploit abuse
malicious hostile evil crafted untrusted
deadlock hang freeze stuck block
retry repeat reattempt
wait sleep pause
send post submit transmit deliver
parse decode read
convert cast transform
compute calculate
sum total
count number amount
length size
limit bound cap maximum
timeout deadline
reply response answer
page screen view
app application program
service backend server
component module class package unit
job task
loop iteration cycle
condition guard branch
message text string
name title label
id identifier
image picture photo
link url
line row
lock mutex
ship release deploy merge publish approve launch
hold wait block stop delay postpone
good fine ok okay great sound fit
ready done complete finished
fix repair correct patch resolve mend
improve enhance optimize
increase raise bump grow rise
ensure guarantee
require need demand
allow permit let enable
prevent stop avoid
cause lead trigger produce result
contain include have
handle process treat catch deal
ignore swallow discard skip suppress
throw emit raise
move shift transfer
clone copy
close shut
split divide separate
join merge combine concatenate
search find look lookup
choose select pick
begin start
disable deactivate off inactive skip
> exceed greater above over more
< below under less fewer
green pass succeed
red fail break broken
impossible happen occur
return respond reply answer
enable activate on active
occur happen appear arise
describe explain
expire lapse
show display render
dereference access
unsafe dangerous risky insecure hazardous
read use
increment increase bump
exceed surpass
overrun overflow
dead broken
flaky unstable unreliable
missing absent lacking
incomplete partial
racy race
hardcoded embedded fixed
plaintext plain clear unencrypted
authenticate login signin
speed performance
latency delay
cost price
person human
first initial
last final
entire whole full complete
lowercase lower
buy purchase
auth authentication
auth authorization
hammer flood overload overwhelm
uppercase upper
inconsistent different
frequently repeatedly constantly
whenever every each
empty blank
nobody none
annotate mark tag
surface expose
thing item element entry
request req
object instance
crashes crashing
overwritten lost clobbered
deserve warrant need
think believe
recommend suggest advise propose
assume expect
regression breakage
readable legible clear
allocation memory
unsanitized unescaped unvalidated unchecked
unhandled uncaught
blocking synchronous
nonblocking asynchronous
weird odd strange surprising unexpected
`;

const groupsOf: ReadonlyMap<string, ReadonlySet<number>> = (() => {
  const found = new Map<string, Set<number>>();
  for (const [group, line] of SYNONYMS.trim().split("\n").entries())
    for (const word of line.split(" ")) {
      const own = stem(word);
      const groups = found.get(own) ?? new Set();
      found.set(own, groups.add(group));
    }
  return found;
})();

const NONE: ReadonlySet<number> = new Set();

/** Whether two stems are of one word, misspelt perhaps, or of words that mean the same. */
export function meansLike(a: string, b: string): boolean {
  const [few, many] = [groupsOf.get(a) ?? NONE, groupsOf.get(b) ?? NONE];
  for (const group of few) if (many.has(group)) return true;
  return areForms(a, b) || isSlip(a, b);
}

/** The part that two forms of one word share: `valid` and `validat`. */
const FORM = { chars: 4, share: 0.6 } as const;

function areForms(a: string, b: string): boolean {
  const most = Math.min(a.length, b.length);
  let same = 0;
  while (same < most && a[same] === b[same]) same++;
  return same >= FORM.chars && same >= FORM.share * Math.max(a.length, b.length);
}

/** In a shorter word, another letter is another word. */
const LEAST_SLIP = 6;

/** Whether one has one letter more than the other, or another one: `adress`, `colour`. */
function isSlip(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length < LEAST_SLIP - 1 || long.length - short.length > 1) return false;
  let start = 0;
  while (start < short.length && short[start] === long[start]) start++;
  if (start === 0) return false;
  const rest = short.slice(long.length === short.length ? start + 1 : start);
  return long.length >= LEAST_SLIP && rest === long.slice(start + 1);
}
