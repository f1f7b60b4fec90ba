//! Calls.

use std::time::Duration;

use nomenclature::Actor;
use prost_reflect::DynamicMessage;
use proto::v1;
use serde_json::{Map, Value, json};
use tonic::Request;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic_prost::ProstCodec;
use uuid::Uuid;

use crate::administration::AdministrationAnswer;
use crate::answer::{Answer, Outcome};
use crate::interface::{Call, Interface};
use crate::refused::Refused;
use crate::territory::TerritoryAnswer;
use crate::tokens::Tokens;

/// A connection to a server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    channel: Channel,
    interface: Interface,
    tokens: Tokens,
    /// How long a call may take, when that is bounded.
    patience: Option<Duration>,
}

/// The demand that an act is on, as its caller last read it.
#[derive(Clone, Copy, Debug)]
pub struct On<'a> {
    /// The unique number.
    pub number: &'a str,
    /// The version read.
    pub etag: &'a str,
}

impl Client {
    /// A client of the server at an address such as `127.0.0.1:50051`, whose calls show these tokens. It connects when first
    /// used.
    ///
    /// # Errors
    /// [`Refused::Unreadable`] for what is no address.
    pub fn at(address: &str, tokens: &Tokens) -> Result<Self, Refused> {
        let channel =
            Endpoint::from_shared(format!("http://{address}")).map_err(|_| Refused::Unreadable)?.connect_lazy();
        Ok(Self { channel, interface: Interface::new()?, tokens: tokens.clone(), patience: None })
    }

    /// A client of the server of a name, over TLS: `sne.example:50051`, vouched for by one of these authorities (PEM), or by
    /// those of this machine when none are given. It connects when first used.
    ///
    /// # Errors
    /// [`Refused::Unreadable`] for what is no address, or no authorities.
    pub fn over_tls(address: &str, authorities: Option<&[u8]>, tokens: &Tokens) -> Result<Self, Refused> {
        let tls = match authorities {
            Some(authorities) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authorities)),
            None => ClientTlsConfig::new().with_native_roots(),
        };
        let endpoint =
            Endpoint::from_shared(format!("https://{address}")).and_then(|endpoint| endpoint.tls_config(tls));
        let channel = endpoint.map_err(|_| Refused::Unreadable)?.connect_lazy();
        Ok(Self { channel, interface: Interface::new()?, tokens: tokens.clone(), patience: None })
    }

    /// The same connection, whose calls say that they may take so long and no longer. What comes of a call whose time is
    /// over is not known.
    #[must_use]
    pub fn within(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Sends an act written as JSON the way the register's files write it; `on` says on which demand, none for a
    /// registration. The same id with the same act gives the first answer again.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn act(&self, actor: Actor, id: Uuid, on: Option<On<'_>>, act: &Value) -> Result<Answer, Refused> {
        let mut head = Map::from_iter([("request_id".to_owned(), json!(id))]);
        if let Some(On { number, etag }) = on {
            head.extend([("number".to_owned(), json!(number)), ("etag".to_owned(), json!(etag))]);
        }
        // Every answer to an act is one field, the first: any of their messages reads it.
        let answered: v1::RenewDemandResponse = self.send(actor, self.interface.act(act, head)?).await?;
        Answer::read(answered.answer)
    }

    /// Asks what became of a command of the actor's organisation.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn outcome(&self, actor: Actor, id: Uuid) -> Result<Outcome, Refused> {
        use v1::get_outcome_response::Outcome as Told;
        let answer: v1::GetOutcomeResponse =
            self.call(actor, "CommandService/GetOutcome", &json!({"request_id": id})).await?;
        match answer.outcome {
            Some(Told::Committed(answer)) => Answer::read(Some(answer)).map(Outcome::Committed),
            Some(Told::TerritoryCommitted(answer)) => {
                TerritoryAnswer::read(Some(answer)).map(Outcome::TerritoryCommitted)
            }
            Some(Told::AdministrationCommitted(answer)) => {
                AdministrationAnswer::read(Some(answer)).map(Outcome::AdministrationCommitted)
            }
            Some(Told::NotCommitted(not)) => Ok(Outcome::NotCommittedAsOf(not.as_of_position)),
            Some(Told::Fenced(fenced)) => Ok(Outcome::Fenced(fenced.as_of_position)),
            None => Err(Refused::Lost("an empty answer".to_owned())),
        }
    }

    /// Gives a command of the actor's organisation up for good, unless it is committed.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn fence(&self, actor: Actor, id: Uuid) -> Result<Outcome, Refused> {
        use v1::fence_command_response::Outcome as Told;
        let answer: v1::FenceCommandResponse =
            self.call(actor, "CommandService/FenceCommand", &json!({"request_id": id})).await?;
        match answer.outcome {
            Some(Told::Committed(answer)) => Answer::read(Some(answer)).map(Outcome::Committed),
            Some(Told::TerritoryCommitted(answer)) => {
                TerritoryAnswer::read(Some(answer)).map(Outcome::TerritoryCommitted)
            }
            Some(Told::AdministrationCommitted(answer)) => {
                AdministrationAnswer::read(Some(answer)).map(Outcome::AdministrationCommitted)
            }
            Some(Told::Fenced(fenced)) => Ok(Outcome::Fenced(fenced.as_of_position)),
            None => Err(Refused::Lost("an empty answer".to_owned())),
        }
    }

    /// Does an act on an organisation or an agent, written as JSON the way the register writes it. The same id with the same
    /// act gives the first answer again.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn administer(&self, actor: Actor, id: Uuid, act: &Value) -> Result<AdministrationAnswer, Refused> {
        // The answer to any of these acts is one field, the first.
        let answered: v1::AdministerAgentResponse = self.send(actor, self.interface.administration(act, id)?).await?;
        AdministrationAnswer::read(answered.answer)
    }

    /// Calls a method of `sne.v1`, such as `RegistrationService/GetDemand`, with a message written as JSON.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn call<A>(&self, actor: Actor, method: &str, message: &Value) -> Result<A, Refused>
    where
        A: prost::Message + Default + 'static,
    {
        self.send(actor, self.interface.call(method, message)?).await
    }

    /// Calls a method that streams, and reads its stream to the end.
    ///
    /// # Errors
    /// See [`Refused`]; of a stream that was cut nothing is given.
    pub async fn stream<A>(&self, actor: Actor, method: &str, message: &Value) -> Result<Vec<A>, Refused>
    where
        A: prost::Message + Default + 'static,
    {
        let (mut grpc, request, path) = self.prepared(actor, self.interface.call(method, message)?).await?;
        let answered = grpc.server_streaming(request, path, ProstCodec::<DynamicMessage, A>::default()).await;
        let mut stream = answered.map_err(|status| Refused::told(&status))?.into_inner();
        let mut messages = Vec::new();
        while let Some(message) = stream.message().await.map_err(|status| Refused::told(&status))? {
            messages.push(message);
        }
        Ok(messages)
    }

    async fn send<A>(&self, actor: Actor, call: Call) -> Result<A, Refused>
    where
        A: prost::Message + Default + 'static,
    {
        let (mut grpc, request, path) = self.prepared(actor, call).await?;
        let answered = grpc.unary(request, path, ProstCodec::<DynamicMessage, A>::default()).await;
        answered.map(tonic::Response::into_inner).map_err(|status| Refused::told(&status))
    }

    async fn prepared(
        &self,
        actor: Actor,
        Call { method, message }: Call,
    ) -> Result<(Grpc<Channel>, Request<DynamicMessage>, PathAndQuery), Refused> {
        let path = PathAndQuery::try_from(format!("/sne.v1.{method}")).map_err(|_| Refused::Unreadable)?;
        let mut request = Request::new(message);
        if let Some(token) = self.tokens.authorization(&actor) {
            request.metadata_mut().insert("authorization", token);
        }
        if let Some(patience) = self.patience {
            request.set_timeout(patience);
        }
        let mut grpc = Grpc::new(self.channel.clone());
        grpc.ready().await.map_err(|error| Refused::Lost(error.to_string()))?;
        Ok((grpc, request, path))
    }
}
