"""Random edits through pygls, a client that checks every message against the
protocol's types. After each of them the server's text must be the client's.

A loose client writes its own messages as real clients do: whole numbers with a point,
versions that are missing or beyond 32 bits, `null` for what is absent, halves of
surrogate pairs. Now and then it makes a change that can't be applied, after which the
server must say that it does not know the text, until it is told all of it.

Arguments: the server, the position encoding, the number of edits, a seed, and `strict`
or `loose`.
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
# Halves of pairs, which become U+FFFD unless they meet.
HALVES = ["\ud83d", "\ude00"]
# What clients write for "the end": the largest numbers of JavaScript.
ENDS = [2**53 - 1, 1.7976931348623157e308, 2**32]
LARGEST_VERSION = 2**31 - 1
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


def shown(text):
    """What a server has of a text with halves of surrogate pairs."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def any_edit(text, units, random, pieces):
    """An edit, and the text after it."""
    if random.random() < 0.01:
        text = "".join(random.choices(pieces, k=random.randrange(40)))
        return types.TextDocumentContentChangeWholeDocument(text), shown(text)
    if len(text) > LONGEST:
        start, end = sorted(cursors(text, 2, random))
        new = ""
    else:
        start = cursors(text, 1, random)[0]
        end = min(len(text), start + random.choice([0, 0, 0, 1, 3, 20]))
        end = end + 1 if text[end - 1 : end + 1] == "\r\n" else end
        new = "".join(random.choices(pieces, k=random.randrange(4)))
    first, last = position(text, start, units), position(text, end, units)
    # What lies behind the end of a line or of the text counts as the end.
    if end == len(text) and random.random() < 0.5:
        last = types.Position(last.line + random.randrange(3), last.character + 99)
    elif text[end : end + 1] in ("\r", "\n") and random.random() < 0.2:
        last = types.Position(last.line, last.character + random.randrange(9))
    change = types.TextDocumentContentChangePartial(types.Range(first, last), new)
    return change, text[:start] + shown(new) + text[end:]


def number(value, random):
    return random.choice([value, float(value)])


def loose_change(change, random):
    """The change as it is written by clients that are not strict."""
    if isinstance(change, types.TextDocumentContentChangeWholeDocument):
        nothing = random.choice([{}, {"range": None}, {"range": None, "rangeLength": None}])
        return {"text": change.text, **nothing}
    first, last = change.range.start, change.range.end
    at = lambda place: {
        "line": number(place.line, random), "character": number(place.character, random),
    }
    return {"range": {"start": at(first), "end": at(last)}, "text": change.text}


def loose_version(version, before, random):
    """What is said of the version, and what the server makes of it."""
    following = min(before + 1, LARGEST_VERSION)
    return random.choice([
        ({}, following),
        ({"version": None}, following),
        ({"version": 1_764_450_000_000 + version}, LARGEST_VERSION),
        ({"version": float(version)}, version),
        ({"version": version}, version),
    ])


def hopeless_change(text, units, random):
    """A change that can't be applied to the text."""
    lines = len(line_starts(text))
    at = lambda line, character: {"line": line, "character": character}
    odd = [
        {"range": {"start": at(lines, 0), "end": at(lines, 0)}, "text": "x"},
        {"range": {"start": at(lines + 7, 1), "end": at(lines + 8, 0)}, "text": ""},
        {"range": {"start": at(0, 1), "end": at(0, 0)}, "text": "x"},
        {"range": {"start": at(lines - 1, 0), "end": at(-1, 0)}, "text": "x"},
        {"range": {"start": at(0, 0)}, "text": "x"},
        {"range": {"start": at(0, 0), "end": at(0, 0)}},
        {"text": None},
        {},
        7,
    ]
    # In UTF-32 no position is inside a character.
    wide = [i for i, c in enumerate(text) if units(c) > 1]
    if wide:
        place = position(text, random.choice(wide), units)
        within = at(place.line, place.character + 1)
        odd.append({"range": {"start": within, "end": within}, "text": "x"})
    return random.choice(odd)


def tell(client, method, params):
    """A notification as it is, past the types of the protocol."""
    message = {"jsonrpc": "2.0", "method": method, "params": params}
    client.protocol._send_data(message)


def make_whole(client, text, random):
    """Tells a server that has lost the text what it is."""
    document = {"uri": URI}
    way = random.randrange(4)
    if way == 0:
        changes = [{"text": text}]
        tell(client, "textDocument/didChange", {"textDocument": document, "contentChanges": changes})
    elif way == 1:
        tell(client, "textDocument/didSave", {"textDocument": document, "text": text})
    else:
        if way == 2:
            tell(client, "textDocument/didClose", {"textDocument": document})
        said = random.choice([{}, {"languageId": "rust"}, {"languageId": None, "version": None}])
        tell(client, "textDocument/didOpen", {"textDocument": {**document, **said, "text": text}})


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


async def held_text(client, document):
    return await client.protocol.send_request_async("lstm-ls/document", document)


async def edit_strictly(client, edits, units, source, text):
    document = {"textDocument": {"uri": URI}}
    for version in range(2, edits + 2):
        changes = []
        for _ in range(source.choice([1, 1, 1, 2, 3])):
            change, text = any_edit(text, units, source, PIECES)
            changes.append(change)
        client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version, URI), changes
            )
        )
        held = await held_text(client, document)
        assert held.version == version, (held.version, version)
        assert held.text == text, f"edit {version}: {held.text!r} is not {text!r}"
    return text


async def edit_loosely(client, edits, units, source, text):
    document = {"textDocument": {"uri": URI}}
    known, lost = 1, 0
    for version in range(2, edits + 2):
        if source.random() < 0.02:
            changes = [hopeless_change(text, units, source)]
            changes += [loose_change(any_edit(text, units, source, PIECES)[0], source)]
            # Unless that one is all of the text.
            changes = [change for change in changes if change == 7 or change.get("range") or change == changes[0]]
            params = {"textDocument": {"uri": URI}, "contentChanges": changes}
            tell(client, "textDocument/didChange", params)
            held = await held_text(client, document)
            assert getattr(held, "outOfStep", None) and held.text == "", (changes, held)
            reason = await client.protocol.send_request_async("lstm-ls/explain", document)
            assert reason.code == "out-of-step", reason
            make_whole(client, text, source)
            held = await held_text(client, document)
            assert held.text == text, f"{held.text!r} is not {text!r}"
            known, lost = held.version, lost + 1
        changes = []
        for _ in range(source.choice([1, 1, 1, 2, 3])):
            change, text = any_edit(text, units, source, PIECES + HALVES)
            changes.append(loose_change(change, source))
        if source.random() < 0.02:
            end = {"line": source.choice(ENDS), "character": source.choice(ENDS)}
            whole = {"start": {"line": 0, "character": 0.0}, "end": end}
            changes.append({"range": whole, "text": text})
        said, known = loose_version(version, known, source)
        params = {"textDocument": {"uri": URI, **said}, "contentChanges": changes}
        tell(client, "textDocument/didChange", params)
        held = await held_text(client, document)
        assert held.version == known, (held.version, known)
        assert held.text == text, f"edit {version}: {held.text!r} is not {text!r}"
    print(f"{lost} times out of step and whole again")
    assert lost, "nothing was lost and found again"
    return text


async def main(server, encoding, edits, seed, manner):
    source = random.Random(seed)
    units = UNITS[encoding]
    client, failures = await start(server, encoding)
    text = "fn main() {\r\n    let 😀 = 1;\n}\n"
    open_document(client, text)
    edit = {"strict": edit_strictly, "loose": edit_loosely}[manner]
    text = await edit(client, edits, units, source, text)

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
    print(
        f"{edits} {manner} notifications in {encoding}, completions at {OFFSETS} offsets, "
        f"{offered} not empty"
    )
    assert offered, "nothing was offered anywhere"


server, encoding, edits, seed, manner = sys.argv[1:]
asyncio.run(main(server, encoding, int(edits), int(seed), manner))
