//! The figures for people, as tables that can be pasted into a document.

mod large;
mod rebuild;

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};

use crate::bounds::{BOUNDS, Limit, Outcome};
use crate::calibration;
use crate::lag::Waits;
use crate::modes::Mode;
use crate::report::{Report, Row};
use crate::stats::Spread;

/// Above this many cores taken by others, a run says so.
const QUIET: f64 = 0.1;

/// Everything but the bounds.
pub fn report(report: &Report) -> String {
    let parts = [
        head(report),
        rows(report),
        price_of_tls(report),
        costs(report),
        doors(report),
        large::report(report),
        large::figures(report),
        rebuild::report(report),
    ];
    parts.join("\n")
}

/// An import alone.
pub fn import(report: &Report) -> String {
    [head(report), large::import(report)].join("\n")
}

/// Rebuilds alone.
pub fn rebuild(report: &Report) -> String {
    [head(report), rebuild::report(report)].join("\n")
}

/// The run of a day alone.
pub fn daily(report: &Report) -> String {
    [head(report), large::daily(report)].join("\n")
}

/// Monthly statistics alone.
pub fn figures(report: &Report) -> String {
    [head(report), large::figures(report)].join("\n")
}

fn head(report: &Report) -> String {
    let machine = &report.machine;
    let settings: Vec<String> = machine.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut lines = vec![
        format!(
            "{}: {} cores ({}), {} GiB; PostgreSQL {}, {}",
            machine.day,
            machine.cores,
            machine.processor,
            machine.memory_gib,
            machine.postgresql,
            settings.join(" ")
        ),
        format!(
            "one flush (fdatasync, 8 kB): {:.0} us before, {:.0} us after; load average at the start {}",
            machine.flush_us_before, machine.flush_us_after, machine.load_average
        ),
        format!(
            "fixed piece of work: {:.1} ms (min/median/max; {:.1} ms on the reference machine of the bounds)",
            report.calibration(),
            calibration::REFERENCE_MS
        ),
        "Client, server and base line share the cores. Only ratios inside this run can be compared with another run's."
            .to_owned(),
    ];
    if let Some(foreign) = report.foreign_cores() {
        lines.push(format!("cores taken by other programs during the passes: {foreign:.2} (min/median/max)"));
        if foreign.median > QUIET {
            lines.push("The machine was NOT quiet: the rates are too low, and the ratios less sure.".to_owned());
        }
    }
    if machine.in_memory {
        lines.push(
            "The folder lies in memory: flushes cost nothing, these figures mean nothing (see --dir).".to_owned(),
        );
    }
    lines.push(format!("{} repeats, interleaved; a/b/c is min/median/max over the repeats.\n", report.plan.repeats));
    lines.join("\n")
}

fn rows(report: &Report) -> String {
    let header = [
        "callers",
        "mode",
        "commands/s",
        "% of pgbench",
        "x stock",
        "p50 ms",
        "p99 ms",
        "server us",
        "client us",
        "WAL B",
    ];
    let cells = |row: &Row| {
        let middle = |spread: Option<Spread>, digits: usize| {
            spread.map_or_else(|| "-".to_owned(), |spread| format!("{:.digits$}", spread.median))
        };
        vec![
            row.callers.to_string(),
            row.mode.to_string(),
            format!("{:.0}", row.per_second),
            row.of_pgbench.map_or_else(|| "-".to_owned(), |share| format!("{:.0}", share.times(100.0))),
            row.times_stock.map_or_else(|| "-".to_owned(), |times| format!("{times:.1}")),
            row.p50_ms.map_or_else(
                || row.mean_ms.map_or_else(|| "-".to_owned(), |mean| format!("{:.2} mean", mean.median)),
                |p50| format!("{:.2}", p50.median),
            ),
            middle(row.p99_ms, 2),
            middle(row.server_us, 0),
            middle(row.client_us, 0),
            middle(row.wal_bytes, 0),
        ]
    };
    let all = report.rows();
    let title = "Writing. Of what follows the ratios, the middle over the repeats; processor time and log a command.\n";
    title.to_owned() + &table(&header, all.iter().map(cells))
}

/// Mutual TLS against the clear.
fn price_of_tls(report: &Report) -> String {
    let us = |spread: Option<Spread>| spread.map_or_else(|| "-".to_owned(), |us| format!("{us:.0}"));
    let price = |callers: &u32| report.price(Mode::GrpcTls, Mode::GrpcRegister, *callers);
    let cells = report.plan.callers.iter().filter_map(price).map(|price| {
        vec![
            price.callers.to_string(),
            format!("{:.2}", price.rate),
            us(price.mean_us),
            us(price.program_us),
            us(price.database_us),
        ]
    });
    let header = ["callers", "commands/s, x in the clear", "mean us more", "program us more", "PostgreSQL us more"];
    let text = "The price of mutual TLS, a registration through gRPC, against the same server in the clear in the same repeat. \
                The program is caller and server together.";
    format!("{text}\n{}", table(&header, cells))
}

fn costs(report: &Report) -> String {
    let header = ["counted", "round trips", "statements", "flushes", "WAL B", "allocations", "allocated B"];
    let cells = report.costs.iter().map(|cost| {
        vec![
            cost.what.to_owned(),
            format!("{:.3}", cost.round_trips),
            format!("{:.3}", cost.statements),
            format!("{:.2}", cost.flushes),
            format!("{:.0}", cost.wal_bytes),
            format!("{:.0}", cost.allocations),
            format!("{:.0}", cost.allocated_bytes),
        ]
    });
    "Cost of one command (or event), one caller, counted on the wire and in the client.\n".to_owned()
        + &table(&header, cells)
}

fn doors(report: &Report) -> String {
    let Some(doors) = &report.doors else { return String::new() };
    let us = |ms: f64| format!("{:.1}", ms * 1_000.0);
    let row = |what: &str, count: u32, waits: &Waits| {
        vec![what.to_owned(), count.to_string(), us(waits.p50_ms), us(waits.p99_ms), us(waits.max_ms)]
    };
    let cells =
        [row("a right is asked", doors.rights, &doors.right), row("a look is entered", doors.looks, &doors.entry)];
    let wires = [("a call", doors.wire.call), ("a connection and its first call", doors.wire.connection)];
    let wires = wires.into_iter().flat_map(|(what, both)| {
        let row = |how: &str, waits: Waits| {
            let figures = [us(waits.p50_ms), us(waits.p99_ms), us(waits.max_ms)];
            [vec![format!("{what}, {how}"), both.times.to_string()], figures.to_vec()].concat()
        };
        [row("in the clear", both.clear), row("mutual TLS", both.secured)]
    });
    let wires = table(&["wire", "times", "p50 us", "p99 us", "max us"], wires);
    format!(
        "What mutual TLS costs: the settings of a territory are read, in the clear and over TLS by turns, by one caller.\n{wires}\n\
         What stands before a row, in process; {:.0} looks a second by eight at once, each of a page of 50, {:.0} B of log each.\n{}",
        doors.looks_per_second,
        doors.wal_bytes,
        table(&["step", "times", "p50 us", "p99 us", "max us"], cells.into_iter())
    )
}

/// The bounds with their figures, and how many are broken.
pub fn bounds(report: &Report) -> (String, usize) {
    let mut judged: Vec<_> = BOUNDS.iter().map(|bound| (bound, bound.judge(report))).collect();
    // Of a part of a run, only what that part is for.
    if report.passes.is_empty() {
        judged.retain(|(_, (_, outcome))| *outcome != Outcome::NotMeasured);
    }
    let cells = judged.iter().map(|(bound, (figure, outcome))| {
        let limit = match bound.limit {
            Limit::AtLeast(least) => format!(">= {least:.3}"),
            Limit::AtMost(most) => format!("<= {most:.3}"),
        };
        let outcome = match outcome {
            Outcome::Held => "held",
            Outcome::Broken => "BROKEN",
            Outcome::NotMeasured => "not measured",
        };
        let outcome = match bound.wanted {
            Some(wanted) if !bound.reaches(wanted, *figure) => format!("{outcome}, {wanted} wanted"),
            _ => outcome.to_owned(),
        };
        let figure = figure.map_or_else(|| "-".to_owned(), |figure| format!("{figure:.3}"));
        vec![bound.what.to_owned(), figure, limit, outcome, bound.because.to_owned()]
    });
    let text = format!("Bounds.\n{}", table(&["bound", "figure", "limit", "", "because"], cells));
    (text, judged.iter().filter(|(_, (_, outcome))| *outcome == Outcome::Broken).count())
}

fn table(header: &[&str], cells: impl Iterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(header.iter().copied());
    table.add_rows(cells);
    for column in table.column_iter_mut().skip(1) {
        let words = column.index == 1 && header.first() == Some(&"callers");
        column.set_cell_alignment(if words { CellAlignment::Left } else { CellAlignment::Right });
    }
    format!("\n{table}\n")
}
