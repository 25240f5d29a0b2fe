//! `add_residence`: a new residence, still without dwellings.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::ids;
use crate::scenario::keys::Key;
use crate::scenario::town::Town;
use crate::tables::rows::ResidenceRow;
use crate::tables::schema::ZONES;
use crate::units::MicroDegrees;

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "add_residence",
    summary: [
        "Une nouvelle résidence, encore sans logements : ils suivent par add_dwelling",
        "A new residence, still without dwellings: they follow by add_dwelling",
    ],
    keys: &[
        Key::column("residences.csv", "id").called("residence", ["Un nouvel identifiant", "A new id"]).required(),
        Key::column("residences.csv", "name"),
        Key::column("residences.csv", "territory").required(),
        Key::column("residences.csv", "programme"),
        Key::column("residences.csv", "priority_district").called(
            "priority_district",
            ["Située dans un quartier prioritaire (QPV) ; par défaut non", "Lies in a priority district (QPV); by default not"],
        ),
        Key::column("residences.csv", "ceiling_zone").required(),
        Key::column("residences.csv", "lat"),
        Key::column("residences.csv", "lon"),
        Key::column("residences.csv", "lift")
            .called("lift", ["Un ascenseur dessert la résidence ; par défaut non", "The residence has a lift; by default not"]),
    ],
    example: "residence = \"R14\"\nname = \"Les Lilas\"\nterritory = \"gare\"\nprogramme = \"cocoon_ages\"\nceiling_zone = \"autres_regions\"\nlat = 46.518\nlon = 3.189\nlift = true",
    read: |keys| {
        let row = ResidenceRow {
            line: 0,
            id: keys.need("residence"),
            name: keys.need("name"),
            territory: keys.need("territory"),
            programme: keys.need("programme"),
            priority_district: keys.need("priority_district"),
            ceiling_zone: keys.need("ceiling_zone"),
            lat: keys.need::<Option<MicroDegrees>>("lat"),
            lon: keys.need::<Option<MicroDegrees>>("lon"),
            lift: keys.need("lift"),
        };
        if keys.has("lat") != keys.has("lon") {
            let missing = if keys.has("lat") { "lon" } else { "lat" };
            keys.clash(missing, "latitude and longitude do not stand together", "write both or neither");
        }
        Some(Box::new(AddResidence { row }))
    },
};

#[derive(Debug)]
struct AddResidence {
    row: ResidenceRow,
}

impl Change for AddResidence {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let (tables, row) = (&mut town.tables, &self.row);
        let residences = || tables.residences.iter();
        ids::are_free(std::slice::from_ref(&row.id), residences().map(|row| row.id.as_str()), "residences.csv", "residence", faults);
        ids::is_spelt_once(&row.territory, residences().map(|row| row.territory.as_str()), "territory", faults);
        if row.lat.is_some() != row.lon.is_some() {
            faults.contradicts("lat", "latitude and longitude do not stand together", "write both or neither");
        }
        let is_residence = |name: &str| name == row.id || residences().any(|other| other.id == name);
        if is_residence(&row.territory) || residences().any(|other| other.territory == row.id) {
            faults.contradicts(
                "territory",
                "a territory has the id of a residence, so that an exclusion could mean either",
                "give another name",
            );
        }
        if !ZONES.contains(&row.ceiling_zone.as_str()) && tables.ceilings.iter().all(|ceiling| ceiling.zone != row.ceiling_zone) {
            faults.unknown("ceiling_zone", &row.ceiling_zone, "ceilings.csv");
        }
        tables.residences.push(row.clone());
    }
}
