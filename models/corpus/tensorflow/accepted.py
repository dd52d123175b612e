"""Has a model write Python files, as the explorer's page does, and says how many Python
accepts, each cut where the last statement at the margin begins."""

import argparse
import io
import json
import pathlib
import py_compile
import subprocess
import tempfile
import tokenize
import urllib.request

# What files begin with, and how many of each there are.
LICENCE = "# Copyright 2019 The TensorFlow Authors. All Rights Reserved.\n"
STARTS = [LICENCE, "import ", "def "]
FILES = 20

# At the margin too, but of the statement before.
GO_ON = {"elif", "else", "except", "finally"}
BETWEEN = {tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def written(address, start, seed, drawing):
    """What the model writes on from a start, that included."""
    page, token = address.split("?token=")
    unit = {"layer": 0, "unit": 0}
    question = {"name": "ops.py", "text": start, "seed": seed, **unit, **drawing}
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    asked = urllib.request.Request(f"{page}api/write", json.dumps(question).encode(), headers)
    with urllib.request.urlopen(asked) as answer:
        lines = [json.loads(line) for line in answer]
    text = bytes(byte for line in lines for byte in line.get("bytes", []))
    return start + text.decode(errors="replace")


def statements(text):
    """The lines, from 0, at which statements at the margin begin, outside brackets and
    strings, up to where no token can be told."""
    begun = []
    is_new, is_decorated = True, False
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NEWLINE:
                is_new = True
            elif is_new and token.type not in BETWEEN:
                is_new = False
                if token.start[1] == 0 and token.string not in GO_ON:
                    if not is_decorated:
                        begun.append(token.start[0] - 1)
                    is_decorated = token.string == "@"
    except (tokenize.TokenError, IndentationError):
        pass
    return begun


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


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("program", help="lstm-ls")
parser.add_argument("model")
parser.add_argument("--temperature", type=float, default=0.3)
parser.add_argument("--top-p", type=float, default=1.0)
parser.add_argument("--length", type=int, default=3000, help="most bytes of a file")
parser.add_argument("--seed", type=int, default=1, help="of the first file of each start")
parser.add_argument("--show", action="store_true", help="the files too")
options = parser.parse_args()
drawing = {name: getattr(options, name) for name in ["temperature", "top_p", "length"]}
command = [options.program, "explore", options.model, "--port", "0"]
server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
try:
    address = server.stdout.readline().strip()
    for start in STARTS:
        accepted = []
        for seed in range(options.seed, options.seed + FILES):
            text = written(address, start, seed, drawing)
            begun = statements(text)
            kept = "".join(io.StringIO(text).readlines()[: begun[-1]]) if begun else ""
            # A file of one statement, or of none, shows nothing.
            whole = len(begun) > 1
            error = error_in(kept) if whole else "no two statements"
            if error is None:
                accepted.append(len(kept))
            said = "accepted" if error is None else error
            print(f"{seed:2}: {len(text)} bytes, {len(begun)} statements, {len(kept)} kept: {said}")
            if options.show:
                print(text, "\n" + "=" * 80)
        length = sorted(accepted)[len(accepted) // 2] if accepted else 0
        print(f"{len(accepted)} of {FILES} that begin with {start!r} are accepted, median {length} bytes")
finally:
    server.kill()
    server.wait()
