//! The tables of the second half: replay, searches, the view.

use crate::daily::Daily;
use crate::lag::Lagged;
use crate::replay::Way;
use crate::report::Report;
use crate::stats::Spread;

use super::table;

/// The tables, one after the other.
pub fn report(report: &Report) -> String {
    [replays(report), searches(report), lags(report), daily(report)].join("\n")
}

/// The run of a day.
pub fn daily(report: &Report) -> String {
    let Some(daily) = report.daily else { return String::new() };
    let Daily { demands, listed, radiated, folded_per_second, seconds, peak_mib } = daily;
    let peak = peak_mib.map_or_else(|| "-".to_owned(), |peak| format!("{peak:.0}"));
    let cells = vec![
        demands.to_string(),
        listed.to_string(),
        radiated.to_string(),
        format!("{seconds:.2}"),
        peak,
        format!("{folded_per_second:.0}"),
    ];
    let header = ["demands", "notices", "radiations", "seconds", "memory MiB", "view events/s"];
    let text = "The run of a day, its lists of notices written. Memory is the most that the program took that ran it and did nothing else; the rate is \
                that of the view of deadlines, folded from the first event on.";
    format!("{text}\n{}", table(&header, std::iter::once(cells)))
}

fn replays(report: &Report) -> String {
    let us = |spread: Option<Spread>| spread.map_or_else(|| "-".to_owned(), |us| format!("{:.1}", us.median));
    let cells = Way::ALL.into_iter().filter_map(|way| {
        Some(vec![
            way.label().to_owned(),
            format!("{:.0}", report.replay_rate(way)?),
            format!("{:.2}", report.replay_ratio(way, Way::Stock)?),
            format!("{:.2}", report.replay_ratio(way, Way::Sealed)?),
            us(report.replay_server_us(way)),
            us(report.replay_client_us(way)),
        ])
    });
    let logged = report.large.logged;
    let header = ["replay", "events/s", "x stock", "x in-process", "server us/event", "client us/event"];
    format!(
        "Replay of {} events of demands ({:.0} B open and {:.0} B sealed in the mean), warm, one connection. The server \
         is PostgreSQL; the client is this program, the gRPC server included.\n{}",
        logged.events,
        logged.payload_bytes,
        logged.sealed_bytes,
        table(&header, cells)
    )
}

fn searches(report: &Report) -> String {
    let cells = report.large.searches.iter().map(|searched| {
        vec![
            searched.shape.label().to_owned(),
            searched.calls.to_string(),
            format!("{:.1}", searched.found),
            format!("{:.2}", searched.p50_ms),
            format!("{:.2}", searched.p99_ms),
            format!("{:.2}", searched.max_ms),
        ]
    });
    format!(
        "Searches among {} demands through gRPC, one caller, names opened.\n{}",
        report.large.demands,
        table(&["search", "calls", "found", "p50 ms", "p99 ms", "max ms"], cells)
    )
}

fn lags(report: &Report) -> String {
    let header = [
        "asked/s",
        "answered/s",
        "commands",
        "lag p50 ms",
        "lag p99 ms",
        "lag max ms",
        "answer p50 ms",
        "answer p99 ms",
        "answer max ms",
    ];
    let cells = report.large.lags.iter().map(|lagged| {
        let Lagged { asked_per_second, held_per_second, commands, lag, answer } = lagged;
        let waits = [lag.p50_ms, lag.p99_ms, lag.max_ms, answer.p50_ms, answer.p99_ms, answer.max_ms];
        let mut cells = vec![asked_per_second.to_string(), format!("{held_per_second:.0}"), commands.to_string()];
        cells.extend(waits.map(|wait| format!("{wait:.2}")));
        cells
    });
    let followed = report.large.followed;
    let held = report.large.lags.iter().filter(|lagged| lagged.held());
    let highest = held.map(|lagged| lagged.asked_per_second).max();
    format!(
        "The shared view: {} events folded from the first one on, {:.0} events/s. Then registrations through gRPC by the \
         clock: lag is from the answer of a commit until the view holds it, answer is from when a command was due. The \
         highest rate held was {}.\n{}",
        followed.events,
        followed.per_second(),
        highest.map_or_else(|| "none of these".to_owned(), |rate| format!("{rate}/s")),
        table(&header, cells)
    )
}
