//! Changes of households.
