"""Read exports of the seed corpus offline by `datasets`, datatrove and mlcroissant: `make readers`.

python tests/read_exports.py PYTHON    PYTHON: the interpreter of an environment with these libraries
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from archive import Archive
from archive.export import hf

SEEDS = Path(__file__).parents[1] / "seeds" / "corpus"
# The programs of the readers: each prints the digests of the texts that it has read, in order.
READERS = {
    "datasets.load_dataset(hf)": """
from datasets import load_dataset
texts = load_dataset("OUT/hf", split="train")["text"]
""",
    "datasets.load_dataset(hf, streaming)": """
from datasets import load_dataset
texts = [row["text"] for row in load_dataset("OUT/hf", split="train", streaming=True)]
""",
    "datasets.load_dataset(jsonl.gz)": """
from datasets import load_dataset
texts = load_dataset("json", data_files="OUT/c.jsonl.gz", split="train")["text"]
""",
    "datatrove JsonlReader(jsonl.gz)": """
from datatrove.pipeline.readers import JsonlReader
texts = [document.text for document in JsonlReader("OUT", glob_pattern="c.jsonl.gz")()]
""",
    "datatrove ParquetReader(hf)": """
from datatrove.pipeline.readers import ParquetReader
texts = [document.text for document in ParquetReader("OUT/hf/data")()]
""",
    "datatrove JsonlReader(dolma)": """
from datatrove.pipeline.readers import JsonlReader
texts = [document.text for document in JsonlReader("OUT/dolma/documents")()]
""",
    # mlcroissant checks the metadata against the vocabulary, and the files against their digests.
    "mlcroissant Dataset(hf)": """
import mlcroissant, sys
dataset = mlcroissant.Dataset("OUT/hf/croissant.json")
issues = dataset.metadata.ctx.issues
# Whoever publishes the folder knows how it is to be cited, when, and as which version.
warnings = [w for w in issues.warnings if not any(name in w for name in ("citeAs", "datePublished", "version"))]
assert not issues.errors and not warnings, issues.report()
texts = [row["documents/text"].decode() for row in dataset.records("documents")]
""",
}
# Large corpora have several files, which readers find in another way.
READERS |= {
    name.replace("(hf)", "(hf, 3 parts)"): READERS[name].replace("OUT/hf", "OUT/parts")
    for name in ("datasets.load_dataset(hf)", "datatrove ParquetReader(hf)", "mlcroissant Dataset(hf)")
}
# Signals with the same meaning as a measure of datatrove's filters; both are computed on the same texts.
MEASURES = """
import json
from datatrove.pipeline.filters import gopher_repetition_filter as gopher
for line in open("OUT/signals.jsonl", encoding="utf-8"):
    row = json.loads(line)
    lines = [line.strip() for line in row["text"].split("\\n") if line.strip()]
    count, characters = gopher.find_duplicates(lines)
    han = [c for c in row["text"] if "\\u4e00" <= c <= "\\u9fff" or "\\u3400" <= c <= "\\u4dbf" or c > "\\U00020000"]
    theirs = {
        "duplicate_lines": count / max(len(lines), 1),
        "duplicate_line_characters": characters / max(sum(map(len, lines)), 1),
        "duplicate_10grams": gopher.find_all_duplicate(han, 10) / max(len(han), 1),
    }
    # Its n-grams hold blanks between the words.
    top = gopher.find_top_duplicate([run.replace(" ", "") for run in gopher.get_n_grams(han, 4)]) / max(len(han), 1)
    # Theirs calls a run that stands there once the most frequent one.
    theirs["top_4gram"] = 0.0 if top * len(han) <= 4 else min(top, 1.0)
    for name, value in theirs.items():
        assert abs(row["signal_" + name] - value) < 6e-5, (name, row["signal_" + name], value, row["id"])
texts = [json.loads(line)["text"] for line in open("OUT/signals.jsonl", encoding="utf-8")]
"""
READERS["datatrove gopher_repetition_filter (signals)"] = MEASURES
DIGESTS = """
import hashlib, json
print(json.dumps([hashlib.sha256(text.encode()).hexdigest() for text in texts]))
"""


def main() -> None:
    """Import, export, run the readers, and compare their digests."""
    python = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        cundang = [sys.executable, "-m", "crawler.cli", "--data", f"{name}/data"]
        subprocess.run([*cundang, "import", str(SEEDS)], check=True, stdout=subprocess.DEVNULL)
        for form, out in (("hf", "hf"), ("jsonl", "c.jsonl.gz"), ("dolma", "dolma"), ("jsonl", "truth.jsonl")):
            subprocess.run([*cundang, "export", "--format", form, "--out", f"{name}/out/{out}"], check=True)
        with_signals = ["export", "--signals", "--format", "jsonl", "--out", f"{name}/out/signals.jsonl"]
        subprocess.run([*cundang, *with_signals], check=True)
        hf.PART = 2
        hf.write(Archive(f"{name}/data").documents(), Path(name, "out", "parts"))
        assert len(list(Path(name, "out", "parts", "data").iterdir())) == 3
        lines = Path(name, "out", "truth.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
        truth = [hashlib.sha256(json.loads(line)["text"].encode()).hexdigest() for line in lines]
        assert truth
        offline = os.environ | {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": f"{name}/home"}
        for reader, code in READERS.items():
            done = subprocess.run(
                [python, "-c", code.replace("OUT", f"{name}/out") + DIGESTS],
                env=offline,
                capture_output=True,
                text=True,
                check=False,
                timeout=300,
            )
            assert done.returncode == 0, f"{reader}: {done.stderr[-2000:]}"
            assert json.loads(done.stdout.splitlines()[-1]) == truth, f"{reader} read other texts"
            assert "not standard" not in done.stderr, done.stderr
            print(f"{reader:40} {len(truth)} documents, the same texts")


if __name__ == "__main__":
    main()
