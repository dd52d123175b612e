"""Random edits through pygls, a client that checks every message against the
protocol's types. After each of them the server's text must be the client's.

Arguments: the server, the position encoding, the number of edits, a seed.
"""

import asyncio
import random
import re
import sys

from lsprotocol import types
from pygls.lsp.client import LanguageClient

URI = "file:///project/src/main.rs"
PIECES = [
    "let ", "x", "fn f() {\n", "}\n", "\n", "\r\n", "\r", "é", "😀", "👩‍👧", "名前", "// ", "    ",
    "Vec::new()", "\t", "\u2028", "", "impl ", ";", "\n\n", "𝒳 = ", "\u0301",
]
OFFSETS = 50
# The longest document; then much of it is deleted.
LONGEST = 3000

UNITS = {
    "utf-8": lambda text: len(text.encode()),
    "utf-16": lambda text: len(text.encode("utf-16-le")) // 2,
    "utf-32": len,
}


def line_starts(text):
    """Offsets of the lines: they end at LF, CRLF and CR, and at nothing else."""
    return [0] + [match.end() for match in re.finditer(r"\r\n|\r|\n", text)]


def position(text, offset, units):
    starts = line_starts(text)
    line = max(i for i, start in enumerate(starts) if start <= offset)
    return types.Position(line, units(text[starts[line] : offset]))


def cursors(text, count, random):
    """Offsets that an editor can be at: between CR and LF is none."""
    places = [i for i in range(len(text) + 1) if text[i - 1 : i + 1] != "\r\n"]
    return [random.choice(places) for _ in range(count)]


def any_edit(text, units, random):
    """An edit, and the text after it."""
    if random.random() < 0.01:
        text = "".join(random.choices(PIECES, k=random.randrange(40)))
        return types.TextDocumentContentChangeWholeDocument(text), text
    if len(text) > LONGEST:
        start, end = sorted(cursors(text, 2, random))
        new = ""
    else:
        start = cursors(text, 1, random)[0]
        end = min(len(text), start + random.choice([0, 0, 0, 1, 3, 20]))
        end = end + 1 if text[end - 1 : end + 1] == "\r\n" else end
        new = "".join(random.choices(PIECES, k=random.randrange(4)))
    first, last = position(text, start, units), position(text, end, units)
    # What lies behind the end of a line or of the text counts as the end.
    if end == len(text) and random.random() < 0.5:
        last = types.Position(last.line + random.randrange(3), last.character + 99)
    elif text[end : end + 1] in ("\r", "\n") and random.random() < 0.2:
        last = types.Position(last.line, last.character + random.randrange(9))
    change = types.TextDocumentContentChangePartial(types.Range(first, last), new)
    return change, text[:start] + new + text[end:]


async def start(server, encoding):
    client = LanguageClient("strict", "1")
    failures = []
    client.report_server_error = lambda error, source: failures.append((error, source))
    # What the server says of its own accord must be known, and there is nothing to say.
    for method in (types.WINDOW_LOG_MESSAGE, types.WINDOW_SHOW_MESSAGE):
        client.feature(method)(lambda params: failures.append(params))
    await client.start_io(server)
    result = await client.initialize_async(
        types.InitializeParams(
            capabilities=types.ClientCapabilities(
                general=types.GeneralClientCapabilities(position_encodings=[encoding]),
            ),
            process_id=None,
            root_uri=None,
            initialization_options={"deadlineMs": 60000},
        )
    )
    assert result.capabilities.position_encoding == encoding, result
    client.initialized(types.InitializedParams())
    return client, failures


def open_document(client, text):
    document = types.TextDocumentItem(URI, "rust", 1, text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(document))


async def leave(client, failures):
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()
    assert not failures, failures


async def completions(client, at):
    document = types.TextDocumentIdentifier(URI)
    inline = await client.text_document_inline_completion_async(
        types.InlineCompletionParams(
            context=types.InlineCompletionContext(types.InlineCompletionTriggerKind.Invoked),
            text_document=document,
            position=at,
        )
    )
    popup = await client.text_document_completion_async(
        types.CompletionParams(text_document=document, position=at)
    )
    return inline, popup


async def main(server, encoding, edits, seed):
    source = random.Random(seed)
    units = UNITS[encoding]
    client, failures = await start(server, encoding)
    text = "fn main() {\r\n    let 😀 = 1;\n}\n"
    open_document(client, text)
    document = {"textDocument": {"uri": URI}}
    for version in range(2, edits + 2):
        changes = []
        for _ in range(source.choice([1, 1, 1, 2, 3])):
            change, text = any_edit(text, units, source)
            changes.append(change)
        client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version, URI), changes
            )
        )
        held = await client.protocol.send_request_async("lstm-ls/document", document)
        assert held.version == version, (held.version, version)
        assert held.text == text, f"edit {version} of seed {seed}: {held.text!r} is not {text!r}"

    fresh, more_failures = await start(server, encoding)
    open_document(fresh, text)
    offered = 0
    for offset in cursors(text, OFFSETS, source):
        at = position(text, offset, units)
        edited, new = await completions(client, at), await completions(fresh, at)
        assert edited == new, f"at {at} of seed {seed}: {edited} is not {new}"
        offered += bool(new[0].items)
    await leave(client, failures)
    await leave(fresh, more_failures)
    print(f"{edits} notifications in {encoding}, completions at {OFFSETS} offsets, {offered} not empty")
    assert offered, "nothing was offered anywhere"


server, encoding, edits, seed = sys.argv[1:]
asyncio.run(main(server, encoding, int(edits), int(seed)))
