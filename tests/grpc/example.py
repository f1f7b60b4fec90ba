"""The smallest client: reads a demand as an agent of its territory.

Arguments: address of the server, SIREN/DESK/agent, unique number. Try it against `make demo`.
"""

import sys

import grpc
from sne.v1 import registration_service_pb2, registration_service_pb2_grpc

address, actor, number = sys.argv[1:4]
organisation, desk, agent = actor.split("/")
metadata = [("sne-organisation", organisation), ("sne-desk", desk), ("sne-agent", agent)]

with grpc.insecure_channel(address) as channel:
    stub = registration_service_pb2_grpc.RegistrationServiceStub(channel)
    print(stub.GetDemand(registration_service_pb2.GetDemandRequest(number=number), timeout=10, metadata=metadata))
