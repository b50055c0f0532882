"""`screening watch`: screens whatever is dropped into a folder, all day."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from screening.cli.say import print_line, say
from screening.cli.scan import PipelineFile


def watch(
    inbox: Annotated[Path, typer.Argument(metavar="IN", help="The folder to watch.", show_default=False)],
    found_nothing: Annotated[
        Path, typer.Option(help="Where pictures go in which nothing was found.", show_default=False)
    ],
    held: Annotated[Path, typer.Option(help="Where all others go.", show_default=False)],
    wait: Annotated[float, typer.Option(min=0.1, help="Seconds for which a file must not have changed.")] = 5.0,
    runs: Annotated[
        Path | None, typer.Option(help="Where the runs are kept.  [default: watched, in the office's own folder]")
    ] = None,
    pipeline: PipelineFile = "default",
    purpose: Annotated[str, typer.Option(help="The policing purpose that the pictures serve.")] = "",
    not_a_scene: Annotated[bool, typer.Option("--not-a-scene", help="Declare that none shows a scene.")] = False,
    jobs: Annotated[int, typer.Option(min=0, help="Photos screened in parallel; 0 is one per core.")] = 0,
) -> None:
    """Screens each picture that is dropped into a folder once it is whole, and moves it by what was found.

    A picture goes to --found-nothing only if nothing was found in it, with its sidecars, never over another file; all
    others go to --held. Keeps a run of each burst of pictures, with a line to the office's audit log: screening review
    and screening clear go on from there. Nothing in --found-nothing is cleared: it goes out through screening gate.
    Ctrl-C or SIGTERM stops it; the next start completes what was broken off.
    """
    import signal

    from screening.office.office import Office
    from screening.watch.folders import Folders
    from screening.watch.watch import Watch

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    folders = Folders(
        inbox=inbox, found_nothing=found_nothing, held=held, kept=runs or Office.here().folder / "watched"
    )
    scene = not not_a_scene
    watcher = Watch(
        folders=folders, pipeline=pipeline, wait=wait, purpose=purpose, scene=scene, jobs=jobs, tell=print_line
    )
    before = signal.signal(signal.SIGTERM, stop)
    try:
        watcher()
    except KeyboardInterrupt:
        say("stopped; the next start goes on from here")
    finally:
        signal.signal(signal.SIGTERM, before)
