//! Help offered and needed between neighbours; always voluntary.

use matcher_core::tables::rows::HelpRow;

use crate::draw::Draw;
use crate::people::Group;

/// Skills that a household of an age offers, and those it needs. The exchanges seen in such residences: errands, homework, odd jobs,
/// gardening, sewing, computers, company (Chers Voisins); shares are plausible, not estimated.
const OFFERS_YOUNG: [&str; 6] = ["errands", "computer", "homework", "diy", "driving", "childcare"];
const OFFERS_OLDER: [&str; 6] = ["childcare", "homework", "company", "sewing", "gardening", "cooking"];
const NEEDS_FAMILY: [&str; 3] = ["childcare", "homework", "sewing"];
const NEEDS_OLDER: [&str; 6] = ["errands", "computer", "company", "driving", "diy", "gardening"];
const NEEDS_OTHERS: [&str; 4] = ["company", "cooking", "diy", "sewing"];

/// Rows of one household that takes part; `None` of them where it does not wish to.
pub(crate) fn help(draw: &mut Draw, household: &str, group: &Group, charter: bool) -> Vec<HelpRow> {
    if !draw.chance(if charter { 520 } else { 60 }) {
        return Vec::new();
    }
    let old = group.age() >= 60;
    let mut rows: Vec<HelpRow> = Vec::new();
    let mut add = |skill: Option<&&str>, offers: bool, hours: i64| {
        if let Some(&skill) = skill
            && rows.iter().all(|row| row.skill != skill)
        {
            rows.push(HelpRow { line: 0, household: household.into(), skill: skill.into(), offers, hours_week: hours });
        }
    };
    if draw.chance(if group.age() >= 80 { 350 } else { 750 }) {
        for _ in 0..draw.between(1, 2) {
            let skill = draw.pick(if old { &OFFERS_OLDER } else { &OFFERS_YOUNG });
            add(skill, true, draw.between(1, if old { 6 } else { 3 }));
        }
    }
    let needs: &[&str] = if old {
        &NEEDS_OLDER
    } else if group.children() > 0 {
        &NEEDS_FAMILY
    } else {
        &NEEDS_OTHERS
    };
    if draw.chance(if group.age() >= 75 || group.children() > 0 { 800 } else { 400 }) {
        for _ in 0..draw.between(1, 2) {
            let skill = draw.pick(needs);
            add(skill, false, draw.between(1, 4));
        }
    }
    rows
}
