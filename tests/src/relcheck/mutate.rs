//! Random changes of a certificate's JSON and of an allocation. Every kind of field is as likely, however often it occurs.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::families::Draw;

/// Steps from the root to a value: keys of objects and positions of arrays.
type Path = Vec<Step>;

#[derive(Debug, Clone)]
enum Step {
    Key(String),
    At(usize),
}

/// Words that a string may be changed into, besides the ids of the problem.
const WORDS: [&str; 12] = ["prices", "tree", "infeasible", "split", "fix", "leaf", "ray", "", "nobody", "*", "max", "households"];

/// Changes one thing of `json`; gives the kind of field that was changed.
pub fn certificate(json: &mut Json, ids: &[String], draw: &mut Draw) -> String {
    let mut kinds: BTreeMap<String, Vec<Path>> = BTreeMap::new();
    collect(json, ids, &mut Vec::new(), &mut kinds);
    let Some(kind) = kinds.keys().nth(draw.position(kinds.len().max(1))).cloned() else { return String::new() };
    let paths = &kinds[&kind];
    let path = &paths[draw.position(paths.len())];
    let other = paths[draw.position(paths.len())].iter().try_fold(&*json, |at, step| step.of(at)).cloned();
    let Some(value) = path.iter().try_fold(json, |at, step| step.of_mut(at)) else { return String::new() };
    match other {
        // The value of another field of its kind.
        Some(other) if draw.tenths(2) => *value = other,
        _ => change(value, ids, draw),
    }
    kind
}

impl Step {
    fn of<'a>(&self, json: &'a Json) -> Option<&'a Json> {
        match self {
            Self::Key(key) => json.get(key),
            Self::At(at) => json.get(at),
        }
    }

    fn of_mut<'a>(&self, json: &'a mut Json) -> Option<&'a mut Json> {
        match self {
            Self::Key(key) => json.get_mut(key),
            Self::At(at) => json.get_mut(at),
        }
    }
}

/// The paths of all values, by kind: their keys, ids and positions left out.
fn collect(json: &Json, ids: &[String], path: &mut Path, kinds: &mut BTreeMap<String, Vec<Path>>) {
    if !path.is_empty() {
        let words = path.iter().map(|step| match step {
            Step::Key(key) if !ids.contains(key) => key.as_str(),
            Step::Key(_) | Step::At(_) => "*",
        });
        kinds.entry(words.collect::<Vec<_>>().join(".")).or_default().push(path.clone());
    }
    let mut inside = |step: Step, value: &Json| {
        path.push(step);
        collect(value, ids, path, kinds);
        path.pop();
    };
    match json {
        Json::Object(fields) => fields.iter().for_each(|(key, value)| inside(Step::Key(key.clone()), value)),
        Json::Array(list) => list.iter().enumerate().for_each(|(at, value)| inside(Step::At(at), value)),
        _ => {}
    }
}

fn change(value: &mut Json, ids: &[String], draw: &mut Draw) {
    let id = |draw: &mut Draw| {
        let at = draw.position(ids.len() + WORDS.len());
        ids.get(at).map_or_else(|| WORDS[at - ids.len()].to_owned(), Clone::clone)
    };
    match value {
        Json::Number(number) => {
            let number = number.as_i64().unwrap_or_default();
            *value = match draw.position(12) {
                0 => 0.into(),
                1 => number.wrapping_neg().into(),
                2 => (number / 2).into(),
                3 => number.saturating_mul(2).into(),
                4 => [i64::MAX, i64::MIN, -1, 1 << 40][draw.position(4)].into(),
                5 => Json::Null,
                6 => json!(0.5),
                7 | 8 => number.saturating_sub(draw.between(1, 9)).into(),
                _ => number.saturating_add(draw.between(-2, 2)).into(),
            };
        }
        Json::String(text) => match draw.position(4) {
            0 => text.push('x'),
            1 if text.len() == 64 => *text = text.to_uppercase(),
            2 if text.len() == 64 => {
                let flipped = if text.starts_with('0') { "1" } else { "0" };
                text.replace_range(0..1, flipped);
            }
            _ => *text = id(draw),
        },
        Json::Array(list) if list.is_empty() => list.push(json!(draw.between(0, 3))),
        Json::Array(list) => {
            let (a, b) = (draw.position(list.len()), draw.position(list.len()));
            match draw.position(6) {
                0 => list.clear(),
                1 => list.reverse(),
                2 => list.push(list[a].clone()),
                3 => list.swap(a, b),
                4 => list[a] = list[b].clone(),
                _ => drop(list.remove(a)),
            }
        }
        Json::Object(fields) => {
            let key = fields.keys().nth(draw.position(fields.len().max(1))).cloned();
            match (key, draw.position(5)) {
                (Some(key), 0 | 1) => drop(fields.remove(&key)),
                (Some(key), 2) => {
                    // Under another name.
                    let moved = fields.remove(&key).unwrap_or_default();
                    fields.insert(id(draw), moved);
                }
                (Some(_), 3) => fields.clear(),
                _ => drop(fields.insert(id(draw), json!(draw.between(-3, 60)))),
            }
        }
        Json::Null => *value = draw.between(-5, 300).into(),
        Json::Bool(is) => *is = !*is,
    }
}

/// Changes one thing of an allocation.
pub fn allocation(pairs: &mut Vec<(String, String)>, households: &[String], dwellings: &[String], draw: &mut Draw) {
    let any = |list: &[String], draw: &mut Draw| list.get(draw.position(list.len() + 1)).cloned().unwrap_or_else(|| "nobody".to_owned());
    let pair = (any(households, draw), any(dwellings, draw));
    if pairs.is_empty() {
        return pairs.push(pair);
    }
    let (a, b) = (draw.position(pairs.len()), draw.position(pairs.len()));
    match draw.position(7) {
        0 => drop(pairs.remove(a)),
        1 => pairs.push(pair),
        2 => pairs[a].1 = pair.1,
        3 => pairs[a].0 = pair.0,
        4 => pairs.push(pairs[a].clone()),
        5 => pairs.clear(),
        _ => {
            let moved = pairs[a].1.clone();
            pairs[a].1 = std::mem::replace(&mut pairs[b].1, moved);
        }
    }
}
