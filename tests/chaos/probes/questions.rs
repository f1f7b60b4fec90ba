//! What is asked: templates in `questions.json`, written by hand for every method of the interface, and filled with what belongs
//! to somewhere.
//!
//! A word with a `$` stands for a thing of the territory that is asked about, and for its twin: `$NUMBER`, `$COMMAND`, `$SURNAME`,
//! `$FORM`, `$SIREN`, `$DESK`, `$AGENT`, `$ACTOR`, `$TERRITORY`, `$COMMUNE`. Others stand for the same in both: `$HOME` and `$COLLEAGUE`
//! are a territory and a service of who asks, `$ID`, `$TODAY`, `$MONTH`, `$SHA256`.
//!
//! What is *read* is asked by everybody about everything. *Refused acts* would change nothing, whoever asked for them: they come
//! too early or too late, or name a version that never was. *Acts on what is foreign* might be done if they were not; nobody asks
//! for them at home. Two are asked by nobody, as their answer is known to whoever reads the public lists: whether some SIREN is an
//! organisation of another territory, which comes to one's own (`add_territory`) or is entered twice (`register`).

use std::collections::{BTreeMap, BTreeSet};

use client::Interface;
use jiff::civil::Date;
use nomenclature::{OrganisationKind, UniqueNumber};
use serde::Deserialize;
use serde_json::{Value, json};
use tests::dice::Dice;

use super::subject::Subject;
use super::world::{Caller, World};

/// Of these, half of the questions are asked by managers: nobody else gets far.
const OF_MANAGERS: [&str; 3] = ["AdministrationService/", "ConsultationService/ListConsultations", "TerritoryService/"];
/// And of these by the State's service.
const OF_THE_STATE: &str = "DaloService/";
/// A stream without an end for those who may follow it: they replay the log instead.
pub const ENDLESS: &str = "AuditService/FollowLog";
/// Any desk does these for whoever comes to it, wherever he wants to live (R441-2-7): he brings the number, or says who he is.
const SERVE_WHOEVER_COMES: [&str; 12] = [
    "FollowUpService/DepositPiece",
    "FollowUpService/IssueCertificate",
    "FollowUpService/ReinstateDemand",
    "FollowUpService/SetDepositAside",
    "RegistrationService/AddPiece",
    "RegistrationService/GetDemandAtDesk",
    "RegistrationService/ModifyDemand",
    "RegistrationService/RegisterDemand",
    "RegistrationService/RenewDemand",
    "RegistrationService/RenounceDemand",
    "SeparationService/DropCoApplicant",
    "SeparationService/SeparateDemand",
];
/// Fields that no template names, and why.
const UNASKED: &[(&str, &str)] = &[
    ("page_token", "those of others are asked with apart"),
    ("at_least_position", "a place in the log belongs to no territory"),
    ("channel", "how an act comes in"),
    ("forced", "what the sender thinks of it"),
];

#[derive(Deserialize)]
struct Written {
    reads: BTreeMap<String, Vec<Value>>,
    #[serde(rename = "refused acts")]
    refused: BTreeMap<String, Vec<Value>>,
    #[serde(rename = "acts on what is foreign")]
    on_foreign: BTreeMap<String, Vec<Value>>,
}

/// A message of a method, with words in it that stand for something.
struct Template {
    method: String,
    message: Value,
}

/// What somebody asks.
pub struct Question {
    pub method: String,
    pub message: Value,
    /// Of what is foreign to him, the same about its twin.
    pub twin: Option<Twin>,
    /// Demands of other territories that he may learn of: of a person whose demand he asks about.
    pub elsewhere: Vec<UniqueNumber>,
    /// It is foreign, although of a territory of his: the demand is for a commune that is not.
    pub outside: bool,
    /// It is asked at a desk, to which anybody of the territory may come.
    pub at_a_desk: bool,
}

/// The same question about what nobody has.
pub struct Twin {
    pub message: Value,
    /// What is said in the one where the other says something else.
    pub said: Vec<(String, String)>,
}

/// A page token that somebody was given, with the message that it belongs to.
pub struct Carried {
    pub by: usize,
    pub method: String,
    pub message: Value,
}

/// Everything that can be asked.
pub struct Questions {
    reads: Vec<Template>,
    refused: Vec<Template>,
    on_foreign: Vec<Template>,
    /// Page tokens of others.
    pub carried: Vec<Carried>,
    today: Date,
}

impl Questions {
    /// Those that were written, on a day.
    pub fn written(today: Date) -> Self {
        let Written { reads, refused, on_foreign } = serde_json::from_str(include_str!("questions.json")).unwrap();
        let one = |method: &str, message: Value| Template { method: method.to_owned(), message };
        let templates = |written: BTreeMap<String, Vec<Value>>| {
            let of_each = written.iter().flat_map(|(method, all)| all.iter().map(move |message| (method, message)));
            of_each.map(|(method, message)| one(method, message.clone())).collect()
        };
        Self {
            reads: templates(reads),
            refused: templates(refused),
            on_foreign: templates(on_foreign),
            carried: Vec::new(),
            today,
        }
    }

    /// Nothing of the interface is left out: every method is asked, and with every field that it has.
    pub fn cover(&self, interface: &Interface) {
        let all = || self.reads.iter().chain(&self.refused).chain(&self.on_foreign);
        let methods: BTreeSet<String> = interface.methods().into_iter().map(|(method, _)| method).collect();
        let asked: BTreeSet<String> = all().map(|template| template.method.clone()).collect();
        assert_eq!(asked, methods, "every method is asked");
        let mut unasked = BTreeSet::new();
        for method in &methods {
            let messages = all().filter(|template| template.method == *method).map(|template| &template.message);
            let asked: BTreeSet<&String> = messages.flat_map(|message| message.as_object().unwrap().keys()).collect();
            unasked.extend(interface.fields_asked(method).into_iter().filter(|field| !asked.contains(field)));
        }
        let reasons: BTreeSet<String> = UNASKED.iter().map(|(field, _)| (*field).to_owned()).collect();
        assert_eq!(unasked, reasons, "every field is asked, or there is a reason");
    }

    /// A question, and which of the callers asks it.
    pub fn draw(&self, world: &World, mut dice: Dice) -> (usize, Question) {
        loop {
            let drawn = match dice.below(10) {
                0..=5 => Some(self.about(&self.reads, world, &mut dice)),
                6 | 7 => Some(self.about(&self.refused, world, &mut dice)),
                8 => Some(self.about(&self.on_foreign, world, &mut dice)).filter(|(_, it)| it.twin.is_some()),
                _ => self.with_a_token(world, &mut dice),
            };
            let drawn = drawn.filter(|(by, it)| it.method != ENDLESS || !world.callers[*by].audits());
            if let Some(drawn) = drawn {
                return drawn;
            }
        }
    }

    fn about(&self, templates: &[Template], world: &World, dice: &mut Dice) -> (usize, Question) {
        let template = &templates[dice.below(templates.len())];
        let of_managers = OF_MANAGERS.iter().any(|method| template.method.starts_with(method));
        let by = match dice.below(2) {
            0 if of_managers => world.one_of(dice, |caller| caller.manages),
            0 if template.method.starts_with(OF_THE_STATE) => {
                world.one_of(dice, |caller| caller.kind == Some(OrganisationKind::State))
            }
            _ => dice.below(world.callers.len()),
        };
        let (place, household) = world.household(&world.callers[by], dice);
        let subject = Subject::of(place, household, dice);
        (by, self.asked(template, world, &world.callers[by], &subject))
    }

    fn asked(&self, template: &Template, world: &World, caller: &Caller, subject: &Subject<'_>) -> Question {
        let (message, twin, said) = subject.fill(&template.message, (world, caller), self.today);
        let at_a_desk = SERVE_WHOEVER_COMES.contains(&template.method.as_str());
        let own = subject.is_of(caller) || at_a_desk && caller.home.contains(subject.place.territory);
        let foreign = !own && !subject.is_known_to(caller, &said);
        let twin = (foreign && !said.is_empty()).then_some(Twin { message: twin, said });
        let elsewhere = if own { subject.household.elsewhere.clone() } else { Vec::new() };
        let outside = twin.is_some() && caller.home.contains(subject.place.territory);
        Question { method: template.method.clone(), message, twin, elsewhere, outside, at_a_desk }
    }

    /// A page token of somebody of another organisation: as good as none.
    fn with_a_token(&self, world: &World, dice: &mut Dice) -> Option<(usize, Question)> {
        let Carried { by: owner, method, message } = &self.carried[dice.below(self.carried.len())];
        let by = match dice.below(2) {
            0 => world.one_of(dice, |caller| caller.manages),
            _ => dice.below(world.callers.len()),
        };
        let [owner, asker] = [*owner, by].map(|caller| world.callers[caller].actor);
        if owner == asker || owner.organisation().is_some_and(|owner| asker.organisation() == Some(owner)) {
            return None;
        }
        let token = message["page_token"].as_str().unwrap().to_owned();
        let none: String = token.chars().rev().collect();
        let mut twin = message.clone();
        twin["page_token"] = json!(none);
        let twin = Some(Twin { message: twin, said: vec![(token, none)] });
        let (method, message) = (method.clone(), message.clone());
        Some((by, Question { method, message, twin, elsewhere: Vec::new(), outside: false, at_a_desk: false }))
    }

    /// Lists of one row that somebody may ask for, about what is his own.
    pub fn first_pages(&self, world: &World, by: usize) -> Vec<Question> {
        let caller = &world.callers[by];
        let households = world.places.iter().flat_map(|place| place.households.iter().map(move |it| (place, it)));
        let mut subjects = households.map(|(place, it)| Subject::of(place, it, &mut Dice::new(0)));
        let Some(own) = subjects.find(|subject| subject.is_of(caller)) else { return Vec::new() };
        let lists = self.reads.iter().filter(|template| template.message["page_size"] == json!(1));
        lists.map(|template| self.asked(template, world, caller, &own)).collect()
    }
}
