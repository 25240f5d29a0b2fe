//! `change_rent`: rents and charges move by per cent.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::homes::{DWELLING, FIRST, Homes, SCOPE};
use crate::scenario::keys::Key;
use crate::scenario::town::Town;
use crate::tables::number::divide_half_even;
use crate::tables::schema::{self, Unit};
use crate::units::CentsPerMonth;

use super::settings::{CHARGES, RENT};

const PER_CENT: schema::Kind = schema::Kind::Number { places: 2, min: -10_000, max: 100_000, unit: Unit::One };

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "change_rent",
    summary: [
        "Les loyers ou les charges montent ou baissent de tant pour cent, au centime près",
        "Rents or charges rise or fall by so many per cent, to the nearest cent",
    ],
    keys: &[
        DWELLING,
        SCOPE,
        FIRST,
        Key::new(
            "rent_percent",
            PER_CENT,
            ["Pour cent ajoutés au loyer ; -10 = un dixième de moins", "Per cent added to the rent; -10 = a tenth less"],
        ),
        Key::new("charges_percent", PER_CENT, ["Pour cent ajoutés aux charges", "Per cent added to the charges"]),
    ],
    example: "scope = \"financing=PLS\"\nrent_percent = -10",
    read: |keys| {
        let homes = Homes::read(keys);
        let (rent, charges) = (keys.get("rent_percent"), keys.get("charges_percent"));
        if !keys.has("rent_percent") && !keys.has("charges_percent") {
            keys.one_of("rent_percent", "charges_percent");
        }
        Some(Box::new(ChangeRent { homes, rent: rent.unwrap_or(0), charges: charges.unwrap_or(0) }))
    },
};

/// Per cent in hundredths.
#[derive(Debug)]
struct ChangeRent {
    homes: Homes,
    rent: i64,
    charges: i64,
}

impl Change for ChangeRent {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        self.homes.each(
            town,
            |_| true,
            faults,
            |row, faults| {
                row.rent_eur_month = moved(row.rent_eur_month, self.rent);
                row.charges_eur_month = moved(row.charges_eur_month, self.charges);
                let is_payable = RENT.admits(row.rent_eur_month.0) && CHARGES.admits(row.charges_eur_month.0);
                if !is_payable {
                    faults.contradicts(
                        "rent_percent",
                        format!("the rent or the charges of {} are then out of bounds", row.id),
                        "correct the per cent",
                    );
                }
            },
        );
    }
}

fn moved(amount: CentsPerMonth, hundredths_of_per_cent: i64) -> CentsPerMonth {
    let exact = i128::from(amount.0) * (10_000 + i128::from(hundredths_of_per_cent));
    CentsPerMonth(divide_half_even(exact, 10_000).and_then(|cents| i64::try_from(cents).ok()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn per_cent_round_half_even() {
        let golden =
            [(50_000, -1_000, 45_000), (33_333, -1_000, 30_000), (5, 5_000, 8), (15, -5_000, 8), (100, -10_000, 0), (0, 100_000, 0)];
        for (before, per_cent, after) in golden {
            assert_eq!(moved(CentsPerMonth(before), per_cent), CentsPerMonth(after), "{before} {per_cent}");
        }
    }
}
