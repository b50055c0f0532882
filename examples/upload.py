"""Uploads cleared pictures to Flickr, or to a compatible server: all of them or none, and none of them twice.

    python examples/upload.py CLEARANCE PICTURE...

The environment names the account: FLICKR_KEY, FLICKR_SECRET, FLICKR_TOKEN and FLICKR_TOKEN_SECRET. SCREENING_PIPELINE
names the policy in force. Needs `pip install requests-oauthlib`.

Every picture is uploaded with a machine tag containing its SHA-256. Before anything is sent, and again whenever a
response is lost, the account is searched for that tag: what has arrived is never sent again. Flickr's search takes a
moment to find a new picture: WAIT is how long we allow, in seconds, and what was sent in this call is remembered here.

Exits 0 where every picture is in the account, 1 where one must not go out (nothing is sent then), 2 otherwise.
"""

from __future__ import annotations

import os
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import requests
from requests_oauthlib import OAuth1

import screening
from screening.inert import inert

UPLOAD = os.environ.get("FLICKR_UPLOAD_URL", "https://up.flickr.com/services/upload/")
REST = os.environ.get("FLICKR_REST_URL", "https://api.flickr.com/services/rest/")
PIPELINE = os.environ.get("SCREENING_PIPELINE", "default")
WAIT = float(os.environ.get("UPLOAD_WAIT", "30"))
TRIES, TIMEOUT = 4, 120


class UploadError(Exception):
    """The account refused, or could not be reached."""


def main(clearance: str, *pictures: str) -> int:
    result = screening.gate(pictures, clearance, pipeline=PIPELINE)
    for checked in result.files:
        if checked.reason:
            print(inert(f"upload: {checked.path}: {checked.reason}"), file=sys.stderr)
    if not result:
        return result.exit_code
    names = ("FLICKR_KEY", "FLICKR_SECRET", "FLICKR_TOKEN", "FLICKR_TOKEN_SECRET")
    try:
        auth = OAuth1(*(os.environ[name] for name in names))
    except KeyError as error:
        raise UploadError(f"set {error.args[0]} to the account's") from error
    numbers: dict[str, str] = {}
    for picture in pictures:
        # checked again, one by one, keeping the bytes: what is sent is what was checked, whatever is on disk now
        again = screening.gate([picture], clearance, pipeline=PIPELINE, keep=True)
        (checked,) = again.files
        if not again or checked.data is None:
            print(inert(f"upload: {picture}: {checked.reason}"), file=sys.stderr)
            return again.exit_code
        if checked.sha256 not in numbers:
            numbers[checked.sha256] = send(checked.data, Path(picture).name, checked.sha256, auth)
        print(inert(f"{picture}: photo {numbers[checked.sha256]}"))
    return 0


def send(data: bytes, name: str, sha256: str, auth: OAuth1) -> str:
    """The picture's number in the account; it is sent only if it is not there yet."""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(WAIT)
        try:
            return find(sha256, auth) or upload(data, name, sha256, auth)
        except (requests.ConnectionError, requests.Timeout):
            print(inert(f"upload: {name}: no answer; asking whether it arrived"), file=sys.stderr)
    raise UploadError(f"{name}: no answer in {TRIES} tries; run this again later")


def find(sha256: str, auth: OAuth1) -> str:
    """The number of the picture in the account, or ""."""
    query = {
        "method": "flickr.photos.search",
        "user_id": "me",
        "machine_tags": f"screening:sha256={sha256}",
        "format": "json",
        "nojsoncallback": "1",
    }
    answer = requests.get(REST, params=query, auth=auth, timeout=TIMEOUT)
    if answer.status_code != 200:
        raise UploadError(f"the account cannot be asked what it holds (HTTP {answer.status_code})")
    try:
        photos = answer.json()["photos"]["photo"]
        return str(photos[0]["id"]) if photos else ""
    except (ValueError, LookupError, TypeError) as error:
        raise UploadError("the account does not say what it holds, or not as Flickr does") from error


def upload(data: bytes, name: str, sha256: str, auth: OAuth1) -> str:
    """Sends the picture, not yet public, and returns its number."""
    fields = {"title": Path(name).stem, "tags": f"screening:sha256={sha256}", "is_public": "0"}
    # Flickr requires every field but the picture to be signed; a multipart body is not, so the fields are signed
    # separately.
    signed = requests.Request("POST", UPLOAD, data=fields, auth=auth).prepare()
    answer = requests.post(
        UPLOAD,
        data=fields,
        files={"photo": (name, data)},
        headers={"Authorization": signed.headers["Authorization"]},
        timeout=TIMEOUT,
    )
    if answer.status_code != 200:
        raise UploadError(f"{name}: the account refused it (HTTP {answer.status_code})")
    try:
        response = ElementTree.fromstring(answer.content)
    except ElementTree.ParseError as error:
        raise UploadError(f"{name}: the account answers, but not as Flickr does; run this again later") from error
    number = response.findtext("photoid")
    if response.get("stat") != "ok" or not number:
        raise UploadError(f"{name}: the account refused it")
    return number


if __name__ == "__main__":
    if len(sys.argv) < 3:
        print("upload: usage: upload.py CLEARANCE PICTURE...", file=sys.stderr)
        raise SystemExit(2)
    try:
        raise SystemExit(main(*sys.argv[1:]))
    except (UploadError, screening.ScreeningError, requests.RequestException) as error:
        print(inert(f"upload: {error}"), file=sys.stderr)
        raise SystemExit(2) from None
