"""Every statistic of a register, asked over gRPC as a reader of the infocentre, against what DuckDB computes of an export of raw
events. Arguments: address, process id, auditor, SIREN of the reader, file of the export, file of what `sne stats` printed, first
and last month, positions."""

import json
import pathlib
import sys

import duckdb
import grpc
from sne.v1 import infocentre_service_pb2 as i

from wire import Caller

ADDRESS, READER, EXPORT, PRINTED, FROM, TO = sys.argv[1], *sys.argv[4:9]
POSITIONS = [int(position) for position in sys.argv[9:]]
HERE = pathlib.Path(__file__).parent
COMMUNES = HERE.parents[1] / "crates/nomenclature/data/communes.csv"
KINDS = {
    "HOUSEHOLDS": i.DEMAND_KIND_UNSPECIFIED,
    "FIRST_DEMAND": i.DEMAND_KIND_FIRST_DEMAND,
    "TRANSFER": i.DEMAND_KIND_TRANSFER,
    "ASSOCIATION": i.DEMAND_KIND_ASSOCIATION,
}
EVERYTHING = [code for code in i.Measure.values() if code not in (i.MEASURE_UNSPECIFIED, i.MEASURE_HOUSEHOLDS)]

reader = Caller(grpc.insecure_channel(ADDRESS), READER)


def short(measure):
    return i.Measure.Name(measure).removeprefix("MEASURE_")


def said(figure):
    return (figure.value if figure.HasField("value") else None, figure.observations)


class Oracle:
    """The figures as known at a position, by SQL over the export."""

    def __init__(self, position):
        self.duck = duckdb.connect()
        parameters = {
            "export": EXPORT,
            "communes": str(COMMUNES),
            "position": position,
            "from": f"{FROM}-01",
            "to": f"{TO}-01",
        }
        for statement in duckdb.extract_statements((HERE / "statistics.sql").read_text(encoding="utf-8")):
            used = {name: parameters[name] for name in statement.named_parameters}
            self.duck.execute(statement, used)
        rows = self.duck.execute("SELECT place, kinds, measure, month, value, observations FROM figures").fetchall()
        self.figures = {(place, kinds, measure, month): (value, n) for place, kinds, measure, month, value, n in rows}
        assert len(self.figures) == len(rows), "a figure twice"
        self.deciles = {}
        deciles = "SELECT place, kinds, month, waited FROM deciles ORDER BY place, kinds, month, part"
        for place, kinds, month, waited in self.duck.execute(deciles).fetchall():
            self.deciles.setdefault((place, kinds, month), []).append(waited)
        # Demands that wish no commune are no place to ask of: they stand in tables.
        self.places = sorted({place for place, *_ in self.figures} - {"-"})
        self.months = sorted({month for *_, month in self.figures})


def series(position, oracle):
    """Every measure, place, kind and month."""
    compared = 0
    for place in oracle.places:
        for kinds, kind in KINDS.items():
            nationwide = [i.MEASURE_HOUSEHOLDS] if (place, kinds) == ("FRA", "HOUSEHOLDS") else []
            asked = i.GetSeriesRequest(
                measures=EVERYTHING + nationwide, place=place, kind=kind, from_month=FROM, to_month=TO, position=position
            )
            answer = reader.GetSeries(asked)
            assert answer.position == position
            assert [one.measure for one in answer.series] == list(asked.measures)
            for one in answer.series:
                assert [it.month for it in one.figures] == oracle.months
                for it in one.figures:
                    key = (place, kinds, short(one.measure), it.month)
                    assert said(it.figure) == oracle.figures[key], (position, key, it.figure, oracle.figures[key])
                    expected = oracle.deciles.get((place, kinds, it.month), [])
                    if one.measure == i.MEASURE_WAITING_DECILES:
                        assert list(it.figure.deciles) == expected, (position, key, it.figure, expected)
                    else:
                        assert not it.figure.deciles, key
                    compared += 1
    return compared


def tables(position, oracle):
    """Splits of the territory and the country, in every third month."""
    compared = 0

    def table(measure, dimension, place, month, kind=i.DEMAND_KIND_UNSPECIFIED):
        cell = i.Cell(place=place, month=month)
        asked = i.GetTableRequest(measure=measure, dimension=dimension, cell=cell, kind=kind, position=position)
        answer = reader.GetTable(asked)
        assert answer.position == position
        rows = {row.code: said(row.figure) for row in answer.rows}
        assert len(rows) == len(answer.rows) and list(rows) == sorted(rows) or dimension >= i.DIMENSION_KIND
        return rows

    def nothing(figure):
        return figure[1] == 0

    territories = {place for place in oracle.places if len(place) == 3} - {"FRA"}
    for month in oracle.months[::3]:
        for measure in (i.MEASURE_STOCK, i.MEASURE_REGISTERED, i.MEASURE_SENIORITY_MEDIAN, i.MEASURE_WAITING_MEDIAN):
            splits = [(i.DIMENSION_TERRITORY, "FRA", 3)]
            # The sample's commune and EPCI lie in one territory each.
            splits += [(i.DIMENSION_COMMUNE, place, 5) for place in territories if len(territories) == 1]
            splits += [(i.DIMENSION_EPCI, place, 9) for place in territories if len(territories) == 1]
            for dimension, place, length in splits:
                expected = {
                    part: figure
                    for (part, kinds, name, when), figure in oracle.figures.items()
                    if (kinds, name, when) == ("HOUSEHOLDS", short(measure), month)
                    and part != "FRA" and (len(part) == length or (part == "-" and length == 5)) and not nothing(figure)
                }
                found = {code: figure for code, figure in table(measure, dimension, place, month).items() if not nothing(figure)}
                assert found == expected, (position, month, measure, dimension, found, expected)
                compared += len(found)
        for place in sorted(territories | {"FRA"}):
            by_kind = table(i.MEASURE_STOCK, i.DIMENSION_KIND, place, month)
            assert by_kind == {kind: oracle.figures[place, kind, "STOCK", month] for kind in list(KINDS)[1:]}
            by_motive = table(i.MEASURE_RADIATED, i.DIMENSION_MOTIVE, place, month)
            motives = {
                "RADATT": "ATTRIBUTION",
                "RADABA": "RENUNCIATION",
                "RADIRR": "INADMISSIBLE",
                "RADCON": "NO_ANSWER",
                "RADREN": "NOT_RENEWED",
            }
            expected = {
                code: oracle.figures[place, "HOUSEHOLDS", f"RADIATED_{name}", month] for code, name in motives.items()
            }
            assert by_motive == expected, (position, month, by_motive, expected)
            compared += len(by_kind) + len(by_motive)
    return compared


def comparisons(position, oracle):
    """A place in the first month, and the country in the last."""
    first, last = oracle.months[0], oracle.months[-1]
    for place in ("006", "06088"):
        for measure in EVERYTHING:
            cells = {"first": i.Cell(place=place, month=first), "second": i.Cell(place="FRA", month=last)}
            answer = reader.CompareFigures(i.CompareFiguresRequest(measure=measure, position=position, **cells))
            one = oracle.figures[place, "HOUSEHOLDS", short(measure), first]
            other = oracle.figures["FRA", "HOUSEHOLDS", short(measure), last]
            assert (said(answer.first), said(answer.second)) == (one, other)
            told = answer.difference if answer.HasField("difference") else None
            assert told == (None if None in (one[0], other[0]) else other[0] - one[0])
            told = answer.ratio if answer.HasField("ratio") else None
            assert told == (other[0] / one[0] if one[0] and other[0] is not None else None)


def printed(position, oracle):
    """What `sne stats` printed, as known at the head."""
    french = {"ménages": "HOUSEHOLDS", "hors mutation": "FIRST_DEMAND", "mutation": "TRANSFER", "association": "ASSOCIATION"}
    lines = [json.loads(line) for line in pathlib.Path(PRINTED).read_text(encoding="utf-8").splitlines()]
    assert len({line["measure"] for line in lines}) >= 11 and any("code" in line for line in lines)
    for line in lines:
        assert line["position"] == position
        place, kinds = line.get("code", line["place"]), french[line["kinds"]]
        expected = oracle.figures.get((place, kinds, line["measure"], line["month"]), (0.0, 0))
        assert (line["value"], line["observations"]) == expected, (line, expected)
        if line["measure"] == "WAITING_DECILES":
            assert line.get("deciles", []) == oracle.deciles.get((place, kinds, line["month"]), []), line
    return len(lines)


def main():
    compared, differing = 0, set()
    for position in POSITIONS:
        oracle = Oracle(position)
        compared += series(position, oracle) + tables(position, oracle)
        comparisons(position, oracle)
        if position == POSITIONS[-1]:
            compared += printed(position, oracle)
        differing.add(str(sorted(oracle.figures.items())))
    assert len(differing) == len(POSITIONS), "positions that say nothing of one another"
    print(json.dumps([str(compared)]))


main()
