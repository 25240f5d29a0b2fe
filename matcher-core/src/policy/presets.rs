//! Policies to start from: complete, commented files that a provider copies and changes.

use crate::error::Error;

use super::{Policy, parse};

/// Every preset.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "chers-voisins",
        about: [
            "Résidences existantes : le mélange des âges se pilote à la relocation, l'entraide entre voisins compte.",
            "Existing residences: the mix of ages is steered at re-letting, help between neighbours counts.",
        ],
        text: include_str!("../../data/policies/chers-voisins.toml"),
    },
    Preset {
        name: "cocoon-ages",
        about: [
            "Immeuble neuf : logements adaptés sous autorisation, fourchettes d'âges par résidence.",
            "New building: adapted homes under an authorisation, age bands per residence.",
        ],
        text: include_str!("../../data/policies/cocoon-ages.toml"),
    },
];

/// A policy to start from.
#[derive(Debug, Clone, Copy)]
pub struct Preset {
    /// Name on the command line.
    pub name: &'static str,
    /// What it is for, French and English.
    pub about: [&'static str; 2],
    /// The file, with its comments.
    pub text: &'static str,
}

impl Preset {
    /// The policy itself.
    ///
    /// # Errors
    /// As [`parse`]; a test reads every preset, so that none is shipped with a fault.
    pub fn policy(&self) -> Result<Policy, Error> {
        parse(self.text, &format!("{}.toml", self.name))
    }
}

/// The preset of this name, if there is one.
///
/// ```
/// use matcher_core::policy::preset;
/// let policy = preset("cocoon-ages").expect("a preset").policy()?;
/// assert!(policy.weights["step_free_fit"] > 0);
/// assert!(preset("unknown").is_none());
/// # Ok::<(), matcher_core::error::Error>(())
/// ```
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}
