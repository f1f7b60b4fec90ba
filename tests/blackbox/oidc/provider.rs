//! The provider, in a process of its own.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::tidy::root;

/// A provider. Dropped, it ends.
pub struct Provider {
    process: Child,
    told: ChildStdin,
    says: Lines<BufReader<ChildStdout>>,
    pub issuer: String,
}

impl Provider {
    pub fn starts() -> Self {
        assert!(root().join("node_modules/oidc-provider").is_dir(), "npm ci was not run");
        let mut process = Command::new("node")
            .arg(root().join("tests/oidc/provider.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let told = process.stdin.take().unwrap();
        let says = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut provider = Self { process, told, says, issuer: String::new() };
        provider.issuer = provider.heard()["issuer"].as_str().unwrap().to_owned();
        provider
    }

    /// Its next answer, among the remarks of its library.
    fn heard(&mut self) -> Value {
        self.says.by_ref().map_while(Result::ok).find_map(|line| serde_json::from_str(&line).ok()).expect("an answer")
    }

    pub fn token(&mut self, account: &str) -> String {
        self.tokens(account).0
    }

    /// The token for the register, and the one that tells the client who signed in.
    pub fn tokens(&mut self, account: &str) -> (String, String) {
        writeln!(self.told, "login {account}").unwrap();
        let heard = self.heard();
        let text = |name: &str| heard[name].as_str().unwrap().to_owned();
        (text("token"), text("identity"))
    }

    /// A browser goes to an address, as this verb says, and back to whoever gave it: the status of the page at the end.
    pub fn browses(&mut self, verb: &str, address: &str) -> u64 {
        writeln!(self.told, "{verb} {address}").unwrap();
        self.heard()["status"].as_u64().unwrap()
    }

    pub fn rotates(&mut self) {
        writeln!(self.told, "rotate").unwrap();
        self.heard();
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
