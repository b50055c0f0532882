"""`screening labels`: makes a file of labels from a run's review, or from another tool's boxes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from screening.cli.say import print_data, say


def labels(
    source: Annotated[
        Path, typer.Argument(help="A run; a COCO file; or a folder of pictures with YOLO boxes.", show_default=False)
    ],
    out: Annotated[Path | None, typer.Option(help="File to write them to.  [default: print them]")] = None,
    names: Annotated[
        list[str] | None, typer.Option("--as", help="NAME=RULE: the rule that another tool's category stands for.")
    ] = None,
    pipeline: Annotated[str, typer.Option(help="The pipeline file, if it did not come with the program.")] = "",
) -> None:
    """Makes a file of labels, for evaluate and tune, from the decisions about a run, or from another tool's boxes.

    What a reviewer accepted, released or marked for redaction is there; an adult is not a juvenile; a picture that they
    agreed is clear shows nothing. Labels say that nothing is there, or where everything is, only if every finding of
    the rule in the picture was decided that way. An override does not say what is there, nor does a picture that was
    kept back or cleared by a release: fill those in by hand.
    """
    from screening import settings
    from screening.evaluation import sources
    from screening.evaluation.evaluate import subjects
    from screening.evaluation.labels import LabelError, table
    from screening.office.office import Office, replace_file
    from screening.pipeline_file import did_you_mean
    from screening.run.files import REPORT
    from screening.run.run import Run

    known = dict(pair.split("=", 1) for pair in names or () if "=" in pair)
    if len(known) != len(names or ()):
        raise LabelError("--as takes NAME=RULE, each name once, such as --as licence-plate=number-plate")
    there = subjects((), settings.read(pipeline or "default").policy) if known else []
    for about in known.values():
        if about not in there:
            raise LabelError(f"--as: {about!r} is neither a rule nor a kind of this policy{did_you_mean(about, there)}")
    silent = 0
    if (source / REPORT).is_file():
        run = Run.open(source, Office.here(), pipeline)
        found, silent = sources.of_review(run.outcomes(redacted=False), run.decisions.current())
    elif source.is_dir():
        found = sources.of_yolo(source, known)
    else:
        found = sources.of_coco(source, known)
    if silent:
        say(f"{silent} overrides, and pictures kept back or released, do not say what is there; fill them in")
    if not found:
        raise LabelError(f"{source}: nothing in it says what is there; decide on its findings first")
    if out is None:
        print_data(table(found))
        return
    try:
        replace_file(out, table(found))
    except OSError as error:
        raise LabelError(f"{out}: cannot be written ({error.strerror})") from error
