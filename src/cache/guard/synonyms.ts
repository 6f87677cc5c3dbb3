/**
 * Words that say the same in a request, one set a line; a phrase is joined by "_". Only sets that hold in most requests are
 * here: a wrong set hides a difference from the guard, a missing one only costs a hit.
 */
export const SYNONYMS = `
purchase buy
start begin commence
finish complete end
fix repair solve resolve troubleshoot mend
mistake error fault
problem issue trouble
help assist aid
make create build produce generate
get obtain receive acquire
change modify alter adjust edit
update refresh
delete erase remove
use utilize utilise employ
show display
choose select pick
pick_up collect
need require
want wish would_like like_to
try attempt
ask request
answer reply response respond
tell say inform
explain describe clarify
learn study
teach educate
improve enhance
increase raise grow boost
decrease reduce lower lessen decline
rise go_up
fall go_down drop
stop quit cease
avoid prevent
cancel terminate call_off
happen occur take_place
allow permit let
check verify
confirm validate
compare contrast
calculate compute work_out figure_out determine
find locate
search look_for
send transmit
contact reach get_in_touch
speak talk
phone telephone cellphone mobile_phone cell_phone smartphone
email e_mail mail
car automobile vehicle
bike bicycle
motorbike motorcycle
movie film
tv television
picture photo image photograph
job work employment career occupation profession
company firm corporation
boss manager supervisor
kid child children
doctor physician
lawyer attorney
medicine medication drug
illness disease sickness
money cash
price cost fee charge
cheap inexpensive affordable
expensive costly pricey
big large huge
small little tiny
fast quick quickly rapidly rapid
easy simple easily
hard difficult
important significant crucial
main primary major chief principal
whole entire complete
different distinct
same identical
wrong incorrect
right correct
sick ill
fat overweight
pretty beautiful
funny hilarious
happy glad
sad unhappy
angry mad
afraid scared
smart intelligent clever
famous popular well_known
weird strange odd
quiet silent
rich wealthy
fire dismiss sack lay_off
hire recruit
vacation holiday
flat apartment
lift elevator
autumn fall
trip journey travel
city town
country nation
college university
maths math mathematics
program software application
app application
website site web_site
internet web
password passcode
login log_in sign_in logon
logout log_out sign_out logoff
signup sign_up register
account profile
picture image
document file
folder directory
screen display
button key
function method
bug defect
error_message error
codebase code
database db
laptop notebook
computer pc
bill invoice
salary pay wage
tax levy
refund reimbursement money_back reimburse
delivery shipping
package parcel
order_status status
client customer
purchase_order order
advantage benefit pro pros upside merit
disadvantage drawback con cons downside
difference distinction differ different
example instance sample
reason cause why
result outcome
goal aim objective
plan strategy
way method approach technique means
step procedure
tip advice suggestion recommendation
suggest recommend advise
opinion view
meaning definition mean define
summary summarize summarise overview recap
translate translation
rewrite rephrase reword paraphrase
list enumerate
convert turn transform change_into
replace substitute swap
merge combine
split divide
remove take_out
connect link
install set_up setup
begin get_started
mother mom mum mommy
father dad daddy
grandmother grandma
grandfather grandpa
usa us united_states america u_s_a
uk united_kingdom britain great_britain
eu european_union
uae united_arab_emirates
nyc new_york_city new_york
la los_angeles
ai artificial_intelligence
ml machine_learning
js javascript
ts typescript
k8s kubernetes
postgres postgresql
fb facebook
yt youtube
wifi wi_fi
usd dollar dollars
eur euro euros
gbp pound_sterling
inr rupee rupees
jpy yen
btc bitcoin
eth ethereum
percent percentage
kilogram kg kilo
gram g
kilometre kilometer km
metre meter m
centimetre centimeter cm
mile mi
pound lb lbs
hour hr hrs h
minute min mins
second sec secs
year yr yrs
gigabyte gb
megabyte mb
favourite favorite
colour color
organise organize
programme program
licence license
enrol enroll
behaviour behavior
centre center
realise realize
realised realized
unrealised unrealized
optimise optimize
analyse analyze
tyre tire
grey gray
aluminium aluminum
petrol gasoline gas
nappy diaper
pavement sidewalk
queue line
rubbish trash garbage
postcode zip_code zipcode
cv resume
asap as_soon_as_possible
faq frequently_asked_questions
approx approximately about around roughly
max maximum
min minimum
info information
pics picture
ok okay
mandatory required compulsory obligatory
forbidden prohibited banned
legal lawful
illegal unlawful
hurt harm damage
harmful dangerous bad_for
safe secure
weight_loss lose_weight
gain_weight put_on_weight
sleep fall_asleep
wake wake_up
throw_away discard
get_rid_of remove
deal_with handle
cope_with deal_with
take_care_of care_for
look_after care_for
look_like resemble
die pass_away
marry get_married
pay_off repay pay_back
give_up quit
come_back return
bring_back return
carry_out perform do
set_up configure
turn_on enable switch_on activate
turn_off disable switch_off deactivate
speed_up accelerate
slow_down decelerate
`;

/** Words that carry no request of their own: a difference in these alone is no difference. */
export const GENERIC_WORDS = `
way best good great top nice ideal proper effective efficient really very just actually exactly basically simply quite pretty so too
please kindly thanks thank hi hello hey dear sir madam ok okay
some any few several many lot lots various different certain kind type sort thing stuff something anything someone anyone people person one ones
can could would should will shall may might must do be is are am was were been being have has had get go going
i me my you your we us our they them their he she it its this that these those there here
a an the of for in on at to with by from as and or if then than but so about into onto upon over within
what which who whom whose when where why how whether
need want like know tell say explain describe give show find help let think understand learn wonder wondering ask mean use make suggest recommend
way method step tip idea advice option possible able
much more most also even still ever again else only own same such other another
up out down off
question answer information detail example list
currently
`;
