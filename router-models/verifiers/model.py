"""The verifier network in plain torch: a BERT encoder reads both prompts at once, a small head says whether one answer serves both.

The head compares the two prompts (means over the tokens of each) and reads [CLS]; it starts from weights of a sentence
embedder, so the comparison is useful from the first step on.
"""
import json, os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import load_file


class Layer(nn.Module):
    def __init__(self, d, heads, inner):
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.o = (nn.Linear(d, d) for _ in range(4))
        self.ln1, self.ln2 = nn.LayerNorm(d, eps=1e-12), nn.LayerNorm(d, eps=1e-12)
        self.up, self.down = nn.Linear(d, inner), nn.Linear(inner, d)

    def forward(self, x, mask):
        # Written out: on a CPU in bfloat16 this is several times faster than the fused attention.
        b, t, d = x.shape
        split = lambda y: y.view(b, t, self.heads, d // self.heads).transpose(1, 2)
        q, k, v = split(self.q(x)), split(self.k(x)), split(self.v(x))
        w = torch.softmax((q @ k.transpose(-1, -2)) * (d // self.heads) ** -0.5 + mask, -1).to(v.dtype)
        x = self.ln1(x + self.o((w @ v).transpose(1, 2).reshape(b, t, d)))
        return self.ln2(x + self.down(F.gelu(self.up(x))))


class Verifier(nn.Module):
    def __init__(self, cfg, dropout=0.1):
        super().__init__()
        d = cfg['hidden_size']
        self.cfg, self.p = cfg, dropout
        self.word = nn.Embedding(cfg['vocab_size'], d)
        self.pos = nn.Embedding(cfg['max_position_embeddings'], d)
        self.segment = nn.Embedding(cfg['type_vocab_size'], d)
        self.ln = nn.LayerNorm(d, eps=1e-12)
        self.layers = nn.ModuleList(Layer(d, cfg['num_attention_heads'], cfg['intermediate_size']) for _ in range(cfg['num_hidden_layers']))
        self.dense = nn.Linear(3 * d, d)
        self.out = nn.Linear(d, 1)

    def encode(self, ids, mask, types):
        t = ids.shape[1]
        x = self.ln(self.word(ids) + self.pos.weight[:t] + self.segment(types))
        x = F.dropout(x, self.p if self.training else 0.0)
        m = torch.zeros(mask.shape, dtype=x.dtype, device=x.device).masked_fill(mask == 0, -1e4)[:, None, None, :]
        if torch.is_autocast_enabled('cpu'):
            x, m = x.to(torch.bfloat16), m.to(torch.bfloat16)
        for layer in self.layers:
            x = layer(x, m)
        return x

    def forward(self, ids, mask, types):
        x = self.encode(ids, mask, types)
        wb = (mask * types).to(x.dtype).unsqueeze(-1)
        wa = mask.to(x.dtype).unsqueeze(-1) - wb
        a = (x * wa).sum(1) / wa.sum(1)
        b = (x * wb).sum(1) / wb.sum(1).clamp(min=1)
        h = torch.tanh(self.dense(torch.cat([x[:, 0], (a - b).abs(), a * b], 1)))
        return self.out(F.dropout(h, self.p if self.training else 0.0)).squeeze(-1).float()


def from_embedder(folder, dropout=0.1):
    cfg = json.load(open(os.path.join(folder, 'config.json')))
    w = load_file(os.path.join(folder, 'model.safetensors'))
    w = {k.removeprefix('bert.'): v.float() for k, v in w.items()}
    m = Verifier(cfg, dropout)
    names = {'word.weight': 'embeddings.word_embeddings.weight', 'pos.weight': 'embeddings.position_embeddings.weight',
             'segment.weight': 'embeddings.token_type_embeddings.weight', 'ln.weight': 'embeddings.LayerNorm.weight', 'ln.bias': 'embeddings.LayerNorm.bias'}
    part = {'q': 'attention.self.query', 'k': 'attention.self.key', 'v': 'attention.self.value', 'o': 'attention.output.dense',
            'ln1': 'attention.output.LayerNorm', 'up': 'intermediate.dense', 'down': 'output.dense', 'ln2': 'output.LayerNorm'}
    for i in range(cfg['num_hidden_layers']):
        for mine, theirs in part.items():
            for k in ('weight', 'bias'):
                names[f'layers.{i}.{mine}.{k}'] = f'encoder.layer.{i}.{theirs}.{k}'
    state = {mine: w[theirs] for mine, theirs in names.items()}
    missing, unexpected = m.load_state_dict(state, strict=False)
    assert not unexpected and all(k.split('.')[0] in ('dense', 'out') for k in missing), (missing, unexpected)
    return m


def embed(model, tok, texts, size=64, max_len=64, bf16=True):
    """Sentence vectors of the untouched embedder: mean over tokens, normalised."""
    model.eval()
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    out = np.zeros((len(texts), model.cfg['hidden_size']), np.float32)
    with torch.no_grad(), torch.autocast('cpu', torch.bfloat16, enabled=bf16):
        for s in range(0, len(order), size):
            part = order[s:s + size]
            enc = [tok.encode(texts[i]).ids[:max_len] for i in part]
            n = max(map(len, enc))
            ids = torch.zeros(len(enc), n, dtype=torch.long); mask = torch.zeros(len(enc), n, dtype=torch.long)
            for r, e in enumerate(enc):
                ids[r, :len(e)] = torch.tensor(e); mask[r, :len(e)] = 1
            x = model.encode(ids, mask, torch.zeros_like(ids)).float()
            w = mask.unsqueeze(-1).float()
            out[part] = F.normalize((x * w).sum(1) / w.sum(1), dim=1).numpy()
    return out
