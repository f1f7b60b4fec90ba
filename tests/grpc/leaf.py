"""The leaf hash of an event, computed from what a replay gives, by another hand than the register's."""

import datetime
import hashlib
import struct
import uuid

EPOCH = datetime.date(1970, 1, 1)


def leaf(event):
    days = (datetime.date.fromisoformat(event.effective_on) - EPOCH).days
    micros = event.recorded_at.seconds * 1_000_000 + event.recorded_at.nanos // 1_000
    key, commitment = event.HasField("key_id"), event.HasField("commitment")
    out = b"\x00\x01" + struct.pack(">HIiq", event.schema_version, event.version, days, micros)
    out += uuid.UUID(event.command_id).bytes
    out += struct.pack(">Bq", key, event.key_id if key else 0)
    out += struct.pack(">B", commitment) + (event.commitment if commitment else bytes(32))
    for text in (
        event.stream_type,
        event.stream,
        event.territory,
        event.event_type,
        event.organisation,
        event.actor,
    ):
        out += struct.pack(">I", len(text.encode())) + text.encode()
    payload = event.payload.encode()
    out += struct.pack(">II", len(payload), len(event.sealed)) + payload + event.sealed
    return hashlib.sha256(out).digest()
