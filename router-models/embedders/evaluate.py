#!/usr/bin/env python3
"""Measure an exported embedder: rank correlation with human similarity scores, and time.

    python evaluate.py --embedder DIR [--pairs FILE]

FILE is JSON lines with q1, q2 and score, for example the test split of STS-B. The figure is
Spearman's correlation between score and the cosine of the mean-pooled vectors. It is taken
twice, one text at a time and in batches of 32, to show that batching changes nothing.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import onnxruntime
from scipy.stats import spearmanr
from tokenizers import Tokenizer

from bert_graph import INPUT_NAMES

SHAPES = ((1, 16), (1, 64), (1, 250), (8, 16), (8, 64))


def run(session: onnxruntime.InferenceSession, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
    return session.run(None, dict(zip(INPUT_NAMES, (ids, mask, np.zeros_like(ids)))))[0]


def embed(session: onnxruntime.InferenceSession, texts: list[list[int]], batch_size: int) -> np.ndarray:
    """Mean-pooled unit vectors, in the order of texts. Batches are formed by length."""
    order = np.argsort([len(ids) for ids in texts], kind="stable")
    vectors: dict[int, np.ndarray] = {}
    for start in range(0, len(texts), batch_size):
        members = order[start : start + batch_size]
        mask = np.zeros((len(members), max(len(texts[m]) for m in members)), np.int64)
        ids = mask.copy()
        for row, member in enumerate(members):
            ids[row, : len(texts[member])] = texts[member]
            mask[row, : len(texts[member])] = 1
        hidden = run(session, ids, mask)
        pooled = (hidden * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        vectors.update(zip(members.tolist(), pooled / np.linalg.norm(pooled, axis=1, keepdims=True)))
    return np.stack([vectors[i] for i in range(len(texts))])


def measure_quality(session: onnxruntime.InferenceSession, tokenizer: Tokenizer, pairs: Path) -> None:
    rows = [json.loads(line) for line in pairs.read_text(encoding="utf-8").splitlines()]
    texts = [e.ids for e in tokenizer.encode_batch([r["q1"] for r in rows] + [r["q2"] for r in rows])]
    scores = [r["score"] for r in rows]
    for batch_size in (1, 32):
        left, right = np.split(embed(session, texts, batch_size), 2)
        print(f"spearman, batches of {batch_size}: {spearmanr((left * right).sum(axis=1), scores)[0]:.4f}")


def measure_time(session: onnxruntime.InferenceSession) -> None:
    random = np.random.default_rng(0)
    for batch, length in SHAPES:
        ids = random.integers(1000, 30000, (batch, length)).astype(np.int64)
        times = []
        for _ in range(60):
            start = time.perf_counter()
            run(session, ids, np.ones_like(ids))
            times.append((time.perf_counter() - start) * 1e3)
        print(f"{batch} x {length} tokens: {np.median(times[10:]):.2f} ms (median)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--embedder", type=Path, required=True, help="folder that export.py wrote")
    parser.add_argument("--pairs", type=Path, help="JSON lines with q1, q2, score")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = args.threads
    model = next((args.embedder / "onnx").glob("*.onnx"))
    session = onnxruntime.InferenceSession(model.as_posix(), options, providers=["CPUExecutionProvider"])
    measure_time(session)
    if args.pairs:
        measure_quality(session, Tokenizer.from_file((args.embedder / "tokenizer.json").as_posix()), args.pairs)


if __name__ == "__main__":
    main()
