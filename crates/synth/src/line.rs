//! One line of a file of lives, without what says nothing.

use std::fmt;

use demand::Act;
use jiff::civil::Date;
use nomenclature::{Actor, Channel};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, SerializeMap as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// One act of somebody on a day: a line of a file of lives.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// 1 and up, in the order to play.
    pub seq: u32,
    /// Id of the command: the same for the same seed and `seq`, so that a file played twice changes nothing.
    pub command_id: Uuid,
    /// The civil day the act is recorded on.
    pub day: Date,
    /// Which household, 1 and up. Its number is known once its registration is answered.
    pub household: u32,
    /// Who acts.
    pub actor: Actor,
    /// Desk or online.
    pub channel: Channel,
    /// The act; written without absent fields and empty lists.
    #[serde(serialize_with = "pruned")]
    pub act: Act,
    /// The stable reason the act must be refused with; none when it must be accepted.
    pub expect: Option<String>,
    /// The household whose demand the act opens beside this one: of a separation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<u32>,
}

fn pruned<S: Serializer>(act: &Act, serializer: S) -> Result<S::Ok, S::Error> {
    let text = serde_json::to_string(act).map_err(S::Error::custom)?;
    serde_json::from_str::<Node>(&text).map_err(S::Error::custom)?.serialize(serializer)
}

/// JSON that keeps the order of its keys, whatever features of the JSON library a build turns on.
enum Node {
    Null,
    Bool(bool),
    Number(i64),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    /// A draft reads the same without it.
    fn says_nothing(&self) -> bool {
        matches!(self, Self::Null) || matches!(self, Self::List(list) if list.is_empty())
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => serializer.serialize_i64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(list) => serializer.collect_seq(list),
            Self::Object(entries) => {
                let mut map = serializer.serialize_map(None)?;
                for (key, value) in entries.iter().filter(|(_, value)| !value.says_nothing()) {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON with whole numbers")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Node, E> {
        i64::try_from(value).map(Node::Number).map_err(E::custom)
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element()? {
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Object(entries))
    }
}
