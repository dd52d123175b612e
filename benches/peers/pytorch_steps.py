"""Times single steps of PyTorch's nn.LSTM, for `cargo xtask bench decode`.

Started with a model file in f32. For every line `STEPS` on standard input it
makes that many steps at batch 1 on one thread, output layer included, and
prints the mean time of one in µs. Needs PyTorch.
"""

import json
import struct
import sys
import time

import torch


def read(path):
    """f32 tensors of a safetensors file."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        body = bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            values = torch.frombuffer(body[start:end], dtype=torch.float32)
            tensors[name] = values.reshape(entry["shape"])
    return tensors


def main():
    torch.set_num_threads(1)
    tensors = read(sys.argv[1])
    embedding, head, head_bias = (tensors[name] for name in ("embedding.weight", "head.weight", "head.bias"))
    layers = sum(name.startswith("lstm.weight_hh") for name in tensors)
    hidden = tensors["lstm.weight_hh_l0"].shape[1]
    lstm = torch.nn.LSTM(embedding.shape[1], hidden, layers)
    lstm.load_state_dict({name.removeprefix("lstm."): t for name, t in tensors.items() if name.startswith("lstm.")})
    with torch.inference_mode():
        for line in sys.stdin:
            steps = int(line)
            state = (torch.zeros(layers, 1, hidden), torch.zeros(layers, 1, hidden))
            started = time.perf_counter()
            for step in range(steps):
                x = embedding[32 + step * 7 % 95].view(1, 1, -1)
                y, state = lstm(x, state)
                torch.log_softmax(torch.nn.functional.linear(y, head, head_bias), -1)
            print((time.perf_counter() - started) * 1e6 / steps, flush=True)


if __name__ == "__main__":
    main()
