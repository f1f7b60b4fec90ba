"""The server under test, those who call it, and what they send. Arguments: address, process id, SIREN of the auditor."""

import datetime
import sys
import zoneinfo

import grpc
from sne.v1 import registration_service_pb2 as r

from households import households
from wire import Caller, new_id

ADDRESS, AUDITOR = sys.argv[1], sys.argv[3]
# The day of the register is that of Paris, wherever this runs.
TODAY = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Paris")).date()
TERRITORY = "006"

channel = grpc.insecure_channel(ADDRESS)
lessor = Caller(channel, "000005017", "006A1")
other_lessor = Caller(channel, "000005025", "006B1")
town = Caller(channel, "000005074", "006G1")
# The prefect's service, which keeps the renewals of the territory.
state = Caller(channel, "000005165", "006P1")
foreigner = Caller(channel, "000080010", "083A1")
auditor = Caller(channel, AUDITOR)
sample = households()


def day(back):
    return (TODAY - datetime.timedelta(days=back)).isoformat()


def registration(form, piece, filed=20, **more):
    return r.RegisterDemandRequest(
        request_id=new_id(), territory=TERRITORY, filed_on=day(filed), form=form, identity_piece=piece, **more
    )


def registered(who=town, filed=20):
    form, piece = next(sample)
    request = registration(form, piece, filed)
    return request, who.RegisterDemand(request).answer


def head(answer):
    return {"request_id": new_id(), "number": answer.number, "etag": answer.etag}


