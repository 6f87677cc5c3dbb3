"""Compares an exported folder with the torch weights it came from, and times it: python check_export.py --data DIR --run RUN --model DIR"""
import argparse, json, os, time
from pathlib import Path
import numpy as np
import onnxruntime as ort
import torch
import model as M
import train as T
import evaluate as E


def onnx_scores(folder, pairs, threads=2, batch=32):
    so = ort.SessionOptions(); so.intra_op_num_threads = threads; so.add_session_config_entry('session.intra_op.allow_spinning', '0')
    files = json.load(open(os.path.join(folder, 'pointsman.json')))['files']
    s = ort.InferenceSession(os.path.join(folder, next(f for f in files if f.endswith('.onnx'))), so, providers=['CPUExecutionProvider'])
    tok = T.tokenizer(folder, 128)
    encs = tok.encode_batch(pairs); order = sorted(range(len(encs)), key=lambda i: len(encs[i].ids)); out = np.zeros(len(encs), np.float32)
    for k in range(0, len(order), batch):
        part = order[k:k + batch]; ids, mask, types = (t.numpy() for t in T.collate([encs[i] for i in part]))
        out[part] = s.run(None, {'input_ids': ids, 'attention_mask': mask, 'token_type_ids': types})[0][:, 0]
    return out, s


def main():
    ap = argparse.ArgumentParser(description=__doc__); ap.add_argument('--data', required=True); ap.add_argument('--run', required=True); ap.add_argument('--model', required=True); ap.add_argument('--n', type=int, default=1500)
    a = ap.parse_args(); torch.set_num_threads(2)
    rows = E.rows(a.data, 'cache_gptcache_qqp_dev')[:a.n]; pairs = [(r['q1'], r['q2']) for r in rows]
    net = M.from_embedder(T.weights_folder()); net.load_state_dict(torch.load(os.path.join(a.run, 'verifier.pt')))
    ref = T.score(net, T.tokenizer(T.weights_folder(), 128), pairs, bf16=False)
    got, s = onnx_scores(a.model, pairs)
    print(f'logit: correlation {np.corrcoef(ref, got)[0, 1]:.5f}, mean difference {np.abs(ref - got).mean():.4f}, largest {np.abs(ref - got).max():.3f}, same side of 0 {((ref > 0) == (got > 0)).mean():.4f}')
    for n in (16, 32, 64, 96):
        x = {'input_ids': np.random.randint(1000, 20000, (1, n)), 'attention_mask': np.ones((1, n), np.int64), 'token_type_ids': np.concatenate([np.zeros((1, n // 2), np.int64), np.ones((1, n - n // 2), np.int64)], 1)}
        t = []
        for _ in range(60):
            t0 = time.perf_counter(); s.run(None, x); t.append(time.perf_counter() - t0)
        print(f'{n} tokens: p50 {np.median(t) * 1e3:.2f} ms')


if __name__ == '__main__':
    main()
