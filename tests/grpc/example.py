"""The smallest client: reads a demand as an agent of its territory.

Arguments: address of the server, a token (`sne token`), unique number. Try it against `make demo`.
"""

import sys

import grpc
from sne.v1 import registration_service_pb2, registration_service_pb2_grpc

address, token, number = sys.argv[1:4]
metadata = [("authorization", f"Bearer {token}")]

with grpc.insecure_channel(address) as channel:
    stub = registration_service_pb2_grpc.RegistrationServiceStub(channel)
    print(stub.GetDemand(registration_service_pb2.GetDemandRequest(number=number), timeout=10, metadata=metadata))
