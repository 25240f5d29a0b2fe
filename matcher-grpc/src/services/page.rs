//! Pages of lists: sizes, and tokens that hold only for the list, filter and tenant they were made for.

use std::fmt::Write as _;

use tonic::Status;

use crate::auth::sha256;
use crate::status;
use crate::store::Tenant;

/// Entries of a page where the client asks for no number.
const USUAL: u32 = 100;

/// The size of a page.
pub(super) fn size(asked: i32, most: u32) -> Result<u32, Status> {
    match u32::try_from(asked) {
        Ok(0) => Ok(USUAL.min(most)),
        Ok(size) => Ok(size.min(most)),
        Err(_) => Err(status::bad_field("page_size", "0 or more")),
    }
}

/// A list that is paged: whose, which, and what it is narrowed to.
#[derive(Debug, Clone, Copy)]
pub(super) struct List<'a> {
    pub(super) secret: &'a [u8; 32],
    pub(super) tenant: &'a Tenant,
    pub(super) name: &'static str,
    pub(super) filter: &'a str,
}

impl List<'_> {
    /// The token of the page that begins at `position`.
    pub(super) fn token(&self, position: i64) -> String {
        format!("{position:x}.{}", self.seal(position))
    }

    /// Where the page of a token begins; `first` without a token.
    pub(super) fn position(&self, token: &str, first: i64) -> Result<i64, Status> {
        if token.is_empty() {
            return Ok(first);
        }
        let position = token.split_once('.').and_then(|(digits, _)| i64::from_str_radix(digits, 16).ok());
        let sealed = position.filter(|&position| self.token(position) == token);
        sealed.ok_or_else(|| status::bad_field("page_token", "take it from next_page_token of the same list, or leave it empty"))
    }

    fn seal(&self, position: i64) -> String {
        // The hash is taken twice around the secret, so that no seal can be lengthened.
        let mut text = self.secret.to_vec();
        write_parts(&mut text, [&self.tenant.0, self.name, self.filter, &position.to_string()]);
        let inner = sha256(&text);
        let outer = sha256(&[self.secret.as_slice(), &inner].concat());
        outer.iter().take(16).fold(String::new(), |mut seal, byte| {
            // Writing to a String cannot fail.
            write!(seal, "{byte:02x}").unwrap_or(());
            seal
        })
    }
}

/// Each part with its length before it: no two lists of parts give the same bytes.
fn write_parts<const N: usize>(out: &mut Vec<u8>, parts: [&str; N]) {
    for part in parts {
        out.extend((part.len() as u64).to_be_bytes());
        out.extend(part.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_holds_for_its_own_list_only() {
        let (a, b) = (Tenant("a".into()), Tenant("b".into()));
        let list = List { secret: &[7; 32], tenant: &a, name: "runs", filter: "" };
        let token = list.token(42);
        assert_eq!(list.position(&token, 9).unwrap(), 42);
        assert_eq!(list.position("", 9).unwrap(), 9);
        let others = [
            List { tenant: &b, ..list },
            List { name: "datasets", ..list },
            List { filter: "x", ..list },
            List { secret: &[8; 32], ..list },
        ];
        for other in others {
            assert!(other.position(&token, 9).is_err(), "{other:?}");
        }
        for forged in [token.replacen("2a", "2b", 1), format!("{token}0"), "2a".into(), ".".into(), "zz.00".into()] {
            assert!(list.position(&forged, 9).is_err(), "{forged}");
        }
    }

    #[test]
    fn sizes_have_a_most() {
        assert_eq!((size(0, 1_000).unwrap(), size(7, 1_000).unwrap(), size(i32::MAX, 1_000).unwrap()), (100, 7, 1_000));
        assert!(size(-1, 1_000).is_err());
    }
}
