#!/usr/bin/env python3
"""Turn the weights of a BERT-style sentence embedder into a folder that Pointsman loads.

    python export.py --source DIR --output DIR [--precision int8|fp32]

--source is a folder with model.safetensors, config.json, tokenizer.json and
tokenizer_config.json, as sentence-transformers writes it. The output folder gets
config.json, tokenizer.json, tokenizer_config.json, onnx/model_quantized.onnx (or
onnx/model.onnx in fp32) and pointsman.json, a manifest with the sha256 of each of them.
The same source and the same library versions (requirements.txt) give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file

from bert_graph import INPUT_NAMES, BertShape, Float32Linear, GraphBuilder, Int8Linear, build_bert_encoder

PRECISIONS = {
    "int8": ("onnx/model_quantized.onnx", "int8-dynamic-per-channel", Int8Linear),
    "fp32": ("onnx/model.onnx", "none", Float32Linear),
}


def read_json(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def write_json(path: Path, value: dict, indent: int | None = 2) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=indent) + "\n", encoding="utf-8")


def build_model(source: Path, precision: str) -> onnx.ModelProto:
    """The checked ONNX model of the weights in `source`."""
    config = read_json(source / "config.json")
    weights = load_file(source / "model.safetensors")
    graph = GraphBuilder(PRECISIONS[precision][2]())
    hidden = build_bert_encoder(graph, weights, BertShape.from_config(config))
    model = graph.to_model("bert", {"last_hidden_state": (hidden, ["batch", "sequence", config["hidden_size"]])})
    onnx.checker.check_model(model)
    return model


def check_runs(path: Path) -> None:
    """Loads the model and runs two texts of different length. Fails unless padding changes nothing."""
    session = onnxruntime.InferenceSession(path.as_posix(), providers=["CPUExecutionProvider"])

    def run(ids: list[list[int]], mask: list[list[int]]) -> np.ndarray:
        arrays = (np.array(ids, np.int64), np.array(mask, np.int64), np.zeros((len(ids), len(ids[0])), np.int64))
        return session.run(None, dict(zip(INPUT_NAMES, arrays)))[0]

    alone = run([[101, 7592, 102]], [[1, 1, 1]])
    padded = run([[101, 7592, 102, 0, 0], [101, 2088, 2003, 2307, 102]], [[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]])
    if not np.isfinite(padded).all() or np.abs(alone[0] - padded[0, :3]).max() > 1e-4:
        raise SystemExit(f"{path}: the output of a text depends on its batch")


def write_tokenizer(source: Path, output: Path, max_tokens: int) -> None:
    """The tokenizer with its window set to max_tokens, and without fixed padding."""
    tokenizer = read_json(source / "tokenizer.json")
    tokenizer["truncation"] = {"max_length": max_tokens, "strategy": "LongestFirst", "stride": 0}
    tokenizer["padding"] = None
    write_json(output / "tokenizer.json", tokenizer, indent=None)
    write_json(
        output / "tokenizer_config.json",
        {**read_json(source / "tokenizer_config.json"), "model_max_length": max_tokens},
    )


def write_manifest(output: Path, model_file: str, args: argparse.Namespace) -> None:
    """pointsman.json. The revision is a digest of the files, so it changes with any of them."""
    paths = ["config.json", model_file, "tokenizer.json", "tokenizer_config.json"]
    digests = {path: hashlib.sha256((output / path).read_bytes()).hexdigest() for path in paths}
    listing = "".join(f"{digest}  {path}\n" for path, digest in digests.items())
    write_json(
        output / "pointsman.json",
        {
            "name": args.name,
            "revision": hashlib.sha256(listing.encode()).hexdigest()[:16],
            "dimensions": read_json(output / "config.json")["hidden_size"],
            "maxTokens": args.max_tokens,
            "pooling": "mean",
            "normalize": True,
            "quantization": PRECISIONS[args.precision][1],
            "prefix": args.prefix,
            "files": digests,
        },
    )


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, required=True, help="folder with the safetensors weights")
    parser.add_argument("--output", type=Path, required=True, help="folder to write; made if it is absent")
    parser.add_argument("--precision", choices=sorted(PRECISIONS), default="int8")
    parser.add_argument("--name", default="all-minilm-l6-v2", help="the name in the manifest (default: %(default)s)")
    parser.add_argument("--max-tokens", type=int, default=256, help="window in tokens (default: %(default)s)")
    parser.add_argument("--prefix", default="", help="text to put before each input (default: none)")
    return parser.parse_args()


def main() -> None:
    args = parse_arguments()
    model_file = PRECISIONS[args.precision][0]
    path = args.output / model_file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(build_model(args.source, args.precision).SerializeToString(deterministic=True))
    check_runs(path)
    write_json(args.output / "config.json", read_json(args.source / "config.json"))
    write_tokenizer(args.source, args.output, args.max_tokens)
    write_manifest(args.output, model_file, args)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
