"""Times single steps of ONNX Runtime's dynamic int8, for `cargo xtask bench`.

Started with a model file in f32. For every line `STEPS` on standard input it
makes that many steps at batch 1 on one thread, output layer included, and
prints the mean time of one in µs. Needs numpy, onnx and onnxruntime.
"""

import json
import os
import struct
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic


def read(path):
    """Configuration and f32 tensors of a safetensors file."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        body = file.read()
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            values = np.frombuffer(body[start:end], dtype=np.float32)
            tensors[name] = values.reshape(entry["shape"])
    return tensors


def graph(tensors):
    """One step: a byte and the states before it to logits and the states after it."""
    hidden = tensors["lstm.weight_hh_l0"].shape[1]
    layers = sum(name.startswith("lstm.weight_hh") for name in tensors)
    weights, nodes, inputs, outputs = [], [], [], []

    def weight(name, values):
        weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def iofc(values):
        """PyTorch's gate order i, f, g, o to ONNX's i, o, f, c."""
        i, f, g, o = np.split(values, 4)
        return np.concatenate([i, o, f, g])

    inputs.append(helper.make_tensor_value_info("byte", TensorProto.INT64, [1, 1]))
    nodes.append(helper.make_node("Gather", [weight("embedding", tensors["embedding.weight"]), "byte"], ["x"]))
    below = "x"
    for layer in range(layers):
        part = lambda name: iofc(tensors[f"lstm.{name}_l{layer}"])
        w = weight(f"w{layer}", part("weight_ih")[None])
        r = weight(f"r{layer}", part("weight_hh")[None])
        b = weight(f"b{layer}", np.concatenate([part("bias_ih"), part("bias_hh")])[None])
        for state in "hc":
            shape = [1, 1, hidden]
            inputs.append(helper.make_tensor_value_info(f"{state}{layer}", TensorProto.FLOAT, shape))
            outputs.append(helper.make_tensor_value_info(f"{state}{layer}_after", TensorProto.FLOAT, shape))
        nodes.append(
            helper.make_node(
                "LSTM",
                [below, w, r, b, "", f"h{layer}", f"c{layer}"],
                [f"y{layer}", f"h{layer}_after", f"c{layer}_after"],
                hidden_size=hidden,
            )
        )
        nodes.append(helper.make_node("Squeeze", [f"y{layer}", weight(f"axis{layer}", np.array([1]))], [f"x{layer}"]))
        below = f"x{layer}"
    nodes.append(helper.make_node("MatMul", [below, weight("head", tensors["head.weight"].T)], ["product"]))
    nodes.append(helper.make_node("Add", ["product", weight("head_bias", tensors["head.bias"])], ["logits"]))
    nodes.append(helper.make_node("LogSoftmax", ["logits"], ["log_probs"]))
    outputs.append(helper.make_tensor_value_info("log_probs", TensorProto.FLOAT, [1, 1, 256]))
    made = helper.make_graph(nodes, "step", inputs, outputs, weights)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model, layers, hidden


def main():
    model, layers, hidden = graph(read(sys.argv[1]))
    with tempfile.TemporaryDirectory() as folder:
        plain, quantised = os.path.join(folder, "f32.onnx"), os.path.join(folder, "int8.onnx")
        onnx.save(model, plain)
        quantize_dynamic(plain, quantised, weight_type=QuantType.QInt8, per_channel=True)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(quantised, options, providers=["CPUExecutionProvider"])
    states = [f"{s}{l}" for l in range(layers) for s in "hc"]
    value = onnxruntime.OrtValue.ortvalue_from_numpy
    byte = value(np.zeros((1, 1), np.int64))
    log_probs = value(np.zeros((1, 1, 256), np.float32))
    # Two sets of states, written in turn, so that nothing is copied.
    sets = [{name: value(np.zeros((1, 1, hidden), np.float32)) for name in states} for _ in range(2)]
    bindings = []
    for before, after in (sets, sets[::-1]):
        binding = session.io_binding()
        binding.bind_ortvalue_input("byte", byte)
        binding.bind_ortvalue_output("log_probs", log_probs)
        for name in states:
            binding.bind_ortvalue_input(name, before[name])
            binding.bind_ortvalue_output(f"{name}_after", after[name])
        bindings.append(binding)
    texts = [np.array([[32 + step * 7 % 95]], np.int64) for step in range(95)]
    for line in sys.stdin:
        steps = int(line)
        started = time.perf_counter()
        for step in range(steps):
            byte.update_inplace(texts[step % 95])
            session.run_with_iobinding(bindings[step % 2])
        print((time.perf_counter() - started) * 1e6 / steps, flush=True)


if __name__ == "__main__":
    main()
