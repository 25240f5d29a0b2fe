//! Solves a problem: an allocation, a bound and the certificate.
