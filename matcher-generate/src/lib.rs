//! Makes plausible towns.
