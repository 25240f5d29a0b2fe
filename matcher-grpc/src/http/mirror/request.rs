//! Requests: JSON in, messages of gRPC out.

use bytes::{Bytes, BytesMut};
use prost::Message as _;
use prost_reflect::{DynamicMessage, MessageDescriptor};
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::http::HeaderMap;

use crate::status;

use super::Kind;
use super::calls::Call;
use super::form::Form;
use super::recast::{Recast, Recasting, framed};

/// The messages of a body.
pub(super) fn messages(call: &Call, kind: &Kind, body: Body, most: usize) -> Body {
    let input = call.input.clone();
    match kind {
        Kind::Json => Body::new(Recasting::new(body, Whole { input, most, text: BytesMut::new(), is_made: false })),
        Kind::Lines => Body::new(Recasting::new(body, Lines { input, most, text: BytesMut::new(), looked: 0, line: 0 })),
        Kind::Form { boundary } => Body::new(Recasting::new(body, Form::new(input, boundary, most))),
    }
}

/// A message in JSON. What is wrong is told by its place: the words of a parser repeat what it has read.
pub(super) fn message(input: &MessageDescriptor, text: &[u8], line: usize) -> Result<Vec<u8>, Status> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let read = DynamicMessage::deserialize(input.clone(), &mut reader).and_then(|message| reader.end().map(|()| message));
    read.map(|message| message.encode_to_vec()).map_err(|fault| {
        let place = format!("line {} column {}", line + fault.line(), fault.column());
        let what =
            if fault.is_data() { "what stands there is no field or no value of" } else { "the text is no JSON, or ends too soon, of" };
        status::bad_field("body", &format!("{place}: {what} {}; the OpenAPI file lists them", input.full_name()))
    })
}

fn too_long(most: usize) -> Status {
    Status::out_of_range(format!("the message is longer than {most} bytes, the setting message_bytes"))
}

/// One message, all of the body.
#[derive(Debug)]
struct Whole {
    input: MessageDescriptor,
    most: usize,
    text: BytesMut,
    is_made: bool,
}

impl Recast for Whole {
    fn feed(&mut self, bytes: Bytes) -> Result<(), Status> {
        if self.text.len() + bytes.len() > self.most {
            return Err(too_long(self.most));
        }
        self.text.extend_from_slice(&bytes);
        Ok(())
    }

    fn next(&mut self, ended: bool) -> Result<Option<Bytes>, Status> {
        if !ended || self.is_made {
            return Ok(None);
        }
        self.is_made = true;
        Ok(Some(framed(&message(&self.input, &self.text, 0)?)))
    }

    fn last(&mut self, _: Option<HeaderMap>) -> Option<Bytes> {
        None
    }
}

/// A message per line.
#[derive(Debug)]
struct Lines {
    input: MessageDescriptor,
    most: usize,
    text: BytesMut,
    /// Bytes of the text in which there is no end of a line.
    looked: usize,
    /// Lines before the text.
    line: usize,
}

impl Recast for Lines {
    fn feed(&mut self, bytes: Bytes) -> Result<(), Status> {
        self.text.extend_from_slice(&bytes);
        Ok(())
    }

    fn next(&mut self, ended: bool) -> Result<Option<Bytes>, Status> {
        loop {
            let rest = self.text.get(self.looked..).unwrap_or_default();
            let end = memchr::memchr(b'\n', rest).map(|at| self.looked + at);
            let length = end.unwrap_or(self.text.len());
            if length > self.most {
                return Err(too_long(self.most));
            }
            let line = match end {
                Some(end) => self.text.split_to(end + 1),
                None if ended => std::mem::take(&mut self.text),
                None => {
                    self.looked = length;
                    return Ok(None);
                }
            };
            self.looked = 0;
            let before = self.line;
            self.line += 1;
            if !line.trim_ascii().is_empty() {
                return Ok(Some(framed(&message(&self.input, &line, before)?)));
            }
            if ended && self.text.is_empty() {
                return Ok(None);
            }
        }
    }

    fn last(&mut self, _: Option<HeaderMap>) -> Option<Bytes> {
        None
    }
}
