"""The door of every service: who calls, broken messages, health, reflection, and a polite end."""

import base64
import json
import os
import signal
import sys
import threading

import grpc
from grpc import StatusCode as Code
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from sne.v1 import audit_service_pb2 as audit
from sne.v1 import registration_service_pb2 as r

from stage import AUDITOR, auditor, channel, registered, town
from wire import metadata, refused

SERVER = int(sys.argv[2])


def describes_itself():
    health = health_pb2_grpc.HealthStub(channel)
    names = ("Registration", "FollowUp", "Separation", "Dalo", "Territory", "Audit", "Command", "SharedManagement")
    services = [f"sne.v1.{name}Service" for name in names]
    for service in ("", *services):
        # Its views are made while it listens already.
        told = health.Watch(health_pb2.HealthCheckRequest(service=service), timeout=20)
        assert any(answer.status == health_pb2.HealthCheckResponse.SERVING for answer in told), service
        told.cancel()
    wanted = {*services, "grpc.health.v1.Health"}
    asked = reflection_pb2.ServerReflectionRequest(list_services="")
    alpha = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(iter([asked]), timeout=20)
    assert wanted <= {service.name for service in next(alpha).list_services_response.service}
    # The same messages under the name of version 1.
    v1 = channel.stream_stream(
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )(iter([asked]), timeout=20)
    assert wanted <= {service.name for service in next(v1).list_services_response.service}


def knows_who_calls():
    get = r.GetDemandRequest(number="006112600000106A10")

    def as_(entries, reason, code=Code.UNAUTHENTICATED):
        stub = town.stubs[0]
        return refused(lambda: stub.GetDemand(get, timeout=20, metadata=entries), reason, code)

    named = [("sne-organisation", "000005074"), ("sne-desk", "006G1"), ("sne-agent", "client-01")]
    as_([], "CREDENTIAL_MISSING")
    as_(named, "CREDENTIAL_MISSING")
    assert as_([("authorization", "Bearer nonsense")], "CREDENTIAL_INVALID").variables == {"fault": "MALFORMED"}
    header, claims, signature = town.metadata[0][1].removeprefix("Bearer ").split(".")
    altered = ("B" if signature[0] == "A" else "A") + signature[1:]
    forged = [("authorization", f"Bearer {header}.{claims}.{altered}")]
    assert as_(forged, "CREDENTIAL_INVALID").variables == {"fault": "SIGNATURE"}
    said = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert said["exp"] - said["iat"] == 900
    as_(town.metadata + town.metadata, "CREDENTIAL_INVALID")
    # What the token says may be said again, and nothing else.
    as_(town.metadata + named, "DEMAND_NOT_FOUND", Code.NOT_FOUND)
    for key, value in (("sne-organisation", "000005017"), ("sne-desk", "006A1"), ("sne-agent", "client-02")):
        assert as_(town.metadata + [(key, value)], "METADATA_CONTRADICTED").variables == {"key": key}
    for key, value in (("sne-organisation", "operator"), ("sne-desk", "006g1"), ("sne-agent", "someone@example.org")):
        assert as_(town.metadata + [(key, value)], "METADATA_MALFORMED").variables == {"key": key}
    as_(town.metadata + [("sne-desk", "006G1"), ("sne-desk", "006G1")], "METADATA_MALFORMED")
    as_(metadata("732829320", "006A1"), "UNKNOWN_ORGANISATION", Code.PERMISSION_DENIED)
    as_(metadata("000005017", "006B1"), "UNKNOWN_DESK", Code.PERMISSION_DENIED)
    as_(metadata("000005017"), "UNKNOWN_DESK", Code.PERMISSION_DENIED)
    as_(metadata("000005041", "006D3"), "DESK_CLOSED", Code.PERMISSION_DENIED)
    as_(metadata(AUDITOR), "NOT_A_REGISTERING_SERVICE", Code.PERMISSION_DENIED)


def survives_bad_messages():
    def raw(payload, path="/sne.v1.RegistrationService/GetDemand", **more):
        call = channel.unary_unary(path, request_serializer=bytes, response_deserializer=bytes)
        return lambda: call(payload, timeout=20, metadata=town.metadata, **more)

    refused(raw(b"\xff\xff\xff"), "MALFORMED_MESSAGE", Code.INVALID_ARGUMENT)
    refused(raw(b"\x0a\x02\xc3\x28"), "MALFORMED_MESSAGE", Code.INVALID_ARGUMENT)
    refused(raw(b"\x0a\xff\xff\xff\xff\x07"), "MALFORMED_MESSAGE", Code.INVALID_ARGUMENT)
    refused(raw(b"\x0a" + b"\x80\x80\x20" + bytes(512 * 1024)), "MESSAGE_TOO_LARGE", Code.RESOURCE_EXHAUSTED)
    zeros = bytes(100_000)
    refused(raw(zeros, compression=grpc.Compression.Gzip), "COMPRESSION_UNSUPPORTED", Code.UNIMPLEMENTED)
    refused(raw(b"", path="/sne.v1.RegistrationService/EraseEverything"), "UNKNOWN_METHOD", Code.UNIMPLEMENTED)
    refused(raw(b"", path="/sne.v1.NoService/Call"), "UNKNOWN_METHOD", Code.UNIMPLEMENTED)
    # Fields of a later version are no fault.
    _, answer = registered()
    unknown = r.GetDemandRequest(number=answer.number).SerializeToString() + b"\xfa\x3e\x03abc"
    assert raw(unknown)()
    too_deep = b""
    for _ in range(200):
        too_deep = b"\x0b" + too_deep + b"\x0c"
    refused(raw(too_deep), "MALFORMED_MESSAGE", Code.INVALID_ARGUMENT)


def stops_politely():
    """Told to stop, the server ends its followers with a reason and those who watch its health, and is gone soon."""
    watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(service=""), timeout=60)
    assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
    head_position = list(auditor.ReplayLog(audit.ReplayLogRequest()))[-1].head_position
    stream = auditor.FollowLog(audit.FollowLogRequest(after_position=head_position), timeout=60)
    stream.initial_metadata()
    threading.Timer(0.2, os.kill, (SERVER, signal.SIGTERM)).start()
    refusal = refused(lambda: stream, "SHUTTING_DOWN", Code.UNAVAILABLE)
    assert refusal.retry
    told = [answer.status for answer in watch]
    assert told == [health_pb2.HealthCheckResponse.NOT_SERVING], told


CHECKS = (describes_itself, knows_who_calls, survives_bad_messages)
