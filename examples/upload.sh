#!/usr/bin/env bash
# Uploads pictures that were cleared, all or none: copies them, asks the gate about the copies, and uploads the copies.
#
#     UPLOAD="my-uploader --album 7" examples/upload.sh CLEARANCE PICTURE...
#
# UPLOAD is the command that uploads one picture; its path is added at the end. Because the copies are what is checked
# and what is uploaded, it does not matter if somebody changes a picture in between. Exits as the gate does: 1 where a
# picture must not go out, 2 where the gate cannot tell. SCREENING_PIPELINE names the policy in force.
set -euo pipefail
umask 077
if [ "$#" -lt 2 ] || [ -z "${UPLOAD:-}" ]; then
    echo "upload.sh: usage: UPLOAD=command upload.sh CLEARANCE PICTURE..." >&2
    exit 2
fi
clearance=$1
shift
copies=$(mktemp -d)
trap 'rm -rf "$copies"' EXIT
for picture in "$@"; do
    place=$(mktemp -d "$copies/XXXXXXXX") # a folder each: two pictures may have one name
    cp -- "$picture" "$place/" || exit 2
done
screening gate --clearance "$clearance" --pipeline "${SCREENING_PIPELINE:-default}" -- "$copies"/*/*
for copy in "$copies"/*/*; do
    $UPLOAD "$copy"
done
