/**
 * Words that turn a request round when one takes the other's place. Each line: words of one side | words of the other,
 * optionally | a third side; a phrase is joined by "_". Inflections are found by stem.
 */
export const OPPOSITES = `
buy purchase acquire order | sell
long | short
call_option call | put_option put
bull bullish | bear bearish
lend lender lending loan_out | borrow borrower borrowing
deposit pay_in | withdraw withdrawal cash_out pay_out
profit gain earn earnings surplus | loss lose deficit
income revenue | expense expenditure deduction deductible spending
taxable | tax_free deductible exempt tax_exempt nontaxable
owe | refund
hedge | profit speculate
credit | debit
asset | liability
gross | net
rise increase go_up raise grow growth grow boost climb up upgrade higher surge escalate expand extend maximize maximise enlarge lengthen gain | fall decrease go_down lower reduce drop decline shrink cut down downgrade lessen minimize minimise shorten lose reduction
increase | decrease
more | less fewer
most | least fewest
maximum max highest | minimum min lowest
high higher highest | low lower lowest
large larger largest big bigger biggest huge | small smaller smallest tiny little
fast faster fastest quick quickly rapid rapidly speed_up accelerate | slow slower slowest slowly slow_down decelerate
early earlier earliest | late later latest
old older oldest ancient | new newer newest modern young younger youngest
first | last final
begin start commence launch open opening initiate | end finish stop close closing quit cease terminate
start | stop pause
open | close shut lock
enable activate turn_on switch_on on allow permit unblock whitelist allowlist | disable deactivate turn_off switch_off off deny forbid block prohibit ban prevent blacklist blocklist denylist
allow permit | refuse reject deny forbid
accept approve confirm agree | reject decline deny refuse disapprove disagree cancel
add include insert append attach join | remove exclude delete drop detach omit leave subtract take_out
add create make | delete destroy remove
create build set_up new | delete destroy tear_down drop
install | uninstall remove
mount | unmount
import | export
upload | download
send | receive
give | take receive
lend | return
encode | decode
encrypt | decrypt
compress zip | decompress unzip extract
serialize marshal | deserialize unmarshal
connect link pair attach | disconnect unlink unpair detach
lock | unlock
subscribe sign_up register enroll join opt_in | unsubscribe sign_out deregister unenroll leave opt_out cancel
login log_in sign_in check_in | logout log_out sign_out check_out checkout
follow | unfollow
block | unblock
mute | unmute
hide | show reveal unhide display
show | hide
freeze | unfreeze thaw
save | spend waste delete discard
gain put_on | lose
win beat | lose
pass | fail
succeed success | fail failure
improve increase strengthen better enhance | worsen damage harm hurt ruin weaken degrade worse
good benefit advantage pro pros positive upside | bad drawback disadvantage con cons negative downside
best | worst
better | worse
benefit advantage pros upside | risk danger harm drawback disadvantage cons downside side_effect
cause induce trigger | cure treat prevent relieve
cause | effect consequence result symptom
symptom sign | treatment cure cause
treat | prevent
support favor favour for pro | oppose against anti
love like enjoy | hate dislike
agree | disagree
true correct right valid | false incorrect wrong invalid
legal lawful allowed | illegal unlawful prohibited
safe safety secure | unsafe dangerous danger insecure risky
healthy | unhealthy
easy easier easiest simple | hard harder hardest difficult complex
cheap cheaper cheapest inexpensive affordable | expensive pricey costly dearest luxury
strong stronger strongest | weak weaker weakest
hot hotter warm heat | cold cooler cool chill
heat heat_up warm_up | cool cool_down freeze
wet | dry
light lighter | dark darker heavy heavier
bright | dark dim
thick | thin
wide broad | narrow
deep | shallow
rich wealthy | poor
full | empty
fill | empty drain
push | pull
positive | negative
public | private
internal inside indoor | external outside outdoor
inside within | outside
inner | outer
import | export
domestic national | international foreign abroad overseas
local | remote
online | offline
manual manually | automatic automatically
temporary temporarily | permanent permanently
optional | mandatory required compulsory
voluntary voluntarily | involuntary forced
explicit | implicit
static | dynamic
synchronous sync | asynchronous async
fixed fixed_rate | variable floating adjustable
active | passive inactive dormant
ascending | descending
top upper | bottom lower
left | right
front | back rear
north | south
east | west
northern | southern
eastern | western
horizontal | vertical
before prior_to | after following
above over | below under beneath
up | down
in inbound incoming | out outbound outgoing
on | off
into | out_of
arrive arrival land | depart departure leave
enter entry entrance | exit leave
hire recruit employ | fire dismiss lay_off sack terminate resign quit
hire | resign
employed employment | unemployed unemployment self_employed
employer | employee
landlord | tenant
buyer | seller
teacher | student
doctor | patient
parent | child
husband | wife
seller | buyer
winner | loser
ancestor | descendant
predator | prey
male man men boy boys guy | female woman women girl girls lady
father dad | mother mom mum
son | daughter
brother | sister
uncle | aunt
king | queen
boyfriend | girlfriend
marry marriage wedding | divorce separate separation
married | single unmarried divorced
birth born | death die dead
alive live | dead die
asleep sleep | awake wake
remember | forget
find locate | lose hide
attack | defend defense defence
guilty | innocent
freedom | slavery
friend ally | enemy foe
peace | war
hope | despair
happy | sad unhappy depressed
love | hatred
question ask | answer reply
problem issue | solution
input | output
read | write
get retrieve fetch | set put post
pre before | post after
pre_tax pretax before_tax | post_tax after_tax roth
short_term | long_term
realized realised | unrealized unrealised
inherited inherit | gifted gift
secured | unsecured
insured | uninsured
vested | unvested
minor underage | adult
fat | thin slim lean
bullish | bearish
majority | minority
major | minor
macro | micro
supply | demand
inflation inflationary | deflation deflationary
inhale | exhale
absorb | emit
attract | repel
convex | concave
even | odd
prime | composite
real | fake imaginary
natural | artificial synthetic
singular | plural
formal | informal casual
forward forwards | backward backwards reverse
clockwise | counterclockwise anticlockwise
merge combine join | split separate divide
multiply | divide
add | subtract
encrypt | decrypt
parse | format
cache | evict
acquire | release
promote promotion | demote demotion
upgrade | downgrade
advance | delay postpone
delay postpone | bring_forward expedite
hurry | delay
reward | punish punishment penalty
praise | criticize criticise criticism
hard_copy | soft_copy
hardware | software
frontend front_end | backend back_end
client | server
sender | recipient receiver
source | destination target
origin | destination
arrive | leave
renew extend | cancel terminate expire
keep retain | discard cancel remove drop
hold keep | sell release
exceed over above more_than at_least greater larger | below under less_than at_most fewer
at_least minimum | at_most maximum
since after from | until till before
gain_weight | lose_weight
overweight | underweight
overpaid | underpaid
overcooked | undercooked
vegetarian vegan | meat
raw | cooked
sweet | sour bitter salty savory savoury
fresh | frozen stale
day daytime | night nighttime
morning am | evening pm
summer | winter
spring | autumn fall
weekday | weekend
past | future
yesterday | tomorrow
always | never
all every everyone everything | none nobody nothing
everyone | nobody
possible | impossible
able | unable
lucky | unlucky
legalize legalise | criminalize ban
left_wing liberal democrat | right_wing conservative republican
introvert | extrovert
optimist | pessimist
landline | mobile cell
refinance | pay_off
rent_out let | rent
rent | buy purchase
prepaid | postpaid
wholesale | retail
charge | discharge refund
debit | credit
subsidize | tax
hire | rent
export | import
pull | push
inbound | outbound
show | conceal
reply | forward
archive | restore
backup back_up | restore
undo | redo
lossless | lossy
vacant | occupied
voluntary | mandatory
mobile | desktop
`;
