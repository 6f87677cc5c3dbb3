"""Builds the training pairs of the verifier: (a, b, 1) when one answer serves both prompts, (a, b, 0) when it does not.

Sources: question sets whose licence allows shipping weights (Disfl-QA, CLINC150, BANKING77, SNIPS, the cache library's mock
pairs) and this project's own writing (clusters/*.txt, phrases/*.txt, lexicon.py). Everything is seeded.
"""
import glob, json, os, random, re
from collections import defaultdict
import numpy as np
import lexicon as L

HERE = os.path.dirname(os.path.abspath(__file__))


def rows(folder, name):
    with open(os.path.join(folder, name + '.jsonl'), encoding='utf-8') as f:
        return [json.loads(line) for line in f]


def lines(block):
    return [x.strip() for line in block.strip().splitlines() for x in line.split('|') if x.strip()]


def norm(t):
    return re.sub(r'[^a-z0-9]+', ' ', t.lower()).strip()


def lower_first(t):
    w = t.split(' ', 1)[0]
    return t if w == 'I' or w.startswith("I'") or sum(c.isupper() for c in w) > 1 else t[:1].lower() + t[1:]


# ---------- perturbation: the same words, another answer ----------

ANT = defaultdict(list)
for pair in lines(L.ANTONYMS):
    x = pair.split()
    for a, b in zip(x, x[1:]):
        ANT[a].append(b); ANT[b].append(a)
KINDS = {k: v.split('|') for k, v in L.KINDS.items()}
WORD = {}
for k, vs in KINDS.items():
    for v in vs:
        WORD.setdefault(v.lower(), []).append(k)
NAME_RE = re.compile(r'\b(' + '|'.join(sorted((re.escape(v) for v in WORD), key=len, reverse=True)) + r')(?![\w+#])', re.I)
COMMON = {'who', 'when', 'where', 'why', 'go', 'c', 'r', 'target', 'lead', 'word', 'express', 'spring', 'will', 'act', 'cat', 'may', 'excel', 'basic', 'family', 'free', 'plus', 'ford', 'swift'}


def like(word, new):
    return new.capitalize() if word[:1].isupper() and new.islower() else new.lower() if word.islower() and new.istitle() else new


def p_antonym(t, r):
    hits = [m for m in re.finditer(r"[A-Za-z][A-Za-z-]*", t) if m.group().lower() in ANT]
    if not hits: return None
    m = r.choice(hits)
    return t[:m.start()] + like(m.group(), r.choice(ANT[m.group().lower()])) + t[m.end():]


def p_name(t, r):
    hits = [m for m in NAME_RE.finditer(t) if not (m.group().lower() in COMMON and (m.group().islower() or m.start() == 0) and 'wh' not in WORD[m.group().lower()])]
    if not hits: return None
    m = r.choice(hits)
    k = r.choice(WORD[m.group().lower()])
    new = r.choice([v for v in KINDS[k] if v.lower() != m.group().lower()])
    return t[:m.start()] + (new.lower() if t.islower() else like(m.group(), new)) + t[m.end():]


def p_number(t, r):
    hits = list(re.finditer(r'\d+', t))
    if not hits: return None
    m = r.choice(hits); n = int(m.group()[:9])
    new = r.choice([n + 1, n + 2, max(0, n - 1), n * 2, n * 10, n + 10, max(1, n // 2), n + r.randint(3, 40)])
    return None if new == n else t[:m.start()] + str(new) + t[m.end():]


def p_proper(t, r, pool):
    """Another proper name in place of one in the middle of the sentence."""
    hits = list(re.finditer(r"(?<=[a-z,] )[A-Z][a-z]{2,}(?: [A-Z][a-z]+)*", t))
    if not hits or not pool: return None
    m = r.choice(hits); new = r.choice(pool)
    return None if new.lower() in t.lower() else t[:m.start()] + new + t[m.end():]


def p_negate(t, r):
    rules = [(r"\b(is|are|was|were|can|could|should|would|will|does|did|do|has|have)n't\b", r"\1"), (r"\b(is|are|was|were|can|could|should|will|must)\b (?!not)", r"\1 not "),
             (r"\bI (can|should|could|will|would|do|did)\b", r"I \1 not"), (r"\b(do|does|did) (\w+) ", r"\1 \2 not "), (r"\bhow to\b", "how not to"), (r"\bwithout\b", "with"), (r"\bwith\b", "without"),
             (r"\b(always)\b", "never"), (r"\bnever\b", "always"), (r"\b(possible|legal|safe|necessary|allowed|able|eligible|available|required)\b", r"not \1"), (r"\bI (want|need|like)\b", r"I don't \1")]
    r.shuffle(rules)
    for a, b in rules:
        if re.search(a, t, re.I):
            return re.sub(a, b, t, count=1, flags=re.I)
    return None


def p_swap(t, r):
    """Arguments change places: A to B becomes B to A."""
    pats = [r"\b(from) ([\w' ]{2,25}?) (to) ([\w' ]{2,25}?)(?=[?.,!]|$)", r"\b(convert|change|turn|translate|switch|move|migrate|transfer|exchange) ([\w' ]{2,25}?) (to|into) ([\w' ]{2,25}?)(?=[?.,!]|$)",
            r"\b(is|are|was|were|did|does|do|can|will|has) (?:the )?([\w' ]{2,25}?) (\w+er than|more \w+ than|less \w+ than|invade|attack|defeat|beat|eat|own|acquire|replace|influence|cause|affect|marry|sue|pay|help|follow|part of|worse than|better than) (?:the )?([\w' ]{2,25}?)(?=[?.,!]|$)"]
    r.shuffle(pats)
    for p in pats:
        m = re.search(p, t, re.I)
        if m and m.group(2).lower() != m.group(4).lower() and len(m.group(2).split()) < 4 and len(m.group(4).split()) < 4:
            return t[:m.start(2)] + m.group(4) + t[m.end(2):m.start(4)] + m.group(2) + t[m.end(4):]
    m = re.search(r"\b(than|by|over|before|after|instead of)\b", t)
    caps = list(re.finditer(r"(?<=[a-z,] )[A-Z]\w+(?: [A-Z]\w+)*", t))
    if m and len(caps) == 2 and caps[0].end() < m.start() < caps[1].start():
        a, b = caps
        return t[:a.start()] + b.group() + t[a.end():b.start()] + a.group() + t[b.end():]
    return None


QUAL = lines(L.QUALIFIERS)


def p_qualifier(t, r):
    base = t.rstrip('?.! ')
    return base + ' ' + r.choice(QUAL) + t[len(base):].strip()[:1]


def p_whose(t, r):
    opts = ["my wife's", "my husband's", "my son's", "my daughter's", "my mother's", "my employer's", "a client's", "my tenant's", "my dog's", "someone else's", "our company's", "my 10-year-old's", "my neighbor's", "my boss's"]
    if re.search(r"\bmy\b", t) and r.random() < .7:
        return re.sub(r"\bmy\b", r.choice(opts), t, count=1)
    whom = ["my wife", "my child", "my 8-year-old", "my mother", "my employer", "a minor", "my roommate", "my cat", "my business partner", "someone", "our company", "the other party", "my landlord"]
    if re.search(r"\b(can|should|could|may|must|do|will) I\b", t, re.I):
        return re.sub(r"\b(can|should|could|may|must|do|will) I\b", lambda m: ('Does' if m.group(1) == 'Do' else 'does' if m.group(1) == 'do' else m.group(1)) + ' ' + r.choice(whom), t, count=1, flags=re.I)
    return None


def p_question(t, r):
    swaps = [(r"^how (do|can|should|would) ", ["Why {} ", "When {} ", "Where {} "]), (r"^why (do|does|did|is|are|was|can) ", ["How {} ", "When {} ", "Where {} "]), (r"^when (do|does|did|is|are|was|can|should) ", ["Why {} ", "How {} ", "Where {} "]),
             (r"^where (do|does|did|is|are|was|can|should) ", ["Why {} ", "When {} ", "How {} "]), (r"^how (long|much|many|often|far|old|big|tall|fast) ", ["How long ", "How much ", "How often ", "How far ", "How old ", "How big "]), (r"^who (is|was|are|were) ", ["When {} ", "Where {} ", "Why {} "]),
             (r"^what (is|are|was|were) ", ["Who {} ", "Where {} ", "When {} ", "Why {} "]), (r"^should i ", ["How do I ", "When should I ", "Why should I "]), (r"^can i ", ["How do I ", "Why can't I ", "When can I ", "Should I "])]
    for p, news in swaps:
        m = re.search(p, t, re.I)
        if m:
            new = r.choice(news).format(m.group(1) if m.groups() else '')
            if new.strip().lower() == m.group().strip().lower(): return None
            return (new.lower() if t[0].islower() else new) + t[m.end():]
    return None


def p_id(t, r):
    """Two prompts that differ in one id, version, path or amount."""
    kind = r.randrange(5)
    base = t.rstrip('?.! ')
    if kind == 0: a, b = (f" (order #{r.randint(10000, 99999)})" for _ in range(2))
    elif kind == 1: v = r.randint(1, 20); a, b = f" in version {v}.{r.randint(0, 9)}", f" in version {v + r.randint(1, 3)}.{r.randint(0, 9)}"
    elif kind == 2: a, b = (f" for {c}{r.randint(10, 9999)}" for c in r.sample(['$', '€', '£', '$'], 2)); 
    elif kind == 3: y = r.randint(1850, 2025); a, b = f" in {y}", f" in {y + r.choice([-1, 1, 2, 10, -10])}"
    else: a, b = r.sample([' on port 8080', ' on port 443', ' in /etc/hosts', ' in /var/log/syslog', ' for ticket ABC-123', ' for ticket ABC-132', ' on 3 March', ' on 13 March', ' at 9 am', ' at 9 pm', ' at 5 pm', ' by Friday', ' by Monday'], 2)
    return None if a == b else (base + a + '?', base + b + '?')


def perturb(t, r, pool):
    fs = [(p_antonym, 3), (p_name, 4), (p_number, 3), (lambda t, r: p_proper(t, r, pool), 2), (p_negate, 1.5), (p_swap, 3), (p_qualifier, 1.5), (p_whose, 2), (p_question, 1.5), (p_id, .4)]
    fs = sorted(fs, key=lambda f: -f[1] * r.random() ** .7)
    for f, _ in fs:
        new = f(t, r)
        if isinstance(new, tuple): return new
        if new and norm(new) != norm(t): return (t, new)
    return None


# ---------- surface noise: other words, the same answer ----------

SYN = {}
for line in L.SYNONYMS.strip().splitlines():
    g = line.split('|')
    for w in g: SYN[w] = [x for x in g if x != w]
SYN_RE = re.compile(r'\b(' + '|'.join(sorted(map(re.escape, SYN), key=len, reverse=True)) + r')\b')
BEFORE, AFTER = lines(L.WRAPPERS_BEFORE), lines(L.WRAPPERS_AFTER)
CONTRACT = [("what is", "what's"), ("how is", "how's"), ("i am", "I'm"), ("is not", "isn't"), ("do not", "don't"), ("can not", "can't"), ("cannot", "can't"), ("does not", "doesn't"), ("i have", "I've"), ("where is", "where's"), ("who is", "who's"), ("it is", "it's"), ("i would", "I'd"), ("will not", "won't"), ("should not", "shouldn't")]


def typo(t, r):
    w = t.split(' '); idx = [i for i, x in enumerate(w) if len(x) > 4 and x.isalpha() and x.islower()]
    for i in r.sample(idx, min(len(idx), r.choice([1, 1, 2]))):
        x = w[i]; j = r.randrange(1, len(x) - 1); k = r.randrange(4)
        w[i] = x[:j] + x[j + 1] + x[j] + x[j + 2:] if k == 0 else x[:j] + x[j + 1:] if k == 1 else x[:j] + x[j] + x[j:] if k == 2 else x[:j] + r.choice('aeiostnr') + x[j + 1:]
    return ' '.join(w)


def noise(t, r, heavy=True):
    for _ in range(r.choice([1, 1, 2, 2, 3]) if heavy else 1):
        k = r.randrange(9)
        if k == 0: t = r.choice(BEFORE) + ' ' + lower_first(t)
        elif k == 1: t = t + ('' if t[-1:] in '?.!' else '.') + ' ' + r.choice(AFTER)
        elif k == 2: t = typo(t, r)
        elif k == 3: t = t.lower()
        elif k == 4: t = t.rstrip('?.! ')
        elif k in (5, 6):
            hits = list(SYN_RE.finditer(t))
            if hits:
                m = r.choice(hits); t = t[:m.start()] + r.choice(SYN[m.group()]) + t[m.end():]
        elif k == 7:
            for a, b in CONTRACT:
                x, y = (a, b) if r.random() < .5 else (b, a)
                m = re.search(r'\b' + re.escape(x) + r'\b', t, re.I)
                if m:
                    t = t[:m.start()] + (y[:1].upper() + y[1:] if m.group()[:1].isupper() else y) + t[m.end():]; break
        else:
            w = t.split(' ')
            i = r.randrange(len(w)); w.insert(i, r.choice(['um,', 'uh', 'like', 'well', 'I mean', 'you know,', w[i]])); t = ' '.join(w)
    return t


TAIL_RE = re.compile(r"^((?:how|what|which|who|when|where|why|can|could|may|should|is|are|do|does|did|will|must)\b[^.?!,:]{8,80}?) ((?:in|on|at|for|with|without|from|after|before|during|under|within|inside|as) [^.?!,:]{2,40})([.?!]?)$", re.I)


def front(t, r):
    """The last phrase goes to the head: "How do I get a visa in Japan?" becomes "In Japan, how do I get a visa?"."""
    m = TAIL_RE.match(t)
    if not m or len(m.group(2).split()) > 5 or len(m.group(1).split()) < 3: return None
    head, tail, end = m.groups()
    # What a verb or a noun needs behind it stays there.
    if re.search(r"\b(wait|look|apply|pay|ask|search|work|deal|agree|live|belong|depend|is|are|was|were|difference|reason|responsible|better)$", head, re.I): return None
    if t[:1].islower(): return f'{tail} {head}{end}'
    join = r.choice([', ', ', ', ': ', ' - '])
    return tail[:1].upper() + tail[1:] + join + lower_first(head) + end


def rewritten(clusters, r):
    """Wordings with a misspelt word or with a phrase put to the head, beside the other wordings (same) and the look-alikes (different)."""
    out = []
    for c in clusters:
        for b in c['same']:
            if r.random() < .5:
                new = typo(b, r)
                if new != b:
                    out.append((b if r.random() < .5 else r.choice(c['same']), new, 1))
                    if c['different'] and r.random() < .5: out.append((r.choice(c['different']), new, 0))
            new = front(b, r)
            if new:
                out += [(b, new, 1), (r.choice(c['same']), new, 1)]
                if c['different']: out.append((r.choice(c['different']), new, 0))
        for d in c['different']:
            new = front(d, r) if r.random() < .5 else typo(d, r) if r.random() < .3 else None
            if new and new != d: out += [(d, new, 1), (r.choice(c['same']), new, 0)]
    return out


# ---------- own writing ----------

CLUSTER_FOLDERS = ['clusters']


def read_clusters(held=False):
    """CLUSTER_FOLDERS/*.txt: `# topic`, `= paraphrase | paraphrase ...`, `x look-alike | look-alike ...`; every 14th is held out of training."""
    out = []
    for f in (f for folder in CLUSTER_FOLDERS for f in sorted(glob.glob(os.path.join(HERE, folder, '*.txt')))):
        topic = ''
        for line in open(f, encoding='utf-8'):
            line = line.strip()
            parts = [x.strip() for x in line[1:].split('|') if x.strip()]
            if line.startswith('#'): topic = line[1:].strip()
            elif line.startswith('='): out.append({'topic': topic, 'same': parts, 'different': []})
            elif line.startswith('x '): out[-1]['different'] += parts
            elif line: raise SystemExit(f'{f}: unknown line {line[:60]}')
    return [c for i, c in enumerate(out) if (i % 14 == 5) == held]


def read_phrases():
    """phrases/*.txt: sections [kind]; each line `wording | wording || near miss | near miss`."""
    out = []
    for f in sorted(glob.glob(os.path.join(HERE, 'phrases', '*.txt'))):
        kind = None
        for line in open(f, encoding='utf-8'):
            line = line.strip()
            if not line or line.startswith('#'): continue
            if line.startswith('['): kind = line[1:-1]; continue
            a, _, b = line.partition('||')
            out.append({'kind': kind, 'same': [x.strip() for x in a.split('|') if x.strip()], 'near': [x.strip() for x in b.split('|') if x.strip()]})
    return out


def read_frames():
    """frames.txt: sections [kind:meaning]; each line is one wording with {} for the phrase."""
    out = defaultdict(dict); cur = None
    for line in open(os.path.join(HERE, 'frames.txt'), encoding='utf-8'):
        line = line.strip()
        if not line or line.startswith('#'): continue
        if line.startswith('['):
            kind, meaning = line[1:-1].split(':'); cur = out[kind].setdefault(meaning, [])
        else: cur.append(line)
    return out


def ing(v):
    w, _, rest = v.partition(' ')
    if w.endswith('ie'): w = w[:-2] + 'ying'
    elif w in ('be', 'see', 'flee'): w += 'ing'
    elif w.endswith('e') and not w.endswith('ee'): w = w[:-1] + 'ing'
    elif w in ('get', 'run', 'stop', 'cut', 'set', 'put', 'quit', 'plan', 'swim', 'win', 'begin', 'forget', 'sit', 'drop', 'shop', 'chop', 'skip', 'ship', 'split', 'spot', 'hit', 'rub', 'jog', 'trim', 'wrap', 'pit', 'control', 'cancel', 'refer', 'submit', 'let', 'log', 'debug', 'unplug', 'bid', 'hem', 'rid', 'dig', 'grab', 'tap', 'swap', 'sip', 'strip', 'map', 'shed', 'slim', 'whip', 'prep'): w += w[-1] + 'ing'
    else: w += 'ing'
    return (w + ' ' + rest).strip()


def fill(frame, phrase):
    a = phrase
    t = frame.replace('{ing}', ing(a)).replace('{}', a)
    return t[:1].upper() + t[1:]


def phrase_pairs(r, per_phrase):
    frames, out, sayings = read_frames(), [], []
    quals = [g.split('~') for g in lines(QUAL_SYN)]
    for p in read_phrases():
        fr = frames[p['kind']]
        keys = list(fr)
        for _ in range(per_phrase):
            k = r.choice(keys[:max(1, len(keys))]) if r.random() < .6 else keys[0] if r.random() < .5 else r.choice(keys)
            f1, f2 = r.choice(fr[k]), r.choice(fr[k])
            a, b = r.choice(p['same']), r.choice(p['same'])
            q1, q2 = fill(f1, a), fill(f2, b)
            if r.random() < .2:
                g = r.choice(quals); add = lambda q, s: q.rstrip('?.') + ' ' + s + ('?' if q.endswith('?') else '')
                q1, q2 = add(q1, r.choice(g)), add(q2, r.choice(g))
            if norm(q1) != norm(q2): out.append((q1, q2, 1)); sayings.append(q1)
            x = r.random()
            if x < .5 and p['near']:
                out.append((q1, fill(r.choice(fr[k]), r.choice(p['near'])), 0))
            elif x < .75 and len(keys) > 1:
                k2 = r.choice([y for y in keys if y != k]); out.append((q1, fill(r.choice(fr[k2]), r.choice(p['same'])), 0))
            elif x < .9:
                out.append((fill(f1, a), p_qualifier(fill(f2, b), r), 0))
            if len(p['near']) > 1 and r.random() < .15:
                n1, n2 = r.sample(p['near'], 2); out.append((fill(f1, n1), fill(f2, n2), 0))
    return out, sayings


QUAL_SYN = """
at home~from home~in my own home|for free~without paying~at no cost|in India~within India|for beginners~as a beginner~when you are just starting out|online~on the internet~over the web|quickly~fast~in a short time~as fast as possible
on my iPhone~on an iPhone~with an iPhone|on Windows 10~in Windows 10~using Windows 10|without exercise~without exercising~without working out|in a month~within one month~in 30 days|in the US~in the United States~in America~in the USA
as a student~while I am a student~while studying|on a small budget~with little money~cheaply|in 2017~in the year 2017|during pregnancy~while pregnant~when you are pregnant|in Python~using Python~with Python|without a lawyer~with no lawyer~without hiring an attorney
in daily life~in everyday life~day to day|in the long run~over the long term~long term|for a small company~for a small business|without surgery~with no surgery~non-surgically|after 40~past the age of 40~over 40|easily~in an easy way~the easy way
"""


def cluster_pairs(r, each):
    out, sayings = [], []
    for c in read_clusters():
        s, d = c['same'], c['different']
        allp = [(a, b, 1) for i, a in enumerate(s) for b in s[i + 1:]]
        r.shuffle(allp); out += allp[:each]
        neg = [(a, b, 0) for a in s for b in d]
        r.shuffle(neg); out += neg[:each]
        dd = [(a, b, 0) for i, a in enumerate(d) for b in d[i + 1:]]
        r.shuffle(dd); out += dd[:2]
        sayings += [(x, id(c), id(c)) for x in s] + [(x, id(x), id(c)) for x in d]
    return out, sayings


# ---------- families with slots ----------

def _money(r):
    n = r.choice([5, 10, 20, 25, 40, 50, 75, 80, 100, 150, 200, 250, 300, 500, 750, 800, 1000, 1200, 1500, 2000, 2500, 3000, 5000, 8000, 10000, 20000, 50000, 100000, 250000])
    sign, word = r.choice([('$', 'dollars'), ('$', 'dollars'), ('€', 'euros'), ('£', 'pounds'), ('₹', 'rupees')])
    return [f'{sign}{n}', f'{n} {word}', f'{sign}{n:,}', f'{n:,} {word}'] + ([f'{n // 1000}k {word}'] if n % 1000 == 0 else [])


def _date(r):
    m = r.choice(['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'])
    d = r.randint(1, 28); th = 'th' if 10 < d < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(d % 10, 'th')
    return [f'{m} {d}', f'{d} {m}', f'{m} {d}{th}', f'the {d}{th} of {m}', f'{m[:3]} {d}']


def _of(kind, extra=()):
    return lambda r: [r.choice(KINDS[kind] + list(extra))]


FIRST = 'Anna|Ben|Maria|John|Sarah|David|Priya|Ahmed|Wei|Elena|Tom|Lucy|Carlos|Fatima|Mark|Julia|Kevin|Nina|Peter|Sofia|Mr. Brown|Mrs. Lee|Dr. Patel|my manager|the accountant|Alice|Robert|Emma|Daniel|Olga'.split('|')
SLOTS = {
    'amount': _money, 'date': _date, 'person': lambda r: [r.choice(FIRST)], 'place': lambda r: [r.choice(KINDS['city'] + KINDS['country'][:40])],
    'id': lambda r: (lambda n: [f'#{n}', f'{n}', f'no. {n}'])(r.choice([r.randint(100, 9999), r.randint(10000, 999999)])) if r.random() < .8 else [f'{r.choice("ABKXRT")}-{r.randint(100, 99999)}'],
    'tier': lambda r: [r.choice(['basic', 'pro', 'premium', 'enterprise', 'starter', 'business', 'team', 'family', 'student', 'gold', 'silver', 'platinum', 'free', 'standard', 'plus'])],
    'product': lambda r: [r.choice('iPhone 12|iPhone 13|Galaxy S21|Galaxy S22|MacBook Air|MacBook Pro|Kindle|iPad Mini|iPad Pro|PlayStation 4|PlayStation 5|Xbox|coffee machine|washing machine|dishwasher|router|modem|printer|scanner|robot vacuum|thermostat|doorbell camera|smart watch|fitness tracker|headphones|soundbar|monitor|keyboard|mouse|webcam|air fryer|blender|drone X2|drone X3|tablet|e-reader'.split('|'))],
    'when': lambda r: r.choice([['today'], ['tomorrow'], ['this weekend', 'at the weekend'], ['next week'], ['tonight'], ['on Monday'], ['on Friday'], ['this afternoon'], ['tomorrow morning'], ['right now', 'at the moment']]),
    'when2': lambda r: r.choice([['right now', 'now', 'at the moment'], ['today'], ['this year'], ['next year'], ['before earnings'], ['after the split'], ['this week'], ['next month']]),
    'company': _of('company'), 'year': lambda r: [str(r.randint(1990, 2025))], 'count': lambda r: r.choice([['2', 'two'], ['3', 'three'], ['4', 'four'], ['5', 'five'], ['6', 'six'], ['8', 'eight'], ['10', 'ten'], ['12', 'twelve']]),
    'drug': _of('drug'), 'kin': lambda r: [r.choice(['my wife', 'my husband', 'my son', 'my daughter', 'my mother', 'my father', 'my roommate', 'my 5-year-old', 'a baby', 'my boss', 'my dog', 'a friend', 'my employee', 'my grandmother'])],
    'exam': _of('exam'), 'span': lambda r: r.choice([['one week', '7 days', 'a week'], ['two weeks', '14 days', '2 weeks'], ['one month', '30 days', 'a month'], ['three months', '3 months'], ['six months', '6 months', 'half a year'], ['one year', 'a year', '12 months'], ['10 days', 'ten days'], ['two days', '48 hours', '2 days']]),
    'weight': lambda r: (lambda n: [f'{n} kg', f'{n} kilos', f'{n} kilograms'])(r.choice([2, 5, 8, 10, 15, 20, 30])) if r.random() < .6 else (lambda n: [f'{n} pounds', f'{n} lbs'])(r.choice([5, 10, 15, 20, 30, 50])),
    'lang': lambda r: [r.choice('Python|Java|JavaScript|C++|Ruby|PHP|Go|Rust|Swift|Kotlin|R|TypeScript'.split('|'))], 'os': lambda r: [r.choice('Windows|Windows 10|Windows 11|Ubuntu|macOS|Debian|Fedora'.split('|'))],
    'version': lambda r: [f'{r.randint(1, 21)}.{r.randint(0, 12)}'], 'code': lambda r: [r.choice(['404', '403', '500', '502', '503', '429', '401', '0x80070005', '0x80070057', 'E17', 'E24', '1603', '1045', '1062', 'ECONNREFUSED', 'ETIMEDOUT', 'EACCES', 'P0420', 'P0171'])],
    'account': lambda r: [r.choice('savings account|checking account|credit card|brokerage account|joint account|business account|Netflix account|gym membership|library card|retirement account'.split('|'))],
    'currency': lambda r: [r.choice('euros|dollars|pounds|yen|rupees|pesos|Swiss francs|yuan'.split('|'))], 'weekday': _of('weekday'),
    'feature': lambda r: [r.choice('two-factor authentication|dark mode|notifications|automatic backups|location sharing|auto-renewal|read receipts|single sign-on|automatic updates|email alerts|overdraft protection|paperless billing|roaming|parental controls'.split('|'))],
    'resource': lambda r: [r.choice('staging server|production server|billing database|customer database|shared folder|code repository|mail server|finance dashboard|build server|wiki|sales report folder|payment gateway'.split('|'))],
}
SLOTS['place2'], SLOTS['drug2'] = SLOTS['place'], SLOTS['drug']


def read_templates():
    out = []
    for f in sorted(glob.glob(os.path.join(HERE, 'templates', '*.txt'))):
        for line in open(f, encoding='utf-8'):
            line = line.strip(); parts = [x.strip() for x in line[1:].split('|') if x.strip()]
            if line.startswith('='): out.append({'same': parts, 'different': []})
            elif line.startswith('x '): out[-1]['different'] += parts
    return out


def slot_pairs(r, each):
    out = []

    def values(names):
        v = {}
        for n in names:
            while True:
                x = SLOTS[n](r)
                if not any(set(x) & set(y) for y in v.values()): v[n] = x; break
        return v

    def put(t, v):
        t = re.sub(r'\{(\w+)\}', lambda m: r.choice(v[m.group(1)]), t)
        return t[:1].upper() + t[1:]

    for f in read_templates():
        names = sorted(set(re.findall(r'\{(\w+)\}', ' '.join(f['same'] + f['different']))))
        own = sorted(set(re.findall(r'\{(\w+)\}', ' '.join(f['same']))))
        for _ in range(each):
            v = values(names); a, b = r.sample(f['same'], 2) if r.random() < .85 else [r.choice(f['same'])] * 2
            x, y = put(a, v), put(b, v)
            if x != y: out.append((x, y, 1))
            # one slot with another value
            k = r.choice(own); w = dict(v)
            if k + '2' in v and r.random() < .5: w[k], w[k + '2'] = v[k + '2'], v[k]
            else:
                while set(w[k]) & set(v[k]) or any(set(w[k]) & set(v[n]) for n in v if n != k): w[k] = SLOTS[k](r)
            c = r.choice(f['same']); sym = re.search(r'between|together|combine|along with|How far', a + c)
            if w[k] is v.get(k + '2') and sym: continue
            # with the slot itself in both wordings
            if '{%s}' % k in a and '{%s}' % k in c: out.append((x, put(c, w), 0))
            if f['different'] and r.random() < .6: out.append((x, put(r.choice(f['different']), v), 0))
    return out


# ---------- hard negatives and same-intent positives from vectors ----------

def nearest(vec, group, k=6, block=1024):
    """For each row the k nearest rows of another group."""
    group = np.asarray(group); out = []
    for s in range(0, len(vec), block):
        sim = vec[s:s + block] @ vec.T
        sim[group[s:s + block, None] == group[None, :]] = -1
        idx = np.argpartition(-sim, k, axis=1)[:, :k]
        for i in range(len(idx)):
            o = idx[i][np.argsort(-sim[i, idx[i]])]
            out.append([(int(j), float(sim[i, j])) for j in o])
    return out


# Intents whose answer hangs on a name, an amount or a place in the prompt: no positives from these.
VALUE_INTENTS = set('translate calculator exchange_rate measurement_conversion definition spelling weather time timezone distance directions restaurant_reviews restaurant_suggestion restaurant_reservation book_flight book_hotel car_rental reminder_update alarm timer calendar calendar_update recipe ingredient_substitution ingredients_list nutrition_info calories cook_time food_last play_music update_playlist transfer transactions spending_history text make_call schedule_meeting schedule_maintenance meeting_schedule plug_type travel_suggestion travel_alert international_visa vaccines flight_status carry_on gas_type date holiday pto_request todo_list_update shopping_list_update meal_suggestion fun_fact what_song reminder uber traffic mpg smart_home change_user_name change_ai_name how_busy cancel_reservation confirm_reservation accept_reservations order current_location share_location flip_coin roll_dice oos yes no maybe'.split())


def build(data, embed_fn, seed=7, scale=1.0, own_weight=1.0):
    r = random.Random(seed)
    pos, neg, stats = [], [], {}
    n = lambda k: int(k * scale)

    def add(name, items):
        stats[name] = stats.get(name, 0) + len(items)
        for a, b, y in items:
            if len(a) > 400 or len(b) > 400: continue
            if r.random() < .5: a, b = b, a
            (pos if y else neg).append((a, b))

    # own writing
    cp, csay = cluster_pairs(r, each=int(16 * own_weight))
    add('own clusters', cp)
    add('own rewritten', rewritten(read_clusters(), r))
    pp, psay = phrase_pairs(r, per_phrase=int(14 * own_weight))
    add('own phrases', pp)
    add('own slots', slot_pairs(r, each=int(45 * own_weight)))
    own = list(dict.fromkeys([t for t, _, _ in csay])); gid, parent = {}, {}
    for t, g, c in csay: gid.setdefault(t, g); parent.setdefault(t, c)
    if own:
        v = embed_fn(own)
        near = nearest(v, [gid[t] for t in own], k=4)
        # Clusters were written apart: very near texts of two of them may ask the same.
        add('own mined', [(own[i], own[j], 0) for i, ns in enumerate(near) for j, s in ns[:1] if s < (.97 if parent[own[i]] == parent[own[j]] else .85)])

    # Disfl-QA
    dis = rows(data, 'cache_disflqa_train_dev'); r.shuffle(dis)
    orig = list(dict.fromkeys(x['q1'] for x in dis))
    where = {t: i for i, t in enumerate(orig)}
    v = embed_fn(orig); near = nearest(v, np.arange(len(orig)), k=5)
    add('disfl same', [(x['q1'], x['q2'], 1) for x in dis[:n(5500)] if norm(x['q1']) != norm(x['q2'])])
    hard = []
    for x in dis[:n(6000)]:
        c = [(j, s) for j, s in near[where[x['q1']]] if s < .96]
        if not c: continue
        hard.append((r.choice([x['q1'], x['q2'], x['q2']]), orig[r.choice(c[:3])[0]], 0))
    add('disfl mined', hard)
    names = list({m for t in orig for m in re.findall(r"(?<=[a-z,] )[A-Z][a-z]{2,}(?: [A-Z][a-z]+)*", t)})

    # intents
    def intents(name, texts, labels, skip, n_same, n_near, floor):
        v = embed_fn(texts); lab = np.array(labels)
        near = nearest(v, np.unique(lab, return_inverse=True)[1], k=6)
        by = defaultdict(list)
        for i, l in enumerate(labels):
            if l not in skip: by[l].append(i)
        same, keys = [], list(by)
        tries = 0
        while keys and len(same) < n_same and tries < n_same * 30:
            tries += 1
            i, j = r.sample(by[r.choice(keys)], 2)
            s = float(v[i] @ v[j])
            if s >= floor and re.findall(r'\d+', texts[i]) == re.findall(r'\d+', texts[j]) and norm(texts[i]) != norm(texts[j]): same.append((texts[i], texts[j], 1))
        add(name + ' same', same)
        idx = r.sample(range(len(texts)), min(len(texts), n_near))
        idx.sort(key=lambda i: -near[i][0][1])
        add(name + ' mined', [(texts[i], texts[r.choice(near[i][:4])[0]], 0) for i in idx])

    cl = [x for x in rows(data, 'intents_clinc150_train_valid_oos')]
    intents('clinc', [x['text'] for x in cl], [x['label'] if x['label'] != 'oos' else 'oos%d' % i for i, x in enumerate(cl)], VALUE_INTENTS | {'oos%d' % i for i in range(len(cl))}, n(4500), n(5000), .72)
    bk = rows(data, 'intents_banking77_train_valid'); bk = list({x['text']: x for x in bk}.values())
    intents('banking', [x['text'] for x in bk], [x['label'] for x in bk], set(), n(4000), n(5000), .78)
    sn = rows(data, 'intents_snips'); sn = list({x['text']: x for x in sn}.values()); r.shuffle(sn); sn = sn[:6000]
    st = [x['text'] for x in sn]; v = embed_fn(st); near = nearest(v, np.arange(len(st)), k=4)
    add('snips mined', [(st[i], st[r.choice(near[i])[0]], 0) for i in range(n(2500)) if near[i][0][1] < .95])
    mk = rows(data, 'cache_gptcache_mock999')
    m1 = [x['q1'] for x in mk]; v = embed_fn(m1); near = nearest(v, np.arange(len(m1)), k=4)
    add('mock same', [(x['q1'], x['q2'], 1) for x in mk])
    add('mock mined', [(mk[i]['q2'], m1[r.choice(near[i][:3])[0]], 0) for i in range(len(mk)) if near[i][0][1] < .93])

    # surface noise on all, and perturbation of all
    base = orig + [x['text'] for x in cl] + [x['text'] for x in bk] + st
    ownbase = own + psay
    pick = lambda k: [r.choice(ownbase) if ownbase and r.random() < .5 else r.choice(base) for _ in range(k)]
    add('noise', [(noise(t, r, False) if r.random() < .3 else t, noise(t, r), 1) for t in pick(n(7000))])
    out = []
    for t in [r.choice(ownbase) if ownbase and r.random() < .4 else r.choice(orig) if r.random() < .6 else r.choice(base) for _ in range(n(16000))]:
        p = perturb(t, r, names)
        if p: out.append((*p, 0))
    # paraphrased as well as perturbed: the model must look for the changed word, not for surface change
    r.shuffle(out)
    out = [(a, noise(b, r) if i % 3 == 0 else b, 0) for i, (a, b, _) in enumerate(out)]
    add('perturbed', out)
    # true paraphrase of own clusters, one side perturbed
    mix = []
    for a, b, y in r.sample(cp, min(len(cp), n(6000))) + r.sample(pp, min(len(pp), n(4000))):
        if y:
            p = perturb(b, r, names)
            if p and p[0] == b and norm(p[1]) != norm(a): mix.append((a, p[1], 0))
            elif r.random() < .3: mix.append((noise(a, r), b, 1))
    add('own perturbed', mix)
    pos = list(dict.fromkeys(pos)); neg = list(dict.fromkeys(neg))
    seen = {frozenset((norm(a), norm(b))) for a, b in pos}
    neg = [(a, b) for a, b in neg if frozenset((norm(a), norm(b))) not in seen and norm(a) != norm(b)]
    return pos, neg, stats
