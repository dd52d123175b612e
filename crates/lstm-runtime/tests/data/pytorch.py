"""Writes the models and states beside this file: what PyTorch itself computes.

    python3 -m venv venv && venv/bin/pip install torch==2.11.0 safetensors==0.8.0 numpy
    venv/bin/python crates/lstm-runtime/tests/data/pytorch.py
"""

import json
import pathlib

import torch
from safetensors.torch import save_file

FOLDER = pathlib.Path(__file__).parent
TEXT = b"fn main() {\n    let \xc3\xa9 = 1;\n}\n"
LAYERS, HIDDEN, EMBEDDING = 2, 5, 3
CELLS = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}


def golden(cell):
    torch.manual_seed(7)
    network = torch.nn.ModuleDict(
        {
            "embedding": torch.nn.Embedding(256, EMBEDDING),
            cell: CELLS[cell](EMBEDDING, HIDDEN, LAYERS),
            "head": torch.nn.Linear(LAYERS * HIDDEN, 256),
        }
    )
    for parameter in network.parameters():
        # Large enough that gates leave their middle.
        torch.nn.init.uniform_(parameter, -1.0, 1.0)
    header = {
        "version": 1,
        "precision": "f32",
        "config": {
            "language": "rust",
            "cell": cell,
            "num_layers": LAYERS,
            "hidden_size": HIDDEN,
            "embedding_size": EMBEDDING,
            "head": "all-layers",
            "window": 256,
        },
        "provenance": {"data": "random numbers", "command": "pytorch.py"},
    }
    tensors = {name: p.detach().contiguous() for name, p in network.named_parameters()}
    save_file(tensors, FOLDER / f"{cell}.safetensors", {"lstm-ls": json.dumps(header)})
    state, hidden, cells = None, [], []
    with torch.no_grad():
        for byte in TEXT:
            x = network["embedding"](torch.tensor([[byte]]))
            _, state = network[cell](x, state)
            h, c = state if cell == "lstm" else (state, torch.zeros(0))
            hidden.append(h.flatten().tolist())
            cells.append(c.flatten().tolist())
        logits = network["head"](h.flatten())
    return {"hidden": hidden, "cell": cells, "logits": logits.tolist()}


goldens = {"torch": torch.__version__, "text": list(TEXT)}
goldens["cells"] = {cell: golden(cell) for cell in CELLS}
rounded = json.loads(json.dumps(goldens), parse_float=lambda digits: round(float(digits), 8))
(FOLDER / "pytorch.json").write_text(json.dumps(rounded) + "\n")
