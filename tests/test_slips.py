"""Sixty mistakes of users: each gives its exit code and a helpful message, and never a traceback."""

from __future__ import annotations

import os
import shlex
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler.cli import main

PAGE = "<title>会议</title><h1>会议召开</h1><p>" + "统战部召开会议，传达学习精神，研究部署工作。" * 8 + "</p>"
SITE = 'name = "统战部"\nhosts = ["a.cn"]\n[crawl]\nstart = ["http://a.cn/"]\n'
FILES = {
    "a/1.html": PAGE,
    "sites/xatzb.toml": SITE,
    "typo.toml": SITE.replace("[crawl]", "[crawl]\ndealy = 3"),
    "no-toml.toml": "not toml [",
    "twin.toml": SITE,
    "never.toml": SITE.replace("[crawl]", 'schedule = "0 3 31 2 *"\n[crawl]'),
}
Run = Callable[[str], tuple[int, str, str]]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("slips")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def run(house: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run the command line in this process, as `cundang` does."""
    for name in [name for name in os.environ if name.startswith("CUNDANG_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(house)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def run(line: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["cundang", *shlex.split(line)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capfd.readouterr()
        return int(end.value.code or 0), out, err

    if not (house / "data").exists():
        assert run("import a")[0] == 0
    yield run
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        # Names that are mistyped.
        ("serch 会议", 2, "Did you mean one of: 'search'"),
        ("sites ad", 2, "Did you mean 'add'?"),
        ("search 会议 --sine 2020", 2, "'--since'"),
        (
            "search -- 会议 --facets",
            2,
            "--facets stands behind `--`, where only words of the query stand. Put it before.",
        ),
        ("search 会议 -疫情", 0, "documents"),
        ("search 会议 -site:nobody --limit 1", 0, "documents"),
        ("rebuild --corps", 2, "'--corpus'"),
        ("crawl xatzb -m 5", 2, "No such option '-m'"),
        ("crawl xatbz --sites sites", 2, "xatbz: no such site; is xatzb meant?"),
        ("cluster crawl xatbz --sites sites", 2, "xatbz: no such site; is xatzb meant?"),
        ("crawl all --sites sites", 2, "cundang crawl --all"),
        ("cluster crawl --sites sites", 2, "Name one or more sites, or give --all."),
        ("crawl http://a.cn/ --sites sites", 2, "Its site is here: xatzb"),
        ("crawl a.cn --sites sites", 2, "Its site is here: xatzb"),
        ("status --data .", 2, "Is this one meant? --data data"),
        ("search 会议 --data data/warc", 2, "Is this one meant? --data data"),
        ("status --site xatbz --sites sites", 2, "is xatzb meant?"),
        ("crawl sctyzx", 2, "There is no folder seeds/sites; to get site files: cundang sites copy"),
        ("sites copy nobody", 2, "nobody: no such site. cundang comes with: acfic, "),
        ("schedule history --site nobody", 2, "nobody: no such site"),
        ("changes --site nobody", 2, "nobody: no such site"),
        ("clean --site nobody", 2, "nobody: no such site"),
        ("export --format csv --out x.csv --site nobody", 2, "there is no site 'nobody'"),
        (
            "export --format csv --out x.csv --flag nonsense",
            2,
            "no flag 'nonsense'. Name one of: content_farm",
        ),
        ("export --format csv --out x.csv --kind artikel", 2, "'artikel' is no kind. Name one of: article"),
        ("export --format csv --out x.csv --place 99", 2, "no site file has the place '99'"),
        ("export --format csv --out x.csv --place 四川", 2, "no site file has the place '四川'. Give a name"),
        ("export --format csv --out x.xlsx", 2, "--format csv makes no .xlsx file. Name another --out, such as x.csv."),
        ("export --format parquet --out x.csv", 2, "such as x.parquet, or give --format csv."),
        ("export --format jsonl --out x.csv.gz", 2, "such as x.jsonl, or give --format csv."),
        ("crawl", 2, "Name one or more sites, or give --all."),
        ("export --format json --out x.json", 2, "is not one of 'jsonl'"),
        ("search 会议 --order newest", 2, "Name one of: new, old, relevance"),
        ("search 会议 --histogram week", 2, "Name one of: year, month, day"),
        ("completion tcsh", 2, "'bash', 'zsh', 'fish'"),
        # Invalid numbers and days.
        ("search 会议 --limit 0", 2, "not in the range"),
        ("search 会议 --since yesterday", 2, "Write it as 2020-02-19, 2020-02 or 2020"),
        ("search 会议 --since 2020-13", 2, "not a day, month or year"),
        ("search 会议 --since 2022 --until 2020", 2, "Give the earlier one to --since"),
        ("changes --since 2020/01/02", 2, "not a day, month or year"),
        ("crawl xatzb --sites sites --max-pages 0", 2, "not in the range"),
        ("clean --jobs 0", 2, "not in the range"),
        ("schedule due --at-once 0", 2, "not in the range"),
        ("schedule run --metrics 99999", 2, "65535"),
        ("serve --port 0", 2, "not in the range"),
        # Paths that do not exist, or are of the wrong kind.
        ("--data nowhere verify", 2, "nowhere: no such data folder. Name it with --data or CUNDANG_DATA"),
        ("status --data nowhere", 2, "no such data folder"),
        ("clean --data nowhere", 2, "no such data folder"),
        ("search 会议 --data nowhere", 2, "no such data folder"),
        ("forget http://a.cn/ --data nowhere", 2, "no such data folder"),
        ("status --data a/1.html", 2, "'a/1.html' is a file"),
        ("sites list", 2, "no such folder of site files"),
        ("sites check --sites nowhere", 2, "no such folder of site files"),
        ("sites check --sites a", 2, "a: holds no site file"),
        ("schedule list --sites sites", 0, "No site file of sites has a schedule"),
        ("crawl nofile.toml", 2, "nofile.toml: cannot be read"),
        ("import nofile", 2, "'nofile' does not exist"),
        ("import data", 2, "is in the archive already"),
        ("import sites", 2, "sites: no file that can be imported: name WARC, ARC or WACZ files, saved pages or texts"),
        ("sites check xatzb --sites sites", 0, "xatzb: valid"),
        ("sites check xatbz --sites sites", 2, "xatbz: no such site; is xatzb meant?"),
        ("read data", 2, "WARC files are read by: cundang import"),
        ("verify nofile.warc.gz", 2, "nofile.warc.gz: no such file"),
        (
            "show http://nowhere.cn/",
            2,
            "no document or capture has this id or address. Try: cundang search url:http://nowhere.cn/",
        ),
        ("show 1", 2, "Try: cundang search"),
        ("export --format jsonl --out a", 2, "a: is a folder"),
        ("export --format hf --out a/1.html", 2, "or give --force"),
        ("export --format jsonl --out /dev/null", 2, "is a device"),
        ("index --out a", 2, "Name a new folder with --out"),
        ("demo --folder a", 2, "Name another one with --folder"),
        ("schedule export --cron --out a/1.html/x", 1, "Check the disk and the permissions"),
        # Site files and addresses.
        ("crawl typo.toml", 2, "The nearest known key is `crawl.delay`"),
        ("crawl no-toml.toml", 2, "Correct that line"),
        ("crawl twin.toml --sites sites", 2, "a.cn stands in two site files, twin and xatzb. Name it in one."),
        ("crawl http://b.cn/ --sites sites", 2, "Write a file for its site: cundang sites add http://b.cn/"),
        ("crawl xatzb --sites sites", 2, "Set it to a mail address or a web page of yours"),
        ("sites add notaurl --sites sites", 2, "Give the address of a site's home page"),
        ("sites add ftp://a.cn/ --sites sites", 2, "is not an http(s) address"),
        ("sites add http://a.cn/ --sites sites", 2, "is already in the site file xatzb"),
        ("clean --rules typo.toml", 2, "give --dry-run with it"),
        ("forget notaurl", 2, "is not a URL. Give it whole"),
        ("forget 'http://*/x' --dry-run", 2, "name the host"),
        ("forget http://a.cn/x --undo", 2, "See: cundang forget --list"),
        # Options that exclude or need each other.
        ("forget", 2, "or give --list"),
        ("forget http://a.cn/ --erase", 2, "give --yes"),
        ("clean --all --stale", 2, "Give one"),
        ("schedule export", 2, "Name one: --systemd, --cron, --prometheus or --container"),
        ("schedule export --cron --systemd", 2, "Name one: --systemd, --cron, --prometheus or --container"),
        ("export --format jsonl", 2, "Missing option '--out'"),
        ("export --format parquet --out -", 2, "jsonl and csv go to stdout"),
        ("export --format text --out x.gz", 2, "pack the file afterwards"),
        ("export --format bag --out bag --since 2020", 2, "with --site or --place alone"),
        ("repair data/warc --from a/1.html", 2, "Name that file alone"),
        ("serve --host 0.0.0.0", 2, "Add --open-to-network if you mean it"),
        ("search '会议 OR'", 2, "Write it between two words"),
        ("import", 2, "Missing argument 'PATH...'"),
    ],
)
def test_a_mistake_is_reported_with_its_cure(run: Run, line: str, code: int, said: str) -> None:
    ended, out, err = run(line)
    assert (ended, said in out + err) == (code, True), f"exit {ended}: {out}{err}"


@pytest.mark.parametrize("line", ["--data {0} status", "status --data {0}", "status --data={0}"])
def test_the_data_folder_may_stand_anywhere_on_the_line(run: Run, house: Path, line: str) -> None:
    ended, out, _ = run(line.format(house / "data"))
    assert (ended, out.split()[:3]) == (0, ["_import", "1", "documents"])


def test_an_option_of_a_command_wins_over_one_of_the_whole(run: Run) -> None:
    assert run("--sites nowhere sites --sites nowhere list --sites sites")[1].startswith("xatzb ")
    assert run("--sites sites sites list --sites nowhere")[0] == 2


def test_the_version_and_what_completes_a_line(run: Run) -> None:
    assert run("--version")[:2] == (0, "cundang 0.1.0\n")
    assert "_CUNDANG_COMPLETE=zsh_complete" in run("completion zsh")[1]


def test_keys_of_site_files_are_completed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_CUNDANG_COMPLETE", "zsh_complete")
    monkeypatch.setenv("COMP_WORDS", "cundang --sites sites crawl xa")
    monkeypatch.setenv("COMP_CWORD", "4")
    assert "xatzb" in run("")[1]


def test_a_page_is_kept_as_a_test_of_its_rules(run: Run, house: Path) -> None:
    url = "http://b.cn/xw/1.html"
    (house / "kept").mkdir(exist_ok=True)
    (house / "kept" / "1.html").write_text(PAGE.replace("会议召开", "规则试读"), encoding="utf-8")
    (house / "kept" / "meta.json").write_text(f'{{"url": "{url}", "captured": "2024-01-01T00:00:00Z"}}', "utf-8")
    rules = house / "rules"
    rules.mkdir(exist_ok=True)
    (rules / "b.toml").write_text(SITE.replace("a.cn", "b.cn"), encoding="utf-8")
    assert run("--data kept-data import kept")[0] == 0
    assert run("sites test --sites rules") == (0, "", "sites test: 0 pages, 0 differ\n")
    assert run(f"--data kept-data --sites rules sites fixture {url}")[0] == 0
    assert run("sites test b --sites rules") == (0, "", "sites test: 1 pages, 0 differ\n")
    (rules / "b.toml").write_text(SITE.replace("a.cn", "b.cn") + '[[read]]\nsource = "h1"\n', encoding="utf-8")
    ended, out, err = run("sites test --sites rules")
    assert (ended, "+ source: 规则试读" in out) == (1, True), out + err
    assert "no such site" in run("sites test nobody --sites rules")[2]
    assert "no site file of sites names its host" in run(f"sites fixture {url} --sites sites")[2]


def test_site_files_that_come_along_are_copied_and_nothing_is_overwritten(run: Run, house: Path) -> None:
    mine = house / "copied" / "sctyzx.toml"
    mine.parent.mkdir(exist_ok=True)
    mine.write_text(SITE, encoding="utf-8")
    assert "sites copied, 1 were there" in run("sites copy --sites copied")[2].replace("site files", "sites")
    assert mine.read_text("utf-8") == SITE
    assert run("sites check --sites copied")[0] == 0
    assert "is sctyzx or" in run("sites copy sctyz --sites copied")[2]
    ended, _, said = run(f"sites copy sctyzx --sites {Path(__file__).parents[1] / 'seeds' / 'sites'}")
    assert (ended, said.partition(": ")[2]) == (0, "0 site files copied, 1 were there and stay as they are\n"), (
        "in a clone they are there"
    )


def test_imported_pages_are_chosen_by_their_host_and_those_without_a_document_are_told(house: Path, run: Run) -> None:
    long = "".join(
        f"<p>第{n}次会议。" + "统战部召开会议，传达学习精神，研究部署工作。" * 50 + "</p>" for n in range(1000)
    )
    for host, html in (("one", PAGE), ("four", PAGE), ("two", PAGE.replace("统战部", "侨联统一战线")), ("three", long)):
        folder = house / "web" / host
        folder.mkdir(parents=True)
        (folder / "page.html").write_text(html, encoding="utf-8")
        (folder / "meta.json").write_text(f'{{"url": "http://www.{host}.example/1.html"}}', encoding="utf-8")
    code, _, err = run("--data web-data import web")
    assert (code, err.splitlines()[-1]) == (
        0,
        "pages without a document: too_large 1. To list them: cundang status --skips",
    )
    said = "http://www.three.example/1.html  1107890 characters of text, read are at most 1000000"
    assert run("--data web-data status --skips")[1].split(None, 1) == ["too_large", f"{said}\n"]
    assert run("--data web-data status --skips --site www.one.example")[1] == ""
    assert "1107890 characters of text" in run("--data web-data show http://www.three.example/1.html")[1]
    assert run("--data web-data status --site www.one.example")[1].startswith("www.one.example           1 documents")
    assert run("--data web-data changes --site www.one.example")[0] == 0
    assert "www.one.example" in run("--data web-data copies --site www.one.example")[1]
    assert run("--data web-data copies --site www.three.example")[1] == ""
    assert [
        run(f"--data web-data terms --term 统一战线 --site www.{one}.example")[1].split()[:1] for one in ("one", "two")
    ] == [
        [],
        ["1"],
    ]
    made = run("--data web-data clean --all --json --site www.two.example")[1]
    assert (run("--data web-data clean --site www.nobody.example")[0], made.count("\n")) == (2, 1)
    # A site file chooses them by its key.
    (house / "web-sites").mkdir()
    (house / "web-sites/imp.toml").write_text(SITE.replace("a.cn", "www.two.example"), encoding="utf-8")
    made = run("--data web-data --sites web-sites clean --all --json --site imp")[1]
    assert made.count("\n") == 1
