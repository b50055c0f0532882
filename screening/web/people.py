"""Which faces the review page proposes as one person's: of adults alone, and only if the policy allows it."""

from __future__ import annotations

from collections.abc import Iterator

from screening.policy import Judgement, Verdict
from screening.run.outcome import Outcome
from screening.web.asked import ReviewError
from screening.web.review import Review

# Boxes of one face by two stages overlap at least this much.
SAME_FACE = 0.5


def proposed(review: Review) -> list[list[dict[str, int]]]:
    """Groups of open faces, each with the number of its picture and of the finding; the largest group first.

    Nothing is stored: the embeddings are forgotten when it returns.

    Raises:
        ReviewError: if the policy does not allow it, or a picture cannot be read.
    """
    if not review.run.settings.batch.group_faces:
        raise ReviewError("the policy does not allow comparing faces: group_faces in its [batch] is not true")
    from screening.faces.people import embedded, people

    places, faces = [], []
    for number, after in enumerate(review.run.outcomes(redacted=False)):
        for finding in comparable(after):
            box = after.photo.judgements[finding].finding.box
            face = embedded(review.pictures.photo(after.photo), box) if box else None
            if face is not None:
                places.append({"photo": number, "finding": finding})
                faces.append(face)
    return [[places[one] for one in group] for group in people(faces, [one["photo"] for one in places])]


def comparable(after: Outcome) -> Iterator[int]:
    """The open identifiable faces of a picture that were judged to be adults', by number; never a possible minor's."""
    if after.rejected or not after.photo.screened:
        return
    ages = [one for one in after.photo.judgements if one.finding.is_a("juvenile") or one.rule == "juvenile"]
    young = [one for one in ages if one.verdict > Verdict.CLEAR]
    if any(one.finding.box is None for one in young):
        return
    decided = {id(one) for one, _ in after.decided}
    for number, one in enumerate(after.photo.judgements):
        held = one.finding.is_a("face.identifiable") and one.verdict > Verdict.CLEAR and id(one) not in decided
        grown = any(age.finding.is_a("juvenile.face") and _same(one, age, SAME_FACE) for age in ages)
        if held and grown and not any(_same(one, age, 0.0) for age in young):
            yield number


def _same(one: Judgement, other: Judgement, least: float) -> bool:
    """Whether two findings overlap more than that."""
    here, there = one.finding.box, other.finding.box
    return here is not None and there is not None and here.iou(there) > least
