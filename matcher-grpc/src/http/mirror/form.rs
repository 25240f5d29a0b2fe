//! Uploads as a form (`multipart/form-data`, RFC 7578): a part named `header` holds the header in JSON, every other part is a file.
//!
//! A form fits a call whose messages are a header or a chunk of a file. Files go on in pieces as they come; nothing of them is kept here.

use bytes::{Buf as _, Bytes, BytesMut};
use memchr::memmem;
use prost::Message as _;
use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, Value};
use tonic::Status;
use tonic::codegen::http::HeaderMap;

use crate::status;

use super::recast::{Recast, framed};
use super::request::message;

/// Bytes of the headers of a part.
const MOST_HEAD: usize = 4 << 10;
/// Bytes of a piece of a file at most.
const PIECE: usize = 256 << 10;

/// Whether messages of this kind are headers and chunks of files.
pub(super) fn fits(input: &MessageDescriptor) -> bool {
    parts(input).is_some()
}

/// What a header and a chunk are.
fn parts(input: &MessageDescriptor) -> Option<(MessageDescriptor, MessageDescriptor)> {
    let part = |name: &str| match input.get_field_by_name(name)?.kind() {
        Kind::Message(message) => Some(message),
        _ => None,
    };
    let (header, chunk) = (part("header")?, part("chunk")?);
    let is = |name: &str, kind: &Kind| chunk.get_field_by_name(name).is_some_and(|field| field.kind() == *kind);
    (is("name", &Kind::String) && is("data", &Kind::Bytes)).then_some((header, chunk))
}

/// Where in the form the text begins.
#[derive(Debug)]
enum At {
    /// Before the first part.
    Start,
    /// After a boundary.
    Boundary,
    /// In the headers of a part.
    Head,
    /// In the part with the header of the upload.
    Header,
    /// In a file, of which something was sent or not.
    File { name: String, is_sent: bool },
    /// After the last part.
    End,
}

/// A form that is read.
#[derive(Debug)]
pub(super) struct Form {
    input: MessageDescriptor,
    most: usize,
    /// Line break, two dashes and the boundary.
    mark: Vec<u8>,
    text: BytesMut,
    at: At,
}

impl Form {
    pub(super) fn new(input: MessageDescriptor, boundary: &str, most: usize) -> Self {
        // The first boundary may stand without a line break before it: one is put there.
        let mark = format!("\r\n--{boundary}").into_bytes();
        Self { input, most, mark, text: BytesMut::from(b"\r\n".as_slice()), at: At::Start }
    }

    /// A message with this part.
    fn part(&self, name: &str, value: DynamicMessage) -> Result<Bytes, Status> {
        let mut message = DynamicMessage::new(self.input.clone());
        message.try_set_field_by_name(name, Value::Message(value)).map_err(|_| broken("part"))?;
        Ok(framed(&message.encode_to_vec()))
    }

    /// A chunk of a file.
    fn chunk(&self, name: &str, data: Bytes) -> Result<Bytes, Status> {
        let (_, chunk) = parts(&self.input).ok_or_else(|| broken("kind"))?;
        let mut message = DynamicMessage::new(chunk);
        message.try_set_field_by_name("name", Value::String(name.to_owned())).map_err(|_| broken("name"))?;
        message.try_set_field_by_name("data", Value::Bytes(data)).map_err(|_| broken("data"))?;
        self.part("chunk", message)
    }

    /// The header of the upload.
    fn header(&self, text: &[u8]) -> Result<Bytes, Status> {
        let (header, _) = parts(&self.input).ok_or_else(|| broken("kind"))?;
        let message = message(&header, text, 0)?;
        self.part("header", DynamicMessage::decode(header, message.as_slice()).map_err(|_| broken("header"))?)
    }

    /// Goes one step; `Ok(None)` where more must come first.
    fn step(&mut self) -> Result<Option<Step>, Status> {
        match &mut self.at {
            At::Start => {
                let Some(mark) = memmem::find(&self.text, &self.mark) else {
                    return if self.text.len() > MOST_HEAD { Err(broken("boundary")) } else { Ok(None) };
                };
                self.text.advance(mark + self.mark.len());
                self.at = At::Boundary;
            }
            At::Boundary => match self.text.get(..2) {
                None => return Ok(None),
                Some(b"--") => self.at = At::End,
                Some(b"\r\n") => self.at = At::Head,
                Some(_) => return Err(broken("boundary")),
            },
            At::Head => {
                // The line break before the first header is the one after the boundary.
                let Some(end) = memmem::find(&self.text, b"\r\n\r\n") else {
                    return if self.text.len() > MOST_HEAD { Err(broken("headers of a part")) } else { Ok(None) };
                };
                let head = self.text.split_to(end);
                self.text.advance(4);
                self.at = match disposition(&head)? {
                    (name, None) if name == "header" => At::Header,
                    (name, None) | (_, Some(name)) => At::File { name, is_sent: false },
                };
            }
            At::Header => {
                let Some(end) = memmem::find(&self.text, &self.mark) else {
                    return if self.text.len() > self.most { Err(broken("header")) } else { Ok(None) };
                };
                let text = self.text.split_to(end);
                self.text.advance(self.mark.len());
                self.at = At::Boundary;
                return self.header(&text).map(|message| Some(Step::Message(message)));
            }
            At::File { name, is_sent } => {
                let end = memmem::find(&self.text, &self.mark);
                // What may be the beginning of a boundary stays.
                let sure = end.unwrap_or_else(|| self.text.len().saturating_sub(self.mark.len() - 1));
                let data = self.text.split_to(sure.min(PIECE)).freeze();
                let is_end = end == Some(data.len());
                if data.is_empty() && !is_end {
                    return Ok(None);
                }
                // An empty file is one chunk without data.
                let is_new = !data.is_empty() || !*is_sent;
                *is_sent = true;
                let name = name.clone();
                if is_end {
                    self.text.advance(self.mark.len());
                    self.at = At::Boundary;
                }
                return if is_new { self.chunk(&name, data).map(|message| Some(Step::Message(message))) } else { Ok(Some(Step::Moved)) };
            }
            At::End => {
                self.text.clear();
                return Ok(None);
            }
        }
        Ok(Some(Step::Moved))
    }
}

/// What a step brought.
enum Step {
    Moved,
    Message(Bytes),
}

impl Recast for Form {
    fn feed(&mut self, bytes: Bytes) -> Result<(), Status> {
        self.text.extend_from_slice(&bytes);
        Ok(())
    }

    fn next(&mut self, ended: bool) -> Result<Option<Bytes>, Status> {
        loop {
            match self.step()? {
                Some(Step::Message(message)) => return Ok(Some(message)),
                Some(Step::Moved) => {}
                None if ended && !matches!(self.at, At::End) => return Err(broken("end")),
                None => return Ok(None),
            }
        }
    }

    fn last(&mut self, _: Option<HeaderMap>) -> Option<Bytes> {
        None
    }
}

/// `what` of the form is missing or wrong.
fn broken(what: &str) -> Status {
    status::bad_field("form", &format!("its {what} cannot be read; send multipart/form-data as curl -F does"))
}

/// Name of a part, and of its file where it has one.
fn disposition(head: &[u8]) -> Result<(String, Option<String>), Status> {
    let text = str::from_utf8(head).map_err(|_| broken("headers of a part"))?;
    let line = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    });
    let line = line.ok_or_else(|| broken("headers of a part"))?;
    let mut parameters = line.split(';').map(str::trim);
    if parameters.next() != Some("form-data") {
        return Err(broken("headers of a part"));
    }
    let parameters: Vec<_> = parameters.filter_map(|parameter| parameter.split_once('=')).collect();
    let named = |key: &str| parameters.iter().find(|found| found.0 == key).map(|found| found.1.trim_matches('"').to_owned());
    Ok((named("name").ok_or_else(|| broken("headers of a part"))?, named("filename")))
}

#[cfg(test)]
mod tests {
    use super::super::calls::Calls;
    use super::*;
    use crate::wire::v1;
    use v1::create_dataset_request::Part;

    /// The messages of a form that comes in pieces of so many bytes.
    fn read(form: &str, piece: usize) -> Result<Vec<Part>, Status> {
        let calls = Calls::new(crate::wire::contract().unwrap()).unwrap();
        let input = calls.find("/matcher.v1.DatasetService/CreateDataset").unwrap().input.clone();
        let mut reader = Form::new(input, "XX", 1_000);
        let (mut pieces, mut found) = (form.as_bytes().chunks(piece), Vec::new());
        loop {
            let next = pieces.next();
            if let Some(piece) = next {
                reader.feed(Bytes::copy_from_slice(piece))?;
            }
            while let Some(message) = reader.next(next.is_none())? {
                found.push(v1::CreateDatasetRequest::decode(&message[5..]).unwrap().part.unwrap());
            }
            if next.is_none() {
                return Ok(found);
            }
        }
    }

    const FORM: &str = "--XX\r\nContent-Disposition: form-data; name=\"header\"\r\n\r\n{\"displayName\": \"a town\"}\r\n\
        --XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"persons.csv\"\r\nContent-Type: text/csv\r\n\r\na,b\r\n--X\r\n1,2\r\n\r\n\
        --XX\r\ncontent-disposition: form-data; name=\"file\"; filename=\"empty.csv\"\r\n\r\n\r\n--XX--\r\n";

    #[test]
    fn a_form_is_a_header_and_files_however_it_comes() {
        for piece in [1, 2, 7, 64, 1_000] {
            let found = read(FORM, piece).unwrap();
            let Part::Header(header) = &found[0] else { panic!("{found:?}") };
            assert_eq!(header.display_name, "a town");
            let mut files: Vec<(String, Vec<u8>)> = Vec::new();
            for part in &found[1..] {
                let Part::Chunk(chunk) = part else { panic!("{found:?}") };
                match files.last_mut().filter(|file| file.0 == chunk.name) {
                    Some(file) => file.1.extend(&chunk.data),
                    None => files.push((chunk.name.clone(), chunk.data.clone())),
                }
            }
            let expected = [("persons.csv".to_owned(), b"a,b\r\n--X\r\n1,2\r\n".to_vec()), ("empty.csv".to_owned(), Vec::new())];
            assert_eq!(files, expected, "pieces of {piece}");
        }
    }

    #[test]
    fn what_is_no_form_is_refused_and_half_of_one_too() {
        for end in [0, 10, FORM.len() / 2, FORM.len() - 5] {
            assert!(read(&FORM[..end], 16).is_err(), "{end} bytes");
        }
        for wrong in [
            "--XX\r\nContent-Type: text/csv\r\n\r\nx\r\n--XX--\r\n".to_owned(),
            "--XX\r\nContent-Disposition: attachment; name=\"x\"\r\n\r\nx\r\n--XX--\r\n".to_owned(),
            FORM.replace("displayName", "displayNome"),
            format!("--XX\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n", "x".repeat(5_000)),
            format!("--XX\r\nContent-Disposition: form-data; name=\"header\"\r\n\r\n{}", " ".repeat(5_000)),
            "y".repeat(5_000),
        ] {
            assert!(read(&wrong, 512).is_err(), "{wrong}");
        }
    }
}
