//! Explanations as text for a terminal.

use std::fmt::Write as _;

use crate::eligibility::Language;

use super::{DwellingReasons, HouseholdReasons, PairReasons, criterion_name, no_offer, rule_counts, violation, why_empty};

/// `write!` into a String, which cannot fail.
macro_rules! line {
    ($out:expr, $($part:tt)*) => {
        writeln!($out, $($part)*).unwrap_or(())
    };
}

impl PairReasons {
    /// The reasons in sentences.
    pub fn text(&self, lang: Language) -> String {
        let mut out = String::new();
        let state = match (self.offered, self.violations.is_empty()) {
            (true, _) => ["proposé", "offered"],
            (false, true) => ["possible, non proposé", "possible, not offered"],
            (false, false) => ["écarté par les règles", "refused by rules"],
        };
        line!(out, "{} · {} ({}) : {}", self.household, self.dwelling, self.residence, lang.of(state));
        for reason in &self.violations {
            line!(out, "  ✗ {}", violation(reason, lang));
        }
        let [points_word, sum] = match lang {
            Language::French => ["points", "Adéquation"],
            Language::English => ["points", "Suitability"],
        };
        line!(out, "  {sum} {} {points_word}", lang.number(self.suitability));
        for points in &self.points {
            line!(
                out,
                "    {:<44} {:>9} = {} × {} ‰",
                criterion_name(points.criterion, lang),
                lang.number(points.points()),
                lang.number(points.weight),
                points.per_mille
            );
        }
        if let Some(prices) = &self.prices {
            let names = match lang {
                Language::French => ["Mise du ménage", "ce que rapporte le logement tel que proposé", "il manque"],
                Language::English => ["Bid of the household", "what the dwelling brings as it is offered", "short of"],
            };
            let [bid, dwelling, short] = names;
            line!(
                out,
                "  {bid} {}, {dwelling} {}, {short} {} {points_word}",
                lang.number(prices.bid),
                lang.number(prices.dwelling),
                lang.number(prices.short)
            );
            for charge in &prices.quotas {
                let (effect, size) = if charge.points > 0 {
                    (["le quota {} coûte", "quota {} costs"], charge.points)
                } else {
                    (["le quota {} apporte", "quota {} brings"], -charge.points)
                };
                line!(out, "    {} {} {points_word}", lang.of(effect).replace("{}", &charge.quota), lang.number(size));
            }
        }
        if let Some(rank) = self.rank {
            match lang {
                Language::French => line!(out, "  Rang {rank} sur {} candidats", lang.count(self.candidates)),
                Language::English => line!(out, "  Rank {rank} of {} candidates", lang.count(self.candidates)),
            }
        }
        out
    }
}

impl HouseholdReasons {
    /// The reasons in sentences.
    pub fn text(&self, lang: Language) -> String {
        let mut out = String::new();
        match (&self.offer, &self.no_offer) {
            (Some(pair), _) => out.push_str(&pair.text(lang)),
            (None, Some(reason)) => line!(out, "{} : {}", self.household, no_offer(reason, lang)),
            (None, None) => line!(out, "{} : {}", self.household, lang.of(["aucune proposition", "no offer"])),
        }
        let rules = rule_counts(&self.refusals, self.refusals.len(), lang);
        match lang {
            Language::French => line!(out, "\nLogements ouverts : {}. Logements écartés par règle : {rules}", lang.count(self.open)),
            Language::English => line!(out, "\nOpen dwellings: {}. Dwellings refused by rule: {rules}", lang.count(self.open)),
        }
        if let Some(dwelling) = &self.usual {
            match lang {
                Language::French => line!(out, "La pratique usuelle aurait proposé {dwelling}."),
                Language::English => line!(out, "The usual practice would have offered {dwelling}."),
            }
        }
        for (position, pair) in self.closest.iter().enumerate() {
            if position == 0 {
                line!(out, "\n{}", lang.of(["Au plus près d’une (autre) proposition :", "Closest to an (other) offer:"]));
            }
            out.push_str(&pair.text(lang));
        }
        out
    }
}

impl DwellingReasons {
    /// The reasons in sentences.
    pub fn text(&self, lang: Language) -> String {
        let mut out = String::new();
        match (&self.offer, &self.left_empty) {
            (Some(pair), _) => out.push_str(&pair.text(lang)),
            (None, Some(reason)) => line!(out, "{} ({}) : {}", self.dwelling, self.residence, why_empty(reason, lang)),
            (None, None) => line!(out, "{} ({}) : {}", self.dwelling, self.residence, lang.of(["aucune proposition", "no offer"])),
        }
        if let Some(price) = self.price {
            match lang {
                Language::French => line!(out, "Prix du logement : {} points (0 : personne ne se le dispute)", lang.number(price)),
                Language::English => line!(out, "Price of the dwelling: {} points (0: nobody competes for it)", lang.number(price)),
            }
        }
        let candidates = lang.count(self.shortlist.candidates);
        let rules = rule_counts(&self.refusals, self.refusals.len(), lang);
        match lang {
            Language::French => line!(out, "\n{candidates} candidats. Ménages écartés par règle : {rules}"),
            Language::English => line!(out, "\n{candidates} candidates. Households refused by rule: {rules}"),
        }
        for entry in &self.shortlist.entries {
            let behind = entry.behind.map_or_else(|| "–".into(), |points| lang.number(points));
            let note = match &entry.offered {
                Some(dwelling) if *dwelling == self.dwelling => lang.of(["proposé ici", "offered here"]).to_owned(),
                Some(dwelling) => format!("{} {dwelling}", lang.of(["proposé :", "offered:"])),
                None => String::new(),
            };
            line!(
                out,
                "  {}. {}  {} points, {} {behind}  {note}",
                entry.rank,
                entry.household,
                lang.number(entry.suitability),
                lang.of(["écart", "behind"])
            );
        }
        out
    }
}
