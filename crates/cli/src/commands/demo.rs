//! `sne demo`: a territory lives for two years, a guided tour goes through every act over gRPC, the day is done, then the
//! register shows what it knows and goes on listening. With `--short`, 300 households live over gRPC in place of the territory.
//!
//! The territory is invented, sample and tour are committed files of dated acts; the demonstration's clock follows those dates.
//! Every act has its command id: a second run finds every act done and gets the first answers again.

pub mod clock;
mod figures;
mod folder;
mod likeness;
mod lives;
mod people;
mod shown;
mod tour;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use client::{Client, Tokens};
use jiff::ToSpan as _;
use jiff::civil::Date;
use nomenclature::{Actor, Role, UniqueNumber};
use register::{Clock as _, Depth, SystemClock};
use serde_json::json;
use server::{DevelopmentIssuer, Options, Server};
use synth::TerritoryOptions;
use tokio::sync::oneshot;

use super::living;
use super::org::Change;
use super::{daily, doctor, org, serve, token};
use crate::args::{Demo, Format, Place};
use crate::failure::Failure;
use crate::house::{House, default_data_dir};
use crate::output::say;
use clock::DemoClock;
use people::Somebody;

/// Runs the demonstration.
pub async fn run(mut place: Place, options: &Demo) -> Result<(), Failure> {
    let started = Instant::now();
    let data_dir = place.data_dir.take().unwrap_or_else(|| default_data_dir().join("demo"));
    if place.database_url.is_some() {
        return Err(Failure::Local(
            "la démonstration n'écrit que dans sa base privée : retirez --database-url ou DATABASE_URL".to_owned(),
        ));
    }
    folder::prepare(&data_dir, options.reset)?;
    place.data_dir = Some(data_dir.clone());
    let notices = daily::notices(&place);
    let invented = TerritoryOptions { scale: options.scale, months: options.months, ..TerritoryOptions::default() };
    let sample = lives::sample()?;
    let first = if options.short { sample.first().map(|line| line.day) } else { None };
    let last = if options.short { sample.last().map(|line| line.day) } else { None };
    let last = last.unwrap_or(invented.last);
    let clock = Arc::new(DemoClock::at(first.unwrap_or_else(|| living::first_day(&invented))));
    let house = House::open(place, clock.clone()).await?;
    if house.register.reader().head().await? != event_log::Position::ZERO {
        eprintln!(
            "données d'un passage précédent : la démonstration reprend où elle en était (effacer : sne demo --reset)"
        );
    }
    let imported = org::lines(&house.register, synth::SAMPLE_ORGANISATIONS).await?;
    let (organisations, desks) = house.register.organisation_count().await?;
    say!("{organisations} organismes et {desks} guichets ({} nouveaux)", imported.organisations);

    let territory = match options.short {
        true => None,
        false => Some(living::live(&house, &clock, &notices, &invented).await?),
    };
    let issuer = Arc::new(DevelopmentIssuer::open_or_create(&data_dir).map_err(token::explain)?);
    let development = Some(Arc::clone(&issuer));
    let listen = Options { listen: options.listen, development, ..Options::default() };
    let server = Server::bind(house.register.clone(), &house.place, listen).await.map_err(serve::explain)?;
    let address = server.address().to_string();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server.run(async {
        // Dropped by a demonstration that fails: a stop as well.
        let _ = stopped.await;
    }));
    say!("serveur gRPC à l'écoute sur {address} : les actes qui suivent passent par lui");

    let client =
        Client::at(&address, &Tokens::from(issuer.mint())).map_err(|refused| Failure::Local(refused.to_string()))?;
    let lived = match territory {
        Some(lived) => Story::Territory(Box::new(lived)),
        None => Story::Sample(lives::live((&house.register, &client), &clock, sample).await?),
    };
    let tour = tour::go(&client, &clock).await?;
    clock.let_go();
    let people = people::enter(&house.register, invented.territory).await?;
    lived.print();
    tour.print();
    say!("\nCe qui est dû ce jour, fait comme « sne daily » le fait :");
    let report = daily::keep(&house, &notices, None).await?;
    daily::print(Format::Table, &report, Change::Made);
    if !report.is_sound() {
        return Err(Failure::Unsound);
    }
    if let Some(desk) = lived.desk() {
        shown::commune(&client, desk, house.register.reader().head().await?.get()).await?;
    }
    figures::year(&house, invented.territory, last).await?;
    figures::late(&house, invented.territory).await?;
    if let Some(number) = lived.example() {
        shown::replay(&client, number).await?;
    }
    if let Story::Territory(lived) = &lived {
        likeness::show(&invented, &lived.ledger)?;
    }
    say!("\nÉtat du registre et accord des deux lecteurs :");
    // A year went by: the wrapping keys are long due.
    house.register.rotate_keys().await?;
    let findings = doctor::examine(&house.register, &house.stock, Depth::CrossRead).await?;
    doctor::print(Format::Table, &findings);
    if !findings.is_sound() {
        return Err(Failure::Unsound);
    }
    say!("\nTerminé en {:.1} s. Données gardées dans {}.", started.elapsed().as_secs_f32(), data_dir.display());
    hints(&data_dir, &address, &lived, &people);
    if !options.exit {
        let stop_asked = serve::Stop::listen()?;
        say!("\nLe serveur reste à l'écoute sur {address} ; Ctrl-C pour l'arrêter.");
        stop_asked.asked().await;
    }
    let _ = stop.send(());
    match serving.await {
        Ok(ended) => ended.map_err(serve::explain),
        Err(error) => Err(Failure::Local(error.to_string())),
    }
}

/// Who lived, beside the tour.
enum Story {
    Sample(lives::Lived),
    Territory(Box<living::Lived>),
}

impl Story {
    fn print(&self) {
        match self {
            Self::Sample(lived) => lived.print(),
            Self::Territory(lived) => lived.told.print(),
        }
    }

    /// A life worth telling.
    fn example(&self) -> Option<UniqueNumber> {
        match self {
            Self::Sample(lived) => lived.example(),
            Self::Territory(lived) => lived.told.example(),
        }
    }

    /// An agent who has something to ask.
    fn desk(&self) -> Option<Actor> {
        match self {
            Self::Sample(lived) => lived.desk,
            Self::Territory(lived) => lived.told.desk(),
        }
    }
}

/// Kept data whose commands are not those of today's files.
pub fn other_version() -> String {
    "ces données viennent d'une autre version de l'exemple : sne demo --reset".to_owned()
}

/// What to try next, ready to be copied.
fn hints(data_dir: &Path, address: &str, lived: &Story, people: &[Somebody]) {
    let program = std::env::args().next().unwrap_or_else(|| "sne".to_owned());
    let Some(number) = lived.example() else { return };
    say!("\nÀ essayer, depuis le dossier du projet :");
    say!("    export SNE_DATA_DIR={}", data_dir.display());
    say!(
        "  Cinq personnes fictives ont chacune leur compte et leur profil. Un jeton dure un quart d'heure ; buf curl apprend"
    );
    say!("  l'interface du serveur (après npm ci).");
    for Somebody { told, role, actor } in people {
        let (method, asked) = question(*role, number);
        say!("  Comme {told} :");
        say!("    JETON=$({program} token {})", token::arguments(actor));
        say!("    node_modules/.bin/buf curl --protocol grpc --http2-prior-knowledge \\");
        say!("      -H \"authorization: Bearer $JETON\" -d '{asked}' \\");
        say!("      http://{address}/sne.v1.{method}");
    }
    if let Some(desk) = lived.desk() {
        say!(
            "  Python, avec les stubs faits de proto/, comme un agent que seul le logiciel de son organisme connaît :"
        );
        say!("    JETON=$({program} token {})", token::arguments(&desk));
        say!("    tests/grpc/venv.sh && PYTHONPATH=target/grpc-stubs target/grpc-venv/bin/python \\");
        say!("      tests/grpc/example.py {address} $JETON {number}");
        say!("  La même base en ligne de commande :");
        say!("    {program} demand show {number} --actor {desk}");
    }
    say!("    {program} demand history {number} --reader postgres-es");
    say!("    {program} stats series 006 --measure STOCK --measure PRESSURE");
    say!("    {program} late 006 --min-days 60");
    say!("    {program} admin rights");
    say!("    {program} doctor --cross-read");
}

/// What somebody with a role would ask first.
fn question(role: Role, number: UniqueNumber) -> (&'static str, serde_json::Value) {
    match role {
        Role::AllocationAgent => {
            let asked = json!({"commune": shown::COMMUNE, "page_size": 3});
            ("SharedManagementService/ListSharedDemands", asked)
        }
        Role::InfocentreReader => {
            let last = SystemClock.today().first_of_month();
            let first = last.saturating_sub(11.months());
            let month = |day: Date| day.strftime("%Y-%m").to_string();
            let asked = json!({
                "measures": ["MEASURE_STOCK"], "place": "006", "from_month": month(first), "to_month": month(last),
            });
            ("InfocentreService/GetSeries", asked)
        }
        Role::Auditor => ("AuditService/ReplayDemand", json!({"number": number.to_string()})),
        Role::TerritoryManager => ("ConsultationService/ListConsultations", json!({"number": number.to_string()})),
        _ => ("RegistrationService/GetDemand", json!({"number": number.to_string()})),
    }
}
