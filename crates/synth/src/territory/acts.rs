//! What is done to the demands of a territory.

use demand::certificate::{CertificateChannel, CertificateDraft};
use demand::modification::Origin as Told;
use demand::registration::ForceReason;
use demand::reinstatement::ReinstatementDraft;
use demand::{Act, FormDraft, Registration, Settings, deadlines};
use jiff::civil::Date;
use nomenclature::{Actor, Channel, add_months};

use super::agenda::{Plan, Turning};
use super::chances::{FIRST_RENEWAL, MOVER_RENEWS, RETURNS, STAYER_RENEWS, STAYERS};
use super::days::TerritoryDays;
use super::opening::{Coming, renewal_offset};
use super::spread::Subject;
use super::stock::{Live, Past};
use super::who::{Origin, Turn, Who, persons};
use crate::day::{after, is_closed, open_day};
use crate::dice::{Dice, Purpose};
use crate::file::{Change, File};
use crate::life::refusal;
use crate::piece;

/// A household is drawn anew at most so often, to be somebody whom nobody knows.
const MOST_ATTEMPTS: u8 = 100;

impl TerritoryDays {
    /// Does what was planned for a day.
    pub(crate) fn act(&mut self, day: Date, household: u32, plan: Plan) {
        match plan {
            Plan::Filing => self.file(day, household),
            Plan::Twin | Plan::Namesake => self.double(day, household, plan),
            Plan::Return => self.come_back(day, household),
            Plan::LateComer => self.come_late(day, household),
            _ if self.stock.get(household).is_none() => {}
            Plan::PastRenewal | Plan::Renewal => self.renew(day, household, plan),
            Plan::Expiry => self.expire(day, household),
            Plan::Certificate => self.certify(day, household),
            Plan::Piece(index) => self.add_piece(day, household, index),
            Plan::Change(turning) => self.change(day, household, turning),
            Plan::SecondDesk => self.second_desk(day, household),
            Plan::Refusal { .. }
            | Plan::Lapse { .. }
            | Plan::LeaseReport { .. }
            | Plan::Lease { .. }
            | Plan::NoAnswer { .. }
            | Plan::InadmissibleWarning { .. }
            | Plan::Inadmissible { .. } => self.go_on(day, household, plan),
        }
    }

    /// Who records something, online so many times of a hundred; nobody on a day that desks are closed: then it is planned
    /// for the next one.
    pub(crate) fn somebody(
        &mut self,
        (day, household, plan): (Date, u32, Plan),
        online: u32,
        dice: &mut Dice,
    ) -> Option<(Actor, Channel)> {
        let channel = if dice.percent(online) { Channel::Online } else { Channel::Desk };
        let by = self.households.scene.cast.by_on(dice, channel, day);
        self.unless_closed((day, household, plan), by)
    }

    fn unless_closed(
        &mut self,
        (day, household, plan): (Date, u32, Plan),
        (actor, channel): (Actor, Channel),
    ) -> Option<(Actor, Channel)> {
        if channel == Channel::Desk && is_closed(day) {
            self.agenda.add(open_day(day), household, plan);
            return None;
        }
        Some((actor, channel))
    }

    fn file(&mut self, day: Date, household: u32) {
        let Some(Coming { origin, filed_on, stay }) = self.coming.remove(&household) else { return };
        let mut dice = self.chance(household);
        let origin = self.perhaps_elsewhere(household, origin);
        let mut who = Who { household, attempt: 0, drawn_on: day, origin, turns: Vec::new() };
        let channel = self.households.channel(&who);
        let by = self.households.scene.cast.by_on(&mut dice, channel, day);
        let Some(by) = self.unless_closed((day, household, Plan::Filing), by) else {
            self.coming.insert(household, Coming { origin: who.origin, filed_on, stay });
            return;
        };
        let homonym = matches!(who.origin, Origin::Namesake(_));
        let mut file = self.households.file(&who);
        let mut held = persons(&file);
        while !homonym && self.held.knows(&held) {
            if who.attempt == MOST_ATTEMPTS {
                return;
            }
            who.attempt += 1;
            file = self.households.file(&who);
            held = persons(&file);
        }
        let drawn = if by.1 == Channel::Desk && dice.percent(50) { after(day, -dice.between(1, 20)) } else { day };
        let filed_on = filed_on.unwrap_or(drawn);
        let nationality = file.applicant().map(|applicant| applicant.nationality);
        let identity_piece = nationality.map(|nationality| piece::identity(&mut dice, nationality, Some(filed_on)));
        let registration = Registration {
            territory: self.households.dealer.territory,
            filed_on: Some(filed_on.to_string()),
            form: file.form.clone(),
            identity_piece,
            forced: None,
            employer_siret: self.households.scene.cast.employer(by.0, filed_on),
        };
        if homonym {
            let refused = Act::Register(Box::new(registration.clone()));
            self.tell_refused((day, household), by, refused, Some(refusal::DUPLICATE));
        }
        let forced = homonym.then_some(ForceReason::Homonym);
        self.tell((day, household), by, Act::Register(Box::new(Registration { forced, ..registration })));
        self.held.take(&held);
        self.tell_elsewhere(&who);
        let mut live = Live::of(who, filed_on, filed_on, held);
        live.stays = stay.is_some_and(|stay| stay.stays);
        live.past = stay.map(|stay| Past { left: stay.renewals, renews: stay.renews });
        self.stock.put(live);
        if stay.is_none() {
            self.plan(&mut dice, day, household, &file);
        }
        self.settle(&mut dice, day, household);
    }

    /// Of those whom nothing sets apart, some asked in the first territory before.
    fn perhaps_elsewhere(&self, household: u32, origin: Origin) -> Origin {
        if !matches!(origin, Origin::Plain) || !self.households.asks_elsewhere(household) {
            return origin;
        }
        let there = self.known.as_ref().and_then(|known| known.lock().ok()?.get(&household).cloned());
        there.map_or(origin, |there| Origin::Elsewhere(Box::new(there)))
    }

    /// Lets the other territories know who asks in the first one.
    fn tell_elsewhere(&self, who: &Who) {
        if let (Some(known), None, Origin::Plain) = (&self.known, &self.households.elsewhere, &who.origin)
            && let Ok(mut known) = known.lock()
        {
            known.insert(who.household, who.clone());
        }
    }

    /// The demand was filed or renewed: what has to follow. Of the opening stock, only what follows the last act of its past.
    fn settle(&mut self, dice: &mut Dice, day: Date, household: u32) {
        let Some(live) = self.stock.get_mut(household) else { return };
        match live.past.take() {
            Some(past) if past.left > 0 => live.past = Some(past),
            past => {
                self.plan_certificate(dice, day, household);
                self.begin(household, past.map(|past| past.renews));
            }
        }
    }

    /// The validity begins: whether and when it is renewed.
    pub(crate) fn begin(&mut self, household: u32, renews: Option<bool>) {
        let Some(live) = self.stock.get(household) else { return };
        let (subject, share) = match (live.renewals, live.stays) {
            // A handful: dealt apart, so that chance does not thin them out.
            (0, _) if matches!(live.who.origin, Origin::Association) => (Subject::Association, FIRST_RENEWAL),
            (0, _) => (Subject::FirstRenewal, FIRST_RENEWAL),
            (_, true) => (Subject::Stayer, STAYER_RENEWS),
            (_, false) => (Subject::Mover, MOVER_RENEWS),
        };
        let (valid_from, expires_on) = (live.valid_from, live.expires_on());
        let renews = renews.unwrap_or_else(|| {
            let index = self.next_deal(subject);
            self.households.dealer.hits(subject, index, share)
        });
        if renews {
            let mut dice = self.chance(household);
            let renewed_on = after(expires_on, renewal_offset(&mut dice)).max(after(valid_from, 1));
            self.agenda.add(renewed_on, household, Plan::Renewal);
        } else {
            let from = deadlines::not_renewed_from(expires_on, None, &Settings::default());
            self.agenda.add(from, household, Plan::Expiry);
        }
    }

    fn plan_certificate(&mut self, dice: &mut Dice, day: Date, household: u32) {
        // Some are forgotten: they stand on the list of those that are late.
        if dice.below(1_000) < 985 {
            self.agenda.add(after(day, dice.between(0, 14)), household, Plan::Certificate);
        }
    }

    /// Everything that may come, but for what becomes of the demand.
    fn plan(&mut self, dice: &mut Dice, day: Date, household: u32, file: &File) {
        for index in 0..piece::likely(file).len() {
            if dice.percent(45) {
                let index = u8::try_from(index).unwrap_or(u8::MAX);
                self.agenda.add(after(day, dice.between(0, 75)), household, Plan::Piece(index));
            }
        }
        for _ in 0..dice.weigh(&[(0, 70), (1, 24), (2, 6)]) {
            let turning = dice.weigh(&[
                (Turning::Contact, 44),
                (Turning::Work, 28),
                (Turning::Wishes, 22),
                (Turning::Partner, 6),
            ]);
            self.agenda.add(after(day, dice.between(15, 340)), household, Plan::Change(turning));
        }
        if let Some(expected_on) = file.natural().and_then(|natural| natural.members.expected_on()) {
            let told_on = after(expected_on, dice.between(20, 45));
            self.agenda.add(told_on, household, Plan::Change(Turning::Birth));
        }
        if file.natural().is_some() && household % 61 == 11 {
            self.agenda.add(after(day, dice.between(2, 50)), household, Plan::SecondDesk);
        }
        if matches!(self.stock.get(household), Some(Live { who: Who { origin: Origin::Alone, .. }, .. })) {
            let plan = if dice.percent(50) { Plan::Twin } else { Plan::Namesake };
            self.agenda.add(after(day, dice.between(1, 50)), household, plan);
        }
    }

    /// The sister or the namesake of a household files: while that one is certainly there.
    fn double(&mut self, day: Date, household: u32, plan: Plan) {
        if is_closed(day) {
            self.agenda.add(open_day(day), household, plan);
            return;
        }
        let Some(live) = self.stock.get(household) else { return };
        let first = Box::new(Who { turns: Vec::new(), ..live.who.clone() });
        let origin = if plan == Plan::Twin { Origin::Twin(first) } else { Origin::Namesake(first) };
        let number = self.number();
        self.coming.insert(number, Coming { origin, filed_on: None, stay: None });
        self.flows.filings.came();
        self.act(day, number, Plan::Filing);
    }

    fn renew(&mut self, day: Date, household: u32, plan: Plan) {
        let Some(live) = self.stock.get(household) else { return };
        if live.signed_on.is_some_and(|signed_on| signed_on <= day) || live.valid_from >= day {
            return;
        }
        let mut dice = self.chance(household);
        let Some(by) = self.somebody((day, household, plan), 60, &mut dice) else { return };
        let form = match self.stock.get(household) {
            Some(live) if dice.percent(65) => self.households.file(&live.who).refreshed(&mut dice, day),
            _ => FormDraft::default(),
        };
        self.tell((day, household), by, Act::Renew { form: Box::new(form) });
        self.renewed(day, household, &mut dice);
    }

    fn renewed(&mut self, day: Date, household: u32, dice: &mut Dice) {
        let new = |live: &Live| live.past.is_none() && live.renewals == 0;
        let temper = self.stock.get(household).is_some_and(new).then(|| self.next_deal(Subject::Temper));
        let stays = temper.map(|index| self.households.dealer.hits(Subject::Temper, index, STAYERS));
        if let Some(live) = self.stock.get_mut(household) {
            live.valid_from = day;
            live.renewals += 1;
            live.stays = stays.unwrap_or(live.stays);
            if let Some(past) = &mut live.past {
                past.left -= 1;
            }
        }
        self.settle(dice, day, household);
    }

    /// The register radiates it at the end of this day.
    fn expire(&mut self, day: Date, household: u32) {
        let Some(live) = self.stock.get(household) else { return };
        // Known to be housed: its lessor will tell.
        if live.reported {
            return;
        }
        let expired_on = live.expires_on();
        let Some(live) = self.leave(household) else { return };
        let index = self.next_deal(Subject::Return);
        if self.households.dealer.hits(Subject::Return, index, RETURNS) {
            let mut dice = self.dice(Purpose::TerritoryAct, u64::from(household) << 20 | 0xF_FFFF);
            let back_on = after(day, dice.between(5, 100)).min(after(add_months(expired_on, 6), -5));
            self.away.insert(household, live);
            self.agenda.add(back_on, household, Plan::Return);
        }
    }

    fn come_back(&mut self, day: Date, household: u32) {
        if is_closed(day) {
            self.agenda.add(open_day(day), household, Plan::Return);
            return;
        }
        let Some(live) = self.away.remove(&household) else { return };
        if self.held.knows(&live.persons) {
            return;
        }
        self.held.take(&live.persons);
        self.associations.live += u32::from(matches!(live.who.origin, Origin::Association));
        self.stock.put(live);
        let mut dice = self.chance(household);
        let actor = self.households.scene.cast.desk_on(&mut dice, day);
        let act = Act::Reinstate(ReinstatementDraft::default());
        self.tell((day, household), (actor, Channel::Desk), act);
        self.renewed(day, household, &mut dice);
    }

    fn certify(&mut self, day: Date, household: u32) {
        let mut dice = self.chance(household);
        let Some(by) = self.somebody((day, household, Plan::Certificate), 45, &mut dice) else { return };
        let channel = match by.1 {
            Channel::Online => CertificateChannel::Electronic,
            Channel::Desk if dice.percent(30) => CertificateChannel::ByHand,
            Channel::Desk => CertificateChannel::Post,
        };
        let draft = CertificateDraft { issued_on: Some(day.to_string()), channel: Some(channel) };
        self.tell((day, household), by, Act::IssueCertificate(draft));
    }

    fn add_piece(&mut self, day: Date, household: u32, index: u8) {
        let mut dice = self.chance(household);
        let plan = (day, household, Plan::Piece(index));
        let Some(by) = self.somebody(plan, 60, &mut dice) else { return };
        let Some(live) = self.stock.get(household) else { return };
        let file = self.households.file(&live.who);
        let Some((piece_type, label)) = piece::likely(&file).get(usize::from(index)).copied() else { return };
        let handed_in = after(day, -dice.between(0, 6)).max(live.filed_on);
        let received_on = dice.percent(60).then_some(handed_in);
        let draft = piece::piece(&mut dice, piece_type, label, received_on);
        self.tell((day, household), by, Act::AddPiece(draft));
    }

    fn change(&mut self, day: Date, household: u32, turning: Turning) {
        let mut dice = self.chance(household);
        let plan = (day, household, Plan::Change(turning));
        let Some(by) = self.somebody(plan, 55, &mut dice) else { return };
        let Some(live) = self.stock.get(household) else { return };
        let change = turning.change();
        let mut file = self.households.file(&live.who);
        let mut of_change = self.households.dice_of_change(&live.who, live.who.turns.len() as u64);
        let mut people = crate::people::People::listed();
        let scene = &self.households.scene;
        let Some(form) = file.change(&mut of_change, &mut people, scene, change, day) else { return };
        let now = persons(&file);
        let new: Vec<_> = now.iter().filter(|person| !live.persons.contains(person)).copied().collect();
        if self.held.knows(&new) {
            return;
        }
        let told_by_another = change == Change::Work && by.1 == Channel::Desk && dice.percent(60);
        let origin = if told_by_another { Told::ThirdPartyValidated } else { Told::Applicant };
        self.tell((day, household), by, Act::Modify { origin, form: Box::new(form) });
        self.held.take(&new);
        if let Some(live) = self.stock.get_mut(household) {
            live.persons = now;
            live.who.turns.push(Turn::Changed(change, day));
        }
    }

    /// The same person at another desk, typed otherwise.
    fn second_desk(&mut self, day: Date, household: u32) {
        if is_closed(day) {
            self.agenda.add(open_day(day), household, Plan::SecondDesk);
            return;
        }
        let mut dice = self.chance(household);
        let Some(live) = self.stock.get(household) else { return };
        let file = self.households.file(&live.who);
        let Some(adult) = file.applicant() else { return };
        let nationality = adult.nationality;
        let tax = crate::work::TaxKnown::No;
        let typed = File::of_one(&mut dice, &self.households.scene, adult.spelt_otherwise(), tax, day);
        let identity_piece = Some(piece::identity(&mut dice, nationality, Some(day)));
        let by = (self.households.scene.cast.desk_on(&mut dice, day), Channel::Desk);
        let registration = Registration {
            territory: self.households.dealer.territory,
            filed_on: Some(day.to_string()),
            form: typed.form,
            identity_piece,
            forced: None,
            employer_siret: self.households.scene.cast.employer(by.0, day),
        };
        let act = Act::Register(Box::new(registration));
        self.tell_refused((day, household), by, act, Some(refusal::DUPLICATE));
    }

    /// Somebody wants to change a demand that has left the register.
    fn come_late(&mut self, day: Date, household: u32) {
        let mut dice = self.dice(Purpose::TerritoryAct, u64::from(household) << 20 | 0xF_FFFE);
        let by = (self.households.scene.cast.desk_on(&mut dice, day), Channel::Desk);
        let act = Act::Renew { form: Box::default() };
        self.tell_refused((day, household), by, act, Some(refusal::RADIATED));
    }

    /// A demand is in the register no more.
    pub(crate) fn leave(&mut self, household: u32) -> Option<Live> {
        let live = self.stock.take(household)?;
        self.held.release(&live.persons);
        self.associations.live -= u32::from(matches!(live.who.origin, Origin::Association));
        Some(live)
    }
}
