"""Forms of the committed sample of invented households, as requests."""

import json
import pathlib

from google.protobuf import json_format
from sne.v1 import form_pb2, registration_service_pb2 as registration

SAMPLE = pathlib.Path(__file__).parents[2] / "crates/synth/samples/lives.ndjson"


def households():
    """Households of one or more adults, each person once."""
    known = set()
    for line in SAMPLE.read_text(encoding="utf-8").splitlines():
        line = json.loads(line)
        act = line["act"].get("register")
        if act is None or line["expect"] or "applicant" not in act["form"]["identity"]:
            continue
        identity = act["form"]["identity"]
        adults = [identity["applicant"]] + [co["person"] for co in identity.get("co_applicants", [])]
        keys = {(adult[name], adult["birth_date"]) for adult in adults for name in ("surname", "birth_name") if name in adult}
        if keys & known:
            continue
        known |= keys
        yield form(act["form"]), piece(act["identity_piece"])


def form(draft):
    draft = dict(draft)
    # Years of income and expected births are judged by today's date, which the sample cannot know.
    draft.pop("resources", None)
    draft["family"] = {"situations": draft["family"]["situations"]}
    if "employment" in draft:
        draft["employment"] = {"jobs": draft["employment"]}
    return json_format.ParseDict(draft, form_pb2.Form())


def piece(draft):
    draft = {key: value for key, value in draft.items() if key != "received_on"}
    return json_format.ParseDict(draft, registration.Piece())
