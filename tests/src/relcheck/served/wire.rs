//! Calls of any kind as bytes, so that one loop asks them all.

use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};

/// Bytes as they are.
#[derive(Debug, Clone, Copy, Default)]
struct Plain;

impl Encoder for Plain {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        bytes_into(&item, buffer);
        Ok(())
    }
}

fn bytes_into(item: &[u8], buffer: &mut EncodeBuf<'_>) {
    prost::bytes::BufMut::put_slice(buffer, item);
}

impl Decoder for Plain {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut all = vec![0; prost::bytes::Buf::remaining(buffer)];
        prost::bytes::Buf::copy_to_slice(buffer, &mut all);
        Ok(Some(all))
    }
}

impl Codec for Plain {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

/// Everything an answer tells, but for what is new with every answer (its time and its `x-request-id`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) details: Vec<u8>,
    /// Headers, those of an error among them.
    pub(super) headers: Vec<(String, Vec<u8>)>,
    pub(super) messages: Vec<Vec<u8>>,
}

impl Answer {
    /// Whether `text` stands anywhere in it.
    pub(super) fn tells(&self, text: &str) -> bool {
        let parts = [self.message.as_bytes(), &self.details].into_iter().chain(self.messages.iter().map(Vec::as_slice));
        let headers = self.headers.iter().map(|header| header.1.as_slice());
        parts.chain(headers).any(|part| contains(part, text.as_bytes()))
    }
}

/// Whether `part` stands in `whole`.
pub(super) fn contains(whole: &[u8], part: &[u8]) -> bool {
    !part.is_empty() && whole.windows(part.len()).any(|window| window == part)
}

/// Calls `path` with these messages and headers; a unary call has one message.
pub(super) async fn call(
    channel: &Channel,
    path: &str,
    headers: &[(&'static str, String)],
    messages: Vec<Vec<u8>>,
) -> Result<Answer, String> {
    let mut client = tonic::client::Grpc::new(channel.clone());
    client.ready().await.map_err(|e| e.to_string())?;
    let mut request = Request::new(tokio_stream::iter(messages));
    for (name, value) in headers {
        let value = value.parse().map_err(|_| format!("{name}: no header may hold this"))?;
        request.metadata_mut().insert(*name, value);
    }
    let path = PathAndQuery::try_from(path).map_err(|e| e.to_string())?;
    let mut answer = Answer { code: Code::Ok, message: String::new(), details: Vec::new(), headers: Vec::new(), messages: Vec::new() };
    let ended = match client.streaming(request, path, Plain).await {
        Ok(response) => {
            let (metadata, mut stream, _) = response.into_parts();
            answer.headers = plain(metadata);
            loop {
                match stream.message().await {
                    Ok(Some(message)) => answer.messages.push(message),
                    Ok(None) => break Ok(()),
                    Err(refused) => break Err(refused),
                }
            }
        }
        Err(refused) => Err(refused),
    };
    if let Err(refused) = ended {
        (answer.code, answer.message, answer.details) = (refused.code(), refused.message().to_owned(), refused.details().to_vec());
        answer.headers.extend(plain(refused.metadata().clone()));
    }
    Ok(answer)
}

fn plain(metadata: tonic::metadata::MetadataMap) -> Vec<(String, Vec<u8>)> {
    let headers = metadata.into_headers();
    let all = headers.iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()));
    let mut all: Vec<_> = all.filter(|(name, _)| name != "date" && name != "x-request-id").collect();
    all.sort();
    all
}
