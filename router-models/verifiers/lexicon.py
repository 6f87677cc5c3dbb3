"""Word lists, written for this project, that turn one prompt into a look-alike needing another answer."""

# Words that turn the meaning around. Each group is symmetric.
ANTONYMS = """
buy sell|buying selling|bought sold|increase decrease|increasing decreasing|raise lower|raising lowering|open close|opening closing|enable disable|enabling disabling
start stop|starting stopping|begin end|install uninstall|installing uninstalling|import export|importing exporting|upload download|uploading downloading|upgrade downgrade
borrow lend|deposit withdraw|depositing withdrawing|withdrawal deposit|send receive|sending receiving|sent received|win lose|winning losing|gain lose|gaining losing|hire fire
accept reject|accepted rejected|approve decline|allow block|allowed blocked|add remove|adding removing|create delete|creating deleting|encrypt decrypt|encode decode
lock unlock|mute unmute|follow unfollow|subscribe unsubscribe|join leave|enter exit|connect disconnect|activate deactivate|attach detach|push pull|read write|print scan
before after|above below|over under|inside outside|first last|oldest newest|largest smallest|biggest smallest|highest lowest|longest shortest|best worst|most least
more less|better worse|cheapest costliest|cheap expensive|high low|higher lower|long short|longer shorter|large small|larger smaller|big small|hot cold|warm cold|fast slow
faster slower|early late|earlier later|hard easy|easy difficult|hard soft|old new|young old|public private|legal illegal|male female|men women|man woman|boys girls|boy girl
boyfriend girlfriend|husband wife|father mother|son daughter|brother sister|king queen|minimum maximum|min max|advantages disadvantages|advantage disadvantage|pros cons
benefits risks|benefits drawbacks|strengths weaknesses|positive negative|true false|safe dangerous|healthy unhealthy|rich poor|strong weak|full empty|thick thin|heavy light
import export|arrive depart|arrival departure|arriving departing|input output|front back|left right|north south|east west|northern southern|eastern western|domestic international
incoming outgoing|internal external|internally externally|online offline|paid free|fixed variable|long-term short-term|gross net|asset liability|assets liabilities|profit loss
profits losses|debit credit|bull bear|bullish bearish|call put|lender borrower|landlord tenant|buyer seller|employer employee|teacher student|parent child|doctor patient
plaintiff defendant|winner loser|attack defend|attack defense|love hate|like dislike|remember forget|laugh cry|sleep wake|succeed fail|success failure|agree disagree
include exclude|including excluding|with without|ascending descending|horizontal vertical|horizontally vertically|upstream downstream|client server|sync async|synchronous asynchronous
mandatory optional|required optional|temporary permanent|temporarily permanently|single married|single multiple|single double|freeze unfreeze|freeze thaw|frozen fresh|raw cooked|wet dry
day night|morning evening|weekday weekend|summer winter|spring autumn|today tomorrow|yesterday tomorrow|past future|ancient modern|current former|previous next|born died|birth death
alive dead|acid base|acute chronic|benign malignant|viral bacterial|hypertension hypotension|hyperthyroidism hypothyroidism|dehydration overhydration|constipation diarrhea
indoor outdoor|indoors outdoors|solid liquid|liquid gas|expand shrink|zoom minimize|maximize minimize|compress extract|merge split|mount unmount|inflate deflate|inflation deflation
promote demote|promotion demotion|support oppose|victory defeat|friend enemy|ally enemy|majority minority|supply demand|exports imports|ascend descend|rise fall|rose fell|rising falling
introvert extrovert|optimistic pessimistic|vegetarian non-vegetarian|vegan carnivore|odd even|plural singular|noun verb|prefix suffix|uppercase lowercase|upper lower|top bottom
plug unplug|zip unzip|tighten loosen|fill empty|pack unpack|dress undress|wrap unwrap|log-in log-out|show hide|hidden visible|appear disappear|ahead behind|toward away|to from
"""

# Names of one kind: swapping one for another changes the answer.
KINDS = {
    'country': 'India|China|Japan|Germany|France|Spain|Italy|Brazil|Mexico|Canada|Australia|Russia|England|Scotland|Ireland|Sweden|Norway|Denmark|Finland|Poland|Turkey|Egypt|Nigeria|Kenya|Pakistan|Bangladesh|Indonesia|Vietnam|Thailand|Malaysia|Singapore|Philippines|Israel|Iran|Iraq|Ukraine|Greece|Portugal|Austria|Switzerland|Belgium|Netherlands|New Zealand|South Africa|South Korea|Argentina|Chile|Peru|Colombia|Saudi Arabia|the US|the USA|the UK|America|the United States|the United Kingdom',
    'demonym': 'American|British|Indian|Chinese|Japanese|German|French|Spanish|Italian|Brazilian|Mexican|Canadian|Australian|Russian|Irish|Swedish|Norwegian|Danish|Polish|Turkish|Egyptian|Korean|Vietnamese|Thai|Greek|Portuguese|Dutch|Arabic|Hindi|Mandarin|English|Latin|Hebrew|Roman|Persian|Norman|Victorian',
    'city': 'London|Paris|Berlin|Madrid|Rome|New York|Los Angeles|Chicago|Houston|Boston|Seattle|San Francisco|San Diego|Denver|Miami|Atlanta|Dallas|Austin|Toronto|Vancouver|Montreal|Sydney|Melbourne|Tokyo|Osaka|Beijing|Shanghai|Hong Kong|Delhi|Mumbai|Bangalore|Chennai|Hyderabad|Kolkata|Pune|Dubai|Moscow|Warsaw|Vienna|Zurich|Amsterdam|Brussels|Dublin|Lisbon|Barcelona|Milan|Munich|Hamburg|Fresno|Jacksonville|Newcastle|Southampton',
    'state': 'California|Texas|Florida|Ohio|Nevada|Oregon|Washington|Colorado|Arizona|Georgia|Virginia|Michigan|Illinois|Utah|Alaska|Hawaii|Kansas|Iowa|Maine|Victoria|Ontario|Quebec|Alberta|Kerala|Punjab|Goa|Bavaria',
    'continent': 'Africa|Europe|Asia|South America|North America|Antarctica|Australia',
    'company': 'Google|Apple|Microsoft|Amazon|Facebook|Netflix|Tesla|IBM|Intel|Oracle|Samsung|Sony|Nokia|Toyota|Honda|Ford|BMW|Nike|Adidas|Uber|Lyft|Airbnb|Walmart|Target|Costco|Starbucks|PayPal|Visa|Mastercard|eBay|Twitter|Snapchat|LinkedIn|Spotify|Dell|HP|Lenovo|Boeing|Airbus|Infosys|Accenture|Deloitte|Flipkart',
    'app': 'Instagram|WhatsApp|Facebook|Snapchat|YouTube|Twitter|TikTok|Gmail|Outlook|Telegram|Skype|Zoom|Slack|Tinder|Quora|Reddit|Pinterest|Messenger|Wikipedia|iTunes|Chrome|Firefox|Safari',
    'os': 'Windows|Linux|macOS|Android|iOS|Ubuntu|Debian|Windows 10|Windows 11|Windows 7|Mac',
    'device': 'iPhone|iPad|MacBook|Kindle|Xbox|PlayStation|laptop|desktop|smartphone|tablet|TV|printer|router|iPhone 7|iPhone 6|Galaxy S7|Pixel',
    'lang': 'Python|Java|JavaScript|C|C#|C++|Ruby|PHP|Go|Rust|Swift|Kotlin|SQL|HTML|CSS|R|MATLAB|Perl|Scala|TypeScript|Haskell',
    'data': 'CSV|JSON|XML|PDF|YAML|Excel|MP3|MP4|PNG|JPEG|Word|HTML',
    'db': 'MySQL|PostgreSQL|MongoDB|Redis|SQLite|Oracle|Cassandra|Kafka|RabbitMQ|Elasticsearch',
    'framework': 'React|Angular|Vue|Django|Flask|Rails|Spring|Laravel|Express|PyTorch|TensorFlow|Node.js|Docker|Kubernetes|Git|Jenkins|Terraform',
    'month': 'January|February|March|April|June|July|August|September|October|November|December',
    'weekday': 'Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday',
    'currency': 'dollars|euros|pounds|yen|rupees|pesos|francs|USD|EUR|GBP|JPY|INR|CHF|bitcoin|ethereum',
    'unit': 'kilometers|miles|meters|feet|inches|yards|kilograms|kg|grams|ounces|liters|gallons|cups|tablespoons|teaspoons|Celsius|Fahrenheit|watts|volts',
    'time': 'seconds|minutes|hours|days|weeks|months|years|decades|centuries',
    'tier': 'basic|premium|pro|enterprise|standard|starter|business|gold|platinum|silver|free|family|student|plus|economy|first class',
    'account': 'checking|savings|credit card|debit card|mortgage|brokerage|retirement|joint|loan|401k|Roth IRA|traditional IRA|HSA|FSA|529 plan',
    'person': 'Donald Trump|Hillary Clinton|Barack Obama|Bill Gates|Steve Jobs|Elon Musk|Mark Zuckerberg|Narendra Modi|Jeff Bezos|Warren Buffett|Albert Einstein|Isaac Newton|Marie Curie|Charles Darwin|Napoleon|Julius Caesar|Hitler|Stalin|Gandhi|Lincoln|Shakespeare|Beethoven|Mozart|Tesla|Edison|Beyonce|Taylor Swift|Messi|Ronaldo|Federer|Nadal|Luther|Kennedy|Churchill',
    'disease': 'diabetes|cancer|asthma|arthritis|depression|anxiety|the flu|a cold|COVID|migraine|hepatitis|malaria|pneumonia|eczema|psoriasis|acne|insomnia|anemia|gout|hypertension',
    'drug': 'ibuprofen|aspirin|paracetamol|acetaminophen|metformin|insulin|amoxicillin|penicillin|prednisone|lisinopril|atorvastatin|omeprazole|Xanax|Zoloft|Prozac|Adderall|melatonin|caffeine',
    'body': 'knee|shoulder|back|neck|ankle|wrist|hip|elbow|foot|hand|eye|ear|stomach|chest|head|liver|kidney|heart|lungs|brain|skin|teeth|hair',
    'animal': 'dog|cat|horse|rabbit|hamster|parrot|goldfish|turtle|snake|cow|pig|sheep|goat|chicken|lion|tiger|elephant|wolf|bear|shark|whale',
    'food': 'chicken|beef|pork|salmon|tuna|shrimp|rice|pasta|bread|potatoes|tomatoes|onions|garlic|spinach|broccoli|eggs|milk|cheese|yogurt|tofu|beans|lentils|avocado|bananas|apples|strawberries|coffee|tea|wine|beer|chocolate|pizza|tacos|soup',
    'subject': 'physics|chemistry|biology|mathematics|math|history|geography|economics|philosophy|psychology|sociology|law|medicine|engineering|accounting|marketing|statistics|algebra|calculus|geometry|machine learning|data science|web development|computer science|mechanical engineering|civil engineering|electrical engineering',
    'sport': 'football|soccer|basketball|tennis|golf|cricket|hockey|baseball|swimming|boxing|chess|badminton|rugby|volleyball',
    'instrument': 'guitar|piano|violin|drums|flute|cello|ukulele|saxophone',
    'planet': 'Mars|Venus|Jupiter|Saturn|Mercury|Earth|Neptune|Uranus|Pluto|the Moon|the Sun',
    'element': 'oxygen|hydrogen|nitrogen|carbon|helium|iron|gold|silver|copper|sodium|calcium|zinc|uranium|lead|mercury',
    'color': 'red|blue|green|yellow|black|white|purple|orange|brown|pink|gray',
    'relation': 'wife|husband|mother|father|son|daughter|brother|sister|friend|boss|colleague|neighbor|roommate|girlfriend|boyfriend|grandmother|cousin',
    'job': 'doctor|lawyer|nurse|teacher|engineer|pilot|chef|plumber|electrician|accountant|software developer|data scientist|journalist|photographer|actor|police officer|architect|dentist',
    'exam': 'GRE|GMAT|SAT|ACT|TOEFL|IELTS|LSAT|MCAT|UPSC|CAT|GATE|JEE|NEET|CPA|CFA',
    'degree': 'MBA|PhD|bachelor\'s|master\'s|MS|BTech|diploma|undergraduate|graduate',
    'doc': 'passport|visa|driver\'s license|birth certificate|social security card|green card|work permit|ID card|PAN card|invoice|receipt|contract|lease|will|resume|cover letter',
    'cloud': 'AWS|Azure|GCP|EC2|S3|Lambda|Heroku|DigitalOcean',
    'ordinal': 'first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth',
    'numword': 'two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|forty|fifty|hundred|thousand|million|billion',
    'direction': 'north|south|east|west|northeast|southwest',
    'wh': 'who|when|where|why',
    'freshness': 'today|yesterday|tomorrow|this week|last week|next week|this month|last month|next month|this year|last year|next year|right now|currently',
    'frequency': 'daily|weekly|monthly|yearly|hourly|annually|quarterly|twice',
    'meal': 'breakfast|lunch|dinner|brunch|dessert|snack',
    'travel': 'flight|train|bus|hotel|rental car|cruise|ferry|taxi',
    'money': 'refund|payment|invoice|subscription|order|delivery|discount|deposit|transfer|top-up|withdrawal|fee|balance',
    'tax': 'income tax|sales tax|property tax|capital gains tax|inheritance tax|payroll tax|VAT|GST',
    'invest': 'stocks|bonds|mutual funds|ETFs|index funds|options|futures|real estate|gold|cryptocurrency|REITs',
}

# A condition added to a question makes it another question.
QUALIFIERS = """
at home|in India|in the US|in Canada|in Europe|for beginners|for kids|for free|online|offline|without a credit card|without exercise|without losing data|in 10 days|in one month|in two weeks
on Android|on an iPhone|on Windows|on a Mac|in Python|in Java|after 40|during pregnancy|while pregnant|for a small business|for seniors|as a student|as a foreigner|without a degree|without experience
for women|for men|on weekends|in winter|in summer|for diabetics|if I am under 18|with no money|with bad credit|without a lawyer|after a divorce|before the deadline|in 2012|in the 19th century|in ancient times
with a microwave|without an oven|for a large group|for two people|for my dog|for my mother|on a business account|on the premium plan|for an enterprise customer|from abroad|through a third party|by phone|by mail|in person
except on Sundays|only for new customers|last year|next year|ten years ago|for a company|for a non-profit|with a disability|in a rented flat|on a student visa|in production|in a test environment|without root access
"""

# Each line: wordings that may stand for one another almost anywhere.
SYNONYMS = """
buy|purchase
fix|repair
begin|start
big|large
fast|quickly
cheap|inexpensive|affordable
help|assist
error|problem|issue
movie|film
job|work
kids|children
phone|mobile phone|cell phone
car|automobile
picture|photo|image
show|display
tell|inform
get|obtain
need|require
use|utilize
choose|pick|select
end|finish
rich|wealthy
smart|intelligent
scared|afraid
hard|difficult
delete|erase
happen|occur
important|essential
really|truly
amount|quantity
find|locate
improve|enhance|get better at
learn|study
method|way|approach
difference|distinction
reason|cause
earn|make
advice|tips|suggestions
mistake|error
house|home
doctor|physician
lawyer|attorney
illness|disease|sickness
trip|journey
allowed|permitted
approximately|about|roughly
city|town
country|nation
started|began
created|made
main|primary|principal
called|named
major|significant
people|individuals
famous|well-known
area|region
type|kind|sort
build|construct
built|constructed
located|situated
various|different
cancel|call off
schedule|arrange
reservation|booking
vacation|holiday
current|present
send|transfer
wrong|incorrect
check|verify
change|modify
new|brand new
replace|substitute
want to|would like to|wish to
have to|need to|must
"""

WRAPPERS_BEFORE = """
Hi,|Hello,|Hey,|Please tell me:|Quick question:|I was wondering,|Can you help me?|Sorry to bother you,|I have a question.|Just curious,|Hi there!|Good morning,|Thanks in advance.|I need help with this:|Could you answer this?|Tell me,|So,|Okay,|Um,|Well,
I'd like to know:|Question:|My question is this:|Help!|Not sure if this is the right place, but|Please,|Hey assistant,|One more thing,|Dear team,|I would appreciate an answer:
"""
WRAPPERS_AFTER = """
Thanks!|Thank you.|please|Please help.|Thanks in advance!|Any ideas?|I would appreciate your help.|asap|Cheers|pls|Let me know.|Thank you so much!|I'm really stuck.|Kind regards|if you know|Please explain.|Appreciate it!
"""
