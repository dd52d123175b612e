"""Times training steps of PyTorch, for `cargo xtask bench train`.

Started with JSON: shape, lanes, steps of one pass, threads, and the text's path.
For every line `VARIANT STEPS` on standard input it makes that many training
steps and prints the mean time of one in µs. Variants: `f32`; `autocast`, which is
how PyTorch's documentation does bf16; `cast`, which casts the f32 masters itself.

The network is that of `lstm-train`: byte embedding, LSTM layers, all of which the
output layer reads; truncated back-propagation with the state carried on; AdamW in
one fused pass, gradients clipped by their global norm.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional


class Network(nn.Module):
    def __init__(self, embedding, hidden, layers):
        super().__init__()
        self.embedding = nn.Embedding(256, embedding)
        widths = [embedding] + [hidden] * (layers - 1)
        self.layers = nn.ModuleList(nn.LSTM(width, hidden) for width in widths)
        self.head = nn.Linear(hidden * layers, 256)

    def forward(self, inputs, states):
        x = self.embedding(inputs)
        outputs, after = [], []
        for layer, state in zip(self.layers, states):
            x, state = layer(x, state)
            outputs.append(x)
            after.append(state)
        return self.head(torch.cat(outputs, -1)), after


class Training:
    def __init__(self, variant, settings, text):
        torch.manual_seed(1)
        self.variant = variant
        self.lanes, self.steps = settings["lanes"], settings["steps"]
        hidden, layers = settings["hidden"], settings["layers"]
        self.network = Network(settings["embedding"], hidden, layers)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=3e-3, betas=(0.9, 0.98), weight_decay=0.01, fused=True
        )
        kind = torch.float32 if variant == "f32" else torch.bfloat16
        zeros = torch.zeros(1, self.lanes, hidden, dtype=kind)
        self.states = [(zeros, zeros)] * layers
        # Each lane reads a stretch of its own.
        stretch = (len(text) - 1) // self.lanes
        self.inputs = text[: stretch * self.lanes].view(self.lanes, stretch).t()
        self.targets = text[1 : stretch * self.lanes + 1].view(self.lanes, stretch).t()
        self.at = 0

    def forward(self, inputs):
        if self.variant == "autocast":
            with torch.autocast("cpu", torch.bfloat16):
                return self.network(inputs, self.states)
        if self.variant == "cast":
            parameters = self.network.named_parameters()
            copies = {name: parameter.to(torch.bfloat16) for name, parameter in parameters}
            return functional_call(self.network, copies, (inputs, self.states))
        return self.network(inputs, self.states)

    def step(self):
        if self.at + self.steps > len(self.inputs):
            self.at = 0
        here = slice(self.at, self.at + self.steps)
        self.at += self.steps
        logits, states = self.forward(self.inputs[here].contiguous())
        targets = self.targets[here].reshape(-1)
        loss = functional.cross_entropy(logits.float().view(-1, 256), targets)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.states = [(h.detach(), c.detach()) for h, c in states]
        return loss.item()


def main():
    settings = json.loads(sys.argv[1])
    torch.set_num_threads(settings["threads"])
    with open(settings["text"], "rb") as file:
        text = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8).long()
    trainings = {}
    for line in sys.stdin:
        variant, steps = line.split()
        if variant not in trainings:
            trainings[variant] = Training(variant, settings, text)
        started = time.perf_counter()
        for _ in range(int(steps)):
            trainings[variant].step()
        print((time.perf_counter() - started) * 1e6 / int(steps), flush=True)


main()
