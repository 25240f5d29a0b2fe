//! Benches live in `benches/`, one file per stage.
