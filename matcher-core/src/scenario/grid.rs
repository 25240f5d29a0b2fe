//! Scenarios that vary: one text, a scenario for each combination of values.

use crate::error::{Error, Report};

use super::change::Faults;
use super::keys::{Value, Values};
use super::read::{LIST, Raw, Scenario, VALUES, VARY};

/// Points of one grid at most.
const MOST: usize = 10_000;
/// The keys of an entry beside its values.
const KEY: &str = "key";

/// A key that varies, as it was written.
#[derive(Debug, Clone)]
pub(super) struct Vary {
    /// Where it was read.
    pub(super) row: Option<u64>,
    /// Its keys; `None` where it is no table.
    pub(super) keys: Option<Values>,
    /// What the key becomes; `None` where no list is written.
    pub(super) values: Option<Vec<Value>>,
}

/// A key that varies, looked at.
struct Axis {
    /// Position of its change, from 0.
    change: usize,
    key: String,
    values: Vec<Value>,
}

impl Vary {
    fn axis(&self, mut faults: Faults<'_>, changes: usize) -> Option<Axis> {
        let Some(keys) = &self.keys else {
            faults.add("E1903", VARY, "this is no table of keys", "write key and values");
            return None;
        };
        for key in keys.keys().filter(|key| ![KEY, VALUES, LIST].contains(&key.as_str())) {
            faults.add("E1904", key, "the key is not known", "remove it or write one of: key, values, change");
        }
        let position = match keys.get(LIST) {
            None => Some(1),
            Some(Value::Number(number)) => number.parse::<usize>().ok(),
            Some(_) => None,
        };
        let change = position.filter(|position| (1..=changes).contains(position));
        if change.is_none() {
            faults.add("E1912", LIST, "there is no such change", format!("write its position, from 1 to {changes}"));
        }
        let key = match keys.get(KEY) {
            Some(Value::Text(key)) => Some(key.clone()),
            Some(_) => {
                faults.add("E1903", KEY, "this is not a text", "write the name of a key of the change");
                None
            }
            None => {
                faults.add("E1902", KEY, "the key is missing", "add it: the name of a key of the change");
                None
            }
        };
        let values = self.values.clone().filter(|values| !values.is_empty());
        if values.is_none() {
            faults.add("E1912", VALUES, "the key has no values to take", "write a list of one value or more");
        }
        Some(Axis { change: change? - 1, key: key?, values: values? })
    }
}

/// The scenarios of a text: one, or as many as its keys have combinations, the last key changing first.
///
/// # Errors
/// [`Error::Input`] with every finding; one that holds for all points is told once.
pub(super) fn points(mut raw: Raw, file: &str) -> Result<Vec<Scenario>, Error> {
    let mut report = Report::default();
    let vary = std::mem::take(&mut raw.vary);
    let found: Vec<Option<Axis>> =
        vary.iter().map(|vary| vary.axis(Faults { file, row: vary.row, report: &mut report }, raw.changes.len())).collect();
    let axes: Vec<Axis> = found.into_iter().flatten().collect();
    let count = axes.iter().try_fold(1_usize, |count, axis| count.checked_mul(axis.values.len()).filter(|count| *count <= MOST));
    if count.is_none() {
        let mut faults = Faults { file, row: vary.first().and_then(|vary| vary.row), report: &mut report };
        faults.add("E1912", VARY, format!("the grid has more than {MOST} points"), "write fewer values");
    }
    report.into_result(())?;
    let mut all = Vec::with_capacity(count.unwrap_or(1));
    let mut report = Report::default();
    for at in 0..count.unwrap_or(1) {
        match point(&raw, &axes, at).scenario(file) {
            Ok(scenario) => all.push(scenario),
            Err(Error::Input { report: found }) => {
                let new: Vec<_> = found.errors.into_iter().filter(|finding| !report.errors.contains(finding)).collect();
                report.errors.extend(new);
                if report.errors.len() as u64 >= Report::KEPT_PER_FILE {
                    break;
                }
            }
            Err(other) => return Err(other),
        }
    }
    report.into_result(all)
}

/// The point number `at`.
fn point(raw: &Raw, axes: &[Axis], mut at: usize) -> Raw {
    let mut point = raw.clone();
    let mut names = Vec::with_capacity(axes.len());
    for axis in axes.iter().rev() {
        let value = axis.values.get(at % axis.values.len());
        at /= axis.values.len();
        if let (Some(value), Some((_, Some(keys)))) = (value, point.changes.get_mut(axis.change)) {
            names.push((axis.key.as_str(), word(value)));
            keys.insert(axis.key.clone(), value.clone());
        }
    }
    names.reverse();
    let title = point.head.contains_key("title");
    for (name, between, equals) in [("id", "/", "="), ("title", " : ", " = ")] {
        if let Some((_, Value::Text(text))) = point.head.get_mut(name).filter(|_| !axes.is_empty() && (name == "id" || title)) {
            let list: Vec<String> = names.iter().map(|(key, value)| format!("{key}{equals}{value}")).collect();
            *text = format!("{text}{between}{}", list.join(", "));
        }
    }
    point
}

/// A value as names of points write it.
fn word(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Number(text) => text.clone(),
        Value::Switch(value) => value.to_string(),
        Value::Texts(list) => list.join("|"),
        Value::Other => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{parse, parse_grid, parse_grid_json};

    const TWO: &str = "id = 'x'\ntitle = 'Rents'\n[[change]]\nkind = 'change_rent'\nscope = 'financing=PLS'\nrent_percent = 0\n\
        [[change]]\nkind = 'set_weight'\ncriterion = 'typology_fit'\nweight = 1\n";

    fn grid(more: &str) -> Result<Vec<(String, String)>, String> {
        let points = parse_grid(&format!("{TWO}{more}"), "x.toml").map_err(|fault| fault.to_string())?;
        Ok(points.into_iter().map(|point| (point.id, point.title)).collect())
    }

    #[test]
    fn each_combination_is_a_scenario_the_last_key_first() {
        let points = grid("[[vary]]\nkey = 'rent_percent'\nvalues = [-5, 2.5]\n[[vary]]\nchange = 2\nkey = 'weight'\nvalues = [1, 2, 3]\n");
        let points = points.unwrap();
        assert_eq!(points.len(), 6);
        assert_eq!(points[0], ("x/rent_percent=-5, weight=1".into(), "Rents : rent_percent = -5, weight = 1".into()));
        assert_eq!(points[1].0, "x/rent_percent=-5, weight=2");
        assert_eq!(points[5].0, "x/rent_percent=2.5, weight=3");
        assert_eq!(grid("").unwrap(), [("x".into(), "Rents".into())], "a plain scenario is its own point");
    }

    #[test]
    fn the_values_stand_in_the_changes() {
        let text = format!("{TWO}[[vary]]\nchange = 2\nkey = 'weight'\nvalues = [7]\n");
        let written = TWO.replace("weight = 1", "weight = 7");
        let changes = |list: &super::Scenario| list.changes.iter().map(|stated| format!("{:?}", stated.change)).collect::<Vec<_>>();
        assert_eq!(changes(&parse_grid(&text, "x").unwrap()[0]), changes(&parse(&written, "x").unwrap()));
    }

    #[test]
    fn json_says_the_same() {
        let json = r#"{"id": "x", "change": [{"kind": "change_rent", "scope": "financing=PLS", "rent_percent": 0}],
            "vary": [{"key": "rent_percent", "values": [1, 2]}]}"#;
        let ids: Vec<String> = parse_grid_json(json, "x.json").unwrap().into_iter().map(|point| point.id).collect();
        assert_eq!(ids, ["x/rent_percent=1", "x/rent_percent=2"]);
    }

    #[test]
    fn what_is_wrong_is_told_once_and_all_together() {
        let values: Vec<String> = (0..101).map(|value| value.to_string()).collect();
        let many = format!(
            "[[vary]]\nkey = 'rent_percent'\nvalues = [{0}]\n[[vary]]\nchange = 2\nkey = 'weight'\nvalues = [{0}]\n",
            values.join(", ")
        );
        for (more, codes) in [
            ("[[vary]]\nkey = 'rent_percent'\nvalues = []\n", vec!["E1912 x.toml row 11 column values"]),
            (
                "[[vary]]\nkey = 'rent_percent'\nvalues = 3\nbe = 1\n",
                vec!["E1904 x.toml row 11 column be", "E1912 x.toml row 11 column values"],
            ),
            ("[[vary]]\nvalues = [1]\nchange = 3\n", vec!["E1912 x.toml row 11 column change", "E1902 x.toml row 11 column key"]),
            ("[[vary]]\nkey = 'height'\nvalues = [1, 2]\n", vec!["E1904 x.toml row 3 column height"]),
            (many.as_str(), vec!["E1912 x.toml row 11 column vary"]),
        ] {
            let refused = grid(more).unwrap_err();
            let mut rest = refused.as_str();
            for code in codes {
                let (_, after) = rest.split_once(code).unwrap_or_else(|| panic!("{code} in {refused}"));
                rest = after;
            }
        }
        let vary = format!("{TWO}[[vary]]\nkey = 'rent_percent'\nvalues = [1]\n");
        assert!(parse(&vary, "x.toml").unwrap_err().to_string().contains("E1911"));
        assert!(grid("vary = 3\n").unwrap_err().contains("E19"));
    }
}
