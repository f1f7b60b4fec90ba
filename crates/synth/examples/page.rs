use synth::calibration::{Calibration, TABLE, Table, write_page};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let mut o = synth::TerritoryOptions::default();
    if let Some(s) = a.get(1) {
        o.scale = s.parse().unwrap();
    }
    if let Some(s) = a.get(2) {
        o.seed = s.parse().unwrap();
    }
    if let Some(s) = a.get(3) {
        o.territory = nomenclature::Territory::parse(s).unwrap();
    }
    let c = Calibration::run(&o, &Table::parse(TABLE).unwrap()).unwrap();
    write_page(&c, std::io::stdout()).unwrap();
    std::process::exit(i32::from(!c.is_met()));
}
