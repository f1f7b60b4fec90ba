"""One call over TLS, with a client certificate or without: prints the reason of the refusal, as a JSON list.

Arguments: address, the server's authority, a certificate with its key in one file or `-`, then metadata as KEY=VALUE.
"""

import json
import pathlib
import sys

import grpc
from sne.v1 import registration_service_pb2, registration_service_pb2_grpc

from wire import Refusal

address, authority, shown = sys.argv[1:4]
metadata = [tuple(entry.split("=", 1)) for entry in sys.argv[4:]]
own = None if shown == "-" else pathlib.Path(shown).read_bytes()
credentials = grpc.ssl_channel_credentials(pathlib.Path(authority).read_bytes(), own, own)
with grpc.secure_channel(address, credentials, [("grpc.ssl_target_name_override", "localhost")]) as channel:
    stub = registration_service_pb2_grpc.RegistrationServiceStub(channel)
    nobody = registration_service_pb2.GetDemandRequest(number="006112600000106A10")
    try:
        stub.GetDemand(nobody, timeout=20, metadata=metadata)
    except grpc.RpcError as error:
        print(json.dumps([Refusal(error).reason]))
