"""Writes a trained verifier as an int8 ONNX folder that Pointsman loads.

    python export.py --run RUN --output DIR [--precision int8|fp32]

RUN is the output folder of train.py. The graph has the inputs input_ids, attention_mask and token_type_ids (0 for the first
prompt, 1 for the second) and one output, logits [batch, 1]: above 0 means that one answer more likely serves both prompts.
The encoder comes from ../embedders/bert_graph.py.
"""
import argparse, hashlib, json, os, sys
from pathlib import Path
import numpy as np
import onnx
import torch

sys.path.append(str(Path(__file__).resolve().parent.parent / 'embedders'))
from bert_graph import BertShape, Float32Linear, GraphBuilder, Int8Linear, Dense, build_bert_encoder  # noqa: E402
from onnx import TensorProto  # noqa: E402
import train as T  # noqa: E402

PRECISION = {'int8': ('onnx/model_quantized.onnx', 'int8-dynamic-per-channel', Int8Linear), 'fp32': ('onnx/model.onnx', 'none', Float32Linear)}
TABLES = {'word.weight': 'embeddings.word_embeddings.weight', 'pos.weight': 'embeddings.position_embeddings.weight', 'segment.weight': 'embeddings.token_type_embeddings.weight',
          'ln.weight': 'embeddings.LayerNorm.weight', 'ln.bias': 'embeddings.LayerNorm.bias'}
PARTS = {'q': 'attention.self.query', 'k': 'attention.self.key', 'v': 'attention.self.value', 'o': 'attention.output.dense', 'ln1': 'attention.output.LayerNorm',
         'up': 'intermediate.dense', 'down': 'output.dense', 'ln2': 'output.LayerNorm'}


def bert_names(state):
    out = {}
    for k, v in state.items():
        a = v.detach().float().numpy()
        if k in TABLES: out[TABLES[k]] = a
        elif k.startswith('layers.'):
            _, i, part, kind = k.split('.'); out[f'encoder.layer.{i}.{PARTS[part]}.{kind}'] = a
        else: out[k] = a
    return out


def head(g, w, hidden):
    """[CLS], |a - b| and a * b of the two prompts' token means, through two linear maps (float32)."""
    n, c, lin = g.node, g.constant, Float32Linear()
    mask = n('Cast', ['attention_mask'], 'head.mask', to=TensorProto.FLOAT)
    second = n('Mul', [mask, n('Cast', ['token_type_ids'], 'head.types', to=TensorProto.FLOAT)], 'head.second')
    first = n('Sub', [mask, second], 'head.first')
    axes, floor = c('head.axes', np.array([1], np.int64)), c('head.floor', np.float32(1))

    def mean(weight, name):
        row = n('Unsqueeze', [weight, axes], f'{name}.row')
        total = n('Squeeze', [n('MatMul', [row, hidden], f'{name}.total'), axes], f'{name}.sum')
        count = n('Max', [n('ReduceSum', [weight, axes], f'{name}.count', keepdims=1), floor], f'{name}.atleast')
        return n('Div', [total, count], f'{name}.mean')

    a, b = mean(first, 'head.a'), mean(second, 'head.b')
    cls = n('Gather', [hidden, c('head.zero', np.int64(0))], 'head.cls', axis=1)
    joined = n('Concat', [cls, n('Abs', [n('Sub', [a, b], 'head.sub')], 'head.abs'), n('Mul', [a, b], 'head.mul')], 'head.joined', axis=-1)
    mid = n('Tanh', [lin.add(g, joined, Dense(w['dense.weight'].T, w['dense.bias']), 'head.dense')], 'head.tanh')
    return lin.add(g, mid, Dense(w['out.weight'].T, w['out.bias']), 'head.out')


def write_json(path, value, indent=2):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=indent) + '\n', encoding='utf-8')


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--run', type=Path, required=True); ap.add_argument('--output', type=Path, required=True)
    ap.add_argument('--precision', choices=sorted(PRECISION), default='int8'); ap.add_argument('--name', default='pair-minilm-l6'); ap.add_argument('--max-tokens', type=int, default=128)
    a = ap.parse_args()
    source = Path(T.weights_folder()); config = json.loads((source / 'config.json').read_text())
    file, quant, linear = PRECISION[a.precision]
    weights = bert_names(torch.load(a.run / 'verifier.pt', map_location='cpu'))
    g = GraphBuilder(linear())
    hidden = build_bert_encoder(g, weights, BertShape.from_config(config))
    net = g.to_model('verifier', {'logits': (head(g, weights, hidden), ['batch', 1])})
    onnx.checker.check_model(net)
    path = a.output / file; path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(net.SerializeToString(deterministic=True))
    config.update(architectures=['BertForSequenceClassification'], num_labels=1, id2label={'0': 'SAME_ANSWER'}, label2id={'SAME_ANSWER': 0}); config.pop('_name_or_path', None)
    write_json(a.output / 'config.json', config)
    tok = json.loads((source / 'tokenizer.json').read_text())
    tok['truncation'] = {'max_length': a.max_tokens, 'strategy': 'LongestFirst', 'stride': 0}; tok['padding'] = None
    write_json(a.output / 'tokenizer.json', tok, None)
    write_json(a.output / 'tokenizer_config.json', {**json.loads((source / 'tokenizer_config.json').read_text()), 'model_max_length': a.max_tokens})
    names = ['config.json', file, 'tokenizer.json', 'tokenizer_config.json']
    files = {n: hashlib.sha256((a.output / n).read_bytes()).hexdigest() for n in names}
    write_json(a.output / 'pointsman.json', {'name': a.name, 'kind': 'verifier', 'revision': hashlib.sha256(''.join(f'{d}  {n}\n' for n, d in files.items()).encode()).hexdigest()[:16],
                                             'maxTokens': a.max_tokens, 'output': 'logits', 'quantization': quant, 'files': files})
    print(f'{path}: {path.stat().st_size / 1e6:.1f} MB')


if __name__ == '__main__':
    main()
