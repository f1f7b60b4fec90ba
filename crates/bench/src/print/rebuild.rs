//! The table of rebuilds.

use crate::report::Report;

use super::table;

/// Views built anew, beside the stock replay.
pub fn report(report: &Report) -> String {
    let rebuilds = &report.rebuilds;
    let Some(stock) = rebuilds.stock() else { return String::new() };
    let cells = rebuilds.names().into_iter().filter_map(|views| {
        Some(vec![
            views.to_owned(),
            format!("{:.0}", rebuilds.rate(views)?),
            format!("{:.0}", rebuilds.times_stock(views)?),
        ])
    });
    let peak = rebuilds.peak_mib().map_or_else(|| "-".to_owned(), |peak| format!("{peak:.0}"));
    format!(
        "Views built anew from {} events of {} demands, from opening the views to the switch; the rate is of events of the \
         log, in however many views. VmHWM of the process: {peak} MiB at most. Stock QueryReplay with GenericQuery, one view \
         of one row a demand, on {} of these events: {stock:.0} events/s.\n{}",
        rebuilds.events,
        rebuilds.demands,
        rebuilds.stock_events,
        table(&["views", "events/s", "x stock"], cells)
    )
}
