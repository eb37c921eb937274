"""The command `cundang`, its groups, and the options that many commands share."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from archive.errors import UsageError, worst
from archive.layout import Layout
from crawler.cli.folders import Folders
from crawler.messages import put

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

# The sections of `cundang --help`.
SECTIONS = {
    "Start": ("demo", "sites", "completion"),
    "Get": ("crawl", "import", "schedule"),
    "Keep": ("clean", "cluster", "store", "merge", "move", "rebuild", "verify", "repair", "forget"),
    "Find": ("status", "search", "show", "changes", "copies", "terms", "serve", "read"),
    "Export": ("export", "index"),
}


def _choose_folders(ctx: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    folders = ctx.obj if isinstance(ctx.obj, Folders) else Folders.at(None, None)
    if value is not None and parameter.name == "data":
        folders = replace(folders, layout=Layout.at(value))
    elif value is not None:
        folders = replace(folders, sites_folder=value, named=True)
    ctx.obj = folders


# The options of every command. Made once, because making an option is slow: click looks up translations.
PLACE_OPTIONS = (
    click.Option(
        ["--data", "data"],
        type=click.Path(path_type=Path, file_okay=False),
        expose_value=False,
        callback=_choose_folders,
        help="The data folder; CUNDANG_DATA or ./data when absent.",
    ),
    click.Option(
        ["--sites", "sites_folder"],
        type=click.Path(path_type=Path),
        expose_value=False,
        callback=_choose_folders,
        help="The folder of site files; CUNDANG_SITES or ./seeds/sites when absent.",
    ),
)


class Command(click.Command):
    """A command that returns its exit code. It accepts --data and --sites, too, so they may stand anywhere."""

    def __init__(self, *arguments: Any, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.params += PLACE_OPTIONS
        # Click's mark \b keeps the paragraph unfilled, so that the example can be copied.
        self.help = inspect.cleandoc(self.help or "").replace("\n\nExample: ", "\n\n\b\nExample: ")

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and exit with the code that it returns; with 2 if it left out a site file that is wrong."""
        code = super().invoke(ctx) or 0
        left_out = isinstance(ctx.obj, Folders) and ctx.obj.wrong
        ctx.exit(worst([code, UsageError.exit_code]) if left_out else code)


class Group(click.Group):
    """A group of such commands."""

    command_class = Command

    def __init__(self, *arguments: Any, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.params += PLACE_OPTIONS

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click has it
        """The commands in the order in which they were added."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands; those of the whole command line in sections."""
        width = max(map(len, self.commands))
        # Click would cut each line of help where the terminal ends.
        for section, names in (SECTIONS if ctx.parent is None else {"Commands": tuple(self.commands)}).items():
            with formatter.section(section):
                formatter.write_dl([(f"{name:{width}}", self.commands[name].get_short_help_str(200)) for name in names])


Group.group_class = Group


def day_option(name: str, of: str = "publication") -> Callable[[Decorated], Decorated]:
    """An option that is a day, month or year; `of`: what happened then."""
    which = "first" if name == "--since" else "last"
    undated = "; leaves undated documents out" if of == "publication" else ""
    return click.option(
        name, metavar="DAY", help=f"The {which} day, month or year of {of}: 2020-02-19, 2020-02, 2020{undated}."
    )


def keys(ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """The keys of site files that complete what was typed."""
    folders = ctx.find_root().obj or Folders.at(None, None)
    return sorted(path.stem for path in folders.sites_folder.glob(f"{begun}*.toml"))


json_option = click.option("--json", "json_", is_flag=True, help="One JSON object per line, on stdout.")
site_option = click.option(
    "--site", metavar="KEY", shell_complete=keys, help="Only this site: its key, or the path of its file."
)
part_option = click.option(
    "--part",
    metavar="K/N",
    help="Only one of several parts of the WARC files, for several machines: 1/8 to 8/8.",
)
site_part_option = click.option(
    "--part", metavar="K/N", help="Only one of several parts of the sites, for several machines: 1/8 to 8/8."
)
jobs_option = click.option("--jobs", type=click.IntRange(min=1), help="Worker processes; one per core when absent.")
paths_argument = click.argument(
    "paths",
    metavar="PATH...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True),
    help="Files and folders.",
)
_scheduler_option = click.option(
    "--scheduler", metavar="ADDRESS", help="A Dask scheduler, tcp://host:8786; a local one is started when absent."
)
_workers_option = click.option(
    "--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Processes of the local scheduler."
)


def cluster_options(command: Decorated) -> Decorated:
    """The options that name a Dask scheduler."""
    return _scheduler_option(_workers_option(command))


every_option = click.option("--all", "every", is_flag=True, help="All sites of the folder of site files.")
sites_argument = click.argument(
    "sites",
    metavar="[SITE...]",
    nargs=-1,
    shell_complete=keys,
    help="Site keys, or paths of site files.",
)


@click.group(cls=Group, no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cundang", message="%(package)s %(version)s")
def app() -> None:
    """存档: crawl, archive and clean Chinese public news.

    \b
    Example: cundang demo
    """  # noqa: D301 - \b is click's mark for lines that are not filled


@app.group("sites", no_args_is_help=True)
def sites_app() -> None:
    """Site files: list, add, check."""


@app.group("cluster", no_args_is_help=True)
def cluster_app() -> None:
    """Share out work with a Dask scheduler."""


@app.group("store", no_args_is_help=True)
def store_app() -> None:
    """Keep closed WARC files in a bucket, or on another disk."""


@app.group("schedule", no_args_is_help=True)
def schedule_app() -> None:
    """Crawl at the times in the site files."""


@app.command()
@click.argument("shell", metavar="SHELL", type=click.Choice(["bash", "zsh", "fish"]), help="bash, zsh or fish.")
def completion(shell: str) -> None:
    """Print a script that makes a shell complete commands, options and site keys.

    bash: write it to ~/.local/share/bash-completion/completions/cundang. zsh: to a file _cundang in a folder of $fpath.
    fish: to ~/.config/fish/completions/cundang.fish.

    Example: cundang completion bash
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    put(kind(app, {}, "cundang", "_CUNDANG_COMPLETE").source())
