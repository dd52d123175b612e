"""Has a model write Python files, as the explorer's page does, and says how many Python
accepts, each cut where the last statement at the margin begins: accepted.py LSTM-LS MODEL"""

import json
import py_compile
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.request

# What files begin with, how they are drawn, and how many of each there are.
LICENCE = "# Copyright 2019 The TensorFlow Authors. All Rights Reserved.\n"
STARTS = [LICENCE, "import ", "def "]
DRAWING = {"temperature": 0.6, "top_p": 0.95, "length": 3000}
FILES = 20


def written(address, start, seed):
    """What the model writes on from a start, that included."""
    page, token = address.split("?token=")
    unit = {"layer": 0, "unit": 0}
    question = {"name": "ops.py", "text": start, "seed": seed, **unit, **DRAWING}
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    asked = urllib.request.Request(f"{page}api/write", json.dumps(question).encode(), headers)
    with urllib.request.urlopen(asked) as answer:
        lines = [json.loads(line) for line in answer]
    text = bytes(byte for line in lines for byte in line.get("bytes", []))
    return start + text.decode(errors="replace")


def error_in(text):
    """What Python has against a file, in one line; nothing if it accepts it."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "ops.py")
        path.write_text(text)
        try:
            py_compile.compile(str(path), doraise=True)
        except py_compile.PyCompileError as error:
            return f"line {error.exc_value.lineno}: {error.exc_value.msg}"
    return None


program, model = sys.argv[1:]
command = [program, "explore", model, "--port", "0"]
server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
try:
    address = server.stdout.readline().strip()
    for start in STARTS:
        accepted = 0
        for seed in range(1, FILES + 1):
            text = written(address, start, seed)
            begun = [line.start() for line in re.finditer(r"^[A-Za-z_@]", text, re.MULTILINE)]
            # A file of one statement, or of none, shows nothing.
            whole = len(begun) > 1
            error = error_in(text[: begun[-1]]) if whole else "no two statements"
            accepted += error is None
            said = "accepted" if error is None else error
            print(f"{seed:2}: {len(text)} bytes, {len(begun)} statements at the margin: {said}")
        print(f"{accepted} of {FILES} that begin with {start!r} are accepted")
finally:
    server.kill()
    server.wait()
