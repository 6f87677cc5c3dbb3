"""Build the ONNX graph of a BERT-style encoder from its weights, in float32 or int8.

The graph is built node by node with onnx.helper: no torch and no tracing. It has

    inputs   input_ids, attention_mask, token_type_ids    int64  [batch, sequence]

and uses opset 17 and IR version 8, which onnxruntime 1.14 and later load. The int8
form also uses MatMulIntegerToFloat, an operator that every onnxruntime carries.

A sentence embedder is the body alone. A cross-encoder is the same body with a head:

    graph = GraphBuilder(Int8Linear())
    hidden = build_bert_encoder(graph, weights, BertShape.from_config(config))
    logits = build_classifier(graph, weights, build_pooler(graph, weights, hidden))
    model = graph.to_model("name", {"logits": (logits, ["batch", config["num_labels"]])})
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, NamedTuple, Protocol

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8
CONTRIB_DOMAIN = "com.microsoft"
INPUT_NAMES = ("input_ids", "attention_mask", "token_type_ids")
# Added to the score of a masked position: its softmax weight is then exactly 0 in float32.
MASKED_SCORE = -10000.0
# GELU never goes below this (its minimum is -0.16997, at -0.7518).
GELU_MINIMUM = -0.17

Weights = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class BertShape:
    """The numbers of a BERT body that its weights do not tell."""

    layers: int
    heads: int
    layer_norm_epsilon: float = 1e-12

    @staticmethod
    def from_config(config: Mapping) -> "BertShape":
        """Reads a Hugging Face config.json. Refuses what the graph does not implement."""
        for key, wanted in (("model_type", "bert"), ("hidden_act", "gelu")):
            if config.get(key) != wanted:
                raise ValueError(f'config.json: {key} is "{config.get(key)}", only "{wanted}" is supported')
        if config.get("position_embedding_type", "absolute") != "absolute":
            raise ValueError("config.json: only absolute position embeddings are supported")
        return BertShape(
            layers=config["num_hidden_layers"],
            heads=config["num_attention_heads"],
            layer_norm_epsilon=config["layer_norm_eps"],
        )


class GraphBuilder:
    """Collects nodes and initializers. Every method that adds a node returns the name of its output."""

    def __init__(self, linear: "Linear") -> None:
        self.linear_kind = linear
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: dict[str, onnx.TensorProto] = {}
        self.uses_contrib = False

    def constant(self, name: str, value: np.ndarray) -> str:
        """Adds an initializer; a name that is already there is reused."""
        if name not in self.initializers:
            self.initializers[name] = numpy_helper.from_array(np.asarray(value, order="C"), name)
        return name

    def node(self, operator: str, inputs: list[str], name: str, domain: str = "", **attributes) -> str:
        """Adds a node with one output."""
        return self.nodes_out(operator, inputs, [name], domain, **attributes)[0]

    def nodes_out(
        self, operator: str, inputs: list[str], outputs: list[str], domain: str = "", **attributes
    ) -> list[str]:
        """Adds a node with several outputs."""
        self.uses_contrib |= domain == CONTRIB_DOMAIN
        self.nodes.append(
            helper.make_node(operator, inputs, outputs, name=f"{outputs[0]}/{operator}", domain=domain, **attributes)
        )
        return outputs

    def linear(self, value: str, dense: Dense, name: str, minimum: float | None = None) -> str:
        """value @ weight + bias, in the precision that this builder was given.

        minimum: a value that no element of `value` is below, when one is known.
        """
        return self.linear_kind.add(self, value, dense, name, minimum)

    def table_rows(self, ids: str, table: np.ndarray, name: str) -> str:
        """Rows of an embedding table by id, in the precision that this builder was given."""
        return self.linear_kind.add_table(self, ids, table, name)

    def layer_norm(self, value: str, weights: Weights, prefix: str, epsilon: float) -> str:
        scale = self.constant(f"{prefix}.weight", weights[f"{prefix}.weight"])
        bias = self.constant(f"{prefix}.bias", weights[f"{prefix}.bias"])
        return self.node("LayerNormalization", [value, scale, bias], f"{prefix}.out", axis=-1, epsilon=epsilon)

    def to_model(self, name: str, outputs: Mapping[str, tuple[str, list]]) -> onnx.ModelProto:
        """Closes the graph. outputs: public name -> (inner name, shape)."""
        for public, (inner, _) in outputs.items():
            self.node("Identity", [inner], public)
        graph = helper.make_graph(
            self.nodes,
            name,
            [helper.make_tensor_value_info(i, TensorProto.INT64, ["batch", "sequence"]) for i in INPUT_NAMES],
            [helper.make_tensor_value_info(o, TensorProto.FLOAT, shape) for o, (_, shape) in outputs.items()],
            list(self.initializers.values()),
        )
        opsets = [helper.make_opsetid("", OPSET)]
        if self.uses_contrib:
            opsets.append(helper.make_opsetid(CONTRIB_DOMAIN, 1))
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="pointsman-export")


class Dense(NamedTuple):
    """A linear map: weight [in, out] and bias [out]."""

    weight: np.ndarray
    bias: np.ndarray


class Linear(Protocol):
    """How matrix products and embedding tables are stored and computed."""

    def add(self, graph: GraphBuilder, value: str, dense: Dense, name: str, minimum: float | None = None) -> str: ...

    def add_table(self, graph: GraphBuilder, ids: str, table: np.ndarray, name: str) -> str: ...


class Float32Linear:
    """Everything in float32: the reference."""

    def add(self, graph: GraphBuilder, value: str, dense: Dense, name: str, minimum: float | None = None) -> str:
        product = graph.node("MatMul", [value, graph.constant(f"{name}.weight", dense.weight)], f"{name}.product")
        return graph.node("Add", [product, graph.constant(f"{name}.bias", dense.bias)], f"{name}.out")

    def add_table(self, graph: GraphBuilder, ids: str, table: np.ndarray, name: str) -> str:
        return graph.node("Gather", [graph.constant(name, table), ids], f"{name}.rows", axis=0)


class Int8Linear:
    """Weights are int8 with one scale for each output column, activations become uint8 at run time.

    Each token gets a scale of its own. What a text gets therefore does not depend on the
    other texts or on the padding of its batch, which one scale for the whole tensor
    (DynamicQuantizeLinear) would not give.
    """

    def add(self, graph: GraphBuilder, value: str, dense: Dense, name: str, minimum: float | None = None) -> str:
        weight, scale = quantise_columns(dense.weight)
        bias = dense.bias
        if minimum is None:
            levels, step, zero = self._quantise_signed(graph, value, name)
        else:
            levels, step, zero = self._quantise_from(graph, value, name, minimum)
            # The shift by `minimum` passes through the product as a constant.
            column_sums = (weight.astype(np.float64) * scale).sum(axis=0)
            bias = (bias + minimum * column_sums).astype(np.float32)
        product = graph.node(
            "MatMulIntegerToFloat",
            [
                levels,
                graph.constant(f"{name}.weight_int8", weight),
                graph.constant("one", np.float32(1)),
                graph.constant(f"{name}.weight_scale", scale.reshape(-1)),
                zero,
            ],
            f"{name}.product",
            CONTRIB_DOMAIN,
        )
        rescaled = graph.node("Mul", [product, step], f"{name}.rescaled")
        return graph.node("Add", [rescaled, graph.constant(f"{name}.bias", bias)], f"{name}.out")

    def add_table(self, graph: GraphBuilder, ids: str, table: np.ndarray, name: str) -> str:
        """The table in int8 with one scale for each row."""
        quantised, scale = quantise_rows(table)
        rows = graph.node("Gather", [graph.constant(f"{name}_int8", quantised), ids], f"{name}.rows_int8", axis=0)
        floats = graph.node("Cast", [rows], f"{name}.rows_float", to=TensorProto.FLOAT)
        scales = graph.node("Gather", [graph.constant(f"{name}_scale", scale), ids], f"{name}.rows_scale", axis=0)
        return graph.node("Mul", [floats, scales], f"{name}.rows")

    def _quantise_signed(self, graph: GraphBuilder, value: str, name: str) -> tuple[str, str, str]:
        """Levels 1..255 around 128. Returns the names of levels, step and zero point."""
        magnitude = graph.node("Abs", [value], f"{name}.magnitude")
        return self._to_levels(graph, (value, magnitude), name, 128)

    def _quantise_from(self, graph: GraphBuilder, value: str, name: str, minimum: float) -> tuple[str, str, str]:
        """Levels 0..255, where 0 stands for `minimum`."""
        offset = graph.constant(f"{name}.offset", np.float32(-minimum))
        shifted = graph.node("Add", [value, offset], f"{name}.shifted")
        return self._to_levels(graph, (shifted, shifted), name, 0)

    def _to_levels(
        self, graph: GraphBuilder, values: tuple[str, str], name: str, zero_point: int
    ) -> tuple[str, str, str]:
        value, magnitude = values
        levels_each_side = 255 - zero_point
        shrink = graph.constant(f"per_{levels_each_side}", np.float32(1 / levels_each_side))
        zero = graph.constant(f"zero_point_{zero_point}", np.uint8(zero_point))
        peak = graph.node("ReduceMax", [magnitude], f"{name}.peak", axes=[-1], keepdims=1)
        step = graph.node("Mul", [peak, shrink], f"{name}.step")
        scaled = graph.node("Div", [value, step], f"{name}.scaled")
        # With scale 1 this rounds, shifts and clips in one pass.
        one = graph.constant("one", np.float32(1))
        return graph.node("QuantizeLinear", [scaled, one, zero], f"{name}.levels"), step, zero


def quantise_rows(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int8 values in [-127, 127] and one scale for each row, [rows, 1]."""
    scale = _positive(np.abs(table).max(axis=1, keepdims=True) / np.float32(127))
    return _to_int8(table, scale), scale


def quantise_columns(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int8 values in [-127, 127] and one scale for each column, [1, columns].

    Processors without VNNI instructions add two neighbouring products (rows 2k and 2k + 1)
    in 16 bits, with saturation. The scale is chosen so that such a sum always fits
    (255 * 128 < 32768): the result is then the same on every processor. The bound 127.5
    leaves room for rounding both values up.
    """
    if weight.shape[0] % 2:
        raise ValueError(f"a weight has {weight.shape[0]} rows; an even number is needed")
    pairs = weight.reshape(-1, 2, weight.shape[1])
    bounds = [
        np.abs(weight).max(axis=0) / np.float32(127),
        np.maximum(pairs, 0).sum(axis=1).max(axis=0) / np.float32(127.5),
        np.maximum(-pairs, 0).sum(axis=1).max(axis=0) / np.float32(127.5),
    ]
    scale = _positive(np.maximum.reduce(bounds)[np.newaxis, :])
    return _to_int8(weight, scale), scale


def _positive(scale: np.ndarray) -> np.ndarray:
    return np.where(scale > 0, scale, 1).astype(np.float32)


def _to_int8(values: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values / scale), -127, 127).astype(np.int8)


def build_bert_encoder(graph: GraphBuilder, weights: Weights, shape: BertShape) -> str:
    """Embeddings and all layers; returns last_hidden_state. Weight names as in Hugging Face's BertModel."""
    hidden = _build_embeddings(graph, weights, shape)
    mask = _build_mask(graph)
    for index in range(shape.layers):
        hidden = _build_layer(graph, weights, shape, (f"encoder.layer.{index}", hidden, mask))
    return hidden


def build_pooler(graph: GraphBuilder, weights: Weights, hidden: str) -> str:
    """BERT's pooler: tanh of a linear map of the first token, in float32. Returns [batch, hidden]."""
    first = graph.node("Gather", [hidden, graph.constant("first_index", np.int64(0))], "pooler.first", axis=1)
    mapped = Float32Linear().add(graph, first, _dense(weights, "pooler.dense"), "pooler.dense")
    return graph.node("Tanh", [mapped], "pooler.out")


def build_classifier(graph: GraphBuilder, weights: Weights, pooled: str) -> str:
    """The head of BertForSequenceClassification, in float32. Returns [batch, labels]."""
    return Float32Linear().add(graph, pooled, _dense(weights, "classifier"), "classifier")


def _dense(weights: Weights, prefix: str) -> Dense:
    """Hugging Face stores a weight as [out, in]."""
    return Dense(weights[f"{prefix}.weight"].T, weights[f"{prefix}.bias"])


def _build_embeddings(graph: GraphBuilder, weights: Weights, shape: BertShape) -> str:
    prefix = "embeddings"
    words = graph.table_rows("input_ids", weights[f"{prefix}.word_embeddings.weight"], f"{prefix}.word")
    # The few rows of the other two tables stay in float32.
    types = Float32Linear().add_table(
        graph, "token_type_ids", weights[f"{prefix}.token_type_embeddings.weight"], f"{prefix}.token_type"
    )
    # A slice, because newer runtimes refuse a Gather over Range here.
    dimensions = graph.node("Shape", ["input_ids"], f"{prefix}.length", start=1, end=2)
    positions = graph.node(
        "Slice",
        [
            graph.constant(f"{prefix}.position", weights[f"{prefix}.position_embeddings.weight"]),
            graph.constant("slice_start", np.array([0], np.int64)),
            dimensions,
            graph.constant("slice_axis", np.array([0], np.int64)),
        ],
        f"{prefix}.positions",
    )
    total = graph.node("Add", [graph.node("Add", [words, types], f"{prefix}.typed"), positions], f"{prefix}.sum")
    return graph.layer_norm(total, weights, f"{prefix}.LayerNorm", shape.layer_norm_epsilon)


def _build_mask(graph: GraphBuilder) -> str:
    """0 for a token, MASKED_SCORE for padding; shape [batch, 1, 1, sequence]."""
    mask = graph.node("Cast", ["attention_mask"], "mask.float", to=TensorProto.FLOAT)
    padding = graph.node("Sub", [graph.constant("one", np.float32(1)), mask], "mask.padding")
    score = graph.node("Mul", [padding, graph.constant("masked_score", np.float32(MASKED_SCORE))], "mask.score")
    return graph.node("Unsqueeze", [score, graph.constant("mask_axes", np.array([1, 2], np.int64))], "mask.out")


def _build_layer(graph: GraphBuilder, weights: Weights, shape: BertShape, place: tuple[str, str, str]) -> str:
    prefix, hidden, mask = place
    context = _build_attention(graph, weights, shape, (f"{prefix}.attention.self", hidden, mask))
    output = f"{prefix}.attention.output"
    attended = graph.linear(context, _dense(weights, f"{output}.dense"), f"{output}.dense")
    residual = graph.node("Add", [attended, hidden], f"{output}.residual")
    middle = graph.layer_norm(residual, weights, f"{output}.LayerNorm", shape.layer_norm_epsilon)
    inner = graph.linear(middle, _dense(weights, f"{prefix}.intermediate.dense"), f"{prefix}.intermediate.dense")
    active = _build_gelu(graph, inner, f"{prefix}.gelu")
    outer = graph.linear(active, _dense(weights, f"{prefix}.output.dense"), f"{prefix}.output.dense", GELU_MINIMUM)
    residual = graph.node("Add", [outer, middle], f"{prefix}.output.residual")
    return graph.layer_norm(residual, weights, f"{prefix}.output.LayerNorm", shape.layer_norm_epsilon)


def _build_attention(graph: GraphBuilder, weights: Weights, shape: BertShape, place: tuple[str, str, str]) -> str:
    """Query, key and value in one product; 1/sqrt(head size) is folded into the query's weights."""
    prefix, hidden, mask = place
    parts = [_dense(weights, f"{prefix}.{part}") for part in ("query", "key", "value")]
    size = parts[0].weight.shape[1]
    head = size // shape.heads
    shrink = np.float32(1 / np.sqrt(head))
    parts[0] = Dense(parts[0].weight * shrink, parts[0].bias * shrink)
    joint_dense = Dense(np.concatenate([p.weight for p in parts], axis=1), np.concatenate([p.bias for p in parts]))
    joint = graph.linear(hidden, joint_dense, f"{prefix}.joint")
    split = graph.nodes_out("Split", [joint], [f"{prefix}.{part}" for part in ("query", "key", "value")], axis=-1)
    by_head = graph.constant("by_head", np.array([0, 0, shape.heads, head], np.int64))
    orders = {"query": [0, 2, 1, 3], "key": [0, 2, 3, 1], "value": [0, 2, 1, 3]}
    query, key, value = (
        graph.node("Transpose", [graph.node("Reshape", [s, by_head], f"{s}.heads")], f"{s}.out", perm=orders[p])
        for s, p in zip(split, orders)
    )
    scores = graph.node("MatMul", [query, key], f"{prefix}.scores")
    masked = graph.node("Add", [scores, mask], f"{prefix}.masked")
    shares = graph.node("Softmax", [masked], f"{prefix}.shares", axis=-1)
    mixed = graph.node("MatMul", [shares, value], f"{prefix}.mixed")
    turned = graph.node("Transpose", [mixed], f"{prefix}.turned", perm=[0, 2, 1, 3])
    joined = graph.constant("joined", np.array([0, 0, size], np.int64))
    return graph.node("Reshape", [turned, joined], f"{prefix}.context")


def _build_gelu(graph: GraphBuilder, value: str, name: str) -> str:
    """x / 2 * (1 + erf(x / sqrt 2)), in the form that onnxruntime fuses into one operator."""
    root = graph.node("Div", [value, graph.constant("sqrt_2", np.float32(np.sqrt(2)))], f"{name}.root")
    error = graph.node("Erf", [root], f"{name}.erf")
    raised = graph.node("Add", [error, graph.constant("one", np.float32(1))], f"{name}.raised")
    product = graph.node("Mul", [value, raised], f"{name}.product")
    return graph.node("Mul", [product, graph.constant("half", np.float32(0.5))], f"{name}.out")
