"""What builders of corpora ask for: samples, parts, signals, masks, and texts that must not be in it."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow.parquet as pq
import pytest
from captures import PROSE, article, write_warc
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import Archive
from archive.catalogue import build
from archive.corpus import reclean
from archive.errors import CundangError, UsageError
from archive.export import overlap, personal, signals
from archive.export.rows import Rows
from archive.layout import Layout
from archive.text.document import Document
from crawler.cli import app

KINDS = tomllib.loads(files("archive.export").joinpath("personal.toml").read_text("utf-8"))["kind"]
COUNT = 24


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """24 articles of 2018 to 2021, six a year, in two WARC files of two sites."""
    layout = Layout(root=tmp_path_factory.mktemp("archive"))
    for site, numbers in (("a", range(0, COUNT, 2)), ("b", range(1, COUNT, 2))):
        write_warc(layout, site, ((f"http://{site}.cn/{number}.html", page(number)) for number in numbers))
    for _ in reclean.clean(layout, {}, jobs=1):
        pass
    assert build.update(layout).documents == COUNT
    return layout


def page(number: int) -> str:
    own = f"第{number}次会议的专门内容如下，{'甲乙丙丁戊己庚辛'[number % 8] * 30}。"
    body = f"{PROSE * 4}联系电话：138000{number:05}。{own}"
    return article(f"座谈会之{number}", body, day=f"{2018 + number % 4}-03-01")


class Done(NamedTuple):
    """How a command ended, and what it said."""

    returncode: int
    said: str


def export(layout: Layout, out: Path | str, *words: str, form: str = "jsonl") -> Done:
    command = ["--data", str(layout.root), "--sites", str(layout.root), "export", "--format", form, "--out", str(out)]
    done = CliRunner().invoke(app, [*command, *words])
    # What `crawler.cli.main` makes of an error.
    failed = done.exception if isinstance(done.exception, CundangError) else None
    return Done(failed.exit_code if failed else done.exit_code, f"{done.output}{failed or ''}")


def rows(path: Path) -> list[dict[str, Any]]:
    raw = path.read_bytes()
    return [json.loads(line) for line in (gzip.decompress(raw) if path.suffix == ".gz" else raw).splitlines()]


def document(text: str, **columns: Any) -> Document:
    base: dict[str, Any] = {
        "id": "urn:uuid:1",
        "url": "http://a.cn/1",
        "site": "a",
        "captured": None,
        "status": 200,
        "origin": None,
        "kind": "article",
        "title": "会议",
        "script": "hans",
        "extractor": "votes",
        "confidence": 1.0,
        "han": len(text),
    }
    return Document(**(base | {"text": text} | columns))


def test_a_sample_is_the_same_each_time_and_another_seed_draws_others(layout: Layout) -> None:
    def drawn(**choices: Any) -> list[str]:
        return [each.id for each in Archive(layout.root).documents(**choices)]

    every = drawn()
    first = drawn(sample=8, seed=1)
    assert len(first) == 8
    assert first == drawn(sample=8, seed=1) == [id_ for id_ in every if id_ in first], "in the order of the archive"
    assert set(first) != set(drawn(sample=8, seed=2))
    # A larger sample holds the smaller one, so a pilot study stays part of the whole.
    assert set(first) < set(drawn(sample=12, seed=1))
    assert drawn(sample=100, seed=1) == every


def test_parts_hold_each_document_once_under_its_year(layout: Layout, tmp_path: Path) -> None:
    out = tmp_path / "years"
    assert export(layout, out, "--split", "year").returncode == 0
    parts = {path.name: rows(path) for path in sorted(out.glob("*.jsonl.gz"))}
    assert {name: len(found) for name, found in parts.items()} == {
        f"{year}.jsonl.gz": 6 for year in (2018, 2019, 2020, 2021)
    }
    assert all(row["published"].startswith(name[:4]) for name, found in parts.items() for row in found)
    assert len({row["id"] for found in parts.values() for row in found}) == COUNT
    assert json.loads((out / "manifest.json").read_bytes())["documents"] == COUNT
    assert export(layout, out, "--split", "year").returncode == 0, "a folder that an export wrote is replaced"


def test_parts_of_a_size_are_cut_behind_the_document_that_goes_over_it(tmp_path: Path) -> None:
    from archive.export import jsonl, split  # noqa: PLC0415 - names that variables here have too

    in_parts = split.Split(size=1_000, ending=".jsonl")
    texts = ["统" * 200, "战" * 200, "部" * 10, "会" * 400]
    assert in_parts.write(jsonl.write, [document(text) for text in texts], tmp_path / "out") == 4
    assert [[row["text"] for row in rows(path)] for path in sorted((tmp_path / "out").iterdir())] == [
        texts[:2],
        texts[2:],
    ]


@pytest.mark.parametrize("form", ["jsonl", "parquet", "hf", "dolma"])
def test_signals_stand_beside_the_columns(layout: Layout, tmp_path: Path, form: str) -> None:
    out = tmp_path / "out"
    assert export(layout, out, "--signals", "--mask", form=form).returncode == 0
    if form == "dolma":
        attributes = rows(next(out.glob("attributes/cundang/*.gz")))
        assert all(row["attributes"]["cundang__signal_phones"][0][2] == 1.0 for row in attributes)
        texts = [row["text"] for row in rows(next(out.glob("documents/*.gz")))]
    else:
        path = next(out.glob("data/*.parquet")) if form == "hf" else out
        frame = pd.DataFrame(rows(out)) if form == "jsonl" else pq.read_table(path).to_pandas()
        assert list(frame["signal_phones"]) == [1.0] * COUNT
        assert "signal_tokens" not in frame, "without a tokenizer there are no tokens"
        texts = list(frame["text"])
    assert len(texts) == COUNT
    assert all("联系电话：[电话]。" in text and "13800" not in text for text in texts)
    if form == "hf":
        assert "| `signal_duplicate_lines` |" in (out / "README.md").read_text("utf-8")


def test_no_column_of_a_masked_export_holds_what_the_text_lost(layout: Layout, tmp_path: Path) -> None:
    for form in ("jsonl", "csv", "dolma", "text", "wet"):
        out = tmp_path / form
        assert export(layout, out, "--mask", form=form).returncode == 0
        paths = [path for path in out.rglob("*") if path.is_file()] if out.is_dir() else [out]
        found = [gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw for raw in (p.read_bytes() for p in paths)]
        assert not any(re.search(rb"138000\d{5}", content) for content in found), form


def test_a_list_of_ids_chooses_documents(layout: Layout, tmp_path: Path) -> None:
    every, listed = tmp_path / "every.jsonl", tmp_path / "ids.txt"
    assert export(layout, every).returncode == 0
    ids = [row["id"] for row in rows(every)]
    listed.write_text("\n".join((ids[3], "urn:uuid:none", ids[1])), encoding="utf-8")
    out = tmp_path / "out.jsonl"
    assert export(layout, out, "--ids", str(listed)).returncode == 0
    assert [row["id"] for row in rows(out)] == [ids[1], ids[3]]
    said = json.loads((tmp_path / "out.jsonl.manifest.json").read_bytes())
    assert said["options"]["ids"]["file"] == "ids.txt"
    done = export(layout, tmp_path / "none.jsonl", "--ids", str(tmp_path / "missing.txt"))
    assert (done.returncode, "cannot be read" in done.said) == (2, True)


def test_what_shares_a_passage_with_a_list_is_left_out_and_counted(layout: Layout, tmp_path: Path) -> None:
    held_out = tmp_path / "held-out.jsonl"
    # In Traditional characters and cut otherwise: the passage counts, not its dress.
    held_out.write_text(json.dumps({"text": "第3次會議的專門內容，如下：丁丁丁丁丁丁丁丁"}) + "\n", "utf-8")
    out = tmp_path / "out.jsonl"
    done = export(layout, out, "--without-overlap", str(held_out))
    assert done.returncode == 0
    assert len(rows(out)) == COUNT - 1
    assert all("第3次" not in row["text"] for row in rows(out))
    assert "1 documents share a passage" in done.said
    assert json.loads((tmp_path / "out.jsonl.manifest.json").read_bytes())["left_out"] == {"copies": 0, "overlap": 1}


@pytest.mark.parametrize(
    ("words", "form", "said"),
    [
        (["--split", "decade"], "jsonl", "name `year`, or a size"),
        (["--split", "year"], "hf", "hf is not split so"),
        (["--signals"], "text", "text has no columns"),
        (["--mentions"], "text", "text has no such columns"),
        (["--mask"], "wacz", "holds unchanged captures"),
        (["--tokenizer", "x.json"], "jsonl", "Give --signals too"),
        (["--without-overlap", "nowhere.txt"], "jsonl", "cannot be read"),
        (["--split", "year", "--out", "-"], "jsonl", "this format needs a file or folder"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_written(
    layout: Layout, tmp_path: Path, words: list[str], form: str, said: str
) -> None:
    done = export(layout, tmp_path / "out", *words, form=form)
    assert done.returncode == 2
    assert said in done.said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", KINDS, ids=[kind["id"] for kind in KINDS])
def test_a_pattern_of_personal_data_takes_its_example_and_leaves_the_other(kind: dict[str, str]) -> None:
    before, taken, after = re.split("[《》]", kind["taken"])
    assert [(span.kind, span.start, span.end) for span in personal.find(before + taken + after)] == [
        (kind["id"], len(before), len(before) + len(taken))
    ]
    assert personal.mask(before + taken + after) == before + kind["mask"] + after
    assert not list(personal.find(kind["left"]))


@pytest.mark.parametrize(
    "number",
    [
        *("13912345678", "139 1234 5678", "139-1234-5678", "+8613912345678", "（028）86601234", "400-810-6666"),
        *(
            "０２８－８７６５４３２１",
            "１３９１２３４５６７８",
            "４００－８１０－６６６６",
            "（０２８）８６６０１２３４",
        ),
    ],
)
def test_telephone_numbers_in_the_usual_shapes_are_found(number: str) -> None:
    assert personal.mask(f"咨询：{number}，欢迎来电") == "咨询：[电话]，欢迎来电"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("ＴＥＬ13800138000", "ＴＥＬ[电话]"),
        ("电话．13800138000", "电话．[电话]"),
        ("号：Ａ11010519491231002X", "号：Ａ[身份证号]"),
        ("邮箱＿a@b.cn", "邮箱＿[邮箱]"),
        ("（联系人＋a@b.cn）", "（联系人＋[邮箱]）"),
        ("邮箱ｔｚｂ＠ａ．ｃｎ，电话＋８６１３９１２３４５６７８", "邮箱[邮箱]，电话[电话]"),
        ("项目编号１１０１０５１９４９１２３１００２１", "项目编号１１０１０５１９４９１２３１００２１"),
    ],
)
def test_full_width_letters_and_signs_before_personal_data_do_not_hide_it(text: str, masked: str) -> None:
    assert personal.mask(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        # Lines of pages of 2015 to 2018.
        ("联系电话：010-65937011、65937010,传真：010-59194075 QQ群", "联系电话：[电话]、[电话],传真：[电话] QQ群"),
        ("研招办：023-62650942,62652644", "研招办：[电话],[电话]"),
        ("联系电话：23130060 23130045", "联系电话：[电话] [电话]"),
        ("网反映（联系电话：23130060、23130045）。", "网反映（联系电话：[电话]、[电话]）。"),
        # The other shapes of a list, a range, and extensions.
        ("咨询0831-8201234/8201235/8201236", "咨询[电话]/[电话]/[电话]"),
        ("咨询010-65937001-65937010", "咨询[电话]-[电话]"),
        ("咨询０１０－６５９３７０１１、６５９３７０１０", "咨询[电话]、[电话]"),
        ("咨询13800138000或8201234", "咨询[电话]或[电话]"),
        ("咨询010-65937011转8001，65937010 转分机 12。", "咨询[电话]，[电话]。"),
        ("咨询400-810-6666转2", "咨询[电话]"),
        ("电话8201234-801", "电话[电话]"),
        # Days, sums and other numbers behind a telephone number stay, and so does a number without a label.
        ("电话：010-65937011 20190321发布", "电话：[电话] 20190321发布"),
        ("电话：010-65937011,12000000元", "电话：[电话],12000000元"),
        ("编号8201234，热线12345", "编号8201234，热线12345"),
    ],
)
def test_each_number_of_a_list_is_masked(text: str, masked: str) -> None:
    assert personal.mask(text) == masked


@settings(max_examples=60)
@given(st.text(alphabet="统战0123456789Xx@.-abc() ", max_size=80))
def test_what_was_masked_holds_nothing_that_is_found(text: str) -> None:
    assert not [span for span in personal.find(personal.mask(text)) if span.kind != "phone"]


@settings(max_examples=60)
@given(st.text(alphabet="统战部会议。，\n#…{ ab", max_size=200))
def test_signals_are_shares_or_counts(text: str) -> None:
    found = signals.measure(document(text))
    counts = {"lines", "line_length", "function_words", "id_numbers", "phones", "emails", "hashes"}
    assert set(found) == set(signals.SIGNALS) - {"tokens"}
    assert all(0 <= value <= 1 for name, value in found.items() if name not in counts)


def test_signals_of_a_text_that_repeats_itself() -> None:
    line = "各界人士围绕中心服务大局献计出力"
    found = signals.measure(document(f"{line}\n{line}\n{line}\n另有一行。"))
    assert found["duplicate_lines"] == 0.5
    assert found["duplicate_line_characters"] == round(32 / 53, 4)
    assert found["ended_lines"] == 0.25
    assert found["duplicate_10grams"] > 0.5


def test_tokens_are_counted_by_the_tokenizer_that_is_named(layout: Layout, tmp_path: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers", reason="pip install tokenizers")
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))  # noqa: S106
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Split("", "isolated")
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    out = tmp_path / "out.jsonl"
    assert export(layout, out, "--signals", "--tokenizer", str(tmp_path / "tokenizer.json")).returncode == 0
    assert all(row["signal_tokens"] > 0 for row in rows(out))


def test_a_pipe_that_closes_early_is_no_error(layout: Layout) -> None:
    command = (
        f"{sys.executable} -m crawler.cli --data {layout.root} --sites {layout.root} export --format jsonl --out -"
    )
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | head -n 1 | wc -l; echo ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.stdout.split()[0] == "1"
    assert "Traceback" not in done.stderr


def test_an_overlap_needs_a_text_of_eight_characters(tmp_path: Path) -> None:
    (tmp_path / "short.txt").write_text("统战\n\n会议\n", "utf-8")
    with pytest.raises(UsageError, match="holds no text of 8 characters"):
        overlap.read(tmp_path / "short.txt")
    (tmp_path / "broken.jsonl").write_text('{"txt": 1}\n', "utf-8")
    with pytest.raises(UsageError, match="line 1 is not a JSON object with a column text"):
        overlap.read(tmp_path / "broken.jsonl")


def test_the_manual_has_every_signal() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "corpus.md").read_text("utf-8")
    table = [f"| `{name}` | {signal.meaning} | {signal.like} |" for name, signal in signals.SIGNALS.items()]
    assert "\n".join(table) in manual


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_places_and_organisations_are_columns_where_asked_for(layout: Layout, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"out.{form}"
    assert export(layout, out, "--mentions", form=form).returncode == 0
    read = {
        "jsonl": lambda: pd.read_json(out, lines=True),
        "csv": lambda: pd.read_csv(out, encoding="utf-8-sig"),
        "parquet": lambda: pd.read_parquet(out),
    }
    frame = read[form]()
    assert {"places", "organisations", "mentions"} <= set(frame.columns)
    assert len(frame) == COUNT


def test_each_exported_mention_stands_on_its_characters(tmp_path: Path) -> None:
    item = document("昨日，市委统战部在泸县召开会议。")
    row = Rows(places={item.site: "510500"}).row(item)
    assert row["places"] == ["四川省泸州市泸县"]
    assert row["organisations"] == ["泸州市委统战部"]
    for one in row["mentions"]:
        assert row[one["part"]][one["start"] : one["end"]] == one["words"]


def test_the_manifest_names_every_option_that_shaped_the_rows(layout: Layout, tmp_path: Path) -> None:
    list_ = tmp_path / "bench.txt"
    list_.write_text("这份名单里的一句话谁都没有写过\n", "utf-8")
    shaped = ("--signals", "--mask", "--mentions", "--without-overlap", str(list_), "--split", "year", "--site", "a.cn")
    for words, stated in (
        (
            shaped,
            {
                "split": "year",
                "signals": True,
                "mask": True,
                "mentions": True,
                "without_overlap": {
                    "file": "bench.txt",
                    "sha256": "9ec328163a0577462a86ce279388af3e2d5bba14d6d043ef898903e17cd41462",
                    "passage": 20,
                },
            },
        ),
        ((), {}),
    ):
        out = tmp_path / f"out{len(words)}"
        assert export(layout, out, *words).returncode == 0
        manifest = out / "manifest.json" if words else out.with_name(f"{out.name}.manifest.json")
        assert json.loads(manifest.read_bytes())["options"] == stated
