"""Writes tweets into files, one a line, with made-up handles in the place of those that
were removed: unpack.py FOLDER SOURCE LEFT-OUT."""

import hashlib
import io
import pathlib
import sys
import tarfile

# Where the tweets are, from the inside out.
TWEETS = "hutto_ICWSM_2014/tweets_GroundTruth.txt"
ARCHIVE = "additional_resources/hutto_ICWSM_2014.tar.gz"

# What stands for every handle in the source.
REMOVED = "@anonymous"

FIRST = (
    "amber anchor apple barn basil berry birch blue brook cedar cloud clover copper coral daisy "
    "dune elm ember fern finch fox frost ginger hazel heron holly ivy jade juniper kite lark lemon "
    "lily lime lunar maple mint moss nut oak olive otter pear pebble pine plum poppy quill raven "
    "river robin rose rusty sage sandy silver sky snow sparrow spruce star tiny wren willow"
).split()
SECOND = (
    "baker bard bay bell bird brush cat chef cook crow cup dad dancer day desk dog drum farm fan "
    "fish gal garden girl guy hill home hop ink jam joy kid kitchen lake lane law leaf maker mom "
    "moon notes paints pal path pen pie pilot radio reads reef ride road runs sews shop sings "
    "song studio swims talks tea tides tom town travels tunes walks weaves words works writes"
).split()

# Tweets a file: files are what is held out.
PER_FILE = 40


def handle(seed):
    """A made-up handle, always the same for a seed."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    number, first = divmod(number, len(FIRST))
    number, second = divmod(number, len(SECOND))
    number, form = divmod(number, 6)
    words = (FIRST[first], SECOND[second])
    if form == 0:
        return f"@{words[0]}_{words[1]}"
    if form == 1:
        return f"@{words[0].title()}{words[1].title()}"
    if form == 2:
        return f"@{words[0]}{words[1]}{number % 90 + 10}"
    return f"@{words[0]}{words[1]}"


def named(number, text):
    """The tweet with handles."""
    parts = text.split(REMOVED)
    joined = parts[0]
    for index, part in enumerate(parts[1:]):
        joined += handle(f"{number} {index}") + part
    return joined


def tweets(source):
    """Number and text of each tweet."""
    with tarfile.open(source) as outer:
        root = outer.getnames()[0].split("/")[0]
        inner = outer.extractfile(f"{root}/{ARCHIVE}").read()
    with tarfile.open(fileobj=io.BytesIO(inner)) as archive:
        lines = archive.extractfile(TWEETS).read().decode().splitlines()
    for line in lines:
        number, _, text = line.split("\t")
        yield number, text.strip()


folder, source, left_out = map(pathlib.Path, sys.argv[1:])
unwanted = set(left_out.read_text().split())
kept = [named(number, text) for number, text in tweets(source) if number not in unwanted]
folder.mkdir(parents=True)
for start in range(0, len(kept), PER_FILE):
    lines = "".join(f"{tweet}\n" for tweet in kept[start : start + PER_FILE])
    (folder / f"{start // PER_FILE:03}.tweets").write_text(lines)
print(f"{len(kept)} tweets, {len(unwanted)} left out")
