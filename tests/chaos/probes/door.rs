//! Calls whose answers are bytes: whatever the server sends is looked at, known to anybody or not.

use bytes::{Buf as _, BufMut as _, Bytes};
use client::{Call, Tokens};
use nomenclature::Actor;
use prost::Message as _;
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

/// What came back.
pub type Told = Result<Vec<Bytes>, Status>;

/// Some connections. Cheap to clone.
#[derive(Clone)]
pub struct Doors {
    channels: Vec<Channel>,
    tokens: Tokens,
}

impl Doors {
    /// So many of them.
    pub fn of(address: &str, tokens: &Tokens, connections: usize) -> Self {
        let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
        Self { channels: (0..connections).map(|_| endpoint.connect_lazy()).collect(), tokens: tokens.clone() }
    }

    /// Calls a method over one of them; the messages of its answer, one unless it streams.
    pub async fn call(&self, nth: usize, actor: &Actor, call: &Call) -> Told {
        let path = PathAndQuery::try_from(format!("/sne.v1.{}", call.method)).unwrap();
        let mut request = Request::new(Bytes::from(call.message.encode_to_vec()));
        request.metadata_mut().insert("authorization", self.tokens.authorization(actor).unwrap());
        let mut grpc = Grpc::new(self.channels[nth % self.channels.len()].clone());
        grpc.ready().await.unwrap();
        // A single message is read as a stream of one.
        let mut stream = grpc.server_streaming(request, path, AsBytes).await?.into_inner();
        let mut messages = Vec::new();
        while let Some(message) = stream.message().await? {
            messages.push(message);
        }
        Ok(messages)
    }
}

/// Messages as they are on the wire.
#[derive(Clone, Copy, Default)]
struct AsBytes;

impl Codec for AsBytes {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for AsBytes {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put(item);
        Ok(())
    }
}

impl Decoder for AsBytes {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}
