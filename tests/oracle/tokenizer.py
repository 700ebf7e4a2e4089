"""antigrad's shards against the encodings of tokenizers and tiktoken: random Unicode text in which every code point
stands, and, where ANTIGRAD_DATA has them, GPT-2's tokenizer and all the texts."""
import array
import glob
import json
import os
import random
import sys

import tiktoken
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

sys.path.insert(0, os.path.join(os.environ["ANTIGRAD_SOURCE"], "tests/app"))
from program import run  # noqa: E402

# The pattern as GPT-2 published it.
PATTERN = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""


def alphabet():
    """GPT-2's character of each byte."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {**{byte: chr(byte) for byte in shown}, **{byte: chr(256 + i) for i, byte in enumerate(hidden)}}


BYTES = alphabet()
SPELT = {character: byte for byte, character in BYTES.items()}


class Oracle:
    """Both implementations with the files of one tokenizer."""

    def __init__(self, vocabulary, merges):
        self.huggingface = Tokenizer(models.BPE.from_file(vocabulary, merges))
        self.huggingface.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
        self.huggingface.decoder = decoders.ByteLevel()
        with open(vocabulary, encoding="utf-8") as file:
            self.ids = json.load(file)
        with open(merges, encoding="utf-8") as file:
            pairs = [line.rstrip("\n").split(" ") for line in file if not line.startswith("#version")]
        # tiktoken numbers tokens by rank: bytes, then merges in their order.
        order = [BYTES[byte] for byte in range(256)] + ["".join(pair) for pair in pairs]
        ranks = {bytes(SPELT[c] for c in token): rank for rank, token in enumerate(order)}
        self.by_rank = [self.ids[token] for token in order]
        self.tiktoken = tiktoken.Encoding("local", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens={})

    def encode(self, text):
        ids = self.huggingface.encode(text).ids
        assert ids == [self.by_rank[rank] for rank in self.tiktoken.encode_ordinary(text)], "the oracles disagree"
        return ids


def ours(file, tokenizer):
    run("data", "tokenize", file, "--tokenizer", tokenizer, "-O", "shard.bin")
    with open("shard.bin", "rb") as shard:
        head, ids = array.array("i", shard.read(1024)), array.array("H", shard.read())
    assert head[:3].tolist() == [20240520, 1, len(ids)] and not any(head[3:]), head[:4]
    return ids.tolist()


def compare(name, text, tokenizer, oracle):
    with open("text.txt", "w", encoding="utf-8", newline="") as file:
        file.write(text)
    got, want = ours("text.txt", tokenizer), oracle.encode(text)
    if got != want:
        at = next(i for i, (a, b) in enumerate(zip(got + [None], want + [None])) if a != b)
        raise AssertionError(f"{name}: token {at} is {got[at:at + 5]}, want {want[at:at + 5]}, after {oracle.huggingface.decode(want[:at])[-40:]!r}")
    print(f"  {name}: {len(got)} tokens")


def every_code_point():
    """Each once, shuffled, between letters, digits, marks and spaces that show its class; those of the planes that
    Unicode has not begun to fill only in the long version."""
    dice = random.Random(1)
    full = os.environ.get("ANTIGRAD_FULL") == "1"
    points = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000 and (full or c < 0x34000 or 0xE0000 <= c < 0xE1000)]
    dice.shuffle(points)
    return "".join(dice.choice(["a", "1", "!", " ", "  ", "\n", "'s", "'"]) + c for c in points)


def random_words():
    dice = random.Random(2)
    parts = ["'", "s", "'ll", "'re", " ", "  ", "\t", "\r\n", "\n", "\u00a0", "\u3000", "é", "e\u0301", "中", "٣", "½", "Ⅷ", "🙂", "x", "9", "!", "\x1c", "\x85", "\u200b", "\x00"]
    return "".join(dice.choice(parts) for _ in range(100_000))


def tiny_tokenizer():
    """A few merges over bytes, in the order of GPT-2's."""
    merges = [("t", "h"), ("th", "e"), ("Ġ", "the"), ("Ġ", "a"), ("e", "r"), ("Ġ", "Ġ"), ("a", "a"), ("aa", "aa"), ("Ã", "©")]
    os.makedirs("tiny", exist_ok=True)
    tokens = [*BYTES.values(), *("".join(pair) for pair in merges)]
    with open("tiny/vocab.json", "w", encoding="utf-8") as file:
        json.dump({token: i for i, token in enumerate(tokens)}, file)
    with open("tiny/merges.txt", "w", encoding="utf-8") as file:
        file.write("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))


def main():
    tiny_tokenizer()
    tiny = Oracle("tiny/vocab.json", "tiny/merges.txt")
    compare("every code point", every_code_point(), "tiny", tiny)
    compare("random words", random_words(), "tiny", tiny)
    compare("a long word", "a" * 100_001, "tiny", tiny)
    data = os.environ.get("ANTIGRAD_DATA", "")
    folder = os.path.join(data, "tokenizers")
    if not data or not os.path.isdir(folder):
        print("no ANTIGRAD_DATA: without GPT-2's tokenizer and the texts")
        return
    pairs = [(folder, "gpt2_encoder.json", "gpt2_vocab.bpe"), (os.path.join(folder, "bpe4096"), "vocab.json", "merges.txt")]
    for tokenizer, vocabulary, merges in pairs:
        oracle = Oracle(os.path.join(tokenizer, vocabulary), os.path.join(tokenizer, merges))
        compare("random words", random_words(), tokenizer, oracle)
        for path in sorted(glob.glob(os.path.join(data, "text", "*.txt"))):
            with open(path, encoding="utf-8", newline="") as file:
                compare(os.path.basename(path), file.read(), tokenizer, oracle)


if __name__ == "__main__":
    main()
