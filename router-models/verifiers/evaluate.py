"""Measures a trained verifier (torch) on the development files. Nothing here is used for training.

    python evaluate.py --data DIR --run RUN [--scores DIR]
"""
import tempfile
import argparse, json, os, random
import numpy as np
import torch
import model as M
import pairs as P
import train as T


def rows(folder, name):
    return [json.loads(x) for x in open(os.path.join(folder, name + '.jsonl'), encoding='utf-8')]


def recall_at(score, y, fhr):
    """The highest recall whose false-hit rate (wrong hits / different pairs) stays within fhr."""
    o = np.argsort(-score); fp = np.cumsum(y[o] == 0) / (y == 0).sum(); tp = np.cumsum(y[o] == 1) / (y == 1).sum()
    ok = np.where(fp <= fhr)[0]
    return float(tp[ok[-1]]) if len(ok) else 0.0


def main():
    ap = argparse.ArgumentParser(); ap.add_argument('--data', required=True); ap.add_argument('--run', required=True); ap.add_argument('--scores'); ap.add_argument('--threads', type=int, default=2)
    ap.add_argument('--n', type=int, default=10000)
    a = ap.parse_args(); torch.set_num_threads(a.threads)
    folder = T.weights_folder(); tok = T.tokenizer(folder, 80); plain = T.tokenizer(folder)
    base = M.from_embedder(folder); net = M.from_embedder(folder)
    net.load_state_dict(torch.load(os.path.join(a.run, 'verifier.pt')))
    qqp = rows(a.data, 'cache_gptcache_qqp_dev'); qqp = random.Random(42).sample(list(enumerate(qqp)), a.n)
    fin = list(enumerate(rows(a.data, 'cache_adversarial_finance32'))); dis = random.Random(42).sample(list(enumerate(rows(a.data, 'cache_disflqa_train_dev'))), 2000)
    res = {}
    held = [{'q1': a, 'q2': b, 'label': y} for c in P.read_clusters(held=True) for a, b, y in
            [(a, b, 1) for i, a in enumerate(c['same']) for b in c['same'][i + 1:]] + [(a, b, 0) for a in c['same'] for b in c['different']]]
    for name, part in (('qqp', qqp), ('finance32', fin), ('disfl', dis), ('own-held-out', list(enumerate(held)))):
        x = [r for _, r in part]
        cache = os.path.join(tempfile.gettempdir(), f'cos-{name}-{len(x)}.npy')
        if os.path.exists(cache): cos = np.load(cache)
        else:
            va, vb = M.embed(base, plain, [r['q1'] for r in x]), M.embed(base, plain, [r['q2'] for r in x]); cos = (va * vb).sum(1); np.save(cache, cos)
        z = T.score(net, tok, [(r['q1'], r['q2']) for r in x]); y = np.array([r['label'] for r in x])
        if a.scores:
            os.makedirs(a.scores, exist_ok=True)
            with open(os.path.join(a.scores, name + '.jsonl'), 'w') as f:
                for (i, r), c, l in zip(part, cos, z): f.write(json.dumps({'id': i, 'cosine': round(float(c), 5), 'logit': round(float(l), 4), 'label': r['label']}) + '\n')
        res[name] = (cos, z, y)
    cos, z, y = res['qqp']
    out = {'qqp recall at .02: cosine': recall_at(cos, y, .02), 'logit': recall_at(z, y, .02)}
    best = None
    for w in (.05, .1, .15, .2, .3, .5, .8):
        s = 10 * cos + w * z; v = recall_at(s, y, .02); out[f'10cos+{w}z'] = v
        if best is None or v > best[0]: best = (v, w)
    w = best[1]; s = 10 * cos + w * z; o = np.argsort(-s); fp = np.cumsum(y[o] == 0) / (y == 0).sum(); th = s[o[np.where(fp <= .02)[0][-1]]]
    for f in (.01, .015, .03, .05): out[f'best@{f}'] = recall_at(s, y, f)
    c, zz, _ = res['finance32']; out['finance wrong at that threshold'] = int((10 * c + w * zz >= th).sum())
    out['finance logit max'] = float(zz.max()); out['threshold'] = float(th)
    c, zz, _ = res['disfl']; out['disfl recall'] = float((10 * c + w * zz >= th).mean())
    c, zz, yy = res['own-held-out']; s = 10 * c + w * zz
    out['own held-out: recall, false hits at that threshold'] = f'{(s[yy == 1] >= th).mean():.3f} {(s[yy == 0] >= th).mean():.3f} of {(yy == 1).sum()} and {(yy == 0).sum()}'
    out['own held-out recall at .02: cosine, logit, both'] = f'{recall_at(c, yy, .02):.3f} {recall_at(zz, yy, .02):.3f} {recall_at(s, yy, .02):.3f}'
    for k, v in out.items(): print(f'{k}: {v:.4f}' if isinstance(v, float) else f'{k}: {v}')


if __name__ == '__main__':
    main()
