"""Calling the register: channels, callers, and refusals with their details."""

import functools
import os
import subprocess
import time
import uuid

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from sne.v1 import (
    administration_service_pb2_grpc,
    audit_service_pb2_grpc,
    command_service_pb2_grpc,
    dalo_service_pb2_grpc,
    follow_up_service_pb2_grpc,
    infocentre_service_pb2_grpc,
    registration_service_pb2_grpc,
    separation_service_pb2_grpc,
    shared_management_service_pb2_grpc,
    territory_service_pb2_grpc,
)

# Every reason that a server's answer named, over the whole run.
seen = set()


@functools.cache
def _token(period, *who):
    return subprocess.run([os.environ["SNE"], "token", *who], check=True, capture_output=True, text=True).stdout.strip()


def metadata(organisation, desk=None, agent="client-01"):
    """The token of an agent, as `sne token` makes it for the server's data folder. It is used well within its life."""
    who = ["--organisation", organisation, "--agent", agent] + (["--desk", desk] if desk else [])
    return [("authorization", "Bearer " + _token(time.monotonic() // 300, *who))]


class Caller:
    """An agent at a desk: every method of every service, with his token."""

    def __init__(self, channel, *who):
        self.who = who
        self.stubs = [
            registration_service_pb2_grpc.RegistrationServiceStub(channel),
            follow_up_service_pb2_grpc.FollowUpServiceStub(channel),
            dalo_service_pb2_grpc.DaloServiceStub(channel),
            separation_service_pb2_grpc.SeparationServiceStub(channel),
            infocentre_service_pb2_grpc.InfocentreServiceStub(channel),
            shared_management_service_pb2_grpc.SharedManagementServiceStub(channel),
            territory_service_pb2_grpc.TerritoryServiceStub(channel),
            administration_service_pb2_grpc.AdministrationServiceStub(channel),
            audit_service_pb2_grpc.AuditServiceStub(channel),
            command_service_pb2_grpc.CommandServiceStub(channel),
        ]

    @property
    def metadata(self):
        return metadata(*self.who)

    def __getattr__(self, method):
        call = next(getattr(stub, method) for stub in self.stubs if hasattr(stub, method))
        return lambda request, timeout=20, **more: call(request, timeout=timeout, metadata=self.metadata, **more)


class Refusal:
    """What a refused call says: code, reason, variables, violations, the French sentence, when to try again."""

    def __init__(self, error):
        self.code = error.code()
        status = rpc_status.from_call(error)
        assert status is not None, f"{error.code()} without details: {error.details()}"
        found = {}
        for detail in status.details:
            kind = detail.type_url.rsplit("/", 1)[1]
            assert kind not in found, f"{kind} twice"
            found[kind] = detail
        info = self._unpack(found["google.rpc.ErrorInfo"], error_details_pb2.ErrorInfo())
        assert info.domain == "sne"
        self.reason, self.variables = info.reason, dict(info.metadata)
        french = self._unpack(found["google.rpc.LocalizedMessage"], error_details_pb2.LocalizedMessage())
        assert french.locale == "fr-FR" and french.message.endswith("."), french
        self.french = french.message
        self.violations = {}
        if "google.rpc.BadRequest" in found:
            bad = self._unpack(found["google.rpc.BadRequest"], error_details_pb2.BadRequest())
            self.violations = {violation.field: violation.reason for violation in bad.field_violations}
        self.retry = "google.rpc.RetryInfo" in found
        seen.add(self.reason)

    @staticmethod
    def _unpack(detail, message):
        assert detail.Unpack(message)
        return message


def refused(call, reason, code):
    """Runs a call that must be refused for this reason."""
    try:
        answer = call()
        # A stream is refused when it is read.
        if hasattr(answer, "__next__"):
            list(answer)
    except grpc.RpcError as error:
        refusal = Refusal(error)
        assert refusal.reason == reason, f"{refusal.reason} {refusal.violations} instead of {reason}"
        assert refusal.code == code, f"{refusal.code} for {reason}"
        return refusal
    raise AssertionError(f"not refused: {reason} expected")


def new_id():
    return str(uuid.uuid4())
