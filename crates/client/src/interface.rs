//! The interface as it describes itself: JSON becomes messages by it.

use std::collections::BTreeSet;

use prost_reflect::{DescriptorPool, DynamicMessage, Kind, MessageDescriptor, MethodDescriptor};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::act::message_of;
use crate::administration;
use crate::refused::Refused;

/// The description of `sne.v1`. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Interface(DescriptorPool);

/// A call that is ready to be sent.
#[derive(Clone, Debug)]
pub struct Call {
    /// Service and method, such as `RegistrationService/GetDemand`.
    pub method: String,
    /// The message.
    pub message: DynamicMessage,
}

impl Interface {
    /// Reads the description that was compiled in.
    ///
    /// # Errors
    /// [`Refused::Unreadable`], which a test would show.
    pub fn new() -> Result<Self, Refused> {
        DescriptorPool::decode(proto::DESCRIPTORS).map(Self).map_err(|_| Refused::Unreadable)
    }

    /// Every method that there is, such as `RegistrationService/GetDemand`, and whether its answer is a stream.
    pub fn methods(&self) -> Vec<(String, bool)> {
        let ours = self.0.services().filter(|service| service.package_name() == "sne.v1");
        let methods = ours.flat_map(|service| service.methods().collect::<Vec<_>>());
        let name = |method: &MethodDescriptor| format!("{}/{}", method.parent_service().name(), method.name());
        methods.map(|method| (name(&method), method.is_server_streaming())).collect()
    }

    /// The names of the messages and lists of codes that the answer of a method is made of, however deep; nothing of a method
    /// that there is not.
    pub fn answer_of(&self, method: &str) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        if let Some(described) = self.method(method) {
            collect(&described.output(), &mut names);
        }
        names
    }

    /// The names of the fields of a method's request; none of a method that there is not.
    pub fn fields_asked(&self, method: &str) -> BTreeSet<String> {
        let described = self.method(method).map(|described| described.input());
        described.iter().flat_map(MessageDescriptor::fields).map(|field| field.name().to_owned()).collect()
    }

    fn method(&self, method: &str) -> Option<MethodDescriptor> {
        let (service, name) = method.split_once('/')?;
        let service = self.0.get_service_by_name(&format!("sne.v1.{service}"))?;
        service.methods().find(|method| method.name() == name)
    }

    /// The call of a method with a message written as JSON.
    ///
    /// # Errors
    /// [`Refused::Unreadable`] when there is no such method, or the JSON is no message of it.
    pub fn call(&self, method: &str, message: &Value) -> Result<Call, Refused> {
        let described = self.method(method).ok_or(Refused::Unreadable)?;
        let message = DynamicMessage::deserialize(described.input(), message).map_err(|_| Refused::Unreadable)?;
        Ok(Call { method: method.to_owned(), message })
    }

    /// The call that does an act written as the register's files write it, with what else its request says (its id, the
    /// number, the etag).
    ///
    /// # Errors
    /// [`Refused::Unreadable`] when it is no act, or its fields are none of its message.
    pub fn act(&self, act: &Value, head: Map<String, Value>) -> Result<Call, Refused> {
        let (method, mut message) = message_of(act).ok_or(Refused::Unreadable)?;
        message.extend(head);
        self.call(method, &Value::Object(message))
    }

    /// The call that does an act on an organisation or an agent, written as JSON the way the register writes it.
    ///
    /// # Errors
    /// [`Refused::Unreadable`] when it is no such act, or its fields are none of its message.
    pub fn administration(&self, act: &Value, id: Uuid) -> Result<Call, Refused> {
        let (method, mut message) = administration::message_of(act).ok_or(Refused::Unreadable)?;
        message.insert("request_id".to_owned(), json!(id));
        self.call(method, &Value::Object(message))
    }
}

fn collect(message: &MessageDescriptor, names: &mut BTreeSet<String>) {
    if !names.insert(message.name().to_owned()) {
        return;
    }
    for field in message.fields() {
        match field.kind() {
            Kind::Message(inner) => collect(&inner, names),
            Kind::Enum(list) => {
                names.insert(list.name().to_owned());
            }
            _ => {}
        }
    }
}
