"""Monthly figures over the network: what a reader of the infocentre reads, and what is no question."""

from grpc import StatusCode as Code
from sne.v1 import infocentre_service_pb2 as i
from sne.v1 import registration_service_pb2 as r
from sne.v1 import shared_management_service_pb2 as shared

from stage import TERRITORY, TODAY, auditor, channel, day, head, lessor, registered, town
from wire import Caller, refused

# Takes part to read statistics, and has no desk.
reader = Caller(channel, "000070003")
MONTH = TODAY.strftime("%Y-%m")
NEXT = f"{TODAY.year + TODAY.month // 12}-{TODAY.month % 12 + 1:02}"


def series(*measures, who=reader, place=TERRITORY, first=MONTH, last=MONTH, **more):
    asked = i.GetSeriesRequest(measures=measures, place=place, from_month=first, to_month=last, **more)
    return who.GetSeries(asked)


def values(answer):
    return [one.figures[-1].figure.value for one in answer.series]


def reads_figures():
    """A registration is in the figures of whoever waits for its position; a radiation takes it out, and what was known before it
    stays what it was."""
    known = series(i.MEASURE_STOCK).position
    _, answer = registered(filed=0)
    before = series(i.MEASURE_STOCK, i.MEASURE_REGISTERED, position=known)
    assert before.position == known < answer.position
    known = series(i.MEASURE_STOCK, i.MEASURE_REGISTERED, at_least_position=answer.position)
    assert known.position >= answer.position
    after = series(i.MEASURE_STOCK, i.MEASURE_REGISTERED, position=answer.position)
    assert values(after) == [value + 1 for value in values(before)] == values(known)

    leaves = r.RenounceDemandRequest(
        **head(answer), renunciation=r.Renunciation(written_on=day(0), written_act=r.WRITTEN_ACT_LETTER)
    )
    gone = town.RenounceDemand(leaves).answer
    stock = [i.MEASURE_STOCK, i.MEASURE_RADIATED_RENUNCIATION]
    waited = series(*stock, position=gone.position, at_least_position=gone.position)
    there, left = values(series(*stock, position=gone.position - 1))
    assert values(waited) == [there - 1, left + 1]
    assert values(series(i.MEASURE_STOCK, i.MEASURE_REGISTERED, position=answer.position)) == values(after), "for ever"

    cell = i.Cell(place=TERRITORY, month=MONTH)
    table = i.GetTableRequest(measure=i.MEASURE_STOCK, dimension=i.DIMENSION_COMMUNE, cell=cell, position=gone.position)
    rows = reader.GetTable(table).rows
    assert sum(row.figure.value for row in rows) == values(waited)[0]
    assert [row.code for row in rows] == sorted(row.code for row in rows) and all(row.label for row in rows)
    nationwide = series(i.MEASURE_HOUSEHOLDS, place="FRA", position=gone.position)
    assert 1 <= values(nationwide)[0] <= values(series(i.MEASURE_STOCK, place="FRA", position=gone.position))[0]
    other = i.Cell(place="FRA", month=MONTH)
    asked = i.CompareFiguresRequest(measure=i.MEASURE_STOCK, first=cell, second=other, position=gone.position)
    compared = reader.CompareFigures(asked)
    assert compared.difference == compared.second.value - compared.first.value
    assert compared.ratio == compared.second.value / compared.first.value
    nothing = series(i.MEASURE_STOCK, i.MEASURE_WAITING_MEDIAN, place="01001").series
    assert nothing[0].figures[0].figure.value == 0 and not nothing[1].figures[0].figure.HasField("value")


def keeps_readers_of_figures_to_figures():
    _, answer = registered()
    number = r.GetDemandRequest(number=answer.number)
    refused(lambda: reader.GetDemand(number), "NOT_A_REGISTERING_SERVICE", Code.PERMISSION_DENIED)
    listed = shared.ListSharedDemandsRequest()
    refused(lambda: reader.ListSharedDemands(listed), "NOT_A_REGISTERING_SERVICE", Code.PERMISSION_DENIED)
    refused(lambda: series(i.MEASURE_STOCK, who=auditor), "NOT_A_REGISTERING_SERVICE", Code.PERMISSION_DENIED)
    stranger = Caller(channel, "732829320")
    refused(lambda: series(i.MEASURE_STOCK, who=stranger), "UNKNOWN_ORGANISATION", Code.PERMISSION_DENIED)
    assert series(i.MEASURE_STOCK, who=lessor, place="083").position > 0, "figures of any place name nobody"


def refuses_questions_that_are_none():
    def violations(call):
        return refused(call, "INVALID_FORM", Code.INVALID_ARGUMENT).violations

    nothing = i.GetSeriesRequest(kind=99, position=-1)
    assert violations(lambda: reader.GetSeries(nothing)) == {
        "measures": "MISSING",
        "place": "MISSING",
        "kind": "UNKNOWN_CODE",
        "from_month": "MISSING",
        "to_month": "MISSING",
        "position": "OUT_OF_RANGE",
    }
    assert violations(lambda: series(i.MEASURE_STOCK, 99)) == {"measures[1]": "UNKNOWN_CODE"}
    assert violations(lambda: series(i.MEASURE_STOCK, place="099")) == {"place": "UNKNOWN_CODE"}
    assert violations(lambda: series(i.MEASURE_STOCK, first="2026-13")) == {"from_month": "MALFORMED"}
    assert violations(lambda: series(i.MEASURE_STOCK, last=NEXT)) == {"to_month": "IN_THE_FUTURE"}
    assert violations(lambda: series(i.MEASURE_STOCK, first="2026-03", last="2026-02")) == {"to_month": "INCONSISTENT"}
    assert violations(lambda: series(i.MEASURE_STOCK, first="2000-01", last="2010-01")) == {"to_month": "OUT_OF_RANGE"}
    assert violations(lambda: series(i.MEASURE_HOUSEHOLDS)) == {"measure": "INCONSISTENT"}

    def table(measure=i.MEASURE_STOCK, dimension=i.DIMENSION_COMMUNE, place=TERRITORY, month=MONTH):
        cell = i.Cell(place=place, month=month)
        return lambda: reader.GetTable(i.GetTableRequest(measure=measure, dimension=dimension, cell=cell))

    assert violations(table(dimension=99)) == {"dimension": "UNKNOWN_CODE"}
    assert violations(table(dimension=0, month="")) == {"dimension": "MISSING", "cell.month": "MISSING"}
    assert violations(table(place="FRA")) == {"dimension": "INCONSISTENT"}
    assert violations(table(dimension=i.DIMENSION_MOTIVE)) == {"dimension": "INCONSISTENT"}
    assert violations(table(month=NEXT)) == {"cell.month": "IN_THE_FUTURE"}
    beyond = series(i.MEASURE_STOCK).position + 1_000_000
    refusal = refused(lambda: series(i.MEASURE_STOCK, position=beyond), "POSITION_BEYOND_HEAD", Code.OUT_OF_RANGE)
    assert int(refusal.variables["head_position"]) < beyond
    refused(lambda: series(i.MEASURE_STOCK, at_least_position=beyond), "POSITION_BEYOND_HEAD", Code.OUT_OF_RANGE)


CHECKS = (reads_figures, keeps_readers_of_figures_to_figures, refuses_questions_that_are_none)
