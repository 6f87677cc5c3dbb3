"""Looks at the exported int8 model through onnxruntime: python measure.py --data DIR --model DIR --scores DIR

Writes one scores file per measuring set (id, cosine, logit, label) and prints recall at given false-hit rates for combinations of
10 x cosine and the logit, one way and as the mean of both orders. Measuring only.
"""
import tempfile
import argparse, json, os, random
import numpy as np
import torch
import evaluate as E
import model as M
import pairs as P
import train as T
from check_export import onnx_scores


def main():
    ap = argparse.ArgumentParser(description=__doc__); ap.add_argument('--data', required=True); ap.add_argument('--model', required=True); ap.add_argument('--scores', required=True); ap.add_argument('--both', action='store_true')
    a = ap.parse_args(); os.makedirs(a.scores, exist_ok=True); torch.set_num_threads(2)
    folder = T.weights_folder(); base, plain = M.from_embedder(folder), T.tokenizer(folder)
    held = [{'q1': x, 'q2': y, 'label': l} for c in P.read_clusters(held=True) for x, y, l in
            [(x, y, 1) for i, x in enumerate(c['same']) for y in c['same'][i + 1:]] + [(x, y, 0) for x in c['same'] for y in c['different']]]
    sets = {'qqp': random.Random(42).sample(list(enumerate(E.rows(a.data, 'cache_gptcache_qqp_dev'))), 10000), 'finance32': list(enumerate(E.rows(a.data, 'cache_adversarial_finance32'))),
            'disfl': random.Random(42).sample(list(enumerate(E.rows(a.data, 'cache_disflqa_train_dev'))), 2000), 'own-held-out': list(enumerate(held))}
    th = None
    for name, part in sets.items():
        x = [r for _, r in part]; y = np.array([r['label'] for r in x])
        cache = os.path.join(tempfile.gettempdir(), f'cos-{name}-{len(x)}.npy')
        cos = np.load(cache) if os.path.exists(cache) else (M.embed(base, plain, [r['q1'] for r in x]) * M.embed(base, plain, [r['q2'] for r in x])).sum(1)
        z, _ = onnx_scores(a.model, [(r['q1'], r['q2']) for r in x]); back = None
        if a.both: back, _ = onnx_scores(a.model, [(r['q2'], r['q1']) for r in x])
        with open(os.path.join(a.scores, name + '.jsonl'), 'w') as f:
            for k, (i, r) in enumerate(part):
                row = {'id': i, 'cosine': round(float(cos[k]), 5), 'logit': round(float(z[k]), 4), 'label': r['label']}
                if back is not None: row['logitReversed'] = round(float(back[k]), 4)
                f.write(json.dumps(row) + '\n')
        for kind, v in (('one order', z), ('mean of both', None if back is None else (z + back) / 2), ('lower of both', None if back is None else np.minimum(z, back))):
            if v is None: continue
            if name in ('qqp', 'own-held-out'):
                print(name, kind, 'n', len(y), 'same', int(y.sum()))
                for f in (.005, .01, .015, .02, .03):
                    print(f'  at {f}: cosine {E.recall_at(cos, y, f):.3f} logit {E.recall_at(v, y, f):.3f} ' + ' '.join(f'10cos+{w}z {E.recall_at(10 * cos + w * v, y, f):.3f}' for w in (.1, .15, .2, .3, .5, .8)))
            elif name == 'finance32': print(name, kind, 'logits', np.sort(v)[::-1][:8].round(2), 'cosines of those', cos[np.argsort(-v)][:8].round(3))
            else: print(name, kind, 'logit quantiles', np.quantile(v, [.05, .25, .5, .75]).round(2))


if __name__ == '__main__':
    main()
