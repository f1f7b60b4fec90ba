"""The golden hashes of tests/conformance/leaf.rs, computed from the table in src/leaf.rs by another hand."""

import hashlib
import struct


def leaf(texts, territory, version, schema, days, micros, command, key, commitment, payload, sealed):
    stream_type, stream, event_type, actor, organisation = texts
    out = b"\x00\x01" + struct.pack(">HIiq", schema, version, days, micros) + bytes.fromhex(command)
    out += struct.pack(">Bq", key is not None, key or 0)
    out += struct.pack(">B", commitment is not None) + (commitment or bytes(32))
    for text in (stream_type, stream, territory, event_type, organisation, actor):
        out += struct.pack(">I", len(text)) + text
    out += struct.pack(">II", len(payload), len(sealed)) + payload + sealed
    return hashlib.sha256(out).hexdigest()


TEXTS = [b"demand", b"075012600000100001", b"Registered", b"agent-7", b"org-1"]
COMMAND = "0123456789ab4def8123456789abcdef"
PAYLOAD = b'{"composition":"couple"}'

# 2026-01-21 is 20 474 days after 1970-01-01.
print(leaf(TEXTS, b"075", 1, 1, 20474, 1_769_000_000_123_456, COMMAND, 42, b"\x09" * 32, PAYLOAD, b"\x07" * 24))
print(leaf(TEXTS, b"", 2, 1, -1, -1, COMMAND, None, None, PAYLOAD, b""))
