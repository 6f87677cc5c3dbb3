/**
 * Sets of words of which one cannot stand for another. Each line: kind: members; "a=b" makes b an alias of a, a phrase is joined
 * by "_". Where both prompts name different members of a set the guard refuses; for the kinds in
 * {@link NAMING_KINDS} also where only one prompt names a member.
 */
export const CONTRASTS = `
place: afghanistan albania algeria argentina australia austria bangladesh belgium bolivia brazil bulgaria cambodia cameroon canada chile china colombia croatia cuba cyprus czechia=czech_republic denmark ecuador egypt estonia ethiopia finland france germany ghana greece guatemala hungary iceland india indonesia iran iraq ireland israel italy jamaica japan jordan kenya kuwait latvia lebanon libya lithuania luxembourg malaysia malta mexico mongolia morocco myanmar nepal netherlands=holland new_zealand nigeria north_korea norway oman pakistan panama paraguay peru philippines poland portugal qatar romania russia saudi_arabia=ksa scotland wales england senegal serbia singapore slovakia slovenia south_africa south_korea=korea spain sri_lanka sudan sweden switzerland syria taiwan tanzania thailand tunisia turkey uganda ukraine uae uk usa uruguay venezuela vietnam yemen zambia zimbabwe europe asia africa south_america north_america eu
place: alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada new_hampshire new_jersey new_mexico north_carolina north_dakota ohio oklahoma oregon pennsylvania rhode_island south_carolina south_dakota tennessee texas utah vermont virginia west_virginia wisconsin wyoming ontario quebec alberta british_columbia bavaria catalonia
place: amsterdam athens atlanta austin baltimore bangalore=bengaluru bangkok barcelona beijing berlin birmingham bogota boston brisbane brussels bucharest budapest buenos_aires cairo calgary cape_town chennai chicago cologne copenhagen dallas delhi=new_delhi denver detroit dubai dublin edinburgh florence frankfurt geneva glasgow hamburg hanoi helsinki hong_kong houston hyderabad istanbul jakarta jerusalem johannesburg karachi kiev=kyiv kolkata krakow kuala_lumpur lagos las_vegas leeds lima lisbon liverpool london la lyon madrid manchester manila marseille melbourne mexico_city miami milan montreal moscow mumbai=bombay munich nairobi naples new_orleans nyc osaka oslo ottawa oxford paris philadelphia phoenix pittsburgh portland porto prague pune rio_de_janeiro=rio rome rotterdam san_diego san_francisco=sf san_jose santiago sao_paulo seattle seoul seville shanghai shenzhen stockholm stuttgart sydney taipei tel_aviv tokyo toronto valencia vancouver venice vienna warsaw washington wellington zurich
language: english french german spanish italian portuguese dutch swedish norwegian danish finnish polish czech slovak hungarian romanian bulgarian greek turkish russian ukrainian arabic hebrew hindi urdu bengali tamil telugu marathi gujarati punjabi chinese=mandarin cantonese japanese korean vietnamese thai indonesian malay tagalog swahili latin irish welsh catalan croatian serbian persian=farsi brazilian american british canadian australian indian mexican swiss austrian belgian scottish pakistani nigerian egyptian israeli iranian
currency: usd eur gbp jpy inr cny=yuan chf=swiss_franc aud cad sek nok dkk pln=zloty krw mxn=peso brl btc eth rub=ruble
programming: python java javascript typescript rust golang=go_language kotlin swift ruby perl php scala haskell elixir erlang clojure c++=cpp c#=csharp julia matlab fortran cobol lua dart r_language bash powershell sql html css
framework: react angular vue svelte next.js=nextjs django flask fastapi rails laravel spring express flutter react_native xamarin tensorflow pytorch keras jax numpy pandas spark hadoop kafka rabbitmq
database: mysql postgres sqlite mongodb redis cassandra dynamodb oracle mariadb snowflake bigquery elasticsearch neo4j
platform: windows macos=mac=osx linux ubuntu debian fedora centos android ios chromeos
browser: chrome firefox safari edge opera brave
cloud: aws azure gcp=google_cloud digitalocean heroku vercel netlify cloudflare
vcs: github gitlab bitbucket
tool: docker kubernetes terraform ansible helm jenkins maven gradle webpack vite npm yarn pnpm pip conda jest mocha pytest junit
company: apple google microsoft amazon meta facebook instagram whatsapp twitter netflix tesla nvidia intel amd ibm oracle sap salesforce adobe spotify uber lyft airbnb paypal stripe visa mastercard amex=american_express samsung sony huawei xiaomi nokia lg hp dell lenovo asus toyota honda ford bmw mercedes audi volkswagen=vw nissan hyundai volvo ferrari porsche nike adidas puma ikea walmart costco target starbucks mcdonalds pepsi coca_cola=coke linkedin youtube tiktok snapchat reddit quora pinterest telegram signal slack zoom discord teams skype openai anthropic deepmind flipkart infosys tcs wipro accenture deloitte kpmg pwc mckinsey bain
product: iphone ipad macbook imac airpods apple_watch pixel galaxy kindle playstation xbox nintendo_switch=switch alexa siri cortana gmail outlook yahoo hotmail onedrive dropbox google_drive icloud excel word powerpoint google_sheets google_docs notion evernote trello jira asana confluence photoshop illustrator figma canva wordpress shopify wix squarespace magento
product: chatgpt claude gemini copilot llama mistral grok perplexity
account: savings=saving checking=current_account brokerage margin_account=margin cash_account money_market=money_market_fund=money_market_account joint_account trust custodial
retirement: roth traditional sep simple_ira=simple rollover 401k 403b 457b pension annuity
fund: etf etn mutual_fund=mutual index_fund=index hedge_fund bond stock=share option=stock_option future=futures commodity reit crypto cryptocurrency forex treasury cd=certificate_of_deposit
grant: rsu iso nso espp
order: market_order=market limit_order=limit stop_loss stop_limit trailing_stop
tax: income_tax=ordinary_income capital_gain=capital_gains property_tax sales_tax=vat estate_tax inheritance_tax gift_tax payroll_tax corporate_tax
loan: mortgage student_loan car_loan=auto_loan personal_loan payday_loan home_equity=heloc credit_card=credit debit_card=debit overdraft
insurance: life_insurance health_insurance car_insurance=auto_insurance home_insurance travel_insurance dental pet_insurance term_life whole_life
company-form: llc s_corp c_corp sole_proprietorship=sole_trader partnership corporation nonprofit
tier: free basic starter standard plus premium pro professional business enterprise ultimate team gold silver bronze platinum student family individual lite
plan: trial subscription lifetime
period: hourly daily weekly biweekly monthly quarterly yearly=annual=annually
weekday: monday tuesday wednesday thursday friday saturday sunday
month: january=jan february=feb march april may june=jun july=jul august=aug september=sep=sept october=oct november=nov december=dec
season: spring summer autumn winter
daypart: morning=dawn noon=midday afternoon evening=dusk night midnight
holiday: christmas=xmas easter thanksgiving halloween new_year=new_years valentine hanukkah diwali eid ramadan passover
meal: breakfast brunch lunch dinner=supper snack dessert
relative: wife husband mother father son daughter brother sister grandmother grandfather uncle aunt nephew niece cousin girlfriend boyfriend fiance fiancee partner mother_in_law father_in_law roommate=flatmate neighbor=neighbour friend ex stepson stepdaughter
role: employer employee landlord tenant boss coworker=colleague customer=client vendor=supplier contractor freelancer student teacher doctor nurse patient lawyer judge driver pedestrian seller buyer beneficiary executor manager intern
lifestage: baby=infant=newborn toddler child=kid teenager=teen=adolescent minor adult senior=elderly pregnant=pregnancy breastfeeding=nursing grandparent
gender: man=male=guy woman=female=lady boy girl
animal: dog=puppy cat=kitten horse cow pig sheep goat chicken duck rabbit hamster parrot bird fish turtle snake lizard mouse rat spider bee
body: head eye ear nose mouth tooth throat neck shoulder arm elbow wrist hand finger chest back stomach=belly=abdomen hip leg knee ankle foot toe skin hair liver kidney lung heart brain
drug: ibuprofen=advil paracetamol=acetaminophen=tylenol aspirin naproxen=aleve amoxicillin penicillin metformin insulin lisinopril atorvastatin omeprazole prednisone warfarin antibiotics antihistamine melatonin
illness: diabetes cancer asthma arthritis anxiety depression adhd autism migraine flu cold covid=coronavirus pneumonia bronchitis hepatitis malaria anemia hypertension hypotension eczema psoriasis acne
mineral: iron calcium magnesium zinc potassium sodium iodine vitamin_a vitamin_b vitamin_c vitamin_d vitamin_e vitamin_k
food: beef pork chicken_meat lamb turkey_meat fish_meat salmon tuna shrimp tofu egg milk cheese yogurt butter cream bread rice pasta noodle potato tomato onion garlic carrot broccoli spinach lettuce apple_fruit banana orange lemon lime mango grape strawberry coffee tea juice wine beer vodka whiskey water soda sugar salt honey flour
utensil: oven microwave air_fryer grill stove pan pot blender slow_cooker pressure_cooker
color: red blue green yellow orange purple pink black white brown gray gold silver
metal: iron steel copper aluminum gold silver bronze brass zinc lead titanium platinum nickel
planet: mercury venus earth mars jupiter saturn uranus neptune pluto moon sun
shape: circle square triangle rectangle sphere cube cylinder cone pyramid
measure: length width height depth area volume perimeter weight mass temperature speed distance
subject: physics chemistry biology mathematics history geography economics philosophy psychology sociology law medicine engineering accounting
engineering: mechanical electrical civil chemical_engineering=chemical aerospace software_engineering computer_science=cs
degree: bachelor master mba phd=doctorate diploma associate_degree
exam: sat act gre gmat toefl ielts jee neet upsc lsat mcat
sport: football soccer basketball baseball cricket tennis golf hockey rugby volleyball swimming running cycling boxing wrestling
instrument: guitar piano violin drum flute trumpet cello bass saxophone
device: phone tablet laptop computer desktop tv watch printer router camera headphone speaker keyboard mouse monitor
vehicle: car truck motorbike bike bus train plane=airplane=flight boat ship ferry taxi scooter
document: passport visa_document=visa driving_license=drivers_license id_card birth_certificate green_card resume cover_letter invoice receipt contract will
contact: email phone sms=text_message chat fax letter=post
credential: username password pin email_address passkey api_key token otp
format: json xml csv yaml html markdown=md pdf docx xlsx png jpg=jpeg gif svg mp3 mp4 wav
protocol: http https ftp ssh tcp udp grpc rest graphql websocket smtp imap pop3
verb-http: get_request post_request put_request patch_request delete_request
collection: list array dict=dictionary set_collection tuple map queue stack linked_list tree graph heap
sort: quicksort mergesort bubble_sort insertion_sort heapsort
scope: global regional national state_level federal provincial municipal
level: beginner intermediate advanced expert
action-travel: book_trip reschedule rebook
action-file: rename_file copy_file move_file print_file
action-account: close_account reopen_account suspend_account transfer_account
religion: christian=christianity muslim=islam hindu=hinduism buddhist=buddhism jewish=judaism catholic protestant atheist
party: democrat republican labour conservative liberal green_party bjp congress
war: ww1=world_war_i=wwi ww2=world_war_ii=wwii cold_war vietnam_war civil_war
era: medieval renaissance victorian ancient modern
currency-metal: gold silver oil gas copper wheat
person: trump=donald_trump biden=joe_biden obama=barack_obama clinton=hillary_clinton=hillary putin modi=narendra_modi merkel macron musk=elon_musk bezos=jeff_bezos gates=bill_gates zuckerberg=mark_zuckerberg einstein newton darwin tesla_nikola shakespeare dickens mozart beethoven bach picasso napoleon hitler stalin churchill lincoln washington_george gandhi mandela
`;

/** Kinds where a name in only one of two prompts already makes them different. */
export const NAMING_KINDS: ReadonlySet<string> = new Set([
  'place',
  'language',
  'currency',
  'programming',
  'framework',
  'database',
  'platform',
  'browser',
  'cloud',
  'company',
  'product',
  'retirement',
  'tier',
  'period',
  'weekday',
  'month',
  'season',
  'daypart',
  'holiday',
  'relative',
  'lifestage',
  'gender',
  'animal',
  'drug',
  'level',
  'credential',
  'format',
  'degree',
  'person',
]);
